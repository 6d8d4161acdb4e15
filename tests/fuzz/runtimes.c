/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/runtimes.h"

#include <argp.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#define WORDS_MAX 256

static enum runtime_command command_of(const char *word)
{
	static const char *const names[] = { "", "create", "run", "restore", "exec" };

	for (unsigned i = COMMAND_CREATE; i <= COMMAND_EXEC; i++) {
		if (strcmp(word, names[i]) == 0)
			return (enum runtime_command)i;
	}
	return COMMAND_OTHER;
}

static void set(struct reading *reading, const char *name, const char *value)
{
	if (strcmp(name, "bundle") == 0)
		reading->bundle = value;
	else if (strcmp(name, "config") == 0)
		reading->config = value;
	else if (strcmp(name, "process") == 0)
		reading->process = value;
	else if (strcmp(name, "apparmor") == 0)
		reading->apparmor = value;
	else if (strcmp(name, "no-new-privs") == 0)
		reading->no_new_privs = true;
	else if (strcmp(name, "cap") == 0 && reading->cap_count < RUNTIME_ARGS_CAPS_MAX)
		reading->caps[reading->cap_count++] = value;
}

/* --- runc --- */

struct flag {
	const char *name, *letter; /* letter may be NULL */
	bool is_bool;
};

static const struct flag runc_global[] = {
	{ "root", NULL, false },     { "log", NULL, false },   { "log-format", NULL, false },
	{ "criu", NULL, false },     { "rootless", NULL, false }, { "debug", NULL, true },
	{ "systemd-cgroup", NULL, true }, { "help", "h", true }, { "version", "v", true },
	{ NULL },
};
static const struct flag runc_create[] = {
	{ "bundle", "b", false }, { "console-socket", NULL, false }, { "pidfd-socket", NULL, false },
	{ "pid-file", NULL, false }, { "preserve-fds", NULL, false }, { "no-pivot", NULL, true },
	{ "no-new-keyring", NULL, true }, { "help", "h", true }, { NULL },
};
static const struct flag runc_run[] = {
	{ "bundle", "b", false }, { "console-socket", NULL, false }, { "pidfd-socket", NULL, false },
	{ "pid-file", NULL, false }, { "preserve-fds", NULL, false }, { "no-pivot", NULL, true },
	{ "no-new-keyring", NULL, true }, { "no-subreaper", NULL, true }, { "detach", "d", true },
	{ "keep", NULL, true }, { "help", "h", true }, { NULL },
};
static const struct flag runc_restore[] = {
	{ "bundle", "b", false }, { "console-socket", NULL, false }, { "image-path", NULL, false },
	{ "work-path", NULL, false }, { "pid-file", NULL, false }, { "manage-cgroups-mode", NULL, false },
	{ "empty-ns", NULL, false }, { "lsm-profile", NULL, false }, { "lsm-mount-context", NULL, false },
	{ "tcp-established", NULL, true }, { "ext-unix-sk", NULL, true }, { "shell-job", NULL, true },
	{ "file-locks", NULL, true }, { "auto-dedup", NULL, true }, { "lazy-pages", NULL, true },
	{ "no-pivot", NULL, true }, { "no-subreaper", NULL, true }, { "detach", "d", true },
	{ "help", "h", true }, { NULL },
};
static const struct flag runc_exec[] = {
	{ "process", "p", false }, { "cap", "c", false }, { "apparmor", NULL, false },
	{ "console-socket", NULL, false }, { "pidfd-socket", NULL, false }, { "cwd", NULL, false },
	{ "env", "e", false }, { "user", "u", false }, { "additional-gids", "g", false },
	{ "pid-file", NULL, false }, { "process-label", NULL, false }, { "preserve-fds", NULL, false },
	{ "cgroup", NULL, false }, { "no-new-privs", NULL, true }, { "tty", "t", true },
	{ "detach", "d", true }, { "ignore-paused", NULL, true }, { "help", "h", true }, { NULL },
};

