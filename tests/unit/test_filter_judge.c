/* SPDX-License-Identifier: Apache-2.0 */
/* judge.c and decided.c: what is looser than decided is found. */
#include "support_confine.h"

#include <errno.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <stdlib.h>

#include "confine/filter/compile.h"
#include "confine/filter/judge.h"
#include "confine/filter/make.h"
#include "confine/filter/prng.h"
#include "confine/seccomp/runtime_default.h"

static struct ruleset merged(struct arena *arena, struct ruleset input)
{
	struct ruleset set = { .arches = 0 };
	struct notes notes = { .count = 0 };
	struct error err = { 0 };

	ASSERT_OK(merge_profiles(&input, 1, arena, &notes, &set, &err), err);
	return set;
}

/* RuntimeDefault of this architecture alone. */
static struct ruleset runtime_default(struct arena *arena)
{
	struct ruleset_context context = { 0xa80425fb, SUPPORT_KERNEL };
	struct ruleset input;
	struct error err = { 0 };

	ASSERT_OK(runtime_default_resolve(TEXT_NONE, &context, arena, &input, &err), err);
	input.arches = ARCH_BIT(ARCH_NATIVE);
	return merged(arena, input);
}

/* Of the three architectures that engines list, for a container that has every capability. */
static struct ruleset privileged(struct arena *arena)
{
	struct ruleset_context context = { ~(uint64_t)0, SUPPORT_KERNEL };
	struct ruleset input;
	struct error err = { 0 };

	ASSERT_OK(runtime_default_resolve(TEXT_NONE, &context, arena, &input, &err), err);
	return merged(arena, input);
}

static struct bpf compiled(const struct ruleset *set, enum filter_shape shape,
			   struct arena *arena)
{
	struct bpf bpf = { NULL, 0 };
	struct error err = { 0 };

	ASSERT_OK(filter_compile(set, shape, arena, &bpf, &err), err);
	return bpf;
}

static struct judgement judged(const struct ruleset *set, const struct bpf *filters, size_t count,
			       struct arena *arena)
{
	struct judgement judgement = { 0 };
	struct error err = { 0 };

	ASSERT_OK(judge_filters(set, filters, count, arena, &judgement, &err), err);
	return judgement;
}

START_TEST(finds_nothing_where_nothing_is)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct ruleset set = runtime_default(&arena);
	struct bpf bpf = compiled(&set, (enum filter_shape)_i, &arena);
	struct judgement judgement = judged(&set, &bpf, 1, &arena);

	ck_assert(!judgement.is_looser);
	ck_assert_uint_eq(judgement.tighter, 0);
	ck_assert_uint_gt(judgement.points, 400);
}
END_TEST

/* Without any filter everything is allowed; a second one makes good what the first lets through. */
START_TEST(judges_the_whole_stack)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct sock_filter allow[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	const struct sock_filter kill[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS) };
	struct ruleset set = runtime_default(&arena);
	struct bpf filters[3] = { { allow, 1 }, compiled(&set, FILTER_TREE, &arena), { kill, 1 } };
	struct judgement judgement;

	ck_assert(judged(&set, NULL, 0, &arena).is_looser);
	ck_assert(judged(&set, filters, 1, &arena).is_looser);
	ck_assert(!judged(&set, filters, 2, &arena).is_looser);
	judgement = judged(&set, filters, 3, &arena);
	ck_assert(!judgement.is_looser);
	ck_assert_uint_gt(judgement.tighter, 0);
}
END_TEST

/* --- mutants --- */

/* Arguments tried for the calls that the profile tells apart by them, and for others. */
#define SAMPLES 100
#define SAMPLES_OTHERWISE 3

static bool looks_at_arguments(unsigned number)
{
	return number == 41 || number == 56 || number == 135; /* socket, clone, personality */
}

/* Whether a filter lets something through, somewhere in a sample, that the other one does not. */
static bool sample_is_looser(const struct bpf *mutant, const struct bpf *original)
{
	struct prng prng = { 7 };

	for (unsigned number = 0; number < 470; number++) {
		unsigned samples = looks_at_arguments(number) ? SAMPLES : SAMPLES_OTHERWISE;

		for (unsigned n = 0; n < samples; n++) {
			struct seccomp_data data = { .nr = (int)number, .arch = AUDIT_ARCH_X86_64 };
			static const uint64_t likely[] = { 0, 1, 2, 8, 16, 38, 39, 40, 41, 0x20000,
							   0x20008, 0xffffffff, 0x7e020000,
							   0x10000000, 0x100000028 };
			answer_t a = 0, b = 0;

			for (unsigned i = 0; i < 6; i++)
				data.args[i] = likely[prng_below(&prng, sizeof(likely) / 8)];
			if (!bpf_run(original, &data, &a) || !bpf_run(mutant, &data, &b))
				continue;
			if (answer_is_stricter(a, b))
				return true;
		}
	}
	return false;
}

