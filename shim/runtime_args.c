/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/runtime_args.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>

#include "oci-spec/base/text.h"
#include "shim/environment.h"

#define OURS "--oci-confine-"

/* Every option that runc 1.1 to 1.3 or crun 1.8 to 1.28 has there. */
struct option {
	const char *name;
	bool takes_value;
};

static const struct option global_options[] = {
	{ "root", true },      { "log", true },	   { "log-format", true },
	{ "log-level", true }, { "criu", true },   { "cgroup-manager", true },
	{ "rootless", true },  { "debug", false }, { "systemd-cgroup", false },
	{ "help", false },     { "h", false },	   { "version", false },
	{ "v", false },	       { NULL, false },
};

static const struct option create_options[] = {
	{ "bundle", true },
	{ "b", true },
	{ "config", true },
	{ "f", true },
	{ "console-socket", true },
	{ "pid-file", true },
	{ "preserve-fds", true },
	{ "pidfd-socket", true },
	{ "no-pivot", false },
	{ "no-new-keyring", false },
	{ "no-subreaper", false },
	{ "detach", false },
	{ "d", false },
	{ "keep", false },
	{ "help", false },
	{ "h", false },
	{ NULL, false },
};

static const struct option restore_options[] = {
	{ "bundle", true },
	{ "b", true },
	{ "console-socket", true },
	{ "image-path", true },
	{ "work-path", true },
	{ "pid-file", true },
	{ "manage-cgroups-mode", true },
	{ "empty-ns", true },
	{ "lsm-profile", true },
	{ "lsm-mount-context", true },
	{ "preserve-fds", true },
	{ "tcp-established", false },
	{ "ext-unix-sk", false },
	{ "shell-job", false },
	{ "file-locks", false },
	{ "auto-dedup", false },
	{ "lazy-pages", false },
	{ "no-pivot", false },
	{ "no-subreaper", false },
	{ "detach", false },
	{ "d", false },
	{ "help", false },
	{ "h", false },
	{ NULL, false },
};

static const struct option exec_options[] = {
	{ "process", true },
	{ "p", true },
	{ "cap", true },
	{ "c", true },
	{ "apparmor", true },
	{ "no-new-privs", false },
	{ "console-socket", true },
	{ "cwd", true },
	{ "env", true },
	{ "e", true },
	{ "user", true },
	{ "u", true },
	{ "additional-gids", true },
	{ "g", true },
	{ "pid-file", true },
	{ "process-label", true },
	{ "preserve-fds", true },
	{ "cgroup", true },
	{ "pidfd-socket", true },
	{ "tty", false },
	{ "t", false },
	{ "detach", false },
	{ "d", false },
	{ "ignore-paused", false },
	{ "help", false },
	{ "h", false },
	{ NULL, false },
};

/* One word that starts with a dash, taken apart. */
struct word {
	const char *name; /* without dashes */
	size_t len;
	const char *value; /* behind "=", else NULL */
	bool single_dash;
};

static struct word take_apart(const char *arg)
{
	struct word word = { .single_dash = arg[1] != '-' };
	const char *equals;

	word.name = arg + (word.single_dash ? 1 : 2);
	equals = strchr(word.name, '=');
	word.len = equals != NULL ? (size_t)(equals - word.name) : strlen(word.name);
	word.value = equals != NULL ? equals + 1 : NULL;
	return word;
}

static const struct option *find(const struct option *options, const struct word *word)
{
	for (; options->name != NULL; options++) {
		if (strlen(options->name) == word->len &&
		    memcmp(options->name, word->name, word->len) == 0)
			return options;
	}
	return NULL;
}

/* It may or may not swallow the next word. argp adds some to every program: --program-name. */
static const char unknown[] =
	"is not known here, so what stands behind it cannot be told; write its "
	"value behind '='";

