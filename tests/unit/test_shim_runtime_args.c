/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "shim/runtime_args.h"

#define WORDS_MAX 24

struct line {
	int argc;
	char *argv[WORDS_MAX + 1];
	char text[512];
};

/* A command line as one string with blanks; "''" is an empty word. */
static void split(struct line *line, const char *words)
{
	char *save = NULL, *word;

	line->argc = 0;
	(void)snprintf(line->text, sizeof(line->text), "%s", words);
	for (word = strtok_r(line->text, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save)) {
		ck_assert_int_lt(line->argc, WORDS_MAX);
		line->argv[line->argc++] = strcmp(word, "''") == 0 ? word + 2 : word;
	}
	line->argv[line->argc] = NULL;
}

static enum status parse(struct arena *arena, struct line *line, const char *words,
			 struct runtime_args *args, struct error *err)
{
	split(line, words);
	return runtime_args_parse(line->argc, line->argv, arena, args, err);
}

static const struct shape {
	const char *line;
	enum runtime_command command;
	const char *id, *bundle, *config, *process, *root, *log;
	bool json;
} shapes[] = {
	/* containerd */
	{ "r --root /run/containerd/runc/k8s.io --log /b/log.json --log-format json create --bundle /b "
	  "--pid-file /b/init.pid c1",
	  COMMAND_CREATE, "c1", "/b", NULL, NULL, "/run/containerd/runc/k8s.io", "/b/log.json", true },
	{ "r --root /r --log /l --log-format json --systemd-cgroup create --bundle /b --pid-file /p "
	  "--console-socket /tmp/pty1/pty.sock c1",
	  COMMAND_CREATE, "c1", "/b", NULL, NULL, "/r", "/l", true },
	{ "r --root /r --log /l --log-format json start c1", COMMAND_OTHER, NULL, NULL, NULL, NULL, "/r",
	  "/l", true },
	{ "r --root /r --log /l --log-format json pause c1", COMMAND_OTHER, NULL, NULL, NULL, NULL, "/r",
	  "/l", true },
	{ "r --root /r --log /l --log-format json ps --format json c1", COMMAND_OTHER, NULL, NULL, NULL,
	  NULL, "/r", "/l", true },
	{ "r --root /r --log /l --log-format json kill --all c1 9", COMMAND_OTHER, NULL, NULL, NULL, NULL,
	  "/r", "/l", true },
	{ "r --root /r --log /l --log-format json delete --force c1", COMMAND_OTHER, NULL, NULL, NULL,
	  NULL, "/r", "/l", true },
	{ "r --root /r --log /l --log-format json exec --process /tmp/runc-process1 --detach --pid-file "
	  "/b/e.pid c1",
	  COMMAND_EXEC, "c1", NULL, NULL, "/tmp/runc-process1", "/r", "/l", true },
	{ "r --root /r update --resources - c1", COMMAND_OTHER, NULL, NULL, NULL, NULL, "/r", NULL,
	  false },
	{ "r --root /r update --resources=- c1", COMMAND_OTHER, NULL, NULL, NULL, NULL, "/r", NULL,
	  false },
	{ "r features", COMMAND_OTHER, NULL, NULL, NULL, NULL, NULL, NULL, false },
	/* go-runc's others */
	{ "r --debug --rootless=true run --bundle /b --no-pivot --no-new-keyring --preserve-fds 3 "
	  "--pidfd-socket /s c1",
	  COMMAND_RUN, "c1", "/b", NULL, NULL, NULL, NULL, false },
	{ "r events --stats c1", COMMAND_OTHER, NULL, NULL, NULL, NULL, NULL, NULL, false },
	{ "r list --format=json", COMMAND_OTHER, NULL, NULL, NULL, NULL, NULL, NULL, false },
	{ "r --version", COMMAND_OTHER, NULL, NULL, NULL, NULL, NULL, NULL, false },
	{ "r restore --image-path /i --work-path /w --detach --pid-file /p -no-subreaper --bundle /b c1",
	  COMMAND_RESTORE, "c1", "/b", NULL, NULL, NULL, NULL, false },
	/* crun's own, and what conmon hands on */
	{ "r restore --bundle /b --tcp-close --network-lock skip --manage-cgroups-mode ignore c1",
	  COMMAND_RESTORE, "c1", "/b", NULL, NULL, NULL, NULL, false },
	/* podman with conmon */
	{ "r --log-format=json --log /l create --bundle /b --pid-file /p c1", COMMAND_CREATE, "c1", "/b",
	  NULL, NULL, NULL, "/l", true },
	{ "r --systemd-cgroup --log-format=json --log /l create --bundle /b --pid-file /p c1",
	  COMMAND_CREATE, "c1", "/b", NULL, NULL, NULL, "/l", true },
	{ "r --log-format=json --log /l exec --pid-file /p --process /f --detach c1", COMMAND_EXEC, "c1",
	  NULL, NULL, "/f", NULL, "/l", true },
	/* CRI-O */
	{ "r --root=/r create --bundle /b --pid-file /p c1", COMMAND_CREATE, "c1", "/b", NULL, NULL, "/r",
	  NULL, false },
	{ "r --root /r --systemd-cgroup state c1", COMMAND_OTHER, NULL, NULL, NULL, NULL, "/r", NULL,
	  false },
	{ "r --systemd-cgroup --root=/r exec --process /f -d --pid-file /p c1", COMMAND_EXEC, "c1", NULL,
	  NULL, "/f", "/r", NULL, false },
	/* by hand, both runtimes */
	{ "r", COMMAND_OTHER, NULL, NULL, NULL, NULL, NULL, NULL, false },
	{ "r create c1", COMMAND_CREATE, "c1", NULL, NULL, NULL, NULL, NULL, false },
	{ "r run -b /b c1", COMMAND_RUN, "c1", "/b", NULL, NULL, NULL, NULL, false },
	{ "r run --bundle=/b c1", COMMAND_RUN, "c1", "/b", NULL, NULL, NULL, NULL, false },
	{ "r run c1 --bundle /b", COMMAND_RUN, "c1", "/b", NULL, NULL, NULL, NULL, false },
	{ "r run -- c1", COMMAND_RUN, "c1", NULL, NULL, NULL, NULL, NULL, false },
	{ "r run --bundle /b --bundle /b c1", COMMAND_RUN, "c1", "/b", NULL, NULL, NULL, NULL, false },
	{ "r create -f other.json c1", COMMAND_CREATE, "c1", NULL, "other.json", NULL, NULL, NULL, false },
	{ "r create --config=/x/c.json c1", COMMAND_CREATE, "c1", NULL, "/x/c.json", NULL, NULL, NULL,
	  false },
	{ "r --cgroup-manager systemd --log-level debug create c1", COMMAND_CREATE, "c1", NULL, NULL, NULL,
	  NULL, NULL, false },
	{ "r --log create create c1", COMMAND_CREATE, "c1", NULL, NULL, NULL, NULL, "create", false },
	{ "r --root exec state c1", COMMAND_OTHER, NULL, NULL, NULL, NULL, "exec", NULL, false },
	{ "r state create", COMMAND_OTHER, NULL, NULL, NULL, NULL, NULL, NULL, false },
	{ "r exec -e create=1 -u 0 c1 sh -c create --process /x", COMMAND_EXEC, "c1", NULL, NULL, NULL, NULL,
	  NULL, false },
	{ "r exec --process=/f c1", COMMAND_EXEC, "c1", NULL, NULL, "/f", NULL, NULL, false },
	{ "r exec -p /f c1", COMMAND_EXEC, "c1", NULL, NULL, "/f", NULL, NULL, false },
	{ "r exec --tty --cwd / --env A=b c1 id", COMMAND_EXEC, "c1", NULL, NULL, NULL, NULL, NULL, false },
	{ "r exec -- c1 id", COMMAND_EXEC, "c1", NULL, NULL, NULL, NULL, NULL, false },
};

