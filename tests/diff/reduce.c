/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/diff/reduce.h"

#define PROFILES_MAX 8

struct attempt {
	const struct profile *all[PROFILES_MAX];
	size_t count;
	reduce_test still_fails;
	void *data;
};

static bool fails(const struct attempt *attempt)
{
	return attempt->still_fails(attempt->all, attempt->count, attempt->data);
}

static bool drop_rules(const struct attempt *attempt, struct profile *profile)
{
	bool smaller = false;

	for (size_t i = profile->rule_count; i > 0; i--) {
		struct profile_rule rule = profile->rules[i - 1];
		size_t behind = profile->rule_count - i;

		memmove(&profile->rules[i - 1], &profile->rules[i], behind * sizeof(rule));
		profile->rule_count--;
		if (fails(attempt)) {
			smaller = true;
			continue;
		}
		memmove(&profile->rules[i], &profile->rules[i - 1], behind * sizeof(rule));
		profile->rules[i - 1] = rule;
		profile->rule_count++;
	}
	return smaller;
}

static bool drop_names(const struct attempt *attempt, struct profile_rule *rule)
{
	bool smaller = false;

	for (size_t n = rule->name_count; n > 0 && rule->name_count > 1; n--) {
		struct text name = rule->names[n - 1];

		rule->names[n - 1] = rule->names[rule->name_count - 1];
		rule->name_count--;
		if (fails(attempt)) {
			smaller = true;
			continue;
		}
		rule->name_count++;
		rule->names[n - 1] = name;
	}
	return smaller;
}

static bool drop_args(const struct attempt *attempt, struct profile_rule *rule)
{
	bool smaller = false;

	for (size_t n = rule->arg_count; n > 0; n--) {
		struct profile_arg arg = rule->args[n - 1];

		rule->args[n - 1] = rule->args[rule->arg_count - 1];
		rule->arg_count--;
		if (fails(attempt)) {
			smaller = true;
			continue;
		}
		rule->arg_count++;
		rule->args[n - 1] = arg;
	}
	return smaller;
}

static bool drop_arches(const struct attempt *attempt, struct profile *profile)
{
	bool smaller = false;

	for (unsigned arch = 0; arch < ARCH_COUNT_; arch++) {
		uint32_t before = profile->arches;

		profile->arches &= ~ARCH_BIT(arch);
		if (profile->arches == before)
			continue;
		if (fails(attempt))
			smaller = true;
		else
			profile->arches = before;
	}
	return smaller;
}

void reduce_profiles(struct profile *const *profiles, size_t count, reduce_test still_fails,
		     void *data)
{
	struct attempt attempt = { .count = count, .still_fails = still_fails, .data = data };
	bool smaller = true;

	for (size_t i = 0; i < count && i < PROFILES_MAX; i++)
		attempt.all[i] = profiles[i];
	for (unsigned round = 0; round < 5 && smaller; round++) {
		smaller = false;
		for (size_t i = 0; i < count; i++) {
			smaller |= drop_rules(&attempt, profiles[i]);
			smaller |= drop_arches(&attempt, profiles[i]);
			for (size_t r = 0; r < profiles[i]->rule_count; r++) {
				smaller |= drop_names(&attempt, &profiles[i]->rules[r]);
				smaller |= drop_args(&attempt, &profiles[i]->rules[r]);
			}
		}
	}
}
