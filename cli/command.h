/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "confine/confine.h"

/*
 * One sub-command of oci-confine. run() gets the words behind the command's name and, on
 * STATUS_OK, has written all of its output; main() prints the error of any other status.
 */
struct command {
	const char *name;
	const char *summary; /* one line for the list of commands */
	const char *help;    /* whole text of --help, with an example */
	enum status (*run)(int argc, char **argv, struct arena *arena, struct error *err);
};

extern const struct command command_apparmor, command_apply, command_configure, command_defaults,
	command_diff, command_doctor, command_explain, command_filter, command_inspect, command_lint,
	command_merge, command_report, command_verify;

/*
 * Takes "--NAME VALUE" or "--NAME=VALUE" at argv[*at]: sets *ret_value, moves *at to the last
 * word used and returns true. STATUS_INVALID in err->status when the value is missing.
 */
bool option_value(int argc, char **argv, int *at, const char *name, const char **ret_value,
		  struct error *err);

/* "unknown option 'X'; see oci-confine COMMAND --help" */
enum status unknown_option(const char *command, const char *arg, struct error *err);

/*
 * "default" (what container engines grant by default), "none", "ALL" or a list like
 * "NET_RAW,CAP_SYS_ADMIN".
 */
enum status parse_caps(const char *list, uint64_t *ret_caps, struct error *err) MUST_CHECK;

/*
 * "x86_64", "arm64", "SCMP_ARCH_X32" in any case; NULL: this program's own.
 */
enum status parse_arch(const char *word, enum arch *ret_arch, struct error *err) MUST_CHECK;

/*
 * STATUS_INVALID without a line on standard error: the command has done its work and printed
 * what it found, and its exit status says that there was something.
 */
enum status quiet_failure(struct error *err);

/* Writes a ruleset as one linux.seccomp object and a newline to standard output. */
enum status print_ruleset(const struct ruleset *ruleset, struct arena *arena, struct error *err)
	MUST_CHECK;

/* Writes pieces to standard output; a full disk or a closed pipe is an error. */
enum status print_pieces(const struct iovec *pieces, size_t count, struct error *err) MUST_CHECK;

/* Each warning as one line on standard error. */
void print_notes(const struct notes *notes);

#endif
