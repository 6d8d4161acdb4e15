/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oci-confine-hook: confines under a runtime that nobody changed. At prestart or createRuntime
 * the container's init waits for us; we decide, and leave a keeper behind that puts on what
 * config.json does not carry when the init executes the workload. At poststart we look.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "confine/log.h"
#include "confine/version.h" /* generated */
#include "hook/hook.h"
#include "oci-spec/base/file.h"
#include "oci-spec/base/size_signal.h"
#include "oci-spec/hook_state.h"

/* As much as a container of a usual size needs. What of it was used the keeper still has. */
#define FIRST_MEMORY (512 * 1024)

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

static enum status run(struct hook *hook, struct error *err)
{
	enum hook_task task;
	enum status st = read_state(hook, err);

	if (st == STATUS_OK)
		st = hook_task_of(hook->options.stage, &hook->state, &task, err);
	if (st != STATUS_OK)
		return st;
	return task == HOOK_ENFORCE ? hook_enforce(hook, err) : hook_attest(hook, err);
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
	size_signal_ignore_for_good();
	(void)fprintf(stderr, HOOK_NAME ": %s%s%s%s%s\n", clean, clean[0] != '\0' ? ": " : "",
		      hook->done != NULL ? hook->done : "", hook->done != NULL ? ": " : "", line);
	log_failure(&(struct log_origin){ HOOK_NAME, text_of(hook->id) },
		    hook->done != NULL ? hook->done : "refused", err);
}

int main(int argc, char **argv)
{
	static _Alignas(16) char first_memory[FIRST_MEMORY];
	struct hook hook = { .arena = ARENA_IN(first_memory), .words = argv };
	struct error err = { 0 };
	enum status st = hook_options_parse(argc, argv, &hook.options, &err);

	if (st == STATUS_OK && (hook.options.show_help || hook.options.show_version)) {
		(void)fputs(hook.options.show_help ? hook_help : "oci-confine-hook " VERSION_TEXT,
			    stdout);
		return fflush(stdout) == 0 ? STATUS_OK : STATUS_SYSTEM;
	}
	if (st == STATUS_OK)
		st = run(&hook, &err);
	if (st != STATUS_OK)
		report(&hook, &err);
	arena_done(&hook.arena);
	return (int)st;
}