static enum status refuse(const char *arg, const char *why, struct error *err)
{
	return error_set(err, STATUS_INVALID, 0, "option '%.120s' %s", arg, why);
}

/*
 * Words that the two read differently. Behind one dash runc sees one name, also a long one, and
 * a value behind "="; crun sees letters, of which the first that takes a value takes the rest
 * of the word, "=" included. Behind two dashes crun also takes abbreviations.
 */
static enum status check_ambiguous(const char *arg, const struct word *word,
				   const struct option *options, const struct option *known,
				   struct error *err)
{
	static const char why[] = "is read differently by runc and crun; write it with two dashes, "
				  "and its value behind '='";

	if (word->single_dash && word->len > 1 && known == NULL)
		return refuse(arg, why, err);
	if (word->single_dash && word->len == 1 && word->value != NULL)
		return refuse(arg, why, err);
	for (const struct option *o = options; o->name != NULL; o++) {
		size_t n = strlen(o->name);

		if (word->single_dash && word->len > 1 && n == 1 && o->takes_value &&
		    word->name[0] == o->name[0])
			return refuse(arg, why, err);
		if (known == NULL && word->len > 0 && n > word->len && !word->single_dash &&
		    memcmp(o->name, word->name, word->len) == 0)
			return refuse(arg, "is abbreviated; write it in full", err);
	}
	return STATUS_OK;
}

static bool takes_next(const struct option *option, const struct word *word)
{
	return option != NULL && option->takes_value && word->value == NULL;
}

static void set_global(struct runtime_args *args, const struct option *option, const char *value)
{
	if (option == NULL)
		return;
	if (strcmp(option->name, "systemd-cgroup") == 0 ||
	    strcmp(option->name, "cgroup-manager") == 0)
		args->cgroup_manager_given = true;
	if (value == NULL)
		return;
	if (strcmp(option->name, "root") == 0)
		args->root = value;
	else if (strcmp(option->name, "log") == 0)
		args->log = value;
	else if (strcmp(option->name, "log-format") == 0)
		args->log_is_json = strcmp(value, "json") == 0;
}

static enum runtime_command command_of(const char *word)
{
	static const char *const names[] = { "create", "run", "restore", "exec" };

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(word, names[i]) == 0)
			return (enum runtime_command)(COMMAND_CREATE + i);
	}
	return COMMAND_OTHER;
}

/* Whether a word further on could be a command of ours that we failed to see. */
static bool could_confine(const struct runtime_args *args, int from)
{
	for (int i = from; i < args->argc; i++) {
		if (command_of(args->argv[i]) != COMMAND_OTHER)
			return true;
	}
	return false;
}

/* Up to the command. A global option that we do not know may or may not swallow the next word. */
static enum status parse_global(struct runtime_args *args, struct error *err)
{
	enum status ambiguous = STATUS_OK;
	int i = 1;

	for (; i < args->argc && args->argv[i][0] == '-' && args->argv[i][1] != '\0'; i++) {
		const char *arg = args->argv[i];
		struct word word = take_apart(arg);
		const struct option *option = find(global_options, &word);
		const char *value = word.value;

		if (ambiguous == STATUS_OK && option == NULL && word.value == NULL)
			ambiguous = refuse(arg, unknown, err);
		if (ambiguous == STATUS_OK)
			ambiguous = check_ambiguous(arg, &word, global_options, option, err);
		if (takes_next(option, &word))
			value = i + 1 < args->argc ? args->argv[++i] : NULL;
		set_global(args, option, value);
	}
	if (ambiguous != STATUS_OK)
		return could_confine(args, 1) ? ambiguous : STATUS_OK;
	args->command_index = i;
	args->command = i < args->argc ? command_of(args->argv[i]) : COMMAND_OTHER;
	return STATUS_OK;
}

