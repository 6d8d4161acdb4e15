/* SPDX-License-Identifier: Apache-2.0 */
/* Checks on one rule at a time, and on the profile's own words. */
#include "cli/lint.h"

#include <errno.h>

#include "confine/seccomp/describe.h"
#include "confine/seccomp/ruling.h"

/* libseccomp refuses its own MAX_ERRNO, which is the kernel's: 4095. */
#define ERRNO_USABLE_MAX 4094

static bool is_stricter_than_default(const struct lint *lint, const struct lint_rule *rule)
{
	return rule->has_action && rule->verdict.action < lint->fallback.action;
}

static void unknown_calls(struct lint *lint, bool denied)
{
	for (size_t r = 0; r < lint->rule_count; r++) {
		const struct lint_rule *rule = &lint->rules[r];

		if (is_stricter_than_default(lint, rule) != denied)
			continue;
		for (struct json n = rule->first_name; json_exists(n);
		     n = lint_next_name(rule, n)) {
			struct text nearest;
			const char *effect = denied ? "the rule denies nothing by it"
						    : "the runtimes leave it out";
			unsigned call;

			if (!json_is(n, JSON_STRING) || lint_call(n, &call))
				continue;
			nearest = syscall_nearest(json_text(n));
			if (nearest.len > 0)
				lint_add_nearest(lint, n, nearest,
						 "'%.*s' is no system call, so %s",
						 TEXT_ARG(json_text(n)), effect);
			else
				lint_add(lint, n, "take it out, or spell it as in syscalls(2)",
					 "'%.*s' is no system call, so %s", TEXT_ARG(json_text(n)),
					 effect);
		}
	}
}

void check_unknown_call_denied(struct lint *lint)
{
	unknown_calls(lint, true);
}

void check_unknown_call(struct lint *lint)
{
	unknown_calls(lint, false);
}

void check_newer_call(struct lint *lint)
{
	for (size_t r = 0; r < lint->rule_count; r++) {
		const struct lint_rule *rule = &lint->rules[r];

		if (!is_stricter_than_default(lint, rule))
			continue;
		for (struct json n = rule->first_name; json_exists(n);
		     n = lint_next_name(rule, n)) {
			unsigned call;

			if (lint_call(n, &call) && syscall_is_newer(call))
				lint_add(
					lint, n,
					"deny by default and list what is allowed, or merge with "
					"runtime-default, which does",
					"libseccomp %s does not know '%.*s', and a runtime built with "
					"it leaves the name out: the call stays open",
					syscall_table_version(), TEXT_ARG(json_text(n)));
		}
	}
}

/* --- errno --- */

typedef void errno_fn(struct lint *lint, struct json number, enum action action, uint64_t value);

static void visit_errno(struct lint *lint, struct json object, const char *action_key,
			const char *errno_key, errno_fn *visit)
{
	struct json word = json_get(object, action_key), number = json_get(object, errno_key);
	struct error ignored;
	enum action action;
	uint64_t value;

	if (json_is(word, JSON_STRING) && action_parse(json_text(word), &action) &&
	    json_is(number, JSON_NUMBER) &&
	    json_u64(number, UINT64_MAX, &value, &ignored) == STATUS_OK)
		visit(lint, number, action, value);
}

static void visit_errnos(struct lint *lint, errno_fn *visit)
{
	visit_errno(lint, lint->object, "defaultAction", "defaultErrnoRet", visit);
	for (size_t r = 0; r < lint->rule_count; r++)
		visit_errno(lint, lint->rules[r].json, "action", "errnoRet", visit);
}

static void errno_zero(struct lint *lint, struct json number, enum action action, uint64_t value)
{
	if (action == ACTION_ERRNO && value == 0)
		lint_add(
			lint, number, "use 1, EPERM",
			"errno 0 tells the program that the call succeeded, though it was not made");
}

void check_errno_zero(struct lint *lint)
{
	visit_errnos(lint, errno_zero);
}

