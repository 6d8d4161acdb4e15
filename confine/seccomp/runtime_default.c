/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/seccomp/runtime_default.h"

#include "confine/seccomp/runtime_default_table.h"

#include "confine/data/runtime_default_data.h" /* generated */

static const struct builtin_profile *find(struct text version)
{
	for (size_t i = 0; i < sizeof(builtin_profiles) / sizeof(builtin_profiles[0]); i++) {
		if (text_is(version, builtin_profiles[i].version))
			return &builtin_profiles[i];
	}
	return NULL;
}

static enum status add_rule(struct ruleset *ruleset, const struct builtin_rule *rule,
			    struct arena *arena, struct error *err)
{
	struct ruleset_source source = {
		.verdict = rule->verdict,
		.args = builtin_args + rule->first_arg,
		.arg_count = rule->arg_count,
		.origin = (uint16_t)(rule->number + 1),
	};
	enum status st = STATUS_OK;

	for (unsigned i = 0; i < rule->call_count && st == STATUS_OK; i++)
		st = ruleset_add(ruleset, builtin_calls[rule->first_call + i], &source, arena, err);
	return st;
}

enum status runtime_default_resolve(struct text version, const struct ruleset_context *context,
				    struct arena *arena, struct ruleset *ret_ruleset,
				    struct error *err)
{
	const struct builtin_profile *profile = find(version);
	struct ruleset ruleset;
	enum status st;

	if (profile == NULL)
		return error_set(err, STATUS_INVALID, 0,
				 "no runtime-default of version '%.*s'; there are %s",
				 TEXT_ARG(version), runtime_default_versions());
	st = ruleset_init(&ruleset, profile->default_verdict, arena, err);
	if (st != STATUS_OK)
		return st;
	ruleset.arches |= profile->arches;
	for (unsigned i = 0; i < profile->rule_count && st == STATUS_OK; i++) {
		const struct builtin_rule *rule = &builtin_rules[profile->first_rule + i];

		if (ruleset_applies(&rule->when, context))
			st = add_rule(&ruleset, rule, arena, err);
	}
	if (st == STATUS_OK)
		*ret_ruleset = ruleset;
	return st;
}

bool runtime_default_exists(struct text version)
{
	return find(version) != NULL;
}

const char *runtime_default_versions(void)
{
	return builtin_versions;
}
