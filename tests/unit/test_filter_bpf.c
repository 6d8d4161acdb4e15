/* SPDX-License-Identifier: Apache-2.0 */
/* bpf.c and bpf_sound.c, held against this kernel. */
#include "support.h"

#include <linux/audit.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "confine/filter/bpf.h"
#include "confine/filter/prng.h"

#define LD_NR BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))
#define LD_ARCH BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch))
#define LD_LOW(i) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + 8 * (i))
#define LD_HIGH(i) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + 8 * (i) + 4)
#define RET(k) BPF_STMT(BPF_RET | BPF_K, k)
#define RET_A BPF_STMT(BPF_RET | BPF_A, 0)
#define JUMP(op, k, jt, jf) BPF_JUMP(BPF_JMP | (op) | BPF_K, k, jt, jf)

/* --- running --- */

static const struct run_case {
	const char *name;
	struct sock_filter code[12];
	size_t count;
	answer_t answer;
} run_cases[] = {
	{ "returns a constant", { RET(7) }, 1, 7 },
	{ "number", { LD_NR, RET_A }, 2, 42 },
	{ "architecture", { LD_ARCH, RET_A }, 2, AUDIT_ARCH_X86_64 },
	{ "low half of an argument", { LD_LOW(1), RET_A }, 2, 0x55667788 },
	{ "high half of an argument", { LD_HIGH(1), RET_A }, 2, 0x11223344 },
	{ "length of the data", { BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0), RET_A }, 2, 64 },
	{ "jump taken", { LD_NR, JUMP(BPF_JEQ, 42, 1, 0), RET(1), RET(2) }, 4, 2 },
	{ "jump not taken", { LD_NR, JUMP(BPF_JGT, 42, 1, 0), RET(1), RET(2) }, 4, 1 },
	{ "greater or equal", { LD_NR, JUMP(BPF_JGE, 42, 1, 0), RET(1), RET(2) }, 4, 2 },
	{ "bits set", { LD_NR, JUMP(BPF_JSET, 0x6, 1, 0), RET(1), RET(2) }, 4, 2 },
	{ "unsigned comparison",
	  { BPF_STMT(BPF_LD | BPF_IMM, 0x80000000), JUMP(BPF_JGT, 1, 1, 0), RET(1), RET(2) },
	  4, 2 },
	{ "jump far", { BPF_STMT(BPF_JMP | BPF_JA, 1), RET(1), RET(2) }, 3, 2 },
	{ "scratch memory and the index register",
	  { BPF_STMT(BPF_LD | BPF_IMM, 5), BPF_STMT(BPF_ST, 3), BPF_STMT(BPF_LDX | BPF_MEM, 3),
	    BPF_STMT(BPF_LD | BPF_IMM, 37), BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
	    BPF_STMT(BPF_MISC | BPF_TAX, 0), BPF_STMT(BPF_STX, 4), BPF_STMT(BPF_LD | BPF_MEM, 4),
	    RET_A },
	  9, 42 },
	{ "masks", { LD_NR, BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xa), RET_A }, 3, 42 & 0xa },
	{ "subtraction, below zero", { LD_NR, BPF_STMT(BPF_ALU | BPF_SUB | BPF_K, 43), RET_A }, 3,
	  UINT32_MAX },
	{ "multiplication, cut to 32 bits",
	  { LD_NR, BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 0x80000001), RET_A }, 3, 42 },
	{ "bits added", { LD_NR, BPF_STMT(BPF_ALU | BPF_OR | BPF_K, 0x5), RET_A }, 3, 42 | 5 },
	{ "bits turned", { LD_NR, BPF_STMT(BPF_ALU | BPF_XOR | BPF_K, 0xff), RET_A }, 3, 42 ^ 0xff },
	{ "length of the data, into the index register",
	  { BPF_STMT(BPF_LDX | BPF_W | BPF_LEN, 0), BPF_STMT(BPF_MISC | BPF_TXA, 0), RET_A }, 3, 64 },
	{ "division", { LD_NR, BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 5), RET_A }, 3, 8 },
	/* of the index register no number is refused beforehand */
	{ "division by zero ends the program with 0",
	  { LD_NR, BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0), RET(7) }, 3, 0 },
	{ "of a shift five bits count",
	  { LD_NR, BPF_STMT(BPF_LDX | BPF_IMM, 33), BPF_STMT(BPF_ALU | BPF_LSH | BPF_X, 0), RET_A },
	  4, 84 },
	{ "and to the right",
	  { LD_NR, BPF_STMT(BPF_LDX | BPF_IMM, 33), BPF_STMT(BPF_ALU | BPF_RSH | BPF_X, 0), RET_A },
	  4, 21 },
	{ "negation", { LD_NR, BPF_STMT(BPF_ALU | BPF_NEG, 0), RET_A }, 3, (answer_t)-42 },
};

