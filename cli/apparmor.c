/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/apparmor.h"

#include <errno.h>

#include "cli/command.h"
#include "confine/apparmor/choose.h"
#include "confine/apparmor/load.h"

struct options {
	const char *job, *policy;
	bool is_json, replace;
	const char **names; /* of profiles, none: all that there are texts of; lint: files */
	size_t count;
};

static enum status parse(int argc, char **argv, struct arena *arena, struct options *o,
			 struct error *err)
{
	o->names = arena_array(arena, (size_t)argc + 1, sizeof(*o->names));
	if (o->names == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot start");
	for (int i = 0; i < argc; i++) {
		if (option_value(argc, argv, &i, "--policy", &o->policy, err)) {
			if (o->policy == NULL)
				return STATUS_INVALID;
		} else if (strcmp(argv[i], "--json") == 0) {
			o->is_json = true;
		} else if (strcmp(argv[i], "--replace") == 0) {
			o->replace = true;
		} else if (argv[i][0] == '-') {
			return unknown_option("apparmor", argv[i], err);
		} else if (o->job == NULL) {
			o->job = argv[i];
		} else if (strcmp(o->job, "lint") != 0 &&
			   !apparmor_name_is_plain(text_of(argv[i]))) {
			return error_set(err, STATUS_INVALID, 0,
					 "'%.120s' cannot be the name of a profile", argv[i]);
		} else {
			o->names[o->count++] = argv[i];
		}
	}
	return STATUS_OK;
}

static bool is_wanted(const struct options *o, struct text name)
{
	for (size_t i = 0; i < o->count; i++) {
		if (text_is(name, o->names[i]))
			return true;
	}
	return o->count == 0;
}

/* The items that were asked for; a name that there is nothing of is an error. */
static enum status select_items(const struct options *o, struct apparmor_inventory *inventory,
				struct error *err)
{
	size_t kept = 0;

	for (size_t n = 0; n < o->count; n++) {
		bool found = false;

		for (size_t i = 0; i < inventory->count; i++)
			found = found || text_is(inventory->items[i].name, o->names[n]);
		if (!found)
			return error_set(
				err, STATUS_INVALID, 0,
				"there is no AppArmor profile '%.120s', neither loaded nor "
				"in the profile root",
				o->names[n]);
	}
	for (size_t i = 0; i < inventory->count; i++) {
		if (is_wanted(o, inventory->items[i].name))
			inventory->items[kept++] = inventory->items[i];
	}
	inventory->count = kept;
	return STATUS_OK;
}

/* What one profile came to, for load and compile. */
static void report(struct output *out, const struct apparmor_item *item, const char *what,
		   struct text why)
{
	if (out->is_json) {
		json_open(out, NULL, '{');
		json_put_text(out, "profile", item->name);
		json_put_str(out, "result", what);
		if (why.len > 0)
			json_put_text(out, "problem", why);
		json_close(out, '}');
		return;
	}
	say_text(out, item->name);
	say(out, ": ");
	say_in(out, why.len > 0 ? TONE_BAD : TONE_GOOD, "%s", what);
	say(out, "\n");
	if (why.len > 0)
		say_wrapped(out, 4, "", why);
	if (item->deaf)
		say_wrapped(out, 4, "",
			    TEXT("warning: has no rule that lets its processes signal each other"));
}

/* Compiled is what taking stock has done already: say how that went. */
static void compile_items(struct output *out, const struct apparmor_inventory *inventory,
			  bool *ret_failed)
{
	for (size_t i = 0; i < inventory->count; i++) {
		const struct apparmor_item *item = &inventory->items[i];

		if (item->freshness == APPARMOR_BROKEN)
			report(out, item, "broken", item->problem);
		else if (item->compiled)
			report(out, item, "compiled", TEXT_NONE);
		*ret_failed = *ret_failed || item->freshness == APPARMOR_BROKEN;
	}
}

static void load_item(struct output *out, const struct options *o, const struct confine *confine,
		      const struct apparmor_item *item, bool *ret_failed)
{
	struct apparmor_label label = { .members = { item->name }, .count = 1 };
	struct error err = { 0 };
	char line[1200];
	enum status st = STATUS_OK;
	const char *what = "loaded already";

	if (item->freshness == APPARMOR_BROKEN) {
		report(out, item, "broken", item->problem);
		*ret_failed = true;
		return;
	}
	if (item->freshness == APPARMOR_STALE && !o->replace) {
		what = "stale: --replace puts the text in its place, in running containers too";
	} else if (item->freshness == APPARMOR_STALE) {
		what = "replaced";
		st = apparmor_replace(item->name, &confine->policy, confine->arena, &err);
	} else if (item->freshness == APPARMOR_NOT_LOADED) {
		what = "loaded";
		st = apparmor_load(&label, &confine->policy, &confine->host, confine->arena, &err);
	}
	error_format(&err, line, sizeof(line));
	report(out, item, st == STATUS_OK ? what : "failed",
	       st == STATUS_OK ? TEXT_NONE : text_of(line));
	*ret_failed = *ret_failed || st != STATUS_OK;
}

static enum status do_job(const struct options *o, const struct confine *confine,
			  const struct apparmor_inventory *inventory, struct error *err)
{
	struct output out;
	bool failed = false;
	enum status st;

	output_init(&out, o->is_json, confine->arena);
	if (strcmp(o->job, "status") == 0) {
		apparmor_print_status(&out, inventory, &confine->policy);
		return output_print(&out, err);
	}
	if (o->is_json)
		json_open(&out, NULL, '[');
	if (strcmp(o->job, "compile") == 0)
		compile_items(&out, inventory, &failed);
	for (size_t i = 0; i < inventory->count && strcmp(o->job, "load") == 0; i++)
		load_item(&out, o, confine, &inventory->items[i], &failed);
	if (o->is_json)
		json_close(&out, ']');
	st = output_print(&out, err);
	return st == STATUS_OK && failed ? quiet_failure(err) : st;
}

/* Needs neither AppArmor nor the policy: it is about files. */
static enum status lint(const struct options *o, struct arena *arena, struct error *err)
{
	struct output out;
	size_t errors = 0;
	enum status st = STATUS_OK;

