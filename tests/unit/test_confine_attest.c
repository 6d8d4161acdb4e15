/* SPDX-License-Identifier: Apache-2.0 */
/* attest.c: what is looser than decided is said, what is stricter is not. */
#include "support_confine.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "confine/attest.h"
#include "confine/filter/filter.h"

#define KILL_CAP CAPABILITY_BIT(5)
#define NET_RAW_CAP CAPABILITY_BIT(13)
#define SYS_ADMIN_CAP CAPABILITY_BIT(CAPABILITY_SYS_ADMIN)

/* What a decision of KILL, no_new_privs and "a//&b" looks like on a process that holds to it. */
static struct confinement decision(void)
{
	return (struct confinement){
		.privileges = { .capabilities = { .bounding = KILL_CAP,
						  .permitted = KILL_CAP,
						  .effective = KILL_CAP },
				.no_new_privileges = true,
				.apparmor_profile = TEXT("a//&b") },
	};
}

static const struct attest_case {
	const char *name;
	struct capability_sets capabilities; /* or all zero: as decided */
	bool no_new_privileges_off;
	const char *label;	 /* NULL: "a//&b (enforce)" */
	const char *profiles;	 /* of the kernel */
	bool has_run, audit;
	const char *says; /* NULL: nothing */
} attest_cases[] = {
	{ "as decided", .says = NULL },
	{ "fewer", .capabilities = { .bounding = KILL_CAP }, .says = NULL },
	{ "root's execve",
	  .capabilities = { .bounding = KILL_CAP, .permitted = KILL_CAP, .effective = KILL_CAP },
	  .says = NULL },
	{ "bounding", .capabilities = { .bounding = KILL_CAP | NET_RAW_CAP },
	  .says = "the bounding set has CAP_NET_RAW, which was not decided" },
	{ "permitted", .capabilities = { .permitted = SYS_ADMIN_CAP },
	  .says = "the permitted set has CAP_SYS_ADMIN, which was not decided" },
	{ "effective", .capabilities = { .effective = SYS_ADMIN_CAP | NET_RAW_CAP },
	  .says = "the effective set has CAP_NET_RAW, CAP_SYS_ADMIN, which was not decided" },
	{ "inheritable at the start", .capabilities = { .inheritable = KILL_CAP },
	  .says = "the inheritable set has CAP_KILL, which was not decided" },
	{ "inheritable later", .capabilities = { .inheritable = KILL_CAP }, .has_run = true,
	  .says = NULL },
	{ "inheritable later, beyond", .capabilities = { .inheritable = NET_RAW_CAP },
	  .has_run = true, .says = "the inheritable set has CAP_NET_RAW, which was not decided" },
	{ "ambient", .capabilities = { .ambient = KILL_CAP },
	  .says = "the ambient set has CAP_KILL, which was not decided" },
	{ "no_new_privs", .no_new_privileges_off = true,
	  .says = "no_new_privs is off, decided: on" },
	{ "members in another order", .label = "b//&a (enforce)", .says = NULL },
	{ "a member more", .label = "a//&b//&c (enforce)", .says = NULL },
	{ "a member less", .label = "a (enforce)",
	  .says = "the AppArmor profile 'b' is not on it, its label is 'a (enforce)'" },
	{ "a profile that was removed", .label = "a//&unconfined (enforce)",
	  .says = "the AppArmor profile 'b' is not on it, its label is 'a//&unconfined (enforce)'" },
	{ "the beginning of a name", .label = "a//&bc (enforce)",
	  .says = "the AppArmor profile 'b' is not on it, its label is 'a//&bc (enforce)'" },
	{ "a namespace's", .label = ":n:a//&b (enforce)",
	  .says = "the AppArmor profile 'a' is not on it, its label is ':n:a//&b (enforce)'" },
	{ "unconfined", .label = "unconfined",
	  .says = "the AppArmor profile 'a' is not on it, its label is 'unconfined'" },
	{ "no AppArmor", .label = "",
	  .says = "the AppArmor profile 'a' is not on it, its label is 'unconfined'" },
	{ "complaining", .label = "a//&b (complain)", .profiles = "",
	  .says = "the AppArmor profile 'a' is in complain mode" },
	{ "one of them complains", .label = "a//&b (mixed)",
	  .profiles = "a (enforce)\nb (complain)\n",
	  .says = "the AppArmor profile 'b' is in complain mode" },
	{ "another one complains", .label = "a//&b//&c (mixed)",
	  .profiles = "a (enforce)\nb (enforce)\nc (complain)\n", .says = NULL },
	{ "nobody knows which", .label = "a//&b (mixed)", .profiles = NULL,
	  .says = "the AppArmor profile 'a' is in mixed mode" },
	{ "audit", .label = "a//&b (complain)", .audit = true, .says = NULL },
	{ "audit, a member less", .label = "a (complain)", .audit = true,
	  .says = "the AppArmor profile 'b' is not on it, its label is 'a (complain)'" },
};

