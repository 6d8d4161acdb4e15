/* SPDX-License-Identifier: Apache-2.0 */
#include "oci-spec/seccomp_profile.h"

#include <errno.h>

#include "oci-spec/seccomp_docker.h"

const struct json_limits profile_limits = {
	.max_bytes = PROFILE_BYTES_MAX,
	.max_depth = 16,
	.max_nodes = 500000,
};

static enum status no_memory(struct error *err)
{
	return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read the profile");
}

static enum status parse_action(struct json value, enum action *ret_action, struct error *err)
{
	enum status st = json_expect(value, JSON_STRING, err);

	if (st != STATUS_OK)
		return st;
	if (!action_parse(json_text(value), ret_action))
		return json_fail(value, STATUS_INVALID, err, "unknown action '%.*s'",
				 TEXT_ARG(json_text(value)));
	return STATUS_OK;
}

/* An action with its number; without one ERRNO and TRACE mean EPERM (both runtimes do so). */
static enum status parse_verdict(struct json object, const char *action_key, const char *errno_key,
				 struct verdict *ret_verdict, struct error *err)
{
	struct json number = json_get(object, errno_key), value;
	enum action action;
	uint64_t data = EPERM;
	enum status st = json_require(object, action_key, JSON_STRING, &value, err);

	if (st == STATUS_OK)
		st = parse_action(value, &action, err);
	if (st == STATUS_OK && json_exists(number))
		st = json_u64(number, action == ACTION_TRACE ? UINT16_MAX : PROFILE_ERRNO_MAX,
			      &data, err);
	if (st != STATUS_OK)
		return st;
	/* errno 0 makes the call "succeed" without having run: SECCOMP_RET_ERRNO, seccomp(2) */
	if (action == ACTION_ERRNO && data == 0)
		return json_fail(number, STATUS_INVALID, err,
				 "0 would report success to the caller; expected 1 to %d",
				 PROFILE_ERRNO_MAX);
	ret_verdict->action = (uint8_t)action;
	ret_verdict->data = action_has_data(action) ? (uint16_t)data : 0;
	return STATUS_OK;
}

static enum status parse_arg(struct json object, struct profile_arg *ret_arg, struct error *err)
{
	static const char known[] = "index value valueTwo op";
	struct json index, value, op, two = json_get(object, "valueTwo");
	struct profile_arg arg = { 0 };
	enum compare compare;
	uint64_t number;
	enum status st = json_expect(object, JSON_OBJECT, err);

	if (st == STATUS_OK)
		st = json_check_keys(object, known, false, err);
	if (st == STATUS_OK)
		st = json_require(object, "index", JSON_NUMBER, &index, err);
	if (st == STATUS_OK)
		st = json_u64(index, PROFILE_ARGS_MAX - 1, &number, err);
	if (st != STATUS_OK)
		return st;
	arg.index = (uint8_t)number;
	st = json_require(object, "value", JSON_NUMBER, &value, err);
	if (st == STATUS_OK)
		st = json_u64(value, UINT64_MAX, &arg.a, err);
	if (st == STATUS_OK && json_exists(two))
		st = json_u64(two, UINT64_MAX, &arg.b, err);
	if (st == STATUS_OK)
		st = json_require(object, "op", JSON_STRING, &op, err);
	if (st != STATUS_OK)
		return st;
	if (!compare_parse(json_text(op), &compare))
		return json_fail(op, STATUS_INVALID, err, "unknown operator '%.*s'",
				 TEXT_ARG(json_text(op)));
	arg.op = (uint8_t)compare;
	if (compare != COMPARE_MASKED_EQ)
		arg.b = 0;
	*ret_arg = arg;
	return STATUS_OK;
}

static size_t count_elements(struct json array)
{
	size_t count = 0;

	for (struct json e = json_first(array); json_exists(e); e = json_next(e))
		count++;
	return count;
}

static enum status parse_args(struct json array, struct arena *arena, struct profile_rule *rule,
			      struct error *err)
{
	size_t count = count_elements(array);
	enum status st = json_expect(array, JSON_ARRAY, err);