static const struct flag *find(const struct flag *flags, const char *name, size_t n, bool *ret_letter)
{
	for (; flags->name != NULL; flags++) {
		*ret_letter = flags->letter != NULL && strlen(flags->letter) == n &&
			      memcmp(flags->letter, name, n) == 0;
		if (*ret_letter || (strlen(flags->name) == n && memcmp(flags->name, name, n) == 0))
			return flags;
	}
	return NULL;
}

/* strconv.ParseBool() */
static bool is_bool(const char *word, bool *ret_value)
{
	static const char *const words[] = { "1", "t", "T", "TRUE", "true", "True",
					     "0", "f", "F", "FALSE", "false", "False" };

	for (unsigned i = 0; i < 12; i++) {
		if (strcmp(word, words[i]) == 0) {
			*ret_value = i < 6;
			return true;
		}
	}
	return false;
}

static void set_flag(struct reading *reading, const struct flag *flag, const char *value)
{
	bool on = true;

	if (flag->is_bool && value != NULL && !is_bool(value, &on))
		reading->refused = true;
	if (flag->is_bool && on && (strcmp(flag->name, "help") == 0 || strcmp(flag->name, "version") == 0))
		reading->refused = true; /* prints, and that is all */
	if (strcmp(flag->name, "preserve-fds") == 0 &&
	    (value == NULL || value[0] == '\0' || strspn(value, "0123456789") != strlen(value)))
		reading->refused = true;
	if (!flag->is_bool || on)
		set(reading, flag->name, value);
}

/* FlagSet.Parse(): returns the index of the first word that is no flag. */
static int parse_flags(const struct flag *flags, int count, char *const *words,
		       struct reading *reading)
{
	unsigned named = 0, lettered = 0; /* bits by place in the list: two forms of one are refused */
	int i = 0;

	while (i < count && !reading->refused) {
		const char *word = words[i], *name = word + 1, *equals;
		const struct flag *flag;
		bool letter;

		if (word[0] != '-' || word[1] == '\0')
			break;
		i++;
		if (word[1] == '-' && word[2] == '\0')
			break;
		name += word[1] == '-' ? 1 : 0;
		equals = strchr(name, '=');
		flag = name[0] == '-' || name[0] == '='
			       ? NULL
			       : find(flags, name, equals != NULL ? (size_t)(equals - name) : strlen(name),
				      &letter);
		if (flag == NULL || (!flag->is_bool && equals == NULL && i == count)) {
			reading->refused = true;
			break;
		}
		*(letter ? &lettered : &named) |= 1u << (flag - flags);
		if (flag->is_bool || equals != NULL)
			set_flag(reading, flag, equals != NULL ? equals + 1 : NULL);
		else
			set_flag(reading, flag, words[i++]);
	}
	reading->refused = reading->refused || (named & lettered) != 0;
	return i;
}

static bool is_flag(const struct flag *flags, const char *word)
{
	bool letter;

	if (word[0] != '-' || strcmp(word, "-") == 0 || strcmp(word, "--") == 0)
		return false;
	word += word[1] == '-' ? 2 : 1;
	word += word[0] == '-' ? 1 : 0;
	return find(flags, word, strcspn(word, "="), &letter) != NULL;
}

/* What reorderArgs() takes for a flag: before 1.22.2 all with a dash. */
static bool moves(enum runc_cli cli, const struct flag *flags, const char *word)
{
	if (cli == RUNC_CLI_1_22_1)
		return word[0] == '-' && word[1] != '\0';
	return is_flag(flags, word);
}

/* reorderArgs(): the flags of a command, each with the word behind it, come to the front. */
static void reorder(enum runc_cli cli, const struct flag *flags, int count, char **words)
{
	char *front[WORDS_MAX], *rest[WORDS_MAX];
	int fronts = 0, rests = 0, i = 0;
	bool may_be_value = false;

	for (; i < count; i++) {
		bool is_value = may_be_value && (cli == RUNC_CLI_1_22_6 ? !is_flag(flags, words[i])
									: words[i][0] != '-');

		if (cli != RUNC_CLI_1_22_6 && strcmp(words[i], "--") == 0)
			break;
		/* one that is none is forgotten only by 1.22.1 */
		may_be_value = may_be_value && !is_value && cli != RUNC_CLI_1_22_1;
		if (is_value) {
			front[fronts++] = words[i];
		} else if (strcmp(words[i], "--") == 0) {
			break;
		} else if (moves(cli, flags, words[i])) {
			may_be_value = strchr(words[i], '=') == NULL;
			front[fronts++] = words[i];
		} else {
			rest[rests++] = words[i];
		}
	}
	while (i < count)
		rest[rests++] = words[i++];
	for (i = 0; i < count; i++)
		words[i] = i < fronts ? front[i] : rest[i - fronts];
}

