/* SPDX-License-Identifier: Apache-2.0 */
/* Checks on the form alone: what the strict reader stops at, and what runtimes drop unseen. */
#include "cli/lint.h"

struct key {
	char name[20];
	enum json_type type;
	bool is_docker; /* only Docker's form has it: dropped unseen by containerd and the runtimes
			 */
	bool is_required;
};

static const struct key profile_keys[] = {
	{ "defaultAction", JSON_STRING, false, true },
	{ "defaultErrnoRet", JSON_NUMBER, false, false },
	{ "architectures", JSON_ARRAY, false, false },
	{ "flags", JSON_ARRAY, false, false },
	{ "listenerPath", JSON_STRING, false, false },
	{ "listenerMetadata", JSON_STRING, false, false },
	{ "syscalls", JSON_ARRAY, false, false },
	{ "archMap", JSON_ARRAY, true, false },
	{ "comment", JSON_STRING, true, false },
	{ "defaultErrno", JSON_STRING, true, false },
	{ "", JSON_NULL, false, false },
};
static const struct key rule_keys[] = {
	{ "names", JSON_ARRAY, false, false },	   { "action", JSON_STRING, false, true },
	{ "errnoRet", JSON_NUMBER, false, false }, { "args", JSON_ARRAY, false, false },
	{ "name", JSON_STRING, true, false },	   { "includes", JSON_OBJECT, true, false },
	{ "excludes", JSON_OBJECT, true, false },  { "comment", JSON_STRING, true, false },
	{ "errno", JSON_STRING, true, false },	   { "", JSON_NULL, false, false },
};
static const struct key arg_keys[] = {
	{ "index", JSON_NUMBER, false, true },	   { "value", JSON_NUMBER, false, true },
	{ "valueTwo", JSON_NUMBER, false, false }, { "op", JSON_STRING, false, true },
	{ "", JSON_NULL, false, false },
};

typedef void visit_fn(struct lint *lint, struct json object, const struct key *keys);

/* Calls `visit` for the profile, each rule and each condition that is an object. */
static void visit_all(struct lint *lint, visit_fn *visit)
{
	visit(lint, lint->object, profile_keys);
	for (size_t r = 0; r < lint->rule_count; r++) {
		const struct lint_rule *rule = &lint->rules[r];

		visit(lint, rule->json, rule_keys);
		for (size_t a = 0; a < rule->arg_count; a++)
			visit(lint, rule->args[a].json, arg_keys);
	}
}

static const struct key *find_key(const struct key *keys, struct text name)
{
	for (const struct key *k = keys; k->name[0] != '\0'; k++) {
		if (text_is(name, k->name))
			return k;
	}
	return NULL;
}

static bool is_config(const struct lint *lint)
{
	return lint->input->kind == INPUT_CONFIG;
}

void check_no_profile(struct lint *lint)
{
	if (json_exists(lint->object))
		return;
	lint_add(lint, lint->object,
		 "put a profile into linux.seccomp, or let oci-confine do so at the start",
		 "the config.json has no linux.seccomp, so that every system call is open");
}

static void unknown_keys(struct lint *lint, struct json object, const struct key *keys)
{
	for (struct json m = json_first(object); json_exists(m) && json_is(object, JSON_OBJECT);
	     m = json_next(m)) {
		const struct key *folded = NULL;

		for (const struct key *k = keys; k->name[0] != '\0'; k++) {
			if (text_equal_folded(json_key(m), text_of(k->name)))
				folded = k;
		}
		if (find_key(keys, json_key(m)) != NULL) {
			if (is_config(lint) && find_key(keys, json_key(m))->is_docker)
				lint_add(
					lint, m, "write it in the OCI form",
					"the runtimes do not know '%.*s'; it belongs to another form of "
					"profiles and says nothing here",
					TEXT_ARG(json_key(m)));
		} else if (folded != NULL) {
			lint_add_nearest(lint, m, text_of(folded->name),
					 "runc reads '%.*s' as '%s' and crun drops it",
					 TEXT_ARG(json_key(m)), folded->name);
		} else {
			lint_add(lint, m, "take it out, or spell it as the runtime-spec does",
				 "no runtime knows the key '%.*s', so what it says does not happen",
				 TEXT_ARG(json_key(m)));
		}
	}
}