static void check_string(const char *what, const char *line, const char *found, const char *want)
{
	if (want == NULL)
		ck_assert_msg(found == NULL, "%s: %s is %s", line, what, found);
	else
		ck_assert_msg(found != NULL && strcmp(found, want) == 0, "%s: %s is %s", line, what,
			      found != NULL ? found : "not there");
}

START_TEST(reads_every_shape_that_engines_use)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct shape *c = &shapes[_i];
	struct runtime_args args;
	struct error err = { 0 };
	struct line line;
	enum status st;

	st = parse(&arena, &line, c->line, &args, &err);
	ASSERT_CASE(st == STATUS_OK, c->line, err);
	ck_assert_msg(args.command == c->command, "%s: %d", c->line, (int)args.command);
	check_string("id", c->line, args.id, c->id);
	check_string("bundle", c->line, args.bundle, c->bundle);
	check_string("config", c->line, args.config, c->config);
	check_string("process", c->line, args.process, c->process);
	check_string("root", c->line, args.root, c->root);
	check_string("log", c->line, args.log, c->log);
	ck_assert_int_eq(args.log_is_json, c->json);
	/* what the runtime gets is what we got */
	ck_assert_ptr_eq(args.argv, line.argv);
	ck_assert_int_eq(args.argc, line.argc);
}
END_TEST

