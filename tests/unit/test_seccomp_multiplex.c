/* SPDX-License-Identifier: Apache-2.0 */
/* socketcall and ipc of i386. The source itself is included, for its tables. */
#include "support_confine.h"

#include <linux/ipc.h>
#include <linux/net.h>
#include <string.h>

#include "confine/seccomp/multiplex.c"

START_TEST(every_name_is_a_system_call)
{
	for (unsigned i = 0; i < LEN(multiplexers); i++) {
		unsigned call;

		ck_assert(syscall_find(text_of(multiplexers[i].name), &call));
		ck_assert_int_ge(syscall_number(call, ARCH_X86), 0);
		ck_assert_uint_le(multiplexers[i].count, IDS_MAX);
		for (unsigned id = 0; id < multiplexers[i].count; id++) {
			const char *name = multiplexers[i].calls[id];

			ck_assert_msg(name[0] == '\0' || syscall_find(text_of(name), &call), "%s", name);
		}
	}
}
END_TEST

START_TEST(ids_are_the_kernels)
{
	ck_assert_str_eq(multiplexers[0].calls[SYS_SOCKET], "socket");
	ck_assert_str_eq(multiplexers[0].calls[SYS_CONNECT], "connect");
	ck_assert_str_eq(multiplexers[0].calls[SYS_ACCEPT], "accept");
	ck_assert_str_eq(multiplexers[0].calls[SYS_SOCKETPAIR], "socketpair");
	ck_assert_str_eq(multiplexers[0].calls[SYS_SENDTO], "sendto");
	ck_assert_str_eq(multiplexers[0].calls[SYS_SETSOCKOPT], "setsockopt");
	ck_assert_str_eq(multiplexers[0].calls[SYS_SENDMSG], "sendmsg");
	ck_assert_str_eq(multiplexers[0].calls[SYS_RECVMSG], "recvmsg");
	ck_assert_str_eq(multiplexers[0].calls[SYS_ACCEPT4], "accept4");
	ck_assert_str_eq(multiplexers[0].calls[SYS_RECVMMSG], "recvmmsg");
	ck_assert_str_eq(multiplexers[0].calls[SYS_SENDMMSG], "sendmmsg");
	ck_assert_uint_eq(multiplexers[0].count, SYS_SENDMMSG + 1);
	ck_assert_str_eq(multiplexers[1].calls[SEMOP], "semop");
	ck_assert_str_eq(multiplexers[1].calls[SEMTIMEDOP], "semtimedop");
	ck_assert_str_eq(multiplexers[1].calls[MSGSND], "msgsnd");
	ck_assert_str_eq(multiplexers[1].calls[MSGCTL], "msgctl");
	ck_assert_str_eq(multiplexers[1].calls[SHMAT], "shmat");
	ck_assert_str_eq(multiplexers[1].calls[SHMCTL], "shmctl");
	ck_assert_uint_eq(multiplexers[1].count, SHMCTL + 1);
}
END_TEST

#define X86 "\"architectures\":[\"SCMP_ARCH_X86\",\"SCMP_ARCH_X86_64\"]"

static const struct mux_case {
	const char *name, *a, *b;
	const char *mux;
	uint32_t id;
	enum action want;  /* the loosest that may come of mux(id) */
	bool keeps_others; /* another id is still allowed */
} mux_cases[] = {
	{ "denied by name, allowed as a whole",
	  "{\"defaultAction\":\"SCMP_ACT_ERRNO\"," X86 ",\"syscalls\":[{\"names\":[\"socketcall\","
	  "\"socket\",\"connect\"],\"action\":\"SCMP_ACT_ALLOW\"}]}",
	  "{\"defaultAction\":\"SCMP_ACT_ALLOW\"," X86 ",\"syscalls\":[{\"names\":[\"socket\"],"
	  "\"action\":\"SCMP_ACT_ERRNO\"}]}",
	  "socketcall", SYS_SOCKET, ACTION_ERRNO, true },
	{ "denied for some arguments counts for all",
	  "{\"defaultAction\":\"SCMP_ACT_ERRNO\"," X86 ",\"syscalls\":[{\"names\":[\"socketcall\","
	  "\"socket\",\"connect\"],\"action\":\"SCMP_ACT_ALLOW\"}]}",
	  "{\"defaultAction\":\"SCMP_ACT_ALLOW\"," X86 ",\"syscalls\":[{\"names\":[\"socket\"],"
	  "\"action\":\"SCMP_ACT_KILL\",\"args\":[{\"index\":0,\"value\":2,\"op\":\"SCMP_CMP_EQ\"}]}]}",
	  "socketcall", SYS_SOCKET, ACTION_KILL_THREAD, true },
	{ "ipc", "{\"defaultAction\":\"SCMP_ACT_ALLOW\"," X86 "}",
	  "{\"defaultAction\":\"SCMP_ACT_ALLOW\"," X86 ",\"syscalls\":[{\"names\":[\"shmat\"],"
	  "\"action\":\"SCMP_ACT_ERRNO\"}]}",
	  "ipc", SHMAT, ACTION_ERRNO, true },
	{ "denied as a whole", "{\"defaultAction\":\"SCMP_ACT_ALLOW\"," X86 "}",
	  "{\"defaultAction\":\"SCMP_ACT_ALLOW\"," X86 ",\"syscalls\":[{\"names\":[\"socketcall\"],"
	  "\"action\":\"SCMP_ACT_ERRNO\"}]}",
	  "socketcall", SYS_SOCKET, ACTION_ERRNO, false },
};

