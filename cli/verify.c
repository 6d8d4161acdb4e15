/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/changes.h"
#include "cli/command.h"
#include "cli/inputs.h"
#include "confine/attest.h"

#include <errno.h>

struct options {
	const char *policy, *name;
	bool is_json;
};

/* How a config.json differs from the decision about it. */
struct verification {
	const char *shown;
	const struct confined *confined;
	bool same_capabilities, same_no_new_privileges, same_label;
	bool has_profile; /* or none is wanted */
	struct ruleset profile;
	bool same_default, same_arches, same_flags, same_listener;
	struct changes changes;
};

static enum status parse(int argc, char **argv, struct options *options, struct error *err)
{
	enum status st = STATUS_OK;

	for (int i = 0; i < argc && st == STATUS_OK; i++) {
		if (option_value(argc, argv, &i, "--policy", &options->policy, err))
			st = options->policy != NULL ? STATUS_OK : err->status;
		else if (strcmp(argv[i], "--json") == 0)
			options->is_json = true;
		else if ((argv[i][0] == '-' && argv[i][1] != '\0') || options->name != NULL)
			st = unknown_option("verify", argv[i], err);
		else
			options->name = argv[i];
	}
	if (st == STATUS_OK && options->name == NULL)
		st = error_set(err, STATUS_INVALID, 0,
			       "which bundle or config.json? see oci-confine verify --help");
	return st;
}

/* --- comparing --- */

static bool has_every_member(struct text label, struct text of)
{
	struct text member;

	while (attest_next_member(&of, &member)) {
		struct text rest = label, other;
		bool found = false;

		while (!found && attest_next_member(&rest, &other))
			found = text_equal(member, other);
		if (!found)
			return false;
	}
	return true;
}

static enum status compare_seccomp(const struct confine *confine, struct verification *v,
				   struct arena *arena, struct error *err)
{
	const struct confinement *decision = &v->confined->decision;
	const struct container *container = &v->confined->container;
	struct ruleset_context context = { decision->privileges.capabilities.bounding,
					   confine->host.kernel };
	const struct ruleset *wanted = &decision->seccomp, *found = &v->profile;
	struct notes ignored = { .count = 0 };
	enum status st;

	v->has_profile = container->has_seccomp || !decision->has_seccomp;
	v->same_default = v->same_arches = v->same_flags = v->same_listener = true;
	if (!container->has_seccomp || !decision->has_seccomp)
		return STATUS_OK;
	st = ruleset_resolve(&container->seccomp, &context, arena, &ignored, &v->profile, err);
	if (st != STATUS_OK)
		return st;
	v->same_default = verdict_equal(wanted->default_verdict, found->default_verdict);
	v->same_arches = wanted->arches == found->arches;
	v->same_flags = wanted->flags_given == found->flags_given && wanted->flags == found->flags;
	v->same_listener = text_equal(wanted->listener_path, found->listener_path) &&
			   text_equal(wanted->listener_metadata, found->listener_metadata);
	return changes_find(&(struct stacks){ { wanted, 1 }, { found, 1 }, false },
			    wanted->arches & found->arches, arena, &v->changes, err);
}

static enum status compare(const struct confine *confine, struct verification *v,
			   struct arena *arena, struct error *err)
{
	const struct process *process = &v->confined->container.process;
	const struct privileges *decided = &v->confined->decision.privileges;

	v->same_capabilities =
		capability_sets_equal(&process->capabilities, &decided->capabilities);
	v->same_no_new_privileges = process->no_new_privileges == decided->no_new_privileges;
	v->same_label = has_every_member(process->apparmor_profile, decided->apparmor_profile);
	return compare_seccomp(confine, v, arena, err);
}

static bool is_carried(const struct verification *v)
{
	return v->confined->decision.privileges.untouched ||
	       (v->same_capabilities && v->same_no_new_privileges && v->same_label &&
		v->has_profile && v->same_default && v->same_arches && v->same_flags &&
		v->same_listener && v->changes.total == 0);
}