	if (o->count == 0)
		return error_set(err, STATUS_INVALID, 0,
				 "which files? see oci-confine apparmor --help");
	output_init(&out, o->is_json, arena);
	if (o->is_json)
		json_open(&out, NULL, '[');
	for (size_t i = 0; i < o->count && st == STATUS_OK; i++)
		st = apparmor_lint(&out, o->names[i], arena, &errors, err);
	if (o->is_json)
		json_close(&out, ']');
	if (st == STATUS_OK)
		st = output_print(&out, err);
	return st == STATUS_OK && errors > 0 ? quiet_failure(err) : st;
}

static enum status run(int argc, char **argv, struct arena *arena, struct error *err)
{
	struct options o = { .job = NULL };
	struct confine *confine = arena_alloc(arena, sizeof(*confine));
	struct apparmor_inventory inventory;
	enum status st = parse(argc, argv, arena, &o, err);

	if (confine == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot start");
	if (st != STATUS_OK)
		return st;
	if (o.job != NULL && strcmp(o.job, "lint") == 0)
		return lint(&o, arena, err);
	if (o.job == NULL || (strcmp(o.job, "status") != 0 && strcmp(o.job, "load") != 0 &&
			      strcmp(o.job, "compile") != 0))
		return error_set(err, STATUS_INVALID, 0,
				 "expected status, compile, load or lint; see oci-confine apparmor "
				 "--help");
	st = confine_open(confine, o.policy, arena, err);
	if (st == STATUS_OK)
		st = apparmor_inventory_take(&confine->policy, &confine->host, arena, &inventory,
					     err);
	if (st == STATUS_OK)
		st = select_items(&o, &inventory, err);
	return st == STATUS_OK ? do_job(&o, confine, &inventory, err) : st;
}

const struct command command_apparmor = {
	"apparmor",
	"the AppArmor profiles of this node: what is loaded, compile and load them",
	"usage: oci-confine apparmor [--policy FILE] [--json] status|compile|load [PROFILE]...\n"
	"       oci-confine apparmor [--json] lint FILE...\n"
	"\n"
	"A profile that a container needs is loaded when the container starts, from a text of its\n"
	"name beneath the policy's apparmor.profile-root. These commands are for before and after:\n"
	"\n"
	"  status     each profile: its mode in the kernel, how many processes run under it, where\n"
	"             its text is, and whether the kernel has what the text says now (current) or\n"
	"             not (stale)\n"
	"  compile    compile all texts into the cache, at boot say, so that no start has to\n"
	"  load       load what is not loaded; --replace also puts changed texts in the place of\n"
	"             what is, which running containers get at once\n"
	"  lint       what keeps a text from being loaded, or from working in a stack; also where\n"
	"             the kernel has no AppArmor\n"
	"\n"
	"Without PROFILE it is about all of them: the baseline oci-confine-default, the texts, and\n"
	"those of an engine's own that are loaded. Nothing here removes a profile: a container that\n"
	"runs under it would go on with a hole in its label.\n"
	"\n"
	"  --policy FILE   instead of " POLICY_PATH_DEFAULT "\n"
	"  --json          for machines\n"
	"\n"
	"compile, load and lint end with 1 when a text is broken or could not be loaded.\n"
	"\n"
	"Example:\n"
	"  oci-confine apparmor compile && oci-confine apparmor status\n",
	run,
};