static bool mutate_jump(struct sock_filter *insn)
{
	uint8_t jt = insn->jt;

	if (BPF_CLASS(insn->code) != BPF_JMP || BPF_OP(insn->code) == BPF_JA || jt == insn->jf)
		return false;
	insn->jt = insn->jf;
	insn->jf = jt;
	return true;
}

static bool mutate_constant(struct sock_filter *insn)
{
	if (BPF_CLASS(insn->code) != BPF_JMP || BPF_OP(insn->code) == BPF_JA)
		return false;
	insn->k++;
	return true;
}

static bool mutate_answer(struct sock_filter *insn)
{
	if (insn->code != (BPF_RET | BPF_K) || insn->k == SECCOMP_RET_ALLOW)
		return false;
	insn->k = SECCOMP_RET_ALLOW;
	return true;
}

static bool mutate_operation(struct sock_filter *insn)
{
	if (insn->code != (BPF_JMP | BPF_JEQ | BPF_K))
		return false;
	insn->code = BPF_JMP | BPF_JGE | BPF_K;
	return true;
}

static bool mutate_load(struct sock_filter *insn)
{
	if (insn->code != (BPF_LD | BPF_W | BPF_ABS) || insn->k < 16 || insn->k > 48)
		return false;
	insn->k += 8;
	return true;
}

static bool (*const mutations[])(struct sock_filter *insn) = {
	mutate_jump, mutate_constant, mutate_answer, mutate_operation, mutate_load,
};

/*
 * One instruction changed, each of them in each way: where a sample of calls shows that more is
 * let through, the judge must have found it.
 */
START_TEST(finds_every_looser_mutant)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct ruleset set = runtime_default(&arena);
	const unsigned mutation = (unsigned)_i % ARRAY_LEN(mutations);
	const enum filter_shape shape = FILTER_CHAIN + (unsigned)_i / ARRAY_LEN(mutations);
	struct bpf original = compiled(&set, shape, &arena);
	struct sock_filter *code = arena_array(&arena, original.count, sizeof(*code));
	unsigned looser = 0;

	ck_assert_ptr_nonnull(code);
	for (size_t i = 0; i < original.count; i++) {
		AUTO(arena_done) struct arena scratch = ARENA_INIT;
		struct bpf mutant = { code, original.count };
		bool is_looser;

		memcpy(code, original.list, original.count * sizeof(*code));
		if (!mutations[mutation](&code[i]))
			continue;
		is_looser = sample_is_looser(&mutant, &original);
		looser += is_looser;
		REQUIRE(!is_looser || judged(&set, &mutant, 1, &scratch).is_looser,
			"mutation %u of instruction %zu is not found", mutation, i);
	}
	ck_assert_uint_gt(looser, 0);
}
END_TEST

/* A hole that no rule is near: one argument's value, on a call that is denied altogether. */
START_TEST(finds_a_hole_that_only_the_filter_knows)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct sock_filter hole[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 272 /* unshare */, 0, 6),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[5]) + 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x1234567, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[5])),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xff0ff00),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xab0cd00, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const size_t head = sizeof(hole) / sizeof(hole[0]);
	struct ruleset set = runtime_default(&arena);
	struct bpf right = compiled(&set, FILTER_TREE, &arena), wrong;
	struct sock_filter *code = arena_array(&arena, head + right.count, sizeof(*code));
	struct judgement judgement;
	char text[200];

	ck_assert_ptr_nonnull(code);
	memcpy(code, hole, sizeof(hole));
	memcpy(code + head, right.list, right.count * sizeof(*code));
	wrong = (struct bpf){ code, head + right.count };
	ck_assert(bpf_is_sound(&wrong));
	judgement = judged(&set, &wrong, 1, &arena);
	ck_assert(judgement.is_looser);
	judgement_describe(&judgement, text, sizeof(text));
	ck_assert_str_eq(text, "x86_64 unshare(0x0, 0x0, 0x0, 0x0, 0x0, 0x12345670ab0cd00): the "
			       "kernel would allow it, decided: errno 1");
}
END_TEST

/* --- what is decided --- */

