/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "tests/diff/random_profile.h"

static void print_verdict(const char *action_key, const char *errno_key, struct verdict verdict,
			  struct buffer *out)
{
	buffer_add_json_string(out, text_of(action_key));
	buffer_add_str(out, ": ");
	buffer_add_json_string(out, text_of(action_name((enum action)verdict.action)));
	if (!action_has_data((enum action)verdict.action))
		return;
	buffer_add_str(out, ", ");
	buffer_add_json_string(out, text_of(errno_key));
	buffer_add_str(out, ": ");
	buffer_add_u64(out, verdict.data);
}

static void print_rule(const struct profile_rule *rule, struct buffer *out)
{
	buffer_add_str(out, "{\"names\": [");
	for (size_t n = 0; n < rule->name_count; n++) {
		buffer_add_str(out, n > 0 ? ", " : "");
		buffer_add_json_string(out, rule->names[n]);
	}
	buffer_add_str(out, "], ");
	print_verdict("action", "errnoRet", rule->verdict, out);
	for (size_t i = 0; i < rule->arg_count; i++) {
		buffer_add_str(out, i == 0 ? ", \"args\": [" : ", ");
		buffer_add_str(out, "{\"index\": ");
		buffer_add_u64(out, rule->args[i].index);
		buffer_add_str(out, ", \"value\": ");
		buffer_add_u64(out, rule->args[i].a);
		buffer_add_str(out, ", \"valueTwo\": ");
		buffer_add_u64(out, rule->args[i].b);
		buffer_add_str(out, ", \"op\": ");
		buffer_add_json_string(out, text_of(compare_name((enum compare)rule->args[i].op)));
		buffer_add_char(out, '}');
	}
	buffer_add_str(out, rule->arg_count > 0 ? "]}" : "}");
}

void profile_print(const struct profile *profile, struct buffer *out)
{
	const char *comma = "";

	buffer_add_char(out, '{');
	print_verdict("defaultAction", "defaultErrnoRet", profile->default_verdict, out);
	if (profile->arches != 0) {
		buffer_add_str(out, ", \"architectures\": [");
		for (unsigned arch = 0; arch < ARCH_COUNT_; arch++) {
			if ((profile->arches & ARCH_BIT(arch)) == 0)
				continue;
			buffer_add_str(out, comma);
			buffer_add_json_string(out, text_of(arch_name((enum arch)arch)));
			comma = ", ";
		}
		buffer_add_char(out, ']');
	}
	buffer_add_str(out, ", \"syscalls\": [");
	for (size_t i = 0; i < profile->rule_count; i++) {
		buffer_add_str(out, i > 0 ? ",\n  " : "\n  ");
		print_rule(&profile->rules[i], out);
	}
	buffer_add_str(out, "]}");
}

enum status profile_from_text(struct text text, enum profile_form form, struct arena *arena,
			      struct profile **ret_profile, struct error *err)
{
	struct json_doc *doc = arena_alloc(arena, sizeof(*doc));
	struct profile *profile = arena_alloc(arena, sizeof(*profile));
	enum status st;

	if (doc == NULL || profile == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read the profile");
	st = json_parse(arena, text, "profile", &profile_limits, doc, err);
	if (st == STATUS_OK)
		st = profile_parse(json_root(doc), form, "profile", arena, profile, err);
	if (st == STATUS_OK)
		*ret_profile = profile;
	return st;
}