static const struct refuse_case {
	const char *line, *what;
} refuse_cases[] = {
	/* short options with the value behind them, groups: crun reads those, runc others */
	{ "r run -b/evil c1", "read differently" },
	{ "r run -bundle /b c1", "" },
	{ "r run -db /evil c1", "" },
	{ "r run -b=/evil c1", "" },
	{ "r create -f=other c1", "" },
	{ "r create -fother c1", "" },
	{ "r restore -b/evil c1", "" },
	{ "r exec -p/f c1", "" },
	{ "r exec -p=/f c1", "" },
	{ "r exec -tp /f c1", "" },
	{ "r exec -cCAP_SYS_ADMIN c1 sh", "" },
	/* abbreviations, which crun completes */
	{ "r run --bund /evil c1", "is abbreviated" },
	{ "r run --bundl=/evil c1", "is abbreviated" },
	{ "r create --conf other c1", "is abbreviated" },
	{ "r --roo /r create c1", "" },
	{ "r exec --proc /f c1", "is abbreviated" },
	{ "r exec --ca CAP_SYS_ADMIN c1 sh", "is abbreviated" },
	{ "r exec --apparmo x c1 sh", "is abbreviated" },
	/* twice, with different values: the first or the last? */
	{ "r run --bundle /b --bundle /c c1", "is given twice" },
	{ "r run -b /b --bundle=/c c1", "is given twice" },
	{ "r create -f a --config b c1", "is given twice" },
	{ "r exec --process a -p b c1", "is given twice" },
	{ "r exec --apparmor a --apparmor b c1 sh", "is given twice" },
	{ "r exec --apparmor a --apparmor a c1 sh", "is given twice" },
	/* runc 1.1 takes "-" for the id, and what follows for the value */
	{ "r create --pid-file - --bundle=/good", "begins with '-'" },
	{ "r create --bundle - /evil", "begins with '-'" },
	{ "r run --pid-file --bundle --bundle /good c1", "begins with '-'" },
	{ "r restore --work-path -x --bundle=/good c1", "begins with '-'" },
	{ "r exec --cwd - c1 sh", "begins with '-'" },
	/* runc after 1.4 knows it there */
	{ "r exec --root=/other c1 sh", "stands behind the command" },
	{ "r exec --root /other c1 sh", "stands behind the command" },
	{ "r create --root=/other c1", "stands behind the command" },
	/* no value */
	{ "r run c1 --bundle", "needs a value" },
	{ "r create c1 -f", "needs a value" },
	{ "r create c1 c2 --pid-file", "needs a value" },
	{ "r exec --process", "needs a value" },
	{ "r exec --cap", "needs a value" },
	/* what is not known may swallow the next word */
	{ "r --new-option x create c1", "is not known here" },
	{ "r --new-option create c1", "is not known here" },
	{ "r -x run c1", "is not known here" },
	{ "r -- create c1", "" },
	{ "r exec --new-option x c1 sh", "is not known here" },
	{ "r exec -td c1 sh", "" },
};

START_TEST(refuses_what_two_runtimes_read_differently)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct refuse_case *c = &refuse_cases[_i];
	struct runtime_args args;
	struct error err = { 0 };
	struct line line;

	ASSERT_CASE(parse(&arena, &line, c->line, &args, &err) == STATUS_INVALID, c->line, err);
	ASSERT_CASE(strstr(err.what, c->what) != NULL, c->line, err);
}
END_TEST

START_TEST(unknown_global_options_matter_only_before_ours)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct runtime_args args;
	struct error err = { 0 };
	struct line line;

	ASSERT_OK(parse(&arena, &line, "r --new-option x state c1", &args, &err), err);
	ck_assert_int_eq(args.command, COMMAND_OTHER);
	ASSERT_OK(parse(&arena, &line, "r --new-option=x create c1", &args, &err), err);
	ck_assert_int_eq(args.command, COMMAND_CREATE);
}
END_TEST

START_TEST(the_log_is_known_when_the_rest_is_refused)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct runtime_args args;
	struct error err = { 0 };
	struct line line;

	ck_assert_int_eq(parse(&arena, &line, "r --log /l --log-format json --root /r run --bun /b c1",
			       &args, &err),
			 STATUS_INVALID);
	ck_assert_str_eq(args.log, "/l");
	ck_assert(args.log_is_json);
}
END_TEST