struct reading runc_reads(enum runc_cli cli, int argc, char **argv)
{
	static const struct flag *const flags[] = { NULL, runc_create, runc_run, runc_restore,
						    runc_exec };
	struct reading reading = { .command = COMMAND_OTHER };
	char *words[WORDS_MAX];
	int first = 1 + parse_flags(runc_global, argc - 1, argv + 1, &reading), count;

	if (reading.refused || first >= argc)
		return reading;
	reading.command = command_of(argv[first++]);
	if (reading.command == COMMAND_OTHER)
		return reading;
	count = argc - first;
	fuzz_require(count <= WORDS_MAX);
	memcpy(words, argv + first, (size_t)count * sizeof(char *));
	if (reading.command != COMMAND_EXEC)
		reorder(cli, flags[reading.command], count, words);
	first = parse_flags(flags[reading.command], count, words, &reading);
	/* checkArgs(): one id, and for exec a command unless there is a process.json */
	if (count - first < 1 || (reading.command != COMMAND_EXEC && count - first > 1))
		reading.refused = true;
	else
		reading.id = words[first];
	if (reading.bundle != NULL && reading.bundle[0] == '\0')
		reading.bundle = NULL;
	if (reading.process != NULL && reading.process[0] == '\0')
		reading.process = NULL;
	return reading;
}

/* --- crun --- */

#define LONG_ONLY 0x1000
#define ARGP_OWN { "program-name", LONG_ONLY + 90, "NAME", OPTION_HIDDEN, NULL, 0 }, \
		 { "hang", LONG_ONLY + 91, "SECONDS", OPTION_ARG_OPTIONAL | OPTION_HIDDEN, NULL, 0 }

