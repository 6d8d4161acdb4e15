/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/runtime_args.h"

#include <errno.h>
#include <string.h>
#include <sys/auxv.h>

#include "oci-spec/base/text.h"
#include "shim/environment.h"

#define OURS "--oci-confine-"

/* What an option is to us. */
enum use {
	USE_NONE,
	USE_ROOT,
	USE_LOG,
	USE_LOG_FORMAT,
	USE_CGROUP_MANAGER,
	USE_BUNDLE,
	USE_CONFIG,
	USE_PROCESS,
	USE_APPARMOR,
	USE_NO_NEW_PRIVS,
	USE_CAP,
};

/* Every option that runc 1.1 to 1.3 or crun 1.8 to 1.28 has there. */
struct option {
	char name[20]; /* "": the end of the list */
	bool takes_value;
	enum use use;
};

static const struct option global_options[] = {
	{ "root", true, USE_ROOT },
	{ "log", true, USE_LOG },
	{ "log-format", true, USE_LOG_FORMAT },
	{ "log-level", true, USE_NONE },
	{ "criu", true, USE_NONE },
	{ "cgroup-manager", true, USE_CGROUP_MANAGER },
	{ "rootless", true, USE_NONE },
	{ "debug", false, USE_NONE },
	{ "systemd-cgroup", false, USE_CGROUP_MANAGER },
	{ "help", false, USE_NONE },
	{ "h", false, USE_NONE },
	{ "version", false, USE_NONE },
	{ "v", false, USE_NONE },
	{ "", false, USE_NONE },
};

static const struct option create_options[] = {
	{ "bundle", true, USE_BUNDLE },
	{ "b", true, USE_BUNDLE },
	{ "config", true, USE_CONFIG },
	{ "f", true, USE_CONFIG },
	{ "console-socket", true, USE_NONE },
	{ "pid-file", true, USE_NONE },
	{ "preserve-fds", true, USE_NONE },
	{ "pidfd-socket", true, USE_NONE },
	{ "no-pivot", false, USE_NONE },
	{ "no-new-keyring", false, USE_NONE },
	{ "no-subreaper", false, USE_NONE },
	{ "detach", false, USE_NONE },
	{ "d", false, USE_NONE },
	{ "keep", false, USE_NONE },
	{ "help", false, USE_NONE },
	{ "h", false, USE_NONE },
	{ "", false, USE_NONE },
};

static const struct option restore_options[] = {
	{ "bundle", true, USE_BUNDLE },
	{ "b", true, USE_BUNDLE },
	{ "console-socket", true, USE_NONE },
	{ "image-path", true, USE_NONE },
	{ "work-path", true, USE_NONE },
	{ "pid-file", true, USE_NONE },
	{ "manage-cgroups-mode", true, USE_NONE },
	{ "empty-ns", true, USE_NONE },
	{ "lsm-profile", true, USE_NONE },
	{ "lsm-mount-context", true, USE_NONE },
	{ "preserve-fds", true, USE_NONE },
	{ "tcp-established", false, USE_NONE },
	{ "ext-unix-sk", false, USE_NONE },
	{ "shell-job", false, USE_NONE },
	{ "file-locks", false, USE_NONE },
	{ "auto-dedup", false, USE_NONE },
	{ "lazy-pages", false, USE_NONE },
	{ "network-lock", true, USE_NONE }, /* the next word, whatever crun's --help says */
	{ "tcp-close", false, USE_NONE },
	{ "no-pivot", false, USE_NONE },
	{ "no-subreaper", false, USE_NONE },
	{ "detach", false, USE_NONE },
	{ "d", false, USE_NONE },
	{ "help", false, USE_NONE },
	{ "h", false, USE_NONE },
	{ "", false, USE_NONE },
};