START_TEST(knows_every_number_that_libseccomp_knows)
{
	static const struct {
		enum arch arch;
		uint32_t token, bit;
	} arches[] = {
		{ ARCH_X86_64, SCMP_ARCH_X86_64, 0 },
		{ ARCH_X86, SCMP_ARCH_X86, 0 },
		{ ARCH_X32, SCMP_ARCH_X32, X32_CALL_BIT },
	};

	for (size_t a = 0; a < sizeof(arches) / sizeof(arches[0]); a++) {
		for (uint32_t nr = 0; nr < 600; nr++) {
			uint32_t number = nr | arches[a].bit;
			char *name = seccomp_syscall_resolve_num_arch(arches[a].token, (int)number);
			struct numbered_call call;

			REQUIRE(numbered_call_of(audit_arch_of(arches[a].arch), number, &call) &&
					call.arch == arches[a].arch,
				"number %u", number);
			/* newer calls than libseccomp's we may know as well */
			REQUIRE(name == NULL ||
					(call.has_name && text_is(syscall_name(call.call), name)),
				"%s %u is %s", arch_name(arches[a].arch), nr, name);
			free(name);
		}
	}
}
END_TEST

/* A call that another libseccomp has on x32, too, is no hole; x32's own numbers are none elsewhere. */
START_TEST(takes_common_numbers_for_what_they_are)
{
	struct numbered_call call;

	ck_assert(numbered_call_of(AUDIT_ARCH_X86_64, X32_CALL_BIT | 453, &call));
	ck_assert(call.has_name && text_is(syscall_name(call.call), "map_shadow_stack"));
	ck_assert(numbered_call_of(AUDIT_ARCH_X86_64, X32_CALL_BIT | 520, &call));
	ck_assert(call.has_name && text_is(syscall_name(call.call), "execve"));
	ck_assert(numbered_call_of(AUDIT_ARCH_X86_64, 520, &call));
	ck_assert(!call.has_name);
	ck_assert(numbered_call_of(AUDIT_ARCH_I386, 520, &call));
	ck_assert(!call.has_name);
}
END_TEST

/* Of two shapes that are as near to the rules; which is taken costs every start. */
START_TEST(takes_the_tree_unless_the_chain_is_nearer)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct ruleset set = privileged(&arena);
	struct bpf tree = compiled(&set, FILTER_TREE, &arena), made = { NULL, 0 };
	struct bpf chain = compiled(&set, FILTER_CHAIN, &arena);
	struct error err = { 0 };

	ck_assert_uint_eq(judged(&set, &tree, 1, &arena).tighter,
			  judged(&set, &chain, 1, &arena).tighter);
	ASSERT_OK(filter_make(&set, &arena, &made, &err), err);
	ck_assert_uint_eq(made.count, tree.count);
	ck_assert_mem_eq(made.list, tree.list, tree.count * sizeof(tree.list[0]));
}
END_TEST

START_TEST(says_it_in_a_sentence)
{
	struct judgement judgement = { .is_looser = true,
				       .args = { 0x10000000 },
				       .decided = SECCOMP_RET_ERRNO | EPERM,
				       .found = SECCOMP_RET_ALLOW };
	char text[200];

	ck_assert(numbered_call_of(AUDIT_ARCH_X86_64, 272, &judgement.call));
	judgement_describe(&judgement, text, sizeof(text));
	ck_assert_str_eq(text,
			 "x86_64 unshare(0x10000000): the kernel would allow it, decided: errno 1");
	judgement.args[0] = 0;
	judgement.decided = SECCOMP_RET_KILL_PROCESS;
	judgement.found = SECCOMP_RET_ERRNO | ENOSYS;
	judgement_describe(&judgement, text, sizeof(text));
	ck_assert_str_eq(text, "x86_64 unshare: the kernel would return errno 38, decided: kill the "
			       "process");
	ck_assert(numbered_call_of(AUDIT_ARCH_X86_64, X32_CALL_BIT | 777, &judgement.call));
	judgement_describe(&judgement, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "x32 call 777: "));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("filter judge");
	TCase *tc = support_case(suite, "judge");

	tcase_add_loop_test(tc, finds_nothing_where_nothing_is, FILTER_CHAIN, FILTER_TREE + 1);
	tcase_add_test(tc, judges_the_whole_stack);
	tcase_add_loop_test(tc, finds_every_looser_mutant, 0, 2 * ARRAY_LEN(mutations));
	tcase_add_test(tc, finds_a_hole_that_only_the_filter_knows);
	tcase_add_test(tc, knows_every_number_that_libseccomp_knows);
	tcase_add_test(tc, takes_common_numbers_for_what_they_are);
	tcase_add_test(tc, takes_the_tree_unless_the_chain_is_nearer);
	tcase_add_test(tc, says_it_in_a_sentence);
	return support_run(suite);
}
