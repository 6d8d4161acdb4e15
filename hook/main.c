/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oci-confine-hook: confines under a runtime that nobody changed. At prestart or createRuntime
 * the container's init waits for us; we decide, and leave a keeper behind that puts on what
 * config.json does not carry when the init executes the workload.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "confine/confine.h"
#include "confine/inject/keeper.h"
#include "confine/version.h" /* generated */
#include "hook/options.h"
#include "oci-spec/base/file.h"
#include "oci-spec/hook_state.h"

struct hook {
	struct hook_options options;
	struct arena arena;
	struct hook_state state;
	char id[PLAN_ID_SIZE];	  /* for messages, also when the arena is gone */
	struct inject_plan *plan; /* NULL: nothing to enforce */
	struct keeper keeper;
};

static enum status read_state(struct hook *hook, struct error *err)
{
	struct json_doc *doc = arena_alloc(&hook->arena, sizeof(*doc));
	struct text text;
	enum status st;

	if (doc == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot start");
	st = file_read_fd(STDIN_FILENO, HOOK_STATE_BYTES_MAX, &hook->arena, &text, err);
	if (st == STATUS_OK)
		st = json_parse(&hook->arena, text, "state", &hook_state_limits, doc, err);
	if (st == STATUS_OK)
		st = hook_state_parse(doc, &hook->state, err);
	if (st != STATUS_OK)
		return error_in_file(err, "state");
	(void)snprintf(hook->id, sizeof(hook->id), "%.*s", TEXT_ARG(hook->state.id));
	return STATUS_OK;
}

static enum status decide(struct hook *hook, struct confine *confine, struct confined *confined,
			  struct error *err)
{
	AUTO(file_close) int dirfd = -1;
	const char *bundle = text_dup(&hook->arena, hook->state.bundle);
	struct buffer shown = BUFFER_INIT(&hook->arena);
	struct text text;
	enum status st;

	buffer_add(&shown, hook->state.bundle);
	buffer_add(&shown, TEXT("/config.json\0"));
	if (bundle == NULL || shown.failed)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read the bundle");
	st = confine_open(confine, hook->options.policy_path, &hook->arena, err);
	if (st == STATUS_OK)
		st = file_open_dir(AT_FDCWD, bundle, &dirfd, err);
	if (st == STATUS_OK)
		st = file_read(dirfd, "config.json", CONTAINER_BYTES_MAX, &hook->arena, &text, NULL,
			       err);
	if (st == STATUS_OK)
		return confine_text(confine, text, shown.ptr, confined, err);
	return error_in_file(err, shown.ptr);
}

/* A filter takes no_new_privs, which not every container is meant to have. */
static enum status check_no_new_privileges(const struct policy *policy,
					   const struct confinement *decision, struct error *err)
{
	if (decision->privileges.no_new_privileges || policy->hook_adds_no_new_privileges)
		return STATUS_OK;
	return error_set(err, STATUS_DENIED, 0,
			 "a hook can confine it only with no_new_privs, which it does not ask for "
			 "and %s refuses (hook.no-new-privileges): confine by oci-confine-runtime",
			 policy->path);
}

static enum status plan(struct hook *hook, const struct confine *confine,
			const struct confinement *decision, struct error *err)
{
	static const struct filter_options options = { FILTER_CACHE_DIR };
	struct filter filter;
	enum status st = check_no_new_privileges(&confine->policy, decision, err);

	if (st == STATUS_OK && decision->has_seccomp)
		st = filter_get(&decision->seccomp, &options, &hook->arena, &filter, err);
	if (st == STATUS_OK)
		st = inject_plan_make(hook->state.pid, hook->state.id, decision,
				      decision->has_seccomp ? &filter : NULL, &hook->plan, err);
	return st;
}

/*
 * In audit mode nothing may be denied that is not denied without us; no_new_privs, which a
 * filter takes, denies. Such a container is left as it is.
 */
static bool is_only_watched(const struct confine *confine, const struct confined *confined)
{
	return confine->policy.audit && !confined->decision.privileges.no_new_privileges;
}

static enum status enforce(struct hook *hook, struct error *err)
{
	struct confine *confine = arena_alloc(&hook->arena, sizeof(*confine));
	struct confined *confined = arena_alloc(&hook->arena, sizeof(*confined));
	enum status st;

	if (confine == NULL || confined == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot start");
	st = hook_check_pid(&hook->state, err);
	if (st == STATUS_OK)
		st = decide(hook, confine, confined, err);
	if (st == STATUS_OK)
		st = confine_prepare(confine, &confined->decision.privileges, err);
	if (st == STATUS_OK && confined->changed && !is_only_watched(confine, confined))
		st = plan(hook, confine, &confined->decision, err);
	/* the keeper shall carry none of it */
	arena_done(&hook->arena);
	if (st == STATUS_OK && hook->plan != NULL)
		st = keeper_start(&hook->keeper, err);
	return st;
}

static enum status run(struct hook *hook, struct error *err)
{
	enum hook_task task;
	enum status st = read_state(hook, err);

	if (st == STATUS_OK)
		st = hook_task_of(hook->options.stage, &hook->state, &task, err);
	if (st == STATUS_OK && task == HOOK_ENFORCE)
		st = enforce(hook, err);
	return st;
}

static void report(const struct hook *hook, const struct error *err)
{
	struct error id;
	char line[1200], clean[4 * PLAN_ID_SIZE] = "";

	if (hook->id[0] != '\0') {
		/* by way of an error, which escapes what strangers wrote */
		(void)error_set(&id, STATUS_OK, 0, "%s", hook->id);
		error_format(&id, clean, sizeof(clean));
	}
	error_format(err, line, sizeof(line));
	(void)fprintf(stderr, "oci-confine-hook: %s%s%s\n", clean, clean[0] != '\0' ? ": " : "",
		      line);
}

int main(int argc, char **argv)
{
	struct hook hook = { .arena = ARENA_INIT };
	struct error err = { 0 };
	enum status st = hook_options_parse(argc, argv, &hook.options, &err);

	if (st == STATUS_OK && (hook.options.show_help || hook.options.show_version)) {
		(void)fputs(hook.options.show_help ? hook_help : "oci-confine-hook " VERSION_TEXT,
			    stdout);
		return fflush(stdout) == 0 ? STATUS_OK : STATUS_SYSTEM;
	}
	if (st == STATUS_OK)
		st = run(&hook, &err);
	if (st == STATUS_OK && hook.keeper.is_child)
		return (int)keeper_run(&hook.keeper, hook.plan, argv, &err);
	if (st != STATUS_OK)
		report(&hook, &err);
	arena_done(&hook.arena);
	return (int)st;
}