/* --- for people --- */

static void say_set(const char *name, uint64_t found, uint64_t decided, struct output *out)
{
	struct buffer line = BUFFER_INIT(out->text.arena);

	if (found == decided)
		return;
	buffer_add_str(&line, "the ");
	buffer_add_str(&line, name);
	if ((found & ~decided) != 0) {
		buffer_add_str(&line, " set has ");
		capability_set_describe(found & ~decided, &line);
		buffer_add_str(&line, ", which was not decided");
	} else {
		buffer_add_str(&line, " set lacks ");
		capability_set_describe(decided & ~found, &line);
	}
	say_wrapped(out, 2, "capabilities: ", (struct text){ line.ptr, line.len });
}

static void say_capabilities(const struct capability_sets *found,
			     const struct capability_sets *decided, struct output *out)
{
	say_set("bounding", found->bounding, decided->bounding, out);
	say_set("permitted", found->permitted, decided->permitted, out);
	say_set("effective", found->effective, decided->effective, out);
	say_set("inheritable", found->inheritable, decided->inheritable, out);
	say_set("ambient", found->ambient, decided->ambient, out);
}

static void say_seccomp(const struct verification *v, struct output *out)
{
	if (!v->has_profile)
		say(out, "  seccomp: no profile, which leaves everything open\n");
	if (!v->same_default)
		say(out, "  seccomp: the default is %s, decided: %s\n",
		    action_name((enum action)v->profile.default_verdict.action),
		    action_name((enum action)v->confined->decision.seccomp.default_verdict.action));
	if (!v->same_arches)
		say(out, "  seccomp: other architectures are listed\n");
	if (!v->same_flags)
		say(out, "  seccomp: the flags are others\n");
	if (!v->same_listener)
		say(out, "  seccomp: the listener is another\n");
	if (v->changes.total > 0) {
		say(out, "  seccomp: against what was decided these calls are\n");
		changes_say(&v->changes, out);
	}
}

static void say_verification(const struct verification *v, struct output *out)
{
	const struct process *process = &v->confined->container.process;
	const struct privileges *decided = &v->confined->decision.privileges;

	say(out, "%.300s: ", v->shown);
	if (decided->untouched) {
		say(out, "left alone, as the policy says\n");
		return;
	}
	if (is_carried(v)) {
		say_in(out, TONE_GOOD, "carries the decision");
		say(out, "\n");
		return;
	}
	say_in(out, TONE_BAD, "does not carry the decision");
	say(out, "\n");
	if (!v->same_capabilities)
		say_capabilities(&process->capabilities, &decided->capabilities, out);
	if (!v->same_no_new_privileges)
		say(out, "  no_new_privs: off, decided: on\n");
	if (!v->same_label)
		say(out, "  AppArmor: '%.*s', decided: '%.*s'\n",
		    TEXT_ARG(process->apparmor_profile), TEXT_ARG(decided->apparmor_profile));
	say_seccomp(v, out);
}

/* --- JSON --- */

static void put_sets(const char *key, const struct capability_sets *sets, struct output *out)
{
	json_open(out, key, '{');
	json_put_caps(out, "bounding", sets->bounding);
	json_put_caps(out, "permitted", sets->permitted);
	json_put_caps(out, "effective", sets->effective);
	json_put_caps(out, "inheritable", sets->inheritable);
	json_put_caps(out, "ambient", sets->ambient);
	json_close(out, '}');
}

static void put_differences(const struct verification *v, struct output *out)
{
	const struct {
		const char *name;
		bool differs;
	} all[] = {
		{ "capabilities", !v->same_capabilities },
		{ "noNewPrivileges", !v->same_no_new_privileges },
		{ "apparmorProfile", !v->same_label },
		{ "seccomp", !v->has_profile || !v->same_default || !v->same_arches ||
				     !v->same_flags || !v->same_listener || v->changes.total > 0 },
	};

	json_open(out, "differs", '[');
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i].differs && !v->confined->decision.privileges.untouched)
			json_put_str(out, NULL, all[i].name);
	}
	json_close(out, ']');
}

