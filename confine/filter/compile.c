/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/filter/compile.h"

#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "confine/filter/decided.h"
#include "confine/filter/stub.h"
#include "oci-spec/base/file.h"

static const enum scmp_compare operators[] = {
	[COMPARE_NE] = SCMP_CMP_NE,
	[COMPARE_LT] = SCMP_CMP_LT,
	[COMPARE_LE] = SCMP_CMP_LE,
	[COMPARE_EQ] = SCMP_CMP_EQ,
	[COMPARE_GE] = SCMP_CMP_GE,
	[COMPARE_GT] = SCMP_CMP_GT,
	[COMPARE_MASKED_EQ] = SCMP_CMP_MASKED_EQ,
};

static const uint32_t tokens[] = {
	[ARCH_X86] = SCMP_ARCH_X86, [ARCH_X86_64] = SCMP_ARCH_X86_64,	[ARCH_X32] = SCMP_ARCH_X32,
	[ARCH_ARM] = SCMP_ARCH_ARM, [ARCH_AARCH64] = SCMP_ARCH_AARCH64,
};

static void release(scmp_filter_ctx *context)
{
	if (*context != NULL)
		seccomp_release(*context);
}

/* libseccomp returns negative errno values. */
static enum status refused(int failed, const char *what, struct error *err)
{
	if (failed == -ENOMEM)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot compile a filter");
	return error_set(err, STATUS_UNSUPPORTED, -failed, "libseccomp refuses %s", what);
}

static enum status add_arches(scmp_filter_ctx context, uint32_t arches, struct error *err)
{
	for (unsigned arch = 0; arch < sizeof(tokens) / sizeof(tokens[0]); arch++) {
		int failed;

		if ((arches & runnable_arches() & ARCH_BIT(arch)) == 0)
			continue;
		failed = seccomp_arch_add(context, tokens[arch]);
		if (failed != 0 && failed != -EEXIST)
			return refused(failed, arch_name((enum arch)arch), err);
	}
	return STATUS_OK;
}

static enum status add_rule(scmp_filter_ctx context, int number, const struct rule *rule,
			    const char *name, struct error *err)
{
	struct scmp_arg_cmp args[PROFILE_ARGS_MAX];
	char what[96];
	int failed;

	for (unsigned i = 0; i < rule->cond_count; i++)
		args[i] = (struct scmp_arg_cmp){ rule->conds[i].index, operators[rule->conds[i].op],
						 rule->conds[i].a, rule->conds[i].b };
	failed = seccomp_rule_add_array(context, answer_of(rule->verdict), number, rule->cond_count,
					args);
	if (failed == 0)
		return STATUS_OK;
	(void)snprintf(what, sizeof(what), "a rule on %.60s", name);
	return refused(failed, what, err);
}

/* Rules without conditions first, as a written profile has them; those like the default never. */
static enum status add_rules(scmp_filter_ctx context, const struct ruleset *ruleset,
			     bool conditional, struct error *err)
{
	for (unsigned call = 0; call < syscall_count(); call++) {
		char name[64];
		int number = __NR_SCMP_ERROR;

		for (const struct rule *r = ruleset->calls[call]; r != NULL; r = r->next) {
			enum status st;

			if ((r->cond_count > 0) != conditional ||
			    verdict_equal(r->verdict, ruleset->default_verdict))
				continue;
			(void)snprintf(name, sizeof(name), "%.*s", TEXT_ARG(syscall_name(call)));
			number = number != __NR_SCMP_ERROR ? number
							   : seccomp_syscall_resolve_name(name);
			/* newer than this libseccomp: what that opens is found by the check */
			if (number == __NR_SCMP_ERROR)
				break;
			st = add_rule(context, number, r, name, err);
			if (st != STATUS_OK)
				return st;
		}
	}
	return STATUS_OK;
}

/* Puts the program behind `stub_count` instructions that are there. */
static enum status export(scmp_filter_ctx context, struct sock_filter *code, size_t stub_count,
			  size_t *ret_count, struct error *err) {
	AUTO(file_close) int fd = memfd_create("filter", MFD_CLOEXEC);
	size_t room = (BPF_MAXINSNS - stub_count) * sizeof(*code);
	int failed;
	off_t size;

	if (fd < 0) return error_set(err, STATUS_SYSTEM, errno, "cannot compile a filter");
	failed = seccomp_export_bpf(context, fd);
	if (failed != 0) return refused(failed, "to make a filter of the rules", err);
	size = lseek(fd, 0, SEEK_END);
	if (size > 0 && (size_t)size > room) return error_set(
		err, STATUS_UNSUPPORTED, 0,
		"the filter has %zu instructions, more than the kernel's %d",
		(size_t)size / sizeof(*code) + stub_count, BPF_MAXINSNS);
	if (size <= 0 || (size_t)size % sizeof(*code) != 0 ||
	    pread(fd, code + stub_count, (size_t)size, 0) !=
		    size) return error_set(err, STATUS_SYSTEM, errno,
					   "cannot read a compiled filter");
	*ret_count = stub_count + (size_t)size / sizeof(*code);
	return STATUS_OK;
}

enum status filter_compile(const struct ruleset *ruleset, enum filter_shape shape,
			   struct arena *arena, struct bpf *ret_bpf, struct error *err)
{
	AUTO(release) scmp_filter_ctx context = NULL;
	struct sock_filter *code = arena_array(arena, BPF_MAXINSNS, sizeof(*code));
	size_t count = 0;
	enum status st;
	int failed;

	errno = 0;
	/* all that this libseccomp knows, and none of the system calls with which it would ask */
	(void)seccomp_api_set(6);
	context = seccomp_init(answer_of(ruleset->default_verdict));
	if (context == NULL || code == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot compile a filter");
	failed = seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, shape);
	if (failed != 0)
		return refused(failed, "to choose a filter's shape", err);
	st = add_arches(context, ruleset->arches, err);
	if (st == STATUS_OK)
		st = add_rules(context, ruleset, false, err);
	if (st == STATUS_OK)
		st = add_rules(context, ruleset, true, err);
	if (st == STATUS_OK)
		st = export(context, code, stub_write(ruleset, code), &count, err);
	/* without memory it leaves rules out and says nothing (2.5.4): a filter that denies more */
	if (st == STATUS_OK && errno == ENOMEM)
		st = error_set(err, STATUS_SYSTEM, ENOMEM, "cannot compile a filter");
	if (st == STATUS_OK)
		*ret_bpf = (struct bpf){ code, count };
	return st;
}
