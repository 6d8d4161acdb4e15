/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/lint.h"

#include <errno.h>

#include "oci-spec/seccomp_docker.h"

static enum status no_memory(struct error *err)
{
	return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read the profile");
}

bool lint_call(struct json name, unsigned *ret_call)
{
	return json_is(name, JSON_STRING) && syscall_find(json_text(name), ret_call);
}

struct json lint_next_name(const struct lint_rule *rule, struct json name)
{
	if (json_is(json_get(rule->json, "names"), JSON_ARRAY))
		return json_next(name);
	return (struct json){ name.doc, 0 };
}

static bool read_number(struct json value, uint64_t max, uint64_t *ret_number)
{
	struct error ignored;

	return json_exists(value) && json_u64(value, max, ret_number, &ignored) == STATUS_OK;
}

static bool read_verdict(struct json object, const char *action_key, const char *errno_key,
			 struct verdict *ret_verdict)
{
	uint64_t data = EPERM;
	enum action action;
	struct json word = json_get(object, action_key);

	if (!json_is(word, JSON_STRING) || !action_parse(json_text(word), &action))
		return false;
	(void)read_number(json_get(object, errno_key), UINT16_MAX, &data);
	ret_verdict->action = (uint8_t)action;
	ret_verdict->data = action_has_data(action) ? (uint16_t)data : 0;
	return true;
}

static void read_arg(struct json object, struct lint_arg *arg)
{
	uint64_t index = 0;
	struct json op = json_get(object, "op"), two = json_get(object, "valueTwo");
	enum compare compare = COMPARE_EQ;

	arg->json = object;
	arg->is_sound = read_number(json_get(object, "index"), PROFILE_ARGS_MAX - 1, &index) &&
			read_number(json_get(object, "value"), UINT64_MAX, &arg->arg.a) &&
			(!json_exists(two) || read_number(two, UINT64_MAX, &arg->arg.b)) &&
			json_is(op, JSON_STRING) && compare_parse(json_text(op), &compare);
	arg->arg.index = (uint8_t)index;
	arg->arg.op = (uint8_t)compare;
}

static enum status read_args(struct json array, struct arena *arena, struct lint_rule *rule,
			     struct error *err)
{
	size_t count = 0;

	for (struct json e = json_first(array); json_exists(e); e = json_next(e))
		count++;
	rule->args = arena_array(arena, count, sizeof(*rule->args));
	if (rule->args == NULL)
		return no_memory(err);
	if (json_exists(array) && !json_is(array, JSON_ARRAY))
		rule->is_sound = false;
	for (struct json e = json_first(array); json_exists(e); e = json_next(e)) {
		read_arg(e, &rule->args[rule->arg_count]);
		rule->is_sound = rule->is_sound && rule->args[rule->arg_count].is_sound;
		rule->arg_count++;
	}
	rule->is_sound = rule->is_sound && rule->arg_count <= PROFILE_ARGS_MAX;
	return STATUS_OK;
}

static enum status read_rule(struct json object, struct arena *arena, struct lint_rule *rule,
			     struct error *err)
{
	struct json names = json_get(object, "names"), name = json_get(object, "name");

	rule->json = object;
	rule->has_action = read_verdict(object, "action", "errnoRet", &rule->verdict);
	rule->is_sound = rule->has_action;
	rule->first_name = json_is(names, JSON_ARRAY) ? json_first(names) : names;
	if (!json_exists(names) && json_is(name, JSON_STRING))
		rule->first_name = name;
	else if (!json_is(names, JSON_ARRAY))
		rule->first_name = (struct json){ object.doc, 0 };
	return read_args(json_get(object, "args"), arena, rule, err);
}

/* Puts a sound rule into the ruleset, for the names that are system calls. */
static enum status resolve_rule(struct lint *lint, size_t number,
				const struct ruleset_context *context, struct error *err)
{
	struct lint_rule *rule = &lint->rules[number];
	struct profile_arg args[PROFILE_ARGS_MAX];
	struct ruleset_source source = { .verdict = rule->verdict,
					 .args = args,
					 .arg_count = rule->arg_count,
					 .origin = (uint16_t)(number + 1) };
	struct profile_when when = { 0 };
	struct error ignored;
	bool applies = true;

	if (docker_parse_when(rule->json, &when, &applies, &ignored) != STATUS_OK)
		return STATUS_OK;
	rule->is_foreign = !applies;
	if (!rule->is_sound || !applies || !ruleset_applies(&when, context))
		return STATUS_OK;
	for (size_t i = 0; i < rule->arg_count; i++)
		args[i] = rule->args[i].arg;
	for (struct json n = rule->first_name; json_exists(n); n = lint_next_name(rule, n)) {
		unsigned call;
		enum status st = STATUS_OK;

		if (lint_call(n, &call))
			st = ruleset_add(&lint->ruleset, call, &source, lint->arena, err);
		/* too many rules for one call: that is for check_refused() */
		if (st == STATUS_SYSTEM)
			return st;
	}
	return STATUS_OK;
}

static uint32_t read_arches(struct json object)
{
	struct json list = json_get(object, "architectures"), map = json_get(object, "archMap");
	struct error ignored;
	uint32_t arches = 0;

	for (struct json e = json_first(list); json_exists(e); e = json_next(e)) {
		enum arch arch;

		if (json_is(e, JSON_STRING) && arch_parse(json_text(e), &arch))
			arches |= ARCH_BIT(arch);
	}
	if (json_exists(map) && docker_parse_arch_map(map, &arches, &ignored) != STATUS_OK)
		arches = 0;
	return arches | ARCH_BIT(ARCH_NATIVE);
}

enum status lint_read(struct lint *lint, const struct ruleset_context *context, struct error *err)
{
	struct json rules = json_get(lint->object, "syscalls");
	size_t count = 0;
	enum status st;

	lint->fallback = (struct verdict){ ACTION_ALLOW, 0 };
	lint->has_fallback =
		read_verdict(lint->object, "defaultAction", "defaultErrnoRet", &lint->fallback);
	lint->arches = read_arches(lint->object);
	st = ruleset_init(&lint->ruleset, lint->fallback, lint->arena, err);
	lint->ruleset.arches = lint->arches;
	for (struct json e = json_first(rules); json_exists(e); e = json_next(e))
		count++;
	lint->rules = arena_array(lint->arena, count, sizeof(*lint->rules));
	if (st == STATUS_OK && lint->rules == NULL)
		st = no_memory(err);
	if (!json_is(rules, JSON_ARRAY))
		return st;
	for (struct json e = json_first(rules); json_exists(e) && st == STATUS_OK; e = json_next(e))
		st = read_rule(e, lint->arena, &lint->rules[lint->rule_count++], err);
	for (size_t i = 0; i < lint->rule_count && i < PROFILE_RULES_MAX && st == STATUS_OK; i++)
		st = resolve_rule(lint, i, context, err);
	return st;
}

struct json lint_place(const struct lint *lint, const struct rule *rule)
{
	if (rule == NULL || rule->origin == 0)
		return lint->object;
	return lint->rules[rule->origin - 1].json;
}