static const struct option exec_options[] = {
	{ "process", true, USE_PROCESS },
	{ "p", true, USE_PROCESS },
	{ "cap", true, USE_CAP },
	{ "c", true, USE_CAP },
	{ "apparmor", true, USE_APPARMOR },
	{ "no-new-privs", false, USE_NO_NEW_PRIVS },
	{ "console-socket", true, USE_NONE },
	{ "cwd", true, USE_NONE },
	{ "env", true, USE_NONE },
	{ "e", true, USE_NONE },
	{ "user", true, USE_NONE },
	{ "u", true, USE_NONE },
	{ "additional-gids", true, USE_NONE },
	{ "g", true, USE_NONE },
	{ "pid-file", true, USE_NONE },
	{ "process-label", true, USE_NONE },
	{ "preserve-fds", true, USE_NONE },
	{ "cgroup", true, USE_NONE },
	{ "pidfd-socket", true, USE_NONE },
	{ "tty", false, USE_NONE },
	{ "t", false, USE_NONE },
	{ "detach", false, USE_NONE },
	{ "d", false, USE_NONE },
	{ "ignore-paused", false, USE_NONE },
	{ "help", false, USE_NONE },
	{ "h", false, USE_NONE },
	{ "", false, USE_NONE },
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
	const char *end;

	word.name = arg + (word.single_dash ? 1 : 2);
	/* short words: a library's search would cost more */
	for (end = word.name; *end != '\0' && *end != '='; end++)
		;
	word.len = (size_t)(end - word.name);
	word.value = *end == '=' ? end + 1 : NULL;
	return word;
}