/*
 * What libseccomp makes of mux(id): a rule on the multiplexer for all arguments hides the rest,
 * else its rule for the id, else what it adds for the single call, here taken at its loosest.
 */
static enum action through(const struct ruleset *set, unsigned mux, uint32_t id, unsigned single)
{
	uint64_t args[PROFILE_ARGS_MAX] = { id };
	enum action loosest = (enum action)set->default_verdict.action;
	const struct rule *own = set->calls[mux];

	if (own != NULL && own->cond_count == 0)
		return (enum action)own->verdict.action;
	for (; own != NULL; own = own->next) {
		if (own->conds[0].index == 0 && own->conds[0].a == id)
			return (enum action)support_evaluate(set, mux, args).action;
	}
	for (const struct rule *r = set->calls[single]; r != NULL; r = r->next)
		loosest = r->verdict.action > loosest ? (enum action)r->verdict.action : loosest;
	if (set->calls[single] != NULL && set->calls[single]->cond_count == 0)
		return (enum action)set->calls[single]->verdict.action;
	return loosest;
}

START_TEST(what_is_denied_by_name_is_denied_through_it)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct mux_case *c = &mux_cases[_i];
	struct ruleset inputs[] = { support_ruleset(&arena, c->a), support_ruleset(&arena, c->b) };
	struct notes notes = { .count = 0 };
	struct ruleset merged;
	struct error err = { 0 };
	unsigned mux = support_call(c->mux);
	bool is_ipc = strcmp(c->mux, "ipc") == 0;
	unsigned denied = support_call(is_ipc ? "shmat" : "socket");
	unsigned other = support_call(is_ipc ? "shmget" : "connect");
	uint32_t other_id = is_ipc ? SHMGET : SYS_CONNECT;

	ASSERT_OK(merge_profiles(inputs, 2, &arena, &notes, &merged, &err), err);
	if ((merged.arches & ARCH_BIT(ARCH_X86)) == 0) {
		ck_assert_uint_eq(notes.count, 1); /* then i386 programs are killed, and it is said */
		return;
	}
	ck_assert_msg(through(&merged, mux, c->id, denied) <= c->want, "%s", c->name);
	ck_assert_msg((through(&merged, mux, other_id, other) == ACTION_ALLOW) == c->keeps_others,
		      "%s", c->name);
}
END_TEST

START_TEST(without_x86_nothing_is_split)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct ruleset inputs[] = {
		support_ruleset(&arena, "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}"),
		support_ruleset(&arena, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":["
					"\"socket\"],\"action\":\"SCMP_ACT_ERRNO\"}]}"),
	};
	struct notes notes = { .count = 0 };
	struct ruleset merged;
	struct error err = { 0 };

	ASSERT_OK(merge_profiles(inputs, 2, &arena, &notes, &merged, &err), err);
	ck_assert_ptr_null(merged.calls[support_call("socketcall")]);
	ck_assert_uint_eq(notes.count, 0);
}
END_TEST

static const struct match_case {
	uint8_t op;
	uint64_t a, b;
	uint32_t id;
	bool matches;
} match_cases[] = {
	{ COMPARE_EQ, 1, 0, 1, true },	{ COMPARE_EQ, 1, 0, 2, false },
	{ COMPARE_NE, 1, 0, 2, true },	{ COMPARE_NE, 1, 0, 1, false },
	{ COMPARE_LT, 2, 0, 1, true },	{ COMPARE_LT, 2, 0, 2, false },
	{ COMPARE_LE, 2, 0, 2, true },	{ COMPARE_LE, 2, 0, 3, false },
	{ COMPARE_GE, 2, 0, 2, true },	{ COMPARE_GE, 2, 0, 1, false },
	{ COMPARE_GT, 2, 0, 3, true },	{ COMPARE_GT, 2, 0, 2, false },
	{ COMPARE_EQ, (uint64_t)1 << 32 | 5, 0, 5, true },
	{ COMPARE_MASKED_EQ, 3, 1, 5, true }, { COMPARE_MASKED_EQ, 3, 1, 6, false },
};

START_TEST(ids_are_compared_by_every_operator)
{
	const struct match_case *c = &match_cases[_i];
	struct profile_arg cond = { 0, c->op, c->a, c->b };

	ck_assert_int_eq(matches_id(&cond, c->id), c->matches);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("seccomp multiplex");
	TCase *tc = support_case(suite, "multiplex");

	tcase_add_test(tc, every_name_is_a_system_call);
	tcase_add_test(tc, ids_are_the_kernels);
	if (ARCH_NATIVE == ARCH_X86_64)
		tcase_add_loop_test(tc, what_is_denied_by_name_is_denied_through_it, 0,
				    ARRAY_LEN(mux_cases));
	tcase_add_test(tc, without_x86_nothing_is_split);
	tcase_add_loop_test(tc, ids_are_compared_by_every_operator, 0, ARRAY_LEN(match_cases));
	return support_run(suite);
}