static const struct seccomp_data a_call = {
	.nr = 42,
	.arch = AUDIT_ARCH_X86_64,
	.args = { 1, 0x1122334455667788, 3 },
};

START_TEST(runs_as_the_kernel_does)
{
	const struct run_case *c = &run_cases[_i];
	struct bpf filter = { c->code, c->count };
	answer_t answer = 0xdead;

	ck_assert_msg(bpf_is_sound(&filter), "%s", c->name);
	ck_assert_msg(bpf_run(&filter, &a_call, &answer), "%s", c->name);
	ck_assert_msg(answer == c->answer, "%s: %#x", c->name, answer);
}
END_TEST

START_TEST(stacks_as_the_kernel_does)
{
	const struct sock_filter allow[] = { RET(SECCOMP_RET_ALLOW) };
	const struct sock_filter eperm[] = { RET(SECCOMP_RET_ERRNO | 1) };
	const struct sock_filter enosys[] = { RET(SECCOMP_RET_ERRNO | 38) };
	const struct sock_filter kill[] = { RET(SECCOMP_RET_KILL_PROCESS) };
	const struct bpf filters[] = { { eperm, 1 }, { allow, 1 }, { enosys, 1 } };
	const struct bpf deadly[] = { { kill, 1 }, { eperm, 1 }, { allow, 1 } };
	answer_t answer;

	ck_assert(bpf_run_stacked(filters, 2, &a_call, &answer));
	ck_assert_uint_eq(answer, SECCOMP_RET_ERRNO | 1);
	/* of two errnos the one installed last counts */
	ck_assert(bpf_run_stacked(filters, 3, &a_call, &answer));
	ck_assert_uint_eq(answer, SECCOMP_RET_ERRNO | 38);
	/* as signed numbers KILL_PROCESS is the smallest */
	ck_assert(bpf_run_stacked(deadly, 3, &a_call, &answer));
	ck_assert_uint_eq(answer, SECCOMP_RET_KILL_PROCESS);
	ck_assert(bpf_run_stacked(NULL, 0, &a_call, &answer));
	ck_assert_uint_eq(answer, SECCOMP_RET_ALLOW);
}
END_TEST

/* --- what the kernel takes --- */

#define PROGRAMS 600
#define PROGRAM_MAX 7

/* Asks the kernel, in a child that lives no longer than that. */
static bool kernel_takes(const struct bpf *filter, volatile int *shared)
{
	struct sock_filter code[PROGRAM_MAX];
	struct sock_fprog program = { (unsigned short)filter->count, code };
	int status;
	pid_t pid;

	memcpy(code, filter->list, filter->count * sizeof(code[0]));
	*shared = 0;
	pid = fork();
	if (pid == 0) {
		struct rlimit none = { 0, 0 };

		(void)setrlimit(RLIMIT_CORE, &none);
		(void)signal(SIGILL, SIG_DFL);
		(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0)
			*shared = 1;
		/* the filter may deny every call: end without one */
		__builtin_trap();
	}
	ck_assert(pid > 0 && waitpid(pid, &status, 0) == pid);
	return *shared == 1;
}

/* Instructions that stand in filters, each sound or nearly so. */
static struct sock_filter random_instruction(struct prng *prng)
{
	static const uint16_t codes[] = {
		BPF_LD | BPF_W | BPF_ABS,   BPF_LD | BPF_H | BPF_ABS,	BPF_LD | BPF_W | BPF_LEN,
		BPF_LD | BPF_IMM,	    BPF_LD | BPF_MEM,		BPF_LDX | BPF_MEM,
		BPF_LDX | BPF_IMM,	    BPF_ST,			BPF_STX,
		BPF_ALU | BPF_AND | BPF_K,  BPF_ALU | BPF_DIV | BPF_K,	BPF_ALU | BPF_MOD | BPF_K,
		BPF_ALU | BPF_LSH | BPF_K,  BPF_ALU | BPF_RSH | BPF_K,	BPF_ALU | BPF_XOR | BPF_K,
		BPF_ALU | BPF_NEG,	    BPF_JMP | BPF_JA,		BPF_JMP | BPF_JEQ | BPF_K,
		BPF_JMP | BPF_JEQ | BPF_X,  BPF_JMP | BPF_JSET | BPF_K, BPF_MISC | BPF_TAX,
		BPF_MISC | BPF_TXA,	    BPF_RET | BPF_K,		BPF_RET | BPF_A,
		BPF_LD | BPF_W | BPF_IND,   BPF_LDX | BPF_B | BPF_MSH,	0xffff,
	};
	static const uint32_t numbers[] = { 0, 1, 4, 6, 15, 16, 31, 32, 60, 64, UINT32_MAX };
	struct sock_filter insn = {
		codes[prng_below(prng, sizeof(codes) / sizeof(codes[0]))],
		(uint8_t)prng_below(prng, 4),
		(uint8_t)prng_below(prng, 4),
		numbers[prng_below(prng, sizeof(numbers) / sizeof(numbers[0]))],
	};

