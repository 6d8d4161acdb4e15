/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/attest.h"

#include <stdarg.h>

#include "confine/apparmor/loaded.h"

#define MEMBER_SEPARATOR "//&"
#define SECCOMP_MODE_NONE 0u
#define SECCOMP_MODE_ONLY_STRICT 1u
#define SECCOMP_MODE_FILTERS 2u

enum status attest_read(const struct process_handle *process, struct arena *arena,
			struct attested *ret_attested, struct error *err)
{
	enum status st = live_read(process->procfd, &ret_attested->live, err);

	if (st == STATUS_OK)
		st = live_read_label(process->procfd, ret_attested->label,
				     sizeof(ret_attested->label), err);
	ret_attested->filters = (struct live_filters){ .count = 0 };
	/* without filters there is no need to stop it */
	if (st == STATUS_OK && ret_attested->live.seccomp_mode == SECCOMP_MODE_FILTERS)
		st = live_filters_read(process, arena, &ret_attested->filters, err);
	return st;
}

/* --- findings --- */

static void find(struct attest_findings *findings, enum attest_subject subject, const char *fmt,
		 ...) PRINTF_LIKE(3, 4);

static void find(struct attest_findings *findings, enum attest_subject subject, const char *fmt,
		 ...)
{
	struct attest_finding *finding;
	va_list ap;

	/* there is one for each set and member at most; what is more says nothing new */
	if (findings->count == ATTEST_FINDINGS_MAX)
		return;
	finding = &findings->list[findings->count++];
	finding->subject = subject;
	va_start(ap, fmt);
	(void)vsnprintf(finding->text, sizeof(finding->text), fmt, ap);
	va_end(ap);
}

/* --- capabilities --- */

static void compare_set(const char *name, uint64_t held, uint64_t decided, struct arena *arena,
			struct attest_findings *findings)
{
	struct buffer more = BUFFER_INIT(arena);

	if ((held & ~decided) == 0)
		return;
	capability_set_describe(held & ~decided, &more);
	find(findings, ATTEST_CAPABILITIES, "the %s set has %.*s, which was not decided", name,
	     more.failed ? 0 : (int)more.len, more.failed ? "" : more.ptr);
}

/*
 * An execve as root makes all of the bounding set permitted, and effective: capabilities(7). So
 * these two are held to the bounding set that was decided.
 */
static void compare_capabilities(const struct live *live, const struct capability_sets *decided,
				 const struct attest_terms *terms, struct arena *arena,
				 struct attest_findings *findings)
{
	const struct capability_sets *held = &live->capabilities;
	uint64_t ceiling = decided->bounding;

	if (!terms->bounding_may_stay || !live->no_new_privileges)
		compare_set("bounding", held->bounding, ceiling, arena, findings);
	compare_set("permitted", held->permitted, ceiling, arena, findings);
	compare_set("effective", held->effective, ceiling, arena, findings);
	compare_set("inheritable", held->inheritable,
		    terms->has_run ? ceiling : decided->inheritable, arena, findings);
	compare_set("ambient", held->ambient, terms->has_run ? ceiling : decided->ambient, arena,
		    findings);
}

/* --- AppArmor --- */

/* The label without its mode. */
static struct text label_names(struct text label)
{
	if (label.len > 0 && label.ptr[label.len - 1] == ')') {
		for (size_t i = label.len; i > 1; i--) {
			if (label.ptr[i - 1] == '(' && label.ptr[i - 2] == ' ')
				return (struct text){ label.ptr, i - 2 };
		}
	}
	return label;
}

struct text attest_label_mode(const char *label)
{
	struct text all = text_of(label), names = label_names(all);

	if (names.len == all.len)
		return TEXT_NONE;
	return (struct text){ names.ptr + names.len + 2, all.len - names.len - 3 };
}