static void errno_too_large(struct lint *lint, struct json number, enum action action,
			    uint64_t value)
{
	uint64_t max = action == ACTION_TRACE ? UINT16_MAX : ERRNO_USABLE_MAX;

	if (value > max)
		lint_add(
			lint, number, "use an errno of errno(3)",
			"%llu is no errno: the container does not start, or runc cuts it to 16 bits",
			(unsigned long long)value);
}

void check_errno_too_large(struct lint *lint)
{
	visit_errnos(lint, errno_too_large);
}

static void errno_ignored(struct lint *lint, struct json number, enum action action, uint64_t value)
{
	(void)value;
	if (!action_has_data(action))
		lint_add(lint, number, "take it out, or use SCMP_ACT_ERRNO",
			 "%s has no errno, so the number is not used", action_name(action));
}

void check_errno_ignored(struct lint *lint)
{
	visit_errnos(lint, errno_ignored);
}

/* --- conditions --- */

void check_repeated_index(struct lint *lint)
{
	for (size_t r = 0; r < lint->rule_count; r++) {
		const struct lint_rule *rule = &lint->rules[r];

		for (size_t a = 1; a < rule->arg_count; a++) {
			bool before = false;

			for (size_t b = 0; b < a; b++)
				before = before ||
					 (rule->args[b].is_sound &&
					  rule->args[b].arg.index == rule->args[a].arg.index);
			if (!before || !rule->args[a].is_sound)
				continue;
			lint_add(
				lint, rule->args[a].json,
				"say it in one condition, for instance with SCMP_CMP_MASKED_EQ, or "
				"write a rule for each if any is meant",
				"argument %u stands twice in this rule, and both runtimes then match "
				"when any one of its conditions holds, not all",
				rule->args[a].arg.index);
			break;
		}
	}
}

typedef void arg_fn(struct lint *lint, const struct lint_rule *rule, const struct lint_arg *arg);

static void visit_args(struct lint *lint, arg_fn *visit)
{
	for (size_t r = 0; r < lint->rule_count; r++) {
		for (size_t a = 0; a < lint->rules[r].arg_count; a++) {
			if (lint->rules[r].args[a].is_sound)
				visit(lint, &lint->rules[r], &lint->rules[r].args[a]);
		}
	}
}

static void mask_zero(struct lint *lint, const struct lint_rule *rule, const struct lint_arg *arg)
{
	(void)rule;
	if (arg->arg.op == COMPARE_MASKED_EQ && arg->arg.a == 0)
		lint_add(lint, json_get(arg->json, "value"),
			 "put the mask into value and the number into valueTwo",
			 "the mask is 0, so the condition always holds");
}

void check_mask_zero(struct lint *lint)
{
	visit_args(lint, mask_zero);
}

static void datum_outside(struct lint *lint, const struct lint_rule *rule,
			  const struct lint_arg *arg)
{
	uint64_t outside = arg->arg.b & ~arg->arg.a;

	(void)rule;
	if (arg->arg.op == COMPARE_MASKED_EQ && arg->arg.a != 0 && outside != 0)
		lint_add(
			lint, json_get(arg->json, "valueTwo"),
			"widen the mask (value) or take the bits out of the number (valueTwo)",
			"bits 0x%llx of the number are not in the mask, and libseccomp ignores them; "
			"as it is written the condition could never hold",
			(unsigned long long)outside);
}

void check_datum_outside_mask(struct lint *lint)
{
	visit_args(lint, datum_outside);
}

static void never_matches(struct lint *lint, const struct lint_rule *rule,
			  const struct lint_arg *arg)
{
	(void)rule;
	if ((arg->arg.op == COMPARE_LT && arg->arg.a == 0) ||
	    (arg->arg.op == COMPARE_GT && arg->arg.a == UINT64_MAX))
		lint_add(lint, arg->json, "arguments are unsigned; compare with another number",
			 "no number is %s %llu, so the rule never matches",
			 arg->arg.op == COMPARE_LT ? "below" : "above",
			 (unsigned long long)arg->arg.a);
}

void check_never_matches(struct lint *lint)
{
	visit_args(lint, never_matches);
}

