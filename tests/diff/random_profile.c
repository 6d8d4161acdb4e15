/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/diff/random_profile.h"

#include <errno.h>

#include "tests/diff/calls.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Old and new ones, those that other calls stand for, and those of one architecture only. */
static const char *const call_names[] = {
	"personality", "clone",	 "socket",     "ioctl",	  "prctl",   "setns", "chmod",
	"keyctl",      "clone3", "ptrace",     "openat2", "getppid", "semop", "shmget",
	"sendmsg",     "accept", "socketcall", "ipc",	  "stime",   "mseal", "waitpid",
};

static const uint64_t numbers[] = {
	0,
	1,
	2,
	3,
	5,
	8,
	16,
	40,
	0xff,
	0x100,
	0xffff,
	0x20000,
	0x7e020000,
	0x7fffffff,
	0x80000000,
	0xfffffffe,
	0xffffffff,
	0x100000000,
	0x100000001,
	0x10000000000,
	0x7fffffffffffffff,
	0x8000000000000000,
	0x80000000000000ff,
	0xfffffffffffffffe,
	0xffffffffffffffff,
	0xffffffff00000000,
};

/* Most numbers stay below 2^32, or no profile that lists x86 could be merged exactly. */
static uint64_t random_number(struct prng *prng, bool high)
{
	uint64_t number = numbers[prng_below(prng, LEN(numbers))];

	if (prng_percent(prng, 15))
		number = prng_next(prng) >> prng_below(prng, 64);
	if (prng_percent(prng, 10))
		number++;
	return high ? number : (uint32_t)number;
}

static struct verdict random_verdict(struct prng *prng, bool is_default)
{
	static const uint16_t errnos[] = { EPERM, EPERM, EPERM, ENOSYS, EACCES, 4094 };
	static const uint8_t common[] = { ACTION_ALLOW, ACTION_ALLOW, ACTION_ERRNO, ACTION_ERRNO };
	struct verdict verdict = { common[prng_below(prng, LEN(common))], 0 };

	if (prng_percent(prng, 40))
		verdict.action = (uint8_t)prng_below(prng, ACTION_COUNT_);
	/* seccomp(2): a listener for every call could not even answer itself */
	if (is_default && verdict.action == ACTION_NOTIFY)
		verdict.action = ACTION_ERRNO;
	if (action_has_data((enum action)verdict.action))
		verdict.data = errnos[prng_below(prng, LEN(errnos))];
	return verdict;
}

static void random_args(struct profile_rule *rule, bool high, bool one_argument, struct prng *prng)
{
	uint8_t index = (uint8_t)prng_below(prng, one_argument ? 1 : 3);

	rule->arg_count = (uint8_t)(prng_percent(prng, 15) ? 0 : 1 + prng_below(prng, 2));
	if (prng_percent(prng, 10))
		rule->arg_count = (uint8_t)(1 + prng_below(prng, PROFILE_ARGS_MAX));
	for (size_t i = 0; i < rule->arg_count; i++) {
		struct profile_arg *arg = &rule->args[i];

		arg->index = index;
		arg->op = (uint8_t)prng_below(prng, COMPARE_MASKED_EQ + 1);
		if (prng_percent(prng, 40))
			arg->op = prng_percent(prng, 50) ? COMPARE_MASKED_EQ : COMPARE_EQ;
		arg->a = random_number(prng, high);
		arg->b = arg->op == COMPARE_MASKED_EQ ? random_number(prng, high) : 0;
		if (!prng_percent(prng, one_argument ? 30 : 15))
			index = (uint8_t)((index + 1) % PROFILE_ARGS_MAX);
	}
}

struct text random_call(struct prng *prng)
{
	return text_of(call_names[prng_below(prng, LEN(call_names))]);
}

static bool random_rule(struct profile_rule *rule, struct text focus, bool high, bool one_argument,
			struct prng *prng, struct arena *arena)
{
	rule->names = arena_array(arena, 3, sizeof(*rule->names));
	rule->args = arena_array(arena, PROFILE_ARGS_MAX, sizeof(*rule->args));
	if (rule->names == NULL || rule->args == NULL)
		return false;
	rule->verdict = random_verdict(prng, false);
	rule->name_count = 1 + prng_below(prng, 2);
	for (size_t n = 0; n < rule->name_count; n++)
		rule->names[n] = random_call(prng);
	if (prng_percent(prng, 70))
		rule->names[0] = focus;
	if (rule->verdict.action == ACTION_ALLOW && prng_percent(prng, 5))
		rule->names[rule->name_count++] = TEXT("no_such_call");
	random_args(rule, high, one_argument, prng);
	return true;
}

static struct profile *make_profile(struct prng *prng, struct arena *arena)
{
	struct profile *profile = arena_alloc(arena, sizeof(*profile));
	bool high = prng_percent(prng, 40), one_argument = prng_percent(prng, 40);
	struct text focus = text_of(call_names[prng_below(prng, 8)]);

	if (profile == NULL)
		return NULL;
	profile->name = "random";
	profile->default_verdict = random_verdict(prng, true);
	if (prng_percent(prng, 60))
		profile->arches = calls_arches();
	if (prng_percent(prng, 20))
		profile->arches &= (uint32_t)prng_next(prng);
	profile->rule_count = prng_below(prng, 9);
	profile->rules = arena_array(arena, profile->rule_count, sizeof(*profile->rules));
	if (profile->rules == NULL)
		return NULL;
	for (size_t i = 0; i < profile->rule_count; i++) {
		if (!random_rule(&profile->rules[i], focus, high, one_argument, prng, arena))
			return NULL;
	}
	return profile;
}

struct profile *random_profile(struct prng *prng, struct arena *arena)
{
	struct buffer out = BUFFER_INIT(arena);
	struct profile *profile = make_profile(prng, arena), *parsed = NULL;
	struct error err = { 0 };
	struct text text;

	if (profile == NULL)
		return NULL;
	profile_print(profile, &out);
	if (buffer_text(&out, &text, &err) != STATUS_OK ||
	    profile_from_text(text, PROFILE_IN_CONFIG, arena, &parsed, &err) != STATUS_OK)
		return NULL;
	return parsed;
}

struct profile *profile_copy(const struct profile *profile, struct arena *arena)
{
	struct profile *copy = arena_alloc(arena, sizeof(*copy));

	if (copy == NULL)
		return NULL;
	*copy = *profile;
	copy->rules = arena_array(arena, profile->rule_count, sizeof(*copy->rules));
	for (size_t i = 0; i < profile->rule_count && copy->rules != NULL; i++) {
		struct profile_rule *rule = &copy->rules[i];

		*rule = profile->rules[i];
		rule->names = arena_array(arena, rule->name_count, sizeof(*rule->names));
		rule->args = arena_array(arena, rule->arg_count, sizeof(*rule->args));
		if (rule->names == NULL || rule->args == NULL)
			return NULL;
		memcpy(rule->names, profile->rules[i].names,
		       rule->name_count * sizeof(*rule->names));
		if (rule->arg_count > 0)
			memcpy(rule->args, profile->rules[i].args,
			       rule->arg_count * sizeof(*rule->args));
	}
	return copy->rules != NULL ? copy : NULL;
}