static void put_verification(const struct verification *v, struct output *out)
{
	const struct process *process = &v->confined->container.process;
	const struct privileges *decided = &v->confined->decision.privileges;

	json_open(out, NULL, '{');
	json_put_str(out, "file", v->shown);
	json_put_bool(out, "carried", is_carried(v));
	json_put_bool(out, "leftAlone", decided->untouched);
	put_differences(v, out);
	if (!decided->untouched) {
		json_open(out, "found", '{');
		put_sets("capabilities", &process->capabilities, out);
		json_put_bool(out, "noNewPrivileges", process->no_new_privileges);
		json_put_text(out, "apparmorProfile", process->apparmor_profile);
		json_put_bool(out, "seccomp", v->confined->container.has_seccomp);
		json_close(out, '}');
		json_open(out, "decided", '{');
		put_sets("capabilities", &decided->capabilities, out);
		json_put_bool(out, "noNewPrivileges", decided->no_new_privileges);
		json_put_text(out, "apparmorProfile", decided->apparmor_profile);
		json_put_bool(out, "seccomp", v->confined->decision.has_seccomp);
		json_close(out, '}');
		if (v->changes.calls != NULL)
			changes_put(&v->changes, out);
	}
	json_close(out, '}');
}

static enum status run(int argc, char **argv, struct arena *arena, struct error *err)
{
	struct options options = { .name = NULL };
	struct confine *confine = arena_alloc(arena, sizeof(*confine));
	struct confined *confined = arena_alloc(arena, sizeof(*confined));
	struct verification v = { .confined = confined };
	struct output out;
	struct text text;
	enum status st = parse(argc, argv, &options, err);

	if (confine == NULL || confined == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot start");
	if (st == STATUS_OK)
		st = confine_open(confine, options.policy, arena, err);
	if (st != STATUS_OK)
		return st;
	st = input_read_text(options.name, arena, &v.shown, &text, err);
	if (st == STATUS_OK)
		st = confine_text(confine, text, v.shown, confined, err);
	if (st == STATUS_OK && !confined->decision.privileges.untouched)
		st = compare(confine, &v, arena, err);
	if (st != STATUS_OK)
		return error_in_file(err, v.shown);
	output_init(&out, options.is_json, arena);
	if (options.is_json)
		put_verification(&v, &out);
	else
		say_verification(&v, &out);
	st = output_print(&out, err);
	if (st == STATUS_OK && !is_carried(&v))
		st = quiet_failure(err);
	return st;
}

const struct command command_verify = {
	"verify",
	"say whether a config.json carries the decision about it",
	"usage: oci-confine verify [--policy FILE] [--json] BUNDLE|FILE\n"
	"\n"
	"Decides about a config.json as oci-confine-runtime does at the start of a container, and\n"
	"compares: nothing is believed because the file says so. Names what differs: capabilities,\n"
	"no_new_privs, AppArmor profiles, and the system calls that the profile in it opens.\n"
	"BUNDLE is a directory with a config.json; \"-\" is standard input.\n"
	"\n"
	"  --policy FILE   instead of " POLICY_PATH_DEFAULT "\n"
	"  --json          one JSON object, oci-confine(1)\n"
	"\n"
	"Exit status: 0 when it carries the decision, 1 when it does not. An error is 1 to 4 as for\n"
	"every command, 2 where the policy refuses such a container, with a line on standard error\n"
	"and nothing on standard output.\n"
	"\n"
	"Example:\n"
	"  oci-confine apply /tmp/bundle && oci-confine verify /tmp/bundle\n",
	run,
};