START_TEST(says_what_is_looser)
{
	const struct attest_case *c = &attest_cases[_i];
	static const struct capability_sets none = { 0 };
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct confinement decided = decision();
	struct attested attested = { .live = { .no_new_privileges = !c->no_new_privileges_off } };
	struct attest_terms terms = { c->has_run, c->audit,
				      c->profiles != NULL ? text_of(c->profiles) : TEXT_NONE };
	struct attest_findings findings;
	struct error err = { 0 };

	attested.live.capabilities = capability_sets_equal(&c->capabilities, &none)
					     ? decided.privileges.capabilities
					     : c->capabilities;
	(void)snprintf(attested.label, sizeof(attested.label), "%s",
		       c->label != NULL ? c->label : "a//&b (enforce)");
	ASSERT_OK(attest_compare(&attested, &decided, &terms, &arena, &findings, &err), err);
	if (c->says == NULL) {
		ck_assert_msg(findings.count == 0, "%s: %s", c->name, findings.list[0].text);
		return;
	}
	ck_assert_msg(findings.count > 0, "%s: nothing is found", c->name);
	ck_assert_msg(strcmp(findings.list[0].text, c->says) == 0, "%s: %s", c->name,
		      findings.list[0].text);
	/* what the policy leaves alone was not decided either */
	decided.privileges.untouched = true;
	ASSERT_OK(attest_compare(&attested, &decided, &terms, &arena, &findings, &err), err);
	ck_assert_uint_eq(findings.count, 0);
}
END_TEST

/* What a hook cannot narrow is worth nothing under no_new_privs, and only there. */
START_TEST(bounding_may_stay)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct confinement decided = decision();
	struct attested attested = { .live = { .no_new_privileges = true },
				     .label = "a//&b (enforce)" };
	struct attest_terms terms = { .has_run = true, .bounding_may_stay = true };
	struct attest_findings findings;
	struct error err = { 0 };

	attested.live.capabilities.bounding = KILL_CAP | NET_RAW_CAP;
	ASSERT_OK(attest_compare(&attested, &decided, &terms, &arena, &findings, &err), err);
	ck_assert_uint_eq(findings.count, 0);
	attested.live.no_new_privileges = false;
	ASSERT_OK(attest_compare(&attested, &decided, &terms, &arena, &findings, &err), err);
	ck_assert_uint_gt(findings.count, 0);
	attested.live.no_new_privileges = true;
	attested.live.capabilities.permitted = NET_RAW_CAP;
	ASSERT_OK(attest_compare(&attested, &decided, &terms, &arena, &findings, &err), err);
	ck_assert_uint_eq(findings.count, 1);
}
END_TEST

/* --- live --- */

#define DENY_MKDIR                                                                             \
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_X86_64\","       \
	"\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"],\"syscalls\":[{\"names\":[\"mkdir\"],\"action\":" \
	"\"SCMP_ACT_ERRNO\"}%s]}"
