/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The merge, with the evaluators as oracle. The bytes choose two or three profiles, so that every
 * input is one: a default, architectures, and rules with conditions on few calls and few numbers,
 * which overlap, contradict and repeat.
 */
#include <errno.h>

#include "tests/diff/random_profile.h"
#include "tests/fuzz/floor.h"
#include "tests/fuzz/fuzz.h"

#define RULES_MAX 12

static const char *const call_names[] = {
	"personality", "clone",	  "socket",  "ioctl",	"prctl",  "setns",	"chmod", "keyctl",
	"clone3",      "ptrace",  "openat2", "getppid", "semop",  "shmget",	"mseal", "accept",
	"socketcall",  "ipc",	  "stime",   "waitpid", "mmap2",  "arch_prctl", "bpf",	 "no_such_call",
};

static const uint64_t numbers[] = {
	0,	    1,		2,	     3,		  8,	       40,	   0xff,
	0xffff,	    0x7e020000, 0x7fffffff,  0x80000000,  0xfffffffe,  0xffffffff, 0x100000000,
	0x10000000000, 0x7fffffffffffffff, 0x8000000000000000, 0xffffffff00000000, 0xffffffffffffffff,
};

static uint64_t take_number(struct fuzz_bytes *bytes)
{
	size_t count = sizeof(numbers) / sizeof(numbers[0]);
	uint8_t choice = fuzz_byte(bytes);

	return choice < 0xf0 ? numbers[choice % count] : fuzz_u64(bytes);
}

static struct verdict take_verdict(struct fuzz_bytes *bytes)
{
	static const uint16_t errnos[] = { EPERM, ENOSYS, EACCES, PROFILE_ERRNO_MAX };
	uint8_t choice = fuzz_byte(bytes);
	struct verdict verdict = { (uint8_t)(choice % ACTION_COUNT_), 0 };

	if (action_has_data((enum action)verdict.action))
		verdict.data = errnos[choice / ACTION_COUNT_ % 4];
	return verdict;
}

static void take_args(struct fuzz_bytes *bytes, struct profile_rule *rule)
{
	uint8_t shape = fuzz_byte(bytes);

	rule->arg_count = shape % 4 == 3 ? shape / 4 % (PROFILE_ARGS_MAX + 1) : shape % 4;
	for (size_t i = 0; i < rule->arg_count; i++) {
		struct profile_arg *arg = &rule->args[i];
		uint8_t what = fuzz_byte(bytes);

		arg->index = what % PROFILE_ARGS_MAX;
		arg->op = what / PROFILE_ARGS_MAX % (COMPARE_MASKED_EQ + 1);
		arg->a = take_number(bytes);
		arg->b = arg->op == COMPARE_MASKED_EQ ? take_number(bytes) : 0;
	}
}

static void take_rule(struct fuzz_bytes *bytes, struct arena *arena, struct profile_rule *rule)
{
	uint8_t names = fuzz_byte(bytes);

	rule->names = arena_array(arena, 2, sizeof(*rule->names));
	rule->args = arena_array(arena, PROFILE_ARGS_MAX, sizeof(*rule->args));
	fuzz_require(rule->names != NULL && rule->args != NULL);
	rule->name_count = 1 + names % 2;
	for (size_t i = 0; i < rule->name_count; i++) {
		size_t count = sizeof(call_names) / sizeof(call_names[0]);

		rule->names[i] = text_of(call_names[(names / 2 + i * 5) % count]);
	}
	rule->verdict = take_verdict(bytes);
	take_args(bytes, rule);
}

/* As text and back, as a profile comes in. NULL when it is none that may be declared. */
static struct profile *take_profile(struct fuzz_bytes *bytes, struct arena *arena)
{
	struct buffer out = BUFFER_INIT(arena);
	struct profile profile = { .name = "chosen", .default_verdict = take_verdict(bytes) }, *parsed;
	struct error err = { 0 };
	uint8_t shape = fuzz_byte(bytes);

	if (shape % 4 != 0)
		profile.arches = shape % 4 == 1 ? ARCH_MACHINE : ARCH_MACHINE & fuzz_byte(bytes);
	profile.rule_count = shape / 4 % (RULES_MAX + 1);
	profile.rules = arena_array(arena, profile.rule_count, sizeof(*profile.rules));
	fuzz_require(profile.rules != NULL);
	for (size_t i = 0; i < profile.rule_count; i++)
		take_rule(bytes, arena, &profile.rules[i]);
	profile_print(&profile, &out);
	fuzz_require(!out.failed);
	if (profile_from_text((struct text){ out.ptr, out.len }, PROFILE_IN_CONFIG, arena, &parsed,
			      &err) != STATUS_OK)
		return NULL;
	return parsed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct fuzz_bytes bytes = { data, data + size };
	const struct profile *profiles[FLOOR_PROFILES_MAX];
	size_t count = 2 + fuzz_byte(&bytes) % 2;
	bool whole = true;

	for (size_t i = 0; i < count; i++) {
		profiles[i] = take_profile(&bytes, &arena);
		whole = whole && profiles[i] != NULL;
	}
	if (whole)
		floor_check(profiles, count, &arena);
	arena_done(&arena);
	return 0;
}
