/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions that say another thing to 32-bit programs. */
#include "cli/lint.h"

#include "confine/seccomp/anchor.h"
#include "confine/seccomp/multiplex.h"
#include "confine/seccomp/ruling.h"

static void cut(struct lint *lint, unsigned call, const struct rule *rules)
{
	for (const struct rule *r = rules; r != NULL; r = r->next) {
		for (unsigned c = 0; c < r->cond_count; c++) {
			if ((r->conds[c].a | r->conds[c].b) <= UINT32_MAX)
				continue;
			lint_add(
				lint, lint_place(lint, r),
				"do without the high half, or list no 32-bit architecture",
				"%.*s: for SCMP_ARCH_X86, _X32, _ARM and other 32-bit architectures "
				"libseccomp cuts numbers and masks to 32 bits, so there the condition "
				"is another, or always holds",
				TEXT_ARG(syscall_name(call)));
			return;
		}
	}
}

void check_cut_to_32bit(struct lint *lint)
{
	if ((lint->arches & ARCHES_32BIT) != 0)
		lint_visit_calls(lint, cut);
}

/* Whether the multiplexer that x86 has for the call has a rule that lets it through, or none. */
static bool multiplexer_is_open(const struct lint *lint, const char *multiplexer)
{
	struct verdict open = lint->fallback;
	unsigned call;

	if (!syscall_find(text_of(multiplexer), &call))
		return false;
	for (const struct rule *r = lint->ruleset.calls[call]; r != NULL; r = r->next)
		open = r->verdict.action > open.action || r->cond_count == 0 ? r->verdict : open;
	return verdict_lets_through(open);
}

static void multiplexed(struct lint *lint, unsigned call, const struct rule *rules)
{
	const char *through = multiplex_is_through(call, "ipc") ? "ipc" : "socketcall";

	for (const struct rule *r = rules; r != NULL && multiplex_covers(call); r = r->next) {
		if (r->cond_count == 0)
			continue;
		lint_add(
			lint, lint_place(lint, r),
			"do not list SCMP_ARCH_X86, or deny the call altogether",
			multiplexer_is_open(lint, through)
				? "%.*s: i386 programs make this call through %s, too, which is open, "
				  "with the arguments in memory where no filter sees them, so the "
				  "condition does not hold them"
				: "%.*s: i386 programs make this call through %s, too, with the "
				  "arguments in memory where no filter sees them; libseccomp drops "
				  "the condition on the first argument, so the rule says another "
				  "thing there",
			TEXT_ARG(syscall_name(call)), through);
		return;
	}
}

void check_multiplexed(struct lint *lint)
{
	if ((lint->arches & ARCH_BIT(ARCH_X86)) != 0)
		lint_visit_calls(lint, multiplexed);
}

void check_unanchored(struct lint *lint)
{
	const struct rule *rule;
	unsigned call;
	uint32_t arches = anchor_missing(&lint->ruleset, &rule, &call);

	if (arches != 0)
		lint_add(
			lint, lint_place(lint, rule),
			"add {\"names\": [\"afs_syscall\", \"nfsservctl\"], \"action\": "
			"\"SCMP_ACT_ERRNO\", \"errnoRet\": 38}, or use 'oci-confine merge FILE'",
			"%.*s: %s does not have this call, and no rule without conditions is on one "
			"that it has: libseccomp then may not load the call's number, and no rule "
			"for that architecture works",
			TEXT_ARG(syscall_name(call)), arch_name((enum arch)__builtin_ctz(arches)));
}