static enum status set_once(const char **slot, const char *value, const char *arg,
			    struct error *err)
{
	if (value == NULL)
		return refuse(arg, "needs a value", err);
	if (*slot != NULL && strcmp(*slot, value) != 0)
		return refuse(arg, "is given twice", err);
	*slot = value;
	return STATUS_OK;
}

static bool is_one_of(const struct option *option, const char *name, const char *letter)
{
	return strcmp(option->name, name) == 0 || strcmp(option->name, letter) == 0;
}

static enum status set_bundle_option(struct runtime_args *args, const struct option *option,
				     const char *value, const char *arg, struct error *err)
{
	if (is_one_of(option, "bundle", "b"))
		return set_once(&args->bundle, value, arg, err);
	if (is_one_of(option, "config", "f"))
		return set_once(&args->config, value, arg, err);
	return STATUS_OK;
}

/* create, run and restore: options and the id in any order. */
static enum status parse_bundle_command(struct runtime_args *args, const struct option *options,
					struct error *err)
{
	bool only_words = false;
	enum status st = STATUS_OK;

	for (int i = args->command_index + 1; i < args->argc && st == STATUS_OK; i++) {
		const char *arg = args->argv[i], *value;
		struct word word;
		const struct option *option;

		if (only_words || arg[0] != '-' || arg[1] == '\0') {
			/* one too many is the runtime's to refuse */
			args->id = args->id == NULL ? arg : args->id;
			continue;
		}
		if (strcmp(arg, "--") == 0) {
			only_words = true;
			continue;
		}
		word = take_apart(arg);
		option = find(options, &word);
		st = check_ambiguous(arg, &word, options, option, err);
		if (st == STATUS_OK && option == NULL && word.value == NULL)
			st = refuse(arg, unknown, err);
		value = word.value;
		if (takes_next(option, &word))
			value = i + 1 < args->argc ? args->argv[++i] : NULL;
		if (st == STATUS_OK && option != NULL)
			st = set_bundle_option(args, option, value, arg, err);
	}
	return st;
}

static enum status set_exec_option(struct runtime_args *args, const struct option *option,
				   const char *value, int start, int end, struct error *err)
{
	const char *arg = args->argv[start];

	if (is_one_of(option, "process", "p"))
		return set_once(&args->process, value, arg, err);
	if (strcmp(option->name, "apparmor") == 0) {
		args->apparmor_index = start;
		args->apparmor_words = end - start + 1;
		return set_once(&args->apparmor, value, arg, err);
	}
	if (strcmp(option->name, "no-new-privs") == 0) {
		bool on = value == NULL || strcmp(value, "true") == 0;

		args->no_new_privs = args->no_new_privs || on;
		args->new_privs = args->new_privs || !on;
	}
	if (!is_one_of(option, "cap", "c"))
		return STATUS_OK;
	if (value == NULL)
		return refuse(arg, "needs a value", err);
	if (args->cap_count == RUNTIME_ARGS_CAPS_MAX)
		return refuse(arg, "is given too often", err);
	args->caps[args->cap_count].value = value;
	args->caps[args->cap_count].index = start;
	args->caps[args->cap_count++].words = end - start + 1;
	return STATUS_OK;
}

/* exec: options, then the id, then the command, whose words are none of ours. */
static enum status parse_exec(struct runtime_args *args, struct error *err)
{
	enum status st = STATUS_OK;
	int i = args->command_index + 1;

	for (; i < args->argc && args->argv[i][0] == '-' && args->argv[i][1] != '\0'; i++) {
		const char *arg = args->argv[i], *value;
		int start = i;
		struct word word;
		const struct option *option;

		if (strcmp(arg, "--") == 0) {
			i++;
			break;
		}
		word = take_apart(arg);
		option = find(exec_options, &word);
		st = check_ambiguous(arg, &word, exec_options, option, err);
		if (st != STATUS_OK)
			return st;
		if (option == NULL && word.value == NULL)
			return refuse(arg, unknown, err);
		value = word.value;
		if (takes_next(option, &word))
			value = i + 1 < args->argc ? args->argv[++i] : NULL;
		if (option != NULL)
			st = set_exec_option(args, option, value, start, i, err);
		if (st != STATUS_OK)
			return st;
	}
	args->id = i < args->argc ? args->argv[i] : NULL;
	return st;
}