void check_unknown_key(struct lint *lint)
{
	visit_all(lint, unknown_keys);
}

static const char *type_word(enum json_type type)
{
	switch (type) {
	case JSON_NUMBER:
		return "a number";
	case JSON_STRING:
		return "a string";
	case JSON_ARRAY:
		return "an array";
	case JSON_OBJECT:
		return "an object";
	case JSON_NULL:
	case JSON_FALSE:
	case JSON_TRUE:
	case JSON_KEY:
		break;
	}
	return "another type";
}

static void wrong_types(struct lint *lint, struct json object, const struct key *keys)
{
	if (!json_is(object, JSON_OBJECT)) {
		lint_add(lint, object, "make it an object", "must be an object");
		return;
	}
	for (struct json m = json_first(object); json_exists(m); m = json_next(m)) {
		const struct key *key = find_key(keys, json_key(m));

		/* null for a list is what Go writes for an empty one, but only names may be so */
		if (key != NULL && !json_is(m, key->type))
			lint_add(
				lint, m, "write it as the runtime-spec has it",
				"'%s' must be %s; runc refuses this, and crun may read it otherwise",
				key->name, type_word(key->type));
	}
}

static void wrong_elements(struct lint *lint, struct json array)
{
	for (struct json e = json_first(array); json_exists(e) && json_is(array, JSON_ARRAY);
	     e = json_next(e)) {
		if (!json_is(e, JSON_STRING))
			lint_add(lint, e, "write it as a string", "must be a string");
	}
}

void check_wrong_type(struct lint *lint)
{
	visit_all(lint, wrong_types);
	wrong_elements(lint, json_get(lint->object, "architectures"));
	wrong_elements(lint, json_get(lint->object, "flags"));
	for (size_t r = 0; r < lint->rule_count; r++)
		wrong_elements(lint, json_get(lint->rules[r].json, "names"));
}

static void missing_keys(struct lint *lint, struct json object, const struct key *keys)
{
	for (const struct key *k = keys; k->name[0] != '\0' && json_is(object, JSON_OBJECT); k++) {
		if (k->is_required && !json_exists(json_get(object, k->name)))
			lint_add(lint, object, "say it", "has no '%s', which must be there",
				 k->name);
	}
}

void check_missing_key(struct lint *lint)
{
	visit_all(lint, missing_keys);
	for (size_t r = 0; r < lint->rule_count; r++) {
		const struct lint_rule *rule = &lint->rules[r];
		struct json names = json_get(rule->json, "names"), at = names;

		if (json_exists(rule->first_name) || !json_is(rule->json, JSON_OBJECT) ||
		    (json_exists(names) && !json_is(names, JSON_ARRAY) &&
		     !json_is(names, JSON_NULL)))
			continue;
		lint_add(
			lint, json_exists(names) ? at : rule->json, "name the calls in \"names\"",
			"the rule names no system call, so it says nothing; an old rule with 'name' "
			"ends like this when containerd has read it");
	}
}

static void unknown_word(struct lint *lint, struct json value, const char *what, bool is_known)
{
	if (json_is(value, JSON_STRING) && !is_known)
		lint_add(lint, value, "use one of the words in the runtime-spec, config-linux.md",
			 "unknown %s '%.*s'; the container would not start, or the rule be dropped",
			 what, TEXT_ARG(json_text(value)));
}

static void unknown_action(struct lint *lint, struct json value)
{
	enum action action;

	unknown_word(lint, value, "action", action_parse(json_text(value), &action));
}