	return insn;
}

/*
 * Sound instructions with now and then a bad one, so that about half of the programs are taken,
 * and these are so for each reason that there is.
 */
static void random_program(struct sock_filter *code, size_t *count, struct prng *prng)
{
	*count = 1 + prng_below(prng, PROGRAM_MAX);
	for (size_t i = 0; i < *count; i++) {
		struct bpf alone[1];
		struct sock_filter pair[2];

		for (unsigned tries = 0; tries < 20; tries++) {
			code[i] = random_instruction(prng);
			pair[0] = code[i];
			pair[1] = (struct sock_filter)RET(0);
			alone[0] = (struct bpf){ pair, 2 };
			if (prng_percent(prng, 5) || bpf_is_sound(alone))
				break;
		}
	}
	if (prng_percent(prng, 95))
		code[*count - 1] = (struct sock_filter)RET(SECCOMP_RET_ALLOW);
}

START_TEST(takes_what_the_kernel_takes)
{
	volatile int *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct prng prng = { 20 };
	unsigned taken = 0;

	ck_assert(shared != MAP_FAILED);
	for (unsigned n = 0; n < PROGRAMS; n++) {
		struct sock_filter code[PROGRAM_MAX];
		struct bpf filter = { code, 0 };
		bool kernel, ours;

		random_program(code, &filter.count, &prng);
		kernel = kernel_takes(&filter, shared);
		ours = bpf_is_sound(&filter);
		REQUIRE(kernel == ours, "program %u: the kernel says %d, we say %d; first code %#x", n,
			kernel, ours, code[0].code);
		taken += kernel;
	}
	/* the test would prove nothing with one kind alone */
	ck_assert_uint_gt(taken, PROGRAMS / 10);
	ck_assert_uint_lt(taken, PROGRAMS * 9 / 10);
	(void)munmap((void *)(uintptr_t)shared, sizeof(*shared));
}
END_TEST

START_TEST(takes_no_more_than_the_kernel_has_room_for)
{
	static struct sock_filter code[BPF_MAXINSNS + 1];
	struct bpf filter = { code, BPF_MAXINSNS };

	for (size_t i = 0; i <= BPF_MAXINSNS; i++)
		code[i] = (struct sock_filter)RET(SECCOMP_RET_ALLOW);
	ck_assert(bpf_is_sound(&filter));
	filter.count++;
	ck_assert(!bpf_is_sound(&filter));
	filter.count = 0;
	ck_assert(!bpf_is_sound(&filter));
}
END_TEST

/* --- looking --- */

START_TEST(sees_what_one_number_can_reach)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct sock_filter code[] = {
		LD_NR,
		JUMP(BPF_JEQ, 1, 0, 1),
		RET(SECCOMP_RET_ALLOW),
		JUMP(BPF_JEQ, 2, 0, 7),
		LD_HIGH(3),
		JUMP(BPF_JEQ, 9, 0, 5),
		LD_LOW(3),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf0),
		JUMP(BPF_JEQ, 0x30, 0, 1),
		RET(SECCOMP_RET_ALLOW),
		JUMP(BPF_JGT, 7, 0, 0),
		RET(SECCOMP_RET_ERRNO | 1),
	};
	struct bpf filter = { code, sizeof(code) / sizeof(code[0]) };
	struct bpf_view view = { .count = 0 };

	ck_assert(bpf_is_sound(&filter));
	ck_assert(bpf_look(&filter, 1, AUDIT_ARCH_X86_64, &arena, &view));
	ck_assert(!view.sees_arguments);
	ck_assert(bpf_look(&filter, 3, AUDIT_ARCH_X86_64, &arena, &view));
	ck_assert(!view.sees_arguments);
	ck_assert_uint_eq(view.count, 0);
	ck_assert(bpf_look(&filter, 2, AUDIT_ARCH_X86_64, &arena, &view));
	ck_assert(view.sees_arguments);
	ck_assert_uint_eq(view.count, 3);
	ck_assert(view.list[0].index == 3 && view.list[0].is_high && view.list[0].value == 9 &&
		  view.list[0].mask == UINT32_MAX);
	ck_assert(view.list[1].index == 3 && !view.list[1].is_high && view.list[1].value == 0x30 &&
		  view.list[1].mask == 0xf0);
	ck_assert(!view.list[2].is_high && view.list[2].value == 7 && view.list[2].mask == 0xf0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("filter bpf");
	TCase *tc = support_case(suite, "bpf");

	tcase_add_loop_test(tc, runs_as_the_kernel_does, 0, ARRAY_LEN(run_cases));
	tcase_add_test(tc, stacks_as_the_kernel_does);
	tcase_add_test(tc, takes_what_the_kernel_takes);
	tcase_add_test(tc, takes_no_more_than_the_kernel_has_room_for);
	tcase_add_test(tc, sees_what_one_number_can_reach);
	return support_run(suite);
}