/* "--oci-confine-X=VALUE": VALUE, else NULL. */
static const char *our_value(const char *arg, const char *name)
{
	size_t n = strlen(name);

	arg += strlen(OURS);
	return strncmp(arg, name, n) == 0 && arg[n] == '=' ? arg + n + 1 : NULL;
}

static enum status take_ours(struct runtime_args *args, const char *arg, struct error *err)
{
	const char *runtime = our_value(arg, "runtime"), *policy = our_value(arg, "policy");

	if (runtime != NULL)
		args->runtime_path = runtime;
	else if (policy != NULL)
		args->policy_path = policy;
	else if (strcmp(arg, OURS "version") == 0)
		args->show_version = true;
	else
		return refuse(arg,
			      "is unknown; there are " OURS "runtime=PATH, " OURS
			      "policy=PATH and " OURS "version",
			      err);
	return STATUS_OK;
}

/* Ours stand before the command; they are taken out of what the runtime gets. */
static enum status strip_ours(int argc, char **argv, struct arena *arena, struct runtime_args *args,
			      struct error *err)
{
	/* set-uid or with file capabilities: then the environment is somebody else's */
	bool trusted = getauxval(AT_SECURE) == 0;
	struct environment environment;
	enum status st = STATUS_OK;
	int i = 1;

	environment_read(&environment);
	args->runtime_path = trusted ? environment.runtime : NULL;
	args->policy_path = trusted ? environment.policy : NULL;
	args->saved_path = trusted ? environment.path : NULL;
	args->argv = argv;
	args->argc = argc;
	while (i < argc && strncmp(argv[i], OURS, strlen(OURS)) == 0 && st == STATUS_OK)
		st = take_ours(args, argv[i++], err);
	if (i == 1 || st != STATUS_OK)
		return st;
	args->argv = arena_array(arena, (size_t)(argc - i) + 2, sizeof(char *));
	if (args->argv == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read the command line");
	args->argv[0] = argv[0];
	memcpy(args->argv + 1, argv + i, (size_t)(argc - i) * sizeof(char *));
	args->argc = argc - i + 1;
	return STATUS_OK;
}

enum status runtime_args_parse(int argc, char **argv, struct arena *arena,
			       struct runtime_args *args, struct error *err)
{
	enum status st;

	/* not all of it: the list of capabilities is large and belongs to exec alone */
	memset(args, 0, offsetof(struct runtime_args, caps));
	args->cap_count = 0;
	st = strip_ours(argc, argv, arena, args, err);
	if (st == STATUS_OK)
		st = parse_global(args, err);
	if (st != STATUS_OK)
		return st;
	switch (args->command) {
	case COMMAND_CREATE:
	case COMMAND_RUN:
		return parse_bundle_command(args, create_options, err);
	case COMMAND_RESTORE:
		return parse_bundle_command(args, restore_options, err);
	case COMMAND_EXEC:
		return parse_exec(args, err);
	case COMMAND_OTHER:
		break;
	}
	return STATUS_OK;
}

enum status runtime_args_add_global(struct runtime_args *args, const char *option,
				    struct arena *arena, struct error *err)
{
	char **argv = arena_array(arena, (size_t)args->argc + 2, sizeof(char *));
	char *word = text_dup(arena, text_of(option));

	if (argv == NULL || word == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot change the command line");
	argv[0] = args->argv[0];
	argv[1] = word;
	memcpy(argv + 2, args->argv + 1, (size_t)args->argc * sizeof(char *));
	args->argv = argv;
	args->argc++;
	args->command_index++;
	return STATUS_OK;
}