	if (st != STATUS_OK || count == 0)
		return st;
	if (count > PROFILE_ARGS_MAX)
		return json_fail(array, STATUS_INVALID, err,
				 "has %zu conditions, at most %d are read", count,
				 PROFILE_ARGS_MAX);
	rule->args = arena_array(arena, count, sizeof(*rule->args));
	if (rule->args == NULL)
		return no_memory(err);
	for (struct json e = json_first(array); json_exists(e); e = json_next(e)) {
		st = parse_arg(e, &rule->args[rule->arg_count], err);
		if (st != STATUS_OK)
			return st;
		rule->arg_count++;
	}
	return STATUS_OK;
}

static enum status parse_name(struct json value, struct text *ret_name, struct error *err)
{
	struct text name;
	enum status st = json_expect(value, JSON_STRING, err);

	if (st != STATUS_OK)
		return st;
	name = json_text(value);
	if (name.len == 0 || name.len > 64)
		return json_fail(value, STATUS_INVALID, err, "is no name of a system call");
	*ret_name = name;
	return STATUS_OK;
}

/* What is left of a rule of the old form when containerd has put it into config.json. */
static enum status names_are_gone(struct json rule, struct json names, struct error *err)
{
	return json_fail(json_exists(names) ? names : rule, STATUS_INVALID, err,
			 "names no system call, so the rule is lost; a profile with the old key "
			 "'name' ends like this, it must say \"names\": [...]");
}

static enum status parse_names(struct json object, enum profile_form form, struct arena *arena,
			       struct profile_rule *rule, struct error *err)
{
	struct json names = json_get(object, "names"), name = json_get(object, "name");
	size_t count = 1;
	enum status st = STATUS_OK;

	if (json_exists(name) && form == PROFILE_IN_FILE) {
		if (json_exists(names))
			return json_fail(object, STATUS_INVALID, err,
					 "has both 'name' and 'names'");
	} else {
		if (!json_exists(json_first(names)) &&
		    (!json_exists(names) || json_is(names, JSON_NULL) ||
		     json_is(names, JSON_ARRAY)))
			return names_are_gone(object, names, err);
		st = json_expect(names, JSON_ARRAY, err);
		count = count_elements(names);
		name = json_first(names);
	}
	if (st != STATUS_OK)
		return st;
	rule->names = arena_array(arena, count, sizeof(*rule->names));
	if (rule->names == NULL)
		return no_memory(err);
	for (size_t i = 0; i < count && st == STATUS_OK; i++) {
		st = parse_name(name, &rule->names[i], err);
		name = json_next(name);
	}
	rule->name_count = (uint32_t)count;
	return st;
}

static enum status parse_rule(struct json object, enum profile_form form, struct arena *arena,
			      struct profile_rule *rule, bool *ret_applies, struct error *err)
{
	/* comment and errno are for people: containers-common writes "errno": "EPERM" too */
	static const char file_keys[] =
		"names name action errnoRet args includes excludes comment errno";
	static const char config_keys[] = "names action errnoRet args";
	struct json args = json_get(object, "args");
	enum status st = json_expect(object, JSON_OBJECT, err);

	rule->json = object;
	if (st == STATUS_OK)
		st = json_check_keys(object, form == PROFILE_IN_FILE ? file_keys : config_keys,
				     false, err);
	if (st == STATUS_OK)
		st = parse_names(object, form, arena, rule, err);
	if (st == STATUS_OK)
		st = parse_verdict(object, "action", "errnoRet", &rule->verdict, err);
	if (st == STATUS_OK && json_exists(args))
		st = parse_args(args, arena, rule, err);
	if (st == STATUS_OK)
		st = docker_parse_when(object, &rule->when, ret_applies, err);
	return st;
}

static enum status parse_rules(struct json array, enum profile_form form, struct arena *arena,
			       struct profile *profile, struct error *err)
{
	size_t count = count_elements(array), number = 0;
	enum status st = json_expect(array, JSON_ARRAY, err);