#define AND_PERSONALITY                                                                        \
	",{\"names\":[\"personality\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":[{\"index\":0,"  \
	"\"value\":8,\"op\":\"SCMP_CMP_EQ\"}]}"

static struct confinement decide_seccomp(struct arena *arena, const char *more)
{
	struct confinement decided = { .has_seccomp = true };
	struct ruleset input;
	struct notes notes = { .count = 0 };
	struct error err = { 0 };
	char profile[600];

	(void)snprintf(profile, sizeof(profile), DENY_MKDIR, more);
	decided.privileges.capabilities.bounding = UINT64_MAX;
	decided.privileges.capabilities.inheritable = UINT64_MAX;
	decided.privileges.capabilities.ambient = UINT64_MAX;
	input = support_ruleset(arena, support_str(arena, text_of(profile)));
	ASSERT_OK(merge_profiles(&input, 1, arena, &notes, &decided.seccomp, &err), err);
	return decided;
}

/* A child with the filter of this decision on; NULL: none. */
static pid_t start(const struct confinement *decided, struct arena *arena)
{
	struct filter_options options = { NULL };
	struct filter filter = { .count = 0 };
	struct error err = { 0 };
	int ready[2];
	char byte;
	pid_t pid;

	if (decided != NULL)
		ASSERT_OK(filter_get(&decided->seccomp, &options, arena, &filter, &err), err);
	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		struct sock_filter code[BPF_MAXINSNS];
		struct sock_fprog program = { (unsigned short)filter.count, code };

		if (filter.count > 0)
			memcpy(code, filter.code, filter.count * sizeof(code[0]));
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 ||
		    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
		    (decided != NULL &&
		     syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, filter.flags, &program) != 0) ||
		    write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			(void)pause();
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	(void)close(ready[1]);
	return pid;
}

static struct attest_findings attest(pid_t pid, const struct confinement *decided,
				     struct arena *arena)
{
	AUTO(process_close) struct process_handle process = PROCESS_HANDLE_NONE;
	struct attested *attested = arena_alloc(arena, sizeof(*attested));
	struct attest_terms terms = { .has_run = true };
	struct attest_findings findings;
	struct error err = { 0 };
	int status;

	ck_assert_ptr_nonnull(attested);
	ASSERT_OK(process_open(pid, &process, &err), err);
	ASSERT_OK(attest_read(&process, arena, attested, &err), err);
	ASSERT_OK(attest_compare(attested, decided, &terms, arena, &findings, &err), err);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(geteuid() != 0 || findings.filters_judged || attested->live.seccomp_mode == 0);
	return findings;
}

START_TEST(attests_live_processes)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct confinement one = decide_seccomp(&arena, ""),
			   both = decide_seccomp(&arena, AND_PERSONALITY);
	struct attest_findings findings;

	findings = attest(start(&one, &arena), &one, &arena);
	ck_assert_msg(findings.count == 0, "%s", findings.list[0].text);
	/* more than decided */
	findings = attest(start(&both, &arena), &one, &arena);
	ck_assert_msg(findings.count == 0, "%s", findings.list[0].text);
	/* less */
	findings = attest(start(&one, &arena), &both, &arena);
	if (findings.filters_judged) {
		ck_assert_uint_eq(findings.count, 1);
		ck_assert_int_eq(findings.list[0].subject, ATTEST_SECCOMP);
		ck_assert_str_eq(
			findings.list[0].text,
			"x86_64 personality(0x8): the kernel would allow it, decided: errno 1");
	}
	/* none */
	findings = attest(start(NULL, &arena), &one, &arena);
	ck_assert_uint_eq(findings.count, 1);
	ck_assert_str_eq(findings.list[0].text, "no seccomp filter is on it");
}
END_TEST

START_TEST(cuts_labels)
{
	struct text rest = TEXT("a//&b (x)//&c d (enforce)"), member;

	ck_assert(attest_next_member(&rest, &member));
	ASSERT_TEXT(member, "a");
	ck_assert(attest_next_member(&rest, &member));
	ASSERT_TEXT(member, "b (x)");
	ck_assert(attest_next_member(&rest, &member));
	ASSERT_TEXT(member, "c d");
	ck_assert(!attest_next_member(&rest, &member));
	ASSERT_TEXT(attest_label_mode("a//&b (mixed)"), "mixed");
	ck_assert_uint_eq(attest_label_mode("unconfined").len, 0);
	ck_assert_uint_eq(attest_label_mode("").len, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("attest");
	TCase *tc = support_case(suite, "attest");

	tcase_add_loop_test(tc, says_what_is_looser, 0, ARRAY_LEN(attest_cases));
	tcase_add_test(tc, bounding_may_stay);
	tcase_add_test(tc, attests_live_processes);
	tcase_add_test(tc, cuts_labels);
	return support_run(suite);
}
