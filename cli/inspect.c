/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>

#include "cli/command.h"
#include "oci-spec/base/file.h"

struct options {
	const char *policy, *root, *name;
	bool all, is_json;
};

static enum status parse(int argc, char **argv, struct options *options, struct error *err)
{
	enum status st = STATUS_OK;

	for (int i = 0; i < argc && st == STATUS_OK; i++) {
		if (option_value(argc, argv, &i, "--policy", &options->policy, err))
			st = options->policy != NULL ? STATUS_OK : err->status;
		else if (option_value(argc, argv, &i, "--root", &options->root, err))
			st = options->root != NULL ? STATUS_OK : err->status;
		else if (strcmp(argv[i], "--json") == 0)
			options->is_json = true;
		else if (strcmp(argv[i], "--all") == 0)
			options->all = true;
		else if (argv[i][0] == '-' || options->name != NULL)
			st = unknown_option("inspect", argv[i], err);
		else
			options->name = argv[i];
	}
	if (st == STATUS_OK && options->all == (options->name != NULL))
		st = error_set(
			err, STATUS_INVALID, 0,
			"which process or container, or --all? see oci-confine inspect --help");
	return st;
}

/* --- looking --- */

static void keep_why(struct inspection *inspection, const char *before, const struct error *why)
{
	char line[500];

	error_format(why, line, sizeof(line));
	(void)snprintf(inspection->why, sizeof(inspection->why), "%s%s", before, line);
}