	if (st != STATUS_OK)
		return st;
	if (count > PROFILE_RULES_MAX)
		return json_fail(array, STATUS_INVALID, err, "has more than %d rules",
				 PROFILE_RULES_MAX);
	profile->rules = arena_array(arena, count, sizeof(*profile->rules));
	if (profile->rules == NULL)
		return no_memory(err);
	for (struct json e = json_first(array); json_exists(e); e = json_next(e)) {
		/* cppcheck-suppress unknownEvaluationOrder ; the member is not the variable */
		struct profile_rule rule = { .number = (uint16_t)number++ };
		bool applies = true;

		st = parse_rule(e, form, arena, &rule, &applies, err);
		if (st != STATUS_OK)
			return st;
		profile->name_count += rule.name_count;
		if (profile->name_count > PROFILE_NAMES_MAX)
			return json_fail(e, STATUS_INVALID, err,
					 "the profile has more than %d names", PROFILE_NAMES_MAX);
		if (applies)
			profile->rules[profile->rule_count++] = rule;
	}
	return STATUS_OK;
}

static enum status parse_flags(struct json array, struct profile *profile, struct error *err)
{
	enum status st = json_expect(array, JSON_ARRAY, err);

	for (struct json e = json_first(array); json_exists(e) && st == STATUS_OK;
	     e = json_next(e)) {
		uint32_t flag;

		st = json_expect(e, JSON_STRING, err);
		if (st != STATUS_OK)
			return st;
		if (!flag_parse(json_text(e), &flag))
			return json_fail(e, STATUS_INVALID, err, "unknown flag '%.*s'",
					 TEXT_ARG(json_text(e)));
		profile->flags |= flag;
	}
	profile->flags_given = true;
	return st;
}

static enum status parse_listener(struct json object, struct profile *profile, struct error *err)
{
	struct json path = json_get(object, "listenerPath");
	struct json metadata = json_get(object, "listenerMetadata");
	enum status st = json_expect(path, JSON_STRING, err);

	if (st == STATUS_OK)
		st = json_expect(metadata, JSON_STRING, err);
	if (st == STATUS_OK && json_exists(path))
		profile->listener_path = json_text(path);
	if (st == STATUS_OK && json_exists(metadata))
		profile->listener_metadata = json_text(metadata);
	return st;
}

static enum status check_keys(struct json object, enum profile_form form, struct error *err)
{
	static const char file_keys[] =
		"defaultAction defaultErrnoRet architectures archMap flags listenerPath "
		"listenerMetadata syscalls comment defaultErrno";
	static const char config_keys[] =
		"defaultAction defaultErrnoRet architectures flags listenerPath "
		"listenerMetadata syscalls";
	enum status st = json_expect(object, JSON_OBJECT, err);

	if (st != STATUS_OK)
		return st;
	return json_check_keys(object, form == PROFILE_IN_FILE ? file_keys : config_keys, false,
			       err);
}

enum status profile_parse(struct json object, enum profile_form form, const char *name,
			  struct arena *arena, struct profile *ret_profile, struct error *err)
{
	struct profile profile = { .name = name, .text = object.doc->text };
	struct json arches = json_get(object, "architectures"), map = json_get(object, "archMap");
	struct json flags = json_get(object, "flags"), rules = json_get(object, "syscalls");
	enum status st = check_keys(object, form, err);

	if (st == STATUS_OK)
		st = parse_verdict(object, "defaultAction", "defaultErrnoRet",
				   &profile.default_verdict, err);
	if (st == STATUS_OK && json_exists(arches) && json_exists(map))
		st = json_fail(object, STATUS_INVALID, err,
			       "has both 'architectures' and 'archMap'");
	if (st == STATUS_OK && json_exists(arches))
		st = docker_parse_arches(arches, &profile.arches, err);
	if (st == STATUS_OK && json_exists(map))
		st = docker_parse_arch_map(map, &profile.arches, err);
	if (st == STATUS_OK && json_exists(flags))
		st = parse_flags(flags, &profile, err);
	if (st == STATUS_OK)
		st = parse_listener(object, &profile, err);
	if (st == STATUS_OK && json_exists(rules))
		st = parse_rules(rules, form, arena, &profile, err);
	if (st == STATUS_OK)
		*ret_profile = profile;
	return st;
}