static const struct argp_option crun_global[] = {
	{ "debug", LONG_ONLY + 1, NULL, 0, NULL, 0 },
	{ "cgroup-manager", LONG_ONLY + 2, "X", 0, NULL, 0 },
	{ "systemd-cgroup", LONG_ONLY + 3, NULL, 0, NULL, 0 },
	{ "log", LONG_ONLY + 4, "X", 0, NULL, 0 },
	{ "log-format", LONG_ONLY + 5, "X", 0, NULL, 0 },
	{ "log-level", LONG_ONLY + 6, "X", 0, NULL, 0 },
	{ "root", LONG_ONLY + 7, "X", 0, NULL, 0 },
	{ "rootless", LONG_ONLY + 8, "X", 0, NULL, 0 },
	ARGP_OWN,
	{ 0 },
};
static const struct argp_option crun_create[] = {
	{ "bundle", 'b', "X", 0, NULL, 0 },
	{ "config", 'f', "X", 0, NULL, 0 },
	{ "console-socket", LONG_ONLY + 1, "X", 0, NULL, 0 },
	{ "preserve-fds", LONG_ONLY + 2, "X", 0, NULL, 0 },
	{ "no-pivot", LONG_ONLY + 3, NULL, 0, NULL, 0 },
	{ "pid-file", LONG_ONLY + 4, "X", 0, NULL, 0 },
	{ "no-subreaper", LONG_ONLY + 5, NULL, 0, NULL, 0 },
	{ "no-new-keyring", LONG_ONLY + 6, NULL, 0, NULL, 0 },
	ARGP_OWN,
	{ 0 },
};
static const struct argp_option crun_run[] = {
	{ "bundle", 'b', "X", 0, NULL, 0 },
	{ "config", 'f', "X", 0, NULL, 0 },
	{ "detach", 'd', NULL, 0, NULL, 0 },
	{ "keep", LONG_ONLY + 7, NULL, 0, NULL, 0 },
	{ "console-socket", LONG_ONLY + 1, "X", 0, NULL, 0 },
	{ "preserve-fds", LONG_ONLY + 2, "X", 0, NULL, 0 },
	{ "no-pivot", LONG_ONLY + 3, NULL, 0, NULL, 0 },
	{ "pid-file", LONG_ONLY + 4, "X", 0, NULL, 0 },
	{ "no-subreaper", LONG_ONLY + 5, NULL, 0, NULL, 0 },
	{ "no-new-keyring", LONG_ONLY + 6, NULL, 0, NULL, 0 },
	ARGP_OWN,
	{ 0 },
};
static const struct argp_option crun_exec[] = {
	{ "preserve-fds", LONG_ONLY + 2, "X", 0, NULL, 0 },
	{ "console-socket", LONG_ONLY + 1, "X", 0, NULL, 0 },
	{ "tty", 't', "TTY", OPTION_ARG_OPTIONAL, NULL, 0 },
	{ "user", 'u', "X", 0, NULL, 0 },
	{ "env", 'e', "X", 0, NULL, 0 },
	{ "detach", 'd', NULL, 0, NULL, 0 },
	{ "cwd", LONG_ONLY + 3, "X", 0, NULL, 0 },
	{ "process", 'p', "X", 0, NULL, 0 },
	{ "pid-file", LONG_ONLY + 4, "X", 0, NULL, 0 },
	{ "cap", 'c', "X", 0, NULL, 0 },
	{ "no-new-privs", LONG_ONLY + 5, NULL, 0, NULL, 0 },
	{ "process-label", LONG_ONLY + 6, "X", 0, NULL, 0 },
	{ "apparmor", LONG_ONLY + 7, "X", 0, NULL, 0 },
	{ "cgroup", LONG_ONLY + 8, "X", 0, NULL, 0 },
	ARGP_OWN,
	{ 0 },
};

struct crun_call {
	const struct argp_option *options;
	struct reading *reading;
};

static error_t crun_option(int key, char *arg, struct argp_state *state)
{
	struct crun_call *call = state->input;

	for (const struct argp_option *o = call->options; o->name != NULL; o++) {
		if (o->key == key) {
			set(call->reading, o->name, arg);
			return 0;
		}
	}
	return ARGP_ERR_UNKNOWN; /* words too: parsing ends there, or after all options */
}

/* Returns the place of the first word that is no option; argv may be put in another order. */
static int crun_parse(const struct argp_option *options, unsigned flags, int argc, char **argv,
		      struct reading *reading)
{
	struct argp argp = { .options = options, .parser = crun_option };
	struct crun_call call = { options, reading };
	int first = argc;

	if (argp_parse(&argp, argc, argv, flags | ARGP_SILENT, &first, &call) != 0)
		reading->refused = true;
	return first;
}

struct reading crun_reads(int argc, char **argv)
{
	static const struct argp_option *const options[] = { NULL, crun_create, crun_run, NULL,
							     crun_exec };
	struct reading reading = { .command = COMMAND_OTHER };
	char *words[WORDS_MAX + 1];
	int first, count;

	fuzz_require(argc <= WORDS_MAX);
	memcpy(words, argv, (size_t)argc * sizeof(char *));
	words[argc] = NULL;
	first = crun_parse(crun_global, ARGP_IN_ORDER, argc, words, &reading);
	if (reading.refused || first >= argc)
		return reading;
	reading.command = command_of(words[first]);
	if (reading.command == COMMAND_OTHER)
		return reading;
	reading.refused = reading.command == COMMAND_RESTORE;
	if (reading.refused)
		return reading;
	count = argc - first;
	memmove(words, words + first, (size_t)(count + 1) * sizeof(char *));
	first = crun_parse(options[reading.command],
			   reading.command == COMMAND_EXEC ? ARGP_IN_ORDER : 0, count, words, &reading);
	/* crun_assert_n_args() */
	if (count - first < 1 || (reading.command != COMMAND_EXEC && count - first > 1))
		reading.refused = true;
	else
		reading.id = words[first];
	return reading;
}
