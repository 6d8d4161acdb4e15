/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FUZZ_RUNTIMES_H
#define TESTS_FUZZ_RUNTIMES_H

#include "shim/runtime_args.h"

/*
 * How the two runtimes themselves read a command line, to hold shim/runtime_args.c against. runc
 * is retold from Go's flag package and urfave/cli 1.22 (App.Run, reorderArgs()); crun's is the C
 * library's own argp with crun's options (src/create.c, run.c, exec.c). Shares no code with shim/.
 */
struct reading {
	bool refused; /* the runtime ends with an error or a help text: nothing is started */
	enum runtime_command command;
	const char *bundle, *config, *id, *process; /* NULL: not given */
	const char *caps[RUNTIME_ARGS_CAPS_MAX];
	unsigned cap_count;
	bool no_new_privs;
	const char *apparmor;
};

struct reading runc_reads(int argc, char **argv);

/* Its restore is not looked at: refused. */
struct reading crun_reads(int argc, char **argv);

#endif