static void pointer(struct lint *lint, const struct lint_rule *rule, const struct lint_arg *arg)
{
	uint64_t datum = arg->arg.op == COMPARE_MASKED_EQ ? arg->arg.b : arg->arg.a;

	/* whether it is NULL can be told */
	if (rule->is_foreign)
		return;
	if (datum == 0 && arg->arg.op != COMPARE_MASKED_EQ)
		return;
	for (struct json n = rule->first_name; json_exists(n); n = lint_next_name(rule, n)) {
		unsigned call;

		if (!lint_call(n, &call) || argument_kind(call, arg->arg.index) != 'p')
			continue;
		lint_add(
			lint, arg->json,
			"a filter cannot look into memory; use an LSM (AppArmor) for paths and the like",
			"argument %u of %.*s is a pointer: the filter sees the address, which the "
			"program chooses, not what is there",
			arg->arg.index, TEXT_ARG(json_text(n)));
		break;
	}
}

void check_pointer(struct lint *lint)
{
	visit_args(lint, pointer);
}

void check_same_as_default(struct lint *lint)
{
	for (size_t r = 0; r < lint->rule_count && lint->has_fallback; r++) {
		const struct lint_rule *rule = &lint->rules[r];

		if (rule->has_action && verdict_equal(rule->verdict, lint->fallback))
			lint_add(
				lint, rule->json, "take it out",
				"the rule says what the default says anyway; both runtimes skip it");
	}
}

/* --- the profile --- */

void check_no_architectures(struct lint *lint)
{
	if (json_exists(json_get(lint->object, "architectures")) ||
	    json_exists(json_get(lint->object, "archMap")))
		return;
	lint_add(
		lint, lint->object,
		"list SCMP_ARCH_X86_64, SCMP_ARCH_X86 and SCMP_ARCH_X32 (on arm64 SCMP_ARCH_AARCH64 "
		"and SCMP_ARCH_ARM), or leave it so if that is what you want",
		"no architectures are listed, so only the machine's own runs: every 32-bit program "
		"is killed at its first call");
}

void check_some_architectures(struct lint *lint)
{
	static const struct {
		enum arch main, sub;
	} pairs[] = {
		{ ARCH_X86_64, ARCH_X86 },
		{ ARCH_X86_64, ARCH_X32 },
		{ ARCH_AARCH64, ARCH_ARM },
	};
	struct json list = json_get(lint->object, "architectures");
	uint32_t listed = 0;

	for (struct json e = json_first(list); json_exists(e); e = json_next(e)) {
		enum arch arch;

		if (json_is(e, JSON_STRING) && arch_parse(json_text(e), &arch))
			listed |= ARCH_BIT(arch);
	}
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if ((listed & ARCH_BIT(pairs[i].main)) != 0 &&
		    (listed & ARCH_BIT(pairs[i].sub)) == 0)
			lint_add(
				lint, list, "add it if such programs are to run",
				"%s is not listed: its programs are killed on a machine that could "
				"run them",
				arch_name(pairs[i].sub));
	}
}

void check_flags(struct lint *lint)
{
	struct json flags = json_get(lint->object, "flags");

	if (json_exists(json_first(flags)))
		lint_add(lint, flags, "leave 'flags' out where nodes may have runc 1.1",
			 "runc 1.1 does not start a container whose profile has flags");
}

/* Last of all: what the strict reader says, unless some error says so already. */
void check_refused(struct lint *lint)
{
	struct input input = *lint->input;
	struct ruleset_context context = { 0 };
	struct notes notes = { .count = 0 };
	struct ruleset ruleset;
	struct error err;
	enum status st;

	if (lint->counts[SEVERITY_ERROR] > 0)
		return;
	st = input_parse(&input, lint->arena, &err);
	if (st == STATUS_OK)
		st = input_resolve(&input, &context, lint->arena, &notes, &ruleset, &err);
	if (st != STATUS_OK)
		lint_add(lint, lint->object, "see there",
			 "oci-confine refuses this profile: %s%s%s", err.where,
			 err.where[0] != '\0' ? ": " : "", err.what);
}