/* crun keeps its own copy of config.json; runc remembers the bundle. */
static enum status read_config(const struct found_container *container, struct arena *arena,
			       const char **ret_shown, struct text *ret_text, struct error *err)
{
	AUTO(file_close) int dirfd = -1;
	struct buffer shown = BUFFER_INIT(arena);
	const char *dir = container->state.is_crun ? container->dir
						   : text_dup(arena, container->state.bundle);
	enum status st;

	if (dir == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read the container");
	buffer_add_str(&shown, dir);
	buffer_add_str(&shown, "/config.json");
	buffer_add_char(&shown, '\0');
	if (shown.failed)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read the container");
	*ret_shown = shown.ptr;
	st = file_open_dir(AT_FDCWD, dir, &dirfd, err);
	if (st == STATUS_OK)
		st = file_read(dirfd, "config.json", CONTAINER_BYTES_MAX, arena, ret_text, NULL,
			       err);
	return st == STATUS_OK ? st : error_in_file(err, shown.ptr);
}

static void decide(struct confine *confine, struct inspection *inspection)
{
	struct error err = { 0 };
	const char *shown = NULL;
	struct text text = TEXT_NONE;
	enum status st = read_config(inspection->container, confine->arena, &shown, &text, &err);

	if (st == STATUS_OK)
		st = confine_text(confine, text, shown, &inspection->confined, &err);
	inspection->is_decided = st == STATUS_OK;
	if (st != STATUS_OK)
		keep_why(inspection, st == STATUS_DENIED ? "it would be refused now: " : "", &err);
	/* one that must not be there is not held to anything */
	inspection->held = st == STATUS_DENIED ? HELD_NO : HELD_UNKNOWN;
}

static enum status compare(struct confine *confine, struct inspection *inspection,
			   struct error *err)
{
	const struct live_filters *filters = &inspection->attested.filters;
	struct attest_terms terms = {
		.has_run = true,
		/* what does not carry the decision can have it from the hook alone */
		.bounding_may_stay = inspection->confined.changed,
		.audit = confine->policy.audit,
		.apparmor_profiles = confine->host.apparmor_profiles,
	};
	struct error why = { 0 };
	enum status st = attest_compare(&inspection->attested, &inspection->confined.decision,
					&terms, confine->arena, &inspection->findings, &why);

	if (st == STATUS_SYSTEM) {
		*err = why;
		return st;
	}
	if (st != STATUS_OK)
		keep_why(inspection, "", &why);
	else if (inspection->findings.count > 0)
		inspection->held = HELD_NO;
	else if (inspection->confined.decision.has_seccomp && filters->hidden)
		(void)snprintf(inspection->why, sizeof(inspection->why),
			       "its filters could not be run: %s", filters->why);
	else
		inspection->held = HELD_YES;
	return STATUS_OK;
}

enum status inspect_process(struct confine *confine, const struct found_container *container,
			    const struct process_handle *process, struct inspection *inspection,
			    struct error *err)
{
	struct error why = { 0 };
	enum status st;

	inspection->container = container;
	inspection->pid = process->pid;
	inspection->held = HELD_UNKNOWN;
	st = attest_read(process, confine->arena, &inspection->attested, &why);
	inspection->is_read = st == STATUS_OK;
	if (st != STATUS_OK) {
		keep_why(inspection, "", &why);
		return STATUS_OK;
	}
	if (container == NULL)
		return STATUS_OK;
	decide(confine, inspection);
	return inspection->is_decided ? compare(confine, inspection, err) : STATUS_OK;
}

enum status inspect_container(struct confine *confine, const struct found_container *container,
			      struct inspection *inspection, struct error *err)
{
	AUTO(process_close) struct process_handle process = PROCESS_HANDLE_NONE;
	const struct runtime_state *state = &container->state;
	struct error why = { 0 };

	inspection->container = container;
	inspection->pid = container->why == NULL ? state->pid : 0;
	inspection->held = HELD_UNKNOWN;
	if (container->why != NULL) {
		(void)snprintf(inspection->why, sizeof(inspection->why), "%s", container->why);
		return STATUS_OK;
	}
	if (state->pid == 0 || process_open(state->pid, &process, &why) != STATUS_OK ||
	    !process_is(&process, state->start_time)) {
		inspection->pid = 0;
		(void)snprintf(inspection->why, sizeof(inspection->why), "it is not running");
		return STATUS_OK;
	}
	return inspect_process(confine, container, &process, inspection, err);
}

/* --- one --- */

static bool is_number(const char *word)
{
	return word[0] != '\0' && strspn(word, "0123456789") == strlen(word);
}

static const struct found_container *find_by_id(const struct found_containers *containers,
						const char *id, struct error *err)
{
	const struct found_container *found = NULL;

	for (size_t i = 0; i < containers->count; i++) {
		if (strcmp(containers->list[i].id, id) != 0)
			continue;
		if (found != NULL) {
			(void)error_set(err, STATUS_INVALID, 0,
					"there are several '%.100s', one in '%.200s'; use --root",
					id, found->dir);
			return NULL;
		}
		found = &containers->list[i];
	}
	if (found == NULL)
		(void)error_set(err, STATUS_INVALID, 0,
				"no container '%.100s' is known to runc or crun; --root says where",
				id);
	return found;
}

static enum status inspect_number(struct confine *confine, const char *word,
				  const struct found_containers *containers,
				  struct inspection *inspection, struct error *err)
{
	AUTO(process_close) struct process_handle process = PROCESS_HANDLE_NONE;
	unsigned long number = strtoul(word, NULL, 10);
	enum status st = process_open(number > INT_MAX ? 0 : (pid_t)number, &process, err);

	if (st != STATUS_OK)
		return st;
	return inspect_process(confine, containers_owner(containers, &process), &process,
			       inspection, err);
}

static enum status inspect_one(struct confine *confine, const struct options *options,
			       const struct found_containers *containers, struct output *out,
			       struct error *err)
{
	struct inspection *inspection = arena_alloc(confine->arena, sizeof(*inspection));
	const struct found_container *container;
	bool is_process = options->root == NULL && is_number(options->name);
	enum status st;

	if (inspection == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot look");
	if (is_process) {
		st = inspect_number(confine, options->name, containers, inspection, err);
	} else {
		container = find_by_id(containers, options->name, err);
		if (container == NULL)
			return err->status;
		st = inspect_container(confine, container, inspection, err);
	}
	if (st == STATUS_OK && !inspection->is_read)
		st = error_set(err, STATUS_INVALID, 0, "'%.100s': %.250s", options->name,
			       inspection->why);
	if (st != STATUS_OK)
		return st;
	if (options->is_json)
		put_inspection(confine, NULL, inspection, out);
	else
		say_inspection(confine, inspection, out);
	st = output_print(out, err);
	if (st == STATUS_OK && inspection->container != NULL && inspection->held != HELD_YES)
		st = quiet_failure(err);
	return st;
}

/* --- all --- */

static enum status inspect_all(const struct confine *opened, const struct options *options,
			       const struct found_containers *containers, struct output *out,
			       struct error *err)
{
	bool all_held = true;
	enum status st = STATUS_OK;

	if (options->is_json) {
		json_open(out, NULL, '{');
		json_open(out, "containers", '[');
	} else
		say_inspection_row(NULL, out);
	for (size_t i = 0; i < containers->count && st == STATUS_OK; i++) {
		/* what one takes is given back before the next */
		AUTO(arena_done) struct arena arena = ARENA_INIT;
		struct confine confine = *opened;
		struct inspection *inspection = arena_alloc(&arena, sizeof(*inspection));

		confine.arena = &arena;
		if (inspection == NULL)
			return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot look");
		st = inspect_container(&confine, &containers->list[i], inspection, err);
		all_held = all_held && inspection->held == HELD_YES;
		if (st == STATUS_OK && options->is_json)
			put_inspection(&confine, NULL, inspection, out);
		else if (st == STATUS_OK)
			say_inspection_row(inspection, out);
	}
	if (st != STATUS_OK)
		return st;
	if (options->is_json) {
		json_close(out, ']');
		put_users(containers->users, out);
		json_put_bool(out, "held", all_held);
		json_close(out, '}');
	} else {
		say_users(containers->users, out);
	}
	st = output_print(out, err);
	if (st == STATUS_OK && !all_held)
		st = quiet_failure(err);
	return st;
}

static enum status run(int argc, char **argv, struct arena *arena, struct error *err)
{
	struct options options = { .name = NULL };
	struct confine *confine = arena_alloc(arena, sizeof(*confine));
	struct found_containers containers;
	struct output out;
	enum status st = parse(argc, argv, &options, err);

	if (confine == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot start");
	if (st == STATUS_OK)
		st = confine_open(confine, options.policy, arena, err);
	if (st == STATUS_OK)
		st = containers_find(options.root, arena, &containers, err);
	if (st != STATUS_OK)
		return st;
	output_init(&out, options.is_json, arena);
	if (options.all)
		return inspect_all(confine, &options, &containers, &out, err);
	return inspect_one(confine, &options, &containers, &out, err);
}

const struct command command_inspect = {
	"inspect",
	"show what the kernel really holds a container to",
	"usage: oci-confine inspect [--root DIR] [--policy FILE] [--json] PID|CONTAINER\n"
	"       oci-confine inspect --all [--root DIR] [--policy FILE] [--json]\n"
	"\n"
	"Reads a running process as the kernel has it: capabilities, no_new_privs, the AppArmor\n"
	"profiles with their modes, and the seccomp filters themselves, for which the process is\n"
	"stopped for some microseconds. Then decides about its container again, runs the filters on\n"
	"every system call with arguments that rules may trip over, and says whether anything is\n"
	"looser than decided, and what.\n"
	"\n"
	"A CONTAINER is known to runc or crun, in /run/runc, /run/crun, /run/user/0/crun,\n"
	"/run/containerd/runc/* or /run/docker/runtime-runc/*. A PID may also be an exec's: then the\n"
	"container is the one in whose mount namespace it is. --all is a table of every container\n"
	"there. Those of users' own runtimes are not looked for: below the table it says whose they\n"
	"may be. Each user can ask for their own with --root, and root for a PID.\n"
	"\n"
	"  --all           every container\n"
	"  --root DIR      where the runtime keeps its state, as its own --root\n"
	"  --policy FILE   instead of " POLICY_PATH_DEFAULT "\n"
	"  --json          one JSON object, oci-confine(1)\n"
	"\n"
	"Exit status: 0 when all that was looked at is held to the decision (or the process is of no\n"
	"container), 1 when not, or when it cannot be told. An error is 1 to 4 as for every command,\n"
	"with a line on standard error and nothing on standard output.\n"
	"\n"
	"Example:\n"
	"  oci-confine inspect --all || true\n",
	run,
};