bool attest_next_member(struct text *rest, struct text *ret_member)
{
	struct text names = label_names(*rest);

	if (names.len == 0)
		return false;
	*ret_member = names;
	*rest = TEXT_NONE;
	for (size_t i = 0; i + strlen(MEMBER_SEPARATOR) <= names.len; i++) {
		if (memcmp(names.ptr + i, MEMBER_SEPARATOR, strlen(MEMBER_SEPARATOR)) != 0)
			continue;
		*ret_member = (struct text){ names.ptr, i };
		*rest = (struct text){ names.ptr + i + strlen(MEMBER_SEPARATOR),
				       names.len - i - strlen(MEMBER_SEPARATOR) };
		break;
	}
	return true;
}

static bool has_member(const char *label, struct text wanted)
{
	struct text rest = text_of(label), member;

	while (attest_next_member(&rest, &member)) {
		if (text_equal(member, wanted))
			return true;
	}
	return false;
}

static void compare_member(const char *label, struct text member, const struct attest_terms *terms,
			   struct attest_findings *findings)
{
	struct text mode = attest_label_mode(label), own;

	if (!has_member(label, member)) {
		find(findings, ATTEST_APPARMOR,
		     "the AppArmor profile '%.*s' is not on it, its label is '%.100s'",
		     TEXT_ARG(member), label[0] != '\0' ? label : "unconfined");
		return;
	}
	if (terms->audit || apparmor_mode_enforces(mode))
		return;
	own = apparmor_loaded_mode(terms->apparmor_profiles, member);
	if (apparmor_mode_enforces(own))
		return;
	find(findings, ATTEST_APPARMOR, "the AppArmor profile '%.*s' is in %.*s mode",
	     TEXT_ARG(member), TEXT_ARG(own.len > 0 ? own : mode));
}

static void compare_label(const char *label, struct text decided, const struct attest_terms *terms,
			  struct attest_findings *findings)
{
	struct text member;

	while (attest_next_member(&decided, &member)) {
		if (!text_is(member, "unconfined"))
			compare_member(label, member, terms, findings);
	}
}

/* --- seccomp --- */

static enum status compare_seccomp(const struct attested *attested, const struct ruleset *decided,
				   struct arena *arena, struct attest_findings *findings,
				   struct error *err)
{
	const struct live *live = &attested->live;
	char looser[240];
	enum status st;

	if (live->seccomp_mode == SECCOMP_MODE_ONLY_STRICT)
		return STATUS_OK; /* read, write, exit and sigreturn: no filter is stricter */
	if (live->seccomp_mode == SECCOMP_MODE_NONE) {
		find(findings, ATTEST_SECCOMP, "no seccomp filter is on it");
		return STATUS_OK;
	}
	if (attested->filters.hidden)
		return STATUS_OK;
	st = judge_filters(decided, attested->filters.list, attested->filters.count, arena,
			   &findings->judgement, err);
	if (st != STATUS_OK)
		return st;
	findings->filters_judged = true;
	if (findings->judgement.is_looser) {
		judgement_describe(&findings->judgement, looser, sizeof(looser));
		find(findings, ATTEST_SECCOMP, "%s", looser);
	}
	return STATUS_OK;
}

enum status attest_compare(const struct attested *attested, const struct confinement *decision,
			   const struct attest_terms *terms, struct arena *arena,
			   struct attest_findings *ret_findings, struct error *err)
{
	const struct privileges *decided = &decision->privileges;
	struct attest_findings findings = { .count = 0 };
	enum status st = STATUS_OK;

	if (!decided->untouched) {
		compare_capabilities(&attested->live, &decided->capabilities, terms, arena,
				     &findings);
		if (decided->no_new_privileges && !attested->live.no_new_privileges)
			find(&findings, ATTEST_NO_NEW_PRIVILEGES,
			     "no_new_privs is off, decided: on");
		compare_label(attested->label, decided->apparmor_profile, terms, &findings);
		if (decision->has_seccomp)
			st = compare_seccomp(attested, &decision->seccomp, arena, &findings, err);
	}
	if (st == STATUS_OK)
		*ret_findings = findings;
	return st;
}
