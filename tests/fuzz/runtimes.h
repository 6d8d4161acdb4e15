/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FUZZ_RUNTIMES_H
#define TESTS_FUZZ_RUNTIMES_H

#include "shim/runtime_args.h"

/*
 * How the two runtimes themselves read a command line, to hold shim/runtime_args.c against. runc
 * is retold from Go's flag package and urfave/cli 1.22 (App.Run, reorderArgs()); crun's is the C
 * library's own argp with crun's options (src/create.c, run.c, exec.c). Shares no code with shim/.
 */

/* urfave/cli whose reorderArgs() it is: runc 1.1 has 1.22.1, some packages one up to 1.22.5. */
enum runc_cli { RUNC_CLI_1_22_1, RUNC_CLI_1_22_2, RUNC_CLI_1_22_6, RUNC_CLI_COUNT_ };

struct reading {
	bool refused; /* the runtime ends with an error or a help text: nothing is started */
	enum runtime_command command;
	const char *bundle, *config, *id, *process; /* NULL: not given */
	const char *caps[RUNTIME_ARGS_CAPS_MAX];
	unsigned cap_count;
	bool no_new_privs;
	const char *apparmor;
};

struct reading runc_reads(enum runc_cli cli, int argc, char **argv);

/* Its restore is not looked at: refused. */
struct reading crun_reads(int argc, char **argv);

#endif
