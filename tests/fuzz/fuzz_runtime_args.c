/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line of a runtime. The input is its words, one a line. Where we understand it, runc
 * and crun must read the same out of it, or refuse it; what we hand on is what came in, without our
 * own options; and what an exec without process.json is made into still means the same, and asks
 * for nothing that the container does not have.
 */
#include "shim/exec_flags.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/runtimes.h"

#define WORDS_MAX 64

static const char config[] =
	"{\"process\":{\"apparmorProfile\":\"a\",\"noNewPrivileges\":true,\"capabilities\":{"
	"\"bounding\":[\"CAP_KILL\",\"CAP_NET_RAW\"]}},\"linux\":{}}";

static bool same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void check_reading(const struct runtime_args *ours, const struct reading *theirs)
{
	if (theirs->refused)
		return;
	fuzz_require(ours->command == theirs->command);
	if (ours->command == COMMAND_OTHER)
		return;
	fuzz_require(same(ours->id, theirs->id));
	fuzz_require(same(ours->process, theirs->process) ||
		     (ours->process != NULL && ours->process[0] == '\0' && theirs->process == NULL));
	fuzz_require(same(ours->bundle, theirs->bundle) ||
		     (ours->bundle != NULL && ours->bundle[0] == '\0' && theirs->bundle == NULL));
	fuzz_require(same(ours->config, theirs->config));
	if (ours->command != COMMAND_EXEC)
		return;
	fuzz_require(same(ours->apparmor, theirs->apparmor));
	/* what we take for given is not added; with new_privs a container that has it is refused */
	fuzz_require(!ours->no_new_privs || ours->new_privs || theirs->no_new_privs);
	fuzz_require(ours->cap_count == theirs->cap_count);
	for (unsigned i = 0; i < ours->cap_count; i++)
		fuzz_require(same(ours->caps[i].value, theirs->caps[i]));
}

static void check_readings(const struct runtime_args *args)
{
	struct reading crun = crun_reads(args->argc, args->argv);

	check_reading(args, &crun);
	for (enum runc_cli cli = 0; cli < RUNC_CLI_COUNT_; cli++) {
		struct reading runc = runc_reads(cli, args->argc, args->argv);

		check_reading(args, &runc);
	}
}

/* Nothing but options of ours in front is taken away. */
static void check_handed_on(const struct runtime_args *args, int argc, char **argv)
{
	int ours = argc - args->argc;

	fuzz_require(ours >= 0 && args->argv[0] == argv[0] && args->argv[args->argc] == NULL);
	for (int i = 1; i <= ours; i++)
		fuzz_require(strncmp(argv[i], "--oci-confine-", 14) == 0);
	for (int i = 1; i < args->argc; i++)
		fuzz_require(args->argv[i] == argv[i + ours]);
}

static struct runtime_args *parse_again(int argc, char **argv, struct arena *arena)
{
	struct runtime_args *args = arena_alloc(arena, sizeof(*args));
	struct error err = { 0 };

	fuzz_require(args != NULL);
	if (runtime_args_parse(argc, argv, arena, args, &err) != STATUS_OK)
		fuzz_found(err.where, 0, err.what);
	check_readings(args);
	return args;
}

static void check_global(const struct runtime_args *args, struct arena *arena)
{
	struct runtime_args changed = *args;
	struct error err = { 0 };
	const struct runtime_args *again;

	fuzz_require(runtime_args_add_global(&changed, "--systemd-cgroup", arena, &err) == STATUS_OK);
	again = parse_again(changed.argc, changed.argv, arena);
	fuzz_require(again->command == args->command && again->cgroup_manager_given);
	fuzz_require(same(again->id, args->id) && same(again->bundle, args->bundle));
}

/* The words behind the id, which are the container's. */
static void check_same_command(const struct runtime_args *before, const struct runtime_args *after)
{
	for (int back = 1;; back++) {
		const char *word = before->argv[before->argc - back];

		fuzz_require(back <= after->argc && after->argv[after->argc - back] == word);
		if (word == before->id)
			break;
	}
}

static bool is_capability_of_container(const char *word)
{
	return strcasecmp(word, "CAP_KILL") == 0 || strcasecmp(word, "KILL") == 0 ||
	       strcasecmp(word, "CAP_NET_RAW") == 0 || strcasecmp(word, "NET_RAW") == 0;
}

static void check_exec(const struct runtime_args *args, struct arena *arena)
{
	struct confine confine = fuzz_confine(arena, 0);
	struct confined *confined = arena_alloc(arena, sizeof(*confined));
	struct runtime_args changed = *args;
	const struct runtime_args *again;
	struct error err = { 0 };
	enum status st;

	fuzz_require(confined != NULL);
	if (confine_text(&confine, TEXT(config), "config.json", confined, &err) != STATUS_OK)
		fuzz_found(err.where, 0, err.what);
	/* as after the start: the container has what was decided */
	confined->container.process.capabilities = confined->decision.privileges.capabilities;
	st = exec_flags_confine(&confine, confined, &changed, &err);
	fuzz_check_notes(&confine.notes);
	if (st != STATUS_OK) {
		fuzz_check_error(st, &err, false);
		return;
	}
	again = parse_again(changed.argc, changed.argv, arena);
	fuzz_require(again->command == COMMAND_EXEC && same(again->id, args->id));
	fuzz_require(again->no_new_privs && !again->new_privs && again->process == NULL);
	fuzz_require(again->apparmor != NULL && strstr(again->apparmor, "a") != NULL);
	for (unsigned i = 0; i < again->cap_count; i++)
		fuzz_require(is_capability_of_container(again->caps[i].value));
	check_same_command(args, again);
}

static int split(char *text, char *argv[WORDS_MAX + 2])
{
	static char program[] = "oci-confine-runtime";
	int argc = 1;

	argv[0] = program;
	while (text != NULL && argc < WORDS_MAX)
		argv[argc++] = strsep(&text, "\n");
	argv[argc] = NULL;
	return argc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct runtime_args *args = arena_alloc(&arena, sizeof(*args));
	char *text = text_dup(&arena, fuzz_text(data, size));
	char *argv[WORDS_MAX + 2], *given[WORDS_MAX + 2];
	int argc = split(text, argv);
	struct error err = { 0 };
	enum status st;

	fuzz_require(args != NULL && text != NULL);
	memcpy(given, argv, sizeof(given)); /* words of argv itself may be moved */
	st = runtime_args_parse(argc, argv, &arena, args, &err);
	if (st != STATUS_OK) {
		fuzz_check_error(st, &err, false);
	} else if (!args->show_version) {
		check_handed_on(args, argc, given);
		check_readings(args);
		if (args->command == COMMAND_EXEC && args->process == NULL && args->id != NULL)
			check_exec(args, &arena);
		else if (args->command != COMMAND_EXEC && args->command != COMMAND_OTHER)
			check_global(args, &arena);
	}
	arena_done(&arena);
	return 0;
}