START_TEST(ours_stand_in_front_and_are_taken_out)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct runtime_args args;
	struct error err = { 0 };
	struct line line;

	ASSERT_OK(parse(&arena, &line,
			"r --oci-confine-runtime=/usr/bin/crun --oci-confine-policy=/p.json --log /l create c1",
			&args, &err),
		  err);
	ck_assert_str_eq(args.runtime_path, "/usr/bin/crun");
	ck_assert_str_eq(args.policy_path, "/p.json");
	ck_assert_int_eq(args.argc, 5);
	ck_assert_str_eq(args.argv[0], "r");
	ck_assert_str_eq(args.argv[1], "--log");
	ck_assert_str_eq(args.argv[4], "c1");
	ck_assert_ptr_null(args.argv[5]);
	ck_assert_str_eq(args.argv[args.command_index], "create");
	ASSERT_OK(parse(&arena, &line, "r --oci-confine-version", &args, &err), err);
	ck_assert(args.show_version);
	ck_assert_int_eq(parse(&arena, &line, "r --oci-confine-polic=/p create c1", &args, &err),
			 STATUS_INVALID);
	ck_assert_int_eq(parse(&arena, &line, "r --oci-confine-policy /p create c1", &args, &err),
			 STATUS_INVALID);
	/* behind the command they are words like others */
	ASSERT_OK(parse(&arena, &line, "r exec c1 --oci-confine-policy=/p", &args, &err), err);
	ck_assert_ptr_null(args.policy_path);
	ck_assert_int_eq(args.argc, 4);
}
END_TEST

START_TEST(the_environment_counts_and_the_options_more)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct runtime_args args;
	struct error err = { 0 };
	struct line line;

	ck_assert_int_eq(setenv("OCI_CONFINE_RUNTIME", "/env/runc", 1), 0);
	ck_assert_int_eq(setenv("OCI_CONFINE_POLICY", "/env/policy", 1), 0);
	ASSERT_OK(parse(&arena, &line, "r --oci-confine-policy=/p.json create c1", &args, &err), err);
	ck_assert_str_eq(args.runtime_path, "/env/runc");
	ck_assert_str_eq(args.policy_path, "/p.json");
}
END_TEST

static const struct exec_case {
	const char *line;
	unsigned caps;
	const char *last_cap;
	int words;
	bool nnp, new_privs;
	const char *apparmor;
} exec_cases[] = {
	{ "r exec c1 sh", 0, NULL, 0, false, false, NULL },
	{ "r exec --cap CAP_KILL c1 sh --cap X", 1, "CAP_KILL", 2, false, false, NULL },
	{ "r exec --cap=CAP_KILL -c CAP_CHOWN c1 sh", 2, "CAP_CHOWN", 2, false, false, NULL },
	{ "r exec --cap=CAP_KILL c1 sh", 1, "CAP_KILL", 1, false, false, NULL },
	{ "r exec --no-new-privs c1 sh", 0, NULL, 0, true, false, NULL },
	{ "r exec --no-new-privs=true c1 sh", 0, NULL, 0, true, false, NULL },
	{ "r exec --no-new-privs=false c1 sh", 0, NULL, 0, false, true, NULL },
	{ "r exec --apparmor base c1 sh", 0, NULL, 0, false, false, "base" },
	{ "r exec --apparmor=base -d -t c1 sh", 0, NULL, 0, false, false, "base" },
};

START_TEST(reads_what_an_exec_asks_for)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct exec_case *c = &exec_cases[_i];
	struct runtime_args args;
	struct error err = { 0 };
	struct line line;

	ASSERT_OK(parse(&arena, &line, c->line, &args, &err), err);
	ck_assert_uint_eq(args.cap_count, c->caps);
	ck_assert_int_eq(args.no_new_privs, c->nnp);
	ck_assert_int_eq(args.new_privs, c->new_privs);
	check_string("apparmor", c->line, args.apparmor, c->apparmor);
	ck_assert_str_eq(args.id, "c1");
	if (c->caps == 0)
		return;
	ck_assert_str_eq(args.caps[c->caps - 1].value, c->last_cap);
	ck_assert_int_eq(args.caps[c->caps - 1].words, c->words);
	ck_assert_int_eq(line.argv[args.caps[c->caps - 1].index][0], '-');
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("shim runtime_args");
	TCase *tc = support_case(suite, "runtime_args");

	tcase_add_loop_test(tc, reads_every_shape_that_engines_use, 0, ARRAY_LEN(shapes));
	tcase_add_loop_test(tc, refuses_what_two_runtimes_read_differently, 0, ARRAY_LEN(refuse_cases));
	tcase_add_test(tc, unknown_global_options_matter_only_before_ours);
	tcase_add_test(tc, the_log_is_known_when_the_rest_is_refused);
	tcase_add_test(tc, ours_stand_in_front_and_are_taken_out);
	tcase_add_test(tc, the_environment_counts_and_the_options_more);
	tcase_add_loop_test(tc, reads_what_an_exec_asks_for, 0, ARRAY_LEN(exec_cases));
	return support_run(suite);
}