void check_unknown_word(struct lint *lint)
{
	struct json arches = json_get(lint->object, "architectures");
	struct json flags = json_get(lint->object, "flags");
	enum compare compare;
	enum arch arch;
	uint32_t flag;

	unknown_action(lint, json_get(lint->object, "defaultAction"));
	for (struct json e = json_first(arches); json_exists(e); e = json_next(e))
		unknown_word(lint, e, "architecture", arch_parse(json_text(e), &arch));
	for (struct json e = json_first(flags); json_exists(e); e = json_next(e))
		unknown_word(lint, e, "flag", flag_parse(json_text(e), &flag));
	for (size_t r = 0; r < lint->rule_count; r++) {
		const struct lint_rule *rule = &lint->rules[r];

		unknown_action(lint, json_get(rule->json, "action"));
		for (size_t a = 0; a < rule->arg_count; a++) {
			struct json op = json_get(rule->args[a].json, "op");

			unknown_word(lint, op, "operator", compare_parse(json_text(op), &compare));
		}
	}
}

static void bad_number(struct lint *lint, struct json value, uint64_t max)
{
	struct error err;
	uint64_t number;

	if (json_is(value, JSON_NUMBER) && json_u64(value, max, &number, &err) != STATUS_OK)
		lint_add(lint, value, "write a whole number within the limits",
			 "%s; the runtimes read such a number differently or not at all", err.what);
}

void check_bad_number(struct lint *lint)
{
	/* errno has checks of its own */
	bad_number(lint, json_get(lint->object, "defaultErrnoRet"), UINT64_MAX);
	for (size_t r = 0; r < lint->rule_count; r++) {
		const struct lint_rule *rule = &lint->rules[r];

		bad_number(lint, json_get(rule->json, "errnoRet"), UINT64_MAX);
		for (size_t a = 0; a < rule->arg_count; a++) {
			struct json arg = rule->args[a].json;

			bad_number(lint, json_get(arg, "index"), PROFILE_ARGS_MAX - 1);
			bad_number(lint, json_get(arg, "value"), UINT64_MAX);
			bad_number(lint, json_get(arg, "valueTwo"), UINT64_MAX);
		}
	}
}

void check_too_many_conditions(struct lint *lint)
{
	for (size_t r = 0; r < lint->rule_count; r++) {
		if (lint->rules[r].arg_count > PROFILE_ARGS_MAX)
			lint_add(lint, json_get(lint->rules[r].json, "args"),
				 "use at most six, one for each argument",
				 "%zu conditions, of which crun reads only the first %d",
				 lint->rules[r].arg_count, PROFILE_ARGS_MAX);
	}
}

void check_old_name(struct lint *lint)
{
	for (size_t r = 0; r < lint->rule_count && !is_config(lint); r++) {
		struct json name = json_get(lint->rules[r].json, "name");

		if (json_exists(name))
			lint_add(
				lint, name, "write \"names\": [...]",
				"'name' is the old spelling: containerd and runc drop the whole rule, "
				"and crun refuses the container");
	}
}

/* The first place where a key stands, and how often it stands in rules. */
static struct json find_in_rules(const struct lint *lint, const char *key, size_t *ret_count)
{
	struct json first = { lint->object.doc, 0 };

	*ret_count = 0;
	for (size_t r = 0; r < lint->rule_count; r++) {
		struct json value = json_get(lint->rules[r].json, key);

		if (json_exists(value) && (*ret_count)++ == 0)
			first = value;
	}
	return first;
}

/* Docker's own profiles have these in every other rule, so each key is one finding. */
void check_docker_key(struct lint *lint)
{
	static const char fix[] = "use 'oci-confine merge FILE', which writes the OCI form";
	static const char keys[][10] = { "includes", "excludes" };
	struct json map = json_get(lint->object, "archMap");

	if (is_config(lint))
		return;
	if (json_exists(map))
		lint_add(
			lint, map, fix,
			"'archMap' is Docker's: a Kubernetes Localhost profile drops it unseen, and "
			"then lists no architectures");
	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
		size_t count;
		struct json first = find_in_rules(lint, keys[k], &count);

		if (count > 0)
			lint_add(
				lint, first, fix,
				"'%s' is Docker's, here in %zu rule%s: a Kubernetes Localhost profile "
				"drops it unseen, and then the rule always holds",
				keys[k], count, count == 1 ? "" : "s");
	}
}