static const struct option *find(const struct option *options, const struct word *word)
{
	if (word->len == 0 || word->len >= sizeof(options->name))
		return NULL;
	for (; options->name[0] != '\0'; options++) {
		if (options->name[0] == word->name[0] && options->name[word->len] == '\0' &&
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

	if (!word->single_dash && known != NULL)
		return STATUS_OK;
	if (word->single_dash && word->len > 1 && known == NULL)
		return refuse(arg, why, err);
	if (word->single_dash && word->len == 1 && word->value != NULL)
		return refuse(arg, why, err);
	for (const struct option *o = options; o->name[0] != '\0'; o++) {
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

/* An option behind the command: what it is, NULL if not known, and its value, NULL if none. */
struct given {
	const struct option *option;
	const char *value;
};

/*
 * Reads the option at argv[*at]; *at is then at the last word of it. A value that begins with a
 * dash must be in the same word: runc 1.1 has urfave/cli 1.22.1, which takes a "-" for an argument
 * where it brings options to the front (reorderArgs()), so that another word becomes the value;
 * 1.22.2 to 1.22.5 take every such value so. urfave/cli 3, in runc after 1.4, knows global options
 * behind the command too, which nobody else does.
 */
static enum status read_option(const struct runtime_args *args, const struct option *options,
			       int *at, struct given *ret_given, struct error *err)
{
	const char *arg = args->argv[*at];
	struct word word = take_apart(arg);
	struct given given = { find(options, &word), word.value };
	enum status st = check_ambiguous(arg, &word, options, given.option, err);

	if (st != STATUS_OK)
		return st;
	if (given.option == NULL && find(global_options, &word) != NULL)
		return refuse(arg, "stands behind the command; write it in front", err);
	if (given.option == NULL && word.value == NULL)
		return refuse(arg, unknown, err);
	if (takes_next(given.option, &word)) {
		/* runc moves options to the front, where the last one takes a word as its value */
		if (*at + 1 == args->argc)
			return refuse(arg, "needs a value", err);
		given.value = args->argv[++*at];
		if (given.value[0] == '-')
			return refuse(arg,
				      "has a value that begins with '-', which runtimes read "
				      "differently; write it behind '='",
				      err);
	}
	*ret_given = given;
	return STATUS_OK;
}

static void set_global(struct runtime_args *args, enum use use, const char *value)
{
	if (use == USE_CGROUP_MANAGER)
		args->cgroup_manager_given = true;
	if (value == NULL)
		return;
	if (use == USE_ROOT)
		args->root = value;
	else if (use == USE_LOG)
		args->log = value;
	else if (use == USE_LOG_FORMAT)
		args->log_is_json = strcmp(value, "json") == 0;
}

static enum runtime_command command_of(const char *word)
{
	static const char names[][8] = { "create", "run", "restore", "exec" };

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
		if (option != NULL)
			set_global(args, option->use, value);
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
	/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): read_option() has seen to it */
	if (*slot != NULL && strcmp(*slot, value) != 0)
		return refuse(arg, "is given twice", err);
	*slot = value;
	return STATUS_OK;
}

static enum status set_bundle_option(struct runtime_args *args, enum use use, const char *value,
				     const char *arg, struct error *err)
{
	if (use == USE_BUNDLE)
		return set_once(&args->bundle, value, arg, err);
	if (use == USE_CONFIG)
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
		const char *arg = args->argv[i];
		struct given given;

		if (only_words || arg[0] != '-' || arg[1] == '\0') {
			/* one too many is the runtime's to refuse */
			args->id = args->id == NULL ? arg : args->id;
			continue;
		}
		if (strcmp(arg, "--") == 0) {
			only_words = true;
			continue;
		}
		st = read_option(args, options, &i, &given, err);
		if (st == STATUS_OK && given.option != NULL)
			st = set_bundle_option(args, given.option->use, given.value, arg, err);
	}
	return st;
}

static enum status add_cap(struct runtime_args *args, const struct runtime_cap *cap,
			   struct arena *arena, struct error *err)
{
	if (args->cap_count == RUNTIME_ARGS_CAPS_MAX)
		return refuse(args->argv[cap->index], "is given too often", err);
	if (args->caps == NULL)
		args->caps = arena_array(arena, RUNTIME_ARGS_CAPS_MAX, sizeof(*args->caps));
	if (args->caps == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read the command line");
	args->caps[args->cap_count++] = *cap;
	return STATUS_OK;
}

/* `word`: where the option stands, and its value. */
static enum status set_exec_option(struct runtime_args *args, enum use use,
				   const struct runtime_cap *word, struct arena *arena,
				   struct error *err)
{
	const char *arg = args->argv[word->index], *value = word->value;
	bool on = value == NULL || strcmp(value, "true") == 0;

	if (use == USE_PROCESS)
		return set_once(&args->process, value, arg, err);
	if (use == USE_APPARMOR) {
		/* not even the same one: it is taken out in one place when the label changes */
		if (args->apparmor != NULL)
			return refuse(arg, "is given twice", err);
		args->apparmor_index = word->index;
		args->apparmor_words = word->words;
		return set_once(&args->apparmor, value, arg, err);
	}
	if (use == USE_CAP)
		return add_cap(args, word, arena, err);
	if (use == USE_NO_NEW_PRIVS) {
		args->no_new_privs = args->no_new_privs || on;
		args->new_privs = args->new_privs || !on;
	}
	return STATUS_OK;
}

/* exec: options, then the id, then the command, whose words are none of ours. */
static enum status parse_exec(struct runtime_args *args, struct arena *arena, struct error *err)
{
	enum status st = STATUS_OK;
	int i = args->command_index + 1;

	for (; i < args->argc && args->argv[i][0] == '-' && args->argv[i][1] != '\0'; i++) {
		struct runtime_cap place = { .index = i };
		struct given given;

		if (strcmp(args->argv[i], "--") == 0) {
			i++;
			break;
		}
		st = read_option(args, exec_options, &i, &given, err);
		if (st != STATUS_OK)
			return st;
		place.value = given.value;
		place.words = i - place.index + 1;
		if (given.option != NULL)
			st = set_exec_option(args, given.option->use, &place, arena, err);
		if (st != STATUS_OK)
			return st;
	}
	args->id = i < args->argc ? args->argv[i] : NULL;
	return st;
}

static enum status take_ours(struct runtime_args *args, const char *arg, struct error *err)
{
	const char *name = arg + strlen(OURS), *value;

	if ((value = text_after(name, "runtime=")) != NULL)
		args->runtime_path = value;
	else if ((value = text_after(name, "policy=")) != NULL)
		args->policy_path = value;
	else if (strcmp(name, "version") == 0)
		args->show_version = true;
	else
		return refuse(arg,
			      "is unknown; there are " OURS "runtime=PATH, " OURS
			      "policy=PATH and " OURS "version",
			      err);
	return STATUS_OK;
}

/* Ours stand before the command; they are taken out of what the runtime gets, in place. */
static enum status strip_ours(int argc, char **argv, struct runtime_args *args, struct error *err)
{
	struct environment environment;
	enum status st = STATUS_OK;
	int i = 1;

	/* set-uid or with file capabilities: then the environment is somebody else's */
	if (environment_read(&environment) && getauxval(AT_SECURE) == 0) {
		args->runtime_path = environment.runtime;
		args->policy_path = environment.policy;
		args->saved_path = environment.path;
	}
	args->argv = argv;
	args->argc = argc;
	while (i < argc && text_after(argv[i], OURS) != NULL && st == STATUS_OK)
		st = take_ours(args, argv[i++], err);
	if (i == 1 || st != STATUS_OK)
		return st;
	argv[i - 1] = argv[0];
	args->argv = argv + i - 1;
	args->argc = argc - i + 1;
	return STATUS_OK;
}

enum status runtime_args_parse(int argc, char **argv, struct arena *arena,
			       struct runtime_args *args, struct error *err)
{
	enum status st;

	*args = (struct runtime_args){ .argc = 0 };
	st = strip_ours(argc, argv, args, err);
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
		return parse_exec(args, arena, err);
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
