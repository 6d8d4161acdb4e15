/* SPDX-License-Identifier: Apache-2.0 */
/* oci-confine: the command for people; one sub-command a file. */
#include <errno.h>

#include "cli/command.h"
#include "confine/version.h" /* generated */

static const struct command *const commands[] = {
	&command_apparmor,
	&command_apply,
	&command_configure,
	&command_defaults,
	&command_diff,
	&command_doctor,
	&command_explain,
	&command_filter,
	&command_inspect,
	&command_lint,
	&command_merge,
	&command_report,
	&command_verify,
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_usage(FILE *out)
{
	(void)fputs("usage: oci-confine COMMAND [OPTION]... [WORD]...\n\n"
		    "Makes RuntimeDefault a floor for every container: whatever seccomp profile a pod\n"
		    "asks for, it can only tighten.\n\n",
		    out);
	for (size_t i = 0; i < COMMANDS; i++)
		(void)fprintf(out, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
	(void)fputs("\noci-confine COMMAND --help tells more; oci-confine --version what is built in.\n"
		    "Exit codes: 0 done, 1 the input is wrong, 2 the policy refuses it, 3 this machine\n"
		    "cannot do it, 4 a system call failed. diff also ends with 1 when the profiles differ,\n"
		    "lint when there are errors, verify and inspect when the decision does not hold.\n",
		    out);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* Help that could not be written is a failure like any other output. */
static enum status finish_output(struct error *err)
{
	if (fflush(stdout) != 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot write the output");
	return STATUS_OK;
}

static enum status run_command(int argc, char **argv, struct arena *arena, struct error *err)
{
	const struct command *command = find_command(argv[1]);

	if (command == NULL)
		return error_set(err, STATUS_INVALID, 0,
				 "unknown command '%.60s'; see oci-confine --help", argv[1]);
	for (int i = 2; i < argc; i++) {
		if (is_help(argv[i])) {
			(void)fputs(command->help, stdout);
			return finish_output(err);
		}
	}
	return command->run(argc - 2, argv + 2, arena, err);
}

int main(int argc, char **argv)
{
	struct arena arena = ARENA_INIT;
	struct error err = { 0 };
	char line[1200];
	enum status st;

	if (argc < 2) {
		print_usage(stderr);
		return STATUS_INVALID;
	}
	if (is_help(argv[1])) {
		print_usage(stdout);
		st = finish_output(&err);
	} else if (strcmp(argv[1], "--version") == 0) {
		(void)fputs("oci-confine " VERSION_TEXT, stdout);
		st = finish_output(&err);
	} else {
		st = run_command(argc, argv, &arena, &err);
	}
	/* diff and lint fail without a sentence when they found something */
	if (st != STATUS_OK && err.what[0] != '\0') {
		error_format(&err, line, sizeof(line));
		(void)fprintf(stderr, "oci-confine: %s\n", line);
	}
	arena_done(&arena);
	return (int)st;
}
