/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_RUNTIME_ARGS_H
#define SHIM_RUNTIME_ARGS_H

#include <stdbool.h>

#include "oci-spec/base/arena.h"
#include "oci-spec/base/error.h"

/*
 * The command line of an OCI runtime, as runc(8) (urfave/cli: --flag value, --flag=value, also
 * with one dash; options of create, run and restore also behind the id) and crun(1) (argp: short
 * options, abbreviations, -bDIR) read it. Where the two would read one word differently it is
 * refused for the commands that confine: we must rewrite the file that the runtime will read.
 */
enum runtime_command {
	COMMAND_OTHER, /* also none at all, and every command that we do not know */
	COMMAND_CREATE,
	COMMAND_RUN,
	COMMAND_RESTORE,
	COMMAND_EXEC,
};

#define RUNTIME_ARGS_CAPS_MAX 128

/* exec --cap */
struct runtime_cap {
	const char *value;
	int index, words; /* where in argv it starts, and how many words it takes */
};

struct runtime_args {
	int argc;
	char **argv; /* without the options of ours; what the runtime gets */

	/* ours, and their environment variables */
	const char *runtime_path; /* --oci-confine-runtime=PATH, OCI_CONFINE_RUNTIME */
	const char *policy_path;  /* --oci-confine-policy=PATH, OCI_CONFINE_POLICY */
	bool show_version;	  /* --oci-confine-version */

	enum runtime_command command;
	int command_index; /* of its word in argv */

	const char *named_policy; /* policy.d/NAME.json of the link we were called by, or NULL */
	const char *saved_path;	  /* OCI_CONFINE_PATH: PATH before our shim narrowed it, or NULL */

	/* global options; NULL when not given */
	const char *root, *log;
	bool log_is_json;
	bool cgroup_manager_given; /* --systemd-cgroup, --cgroup-manager, with whatever value */

	/* of create, run, restore, exec */
	const char *id;
	const char *bundle;		    /* NULL: the working directory */
	const char *config;		    /* crun's -f; NULL: config.json */
	const char *process;		    /* exec --process */
	const char *apparmor;		    /* exec --apparmor */
	int apparmor_index, apparmor_words; /* where in argv it starts, how many words it takes */
	bool no_new_privs;		    /* exec --no-new-privs */
	bool new_privs;			    /* exec --no-new-privs=false */
	struct runtime_cap *caps;	    /* of RUNTIME_ARGS_CAPS_MAX; NULL when there is none */
	unsigned cap_count;
};

/*
 * Reads argv and the environment; options of ours are taken out of argv itself. On STATUS_INVALID
 * what is known so far (log above all) is in *ret_args all the same, so that the error can be
 * reported there.
 */
enum status runtime_args_parse(int argc, char **argv, struct arena *arena,
			       struct runtime_args *ret_args, struct error *err) MUST_CHECK;

/*
 * Puts the word `option` in front of all others: there runc and crun read global options. Not
 * for exec, whose caps name places in argv.
 */
enum status runtime_args_add_global(struct runtime_args *args, const char *option,
				    struct arena *arena, struct error *err) MUST_CHECK;

#endif
