/* SPDX-License-Identifier: Apache-2.0 */
/* exec_flags.c and container_state.c: an exec into a container that runs already. */
#include "support_confine.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oci-spec/base/file.h"
#include "shim/container_state.h"
#include "shim/exec_flags.h"

#define CONFIG(process) "{\"process\":{" process "},\"linux\":{\"maskedPaths\":[\"/x\"]}}"
#define CAPS "\"capabilities\":{\"bounding\":[\"CAP_KILL\",\"CAP_CHOWN\"]}"

static const struct flags_case {
	const char *name, *config;
	const char *argv[11];
	enum status want;
	const char *out; /* else what is in the error */
} flags_cases[] = {
	{ "nothing to add", CONFIG(CAPS), { "r", "exec", "c1", "sh" }, STATUS_OK, "r exec c1 sh" },
	{ "no_new_privs of the container", CONFIG(CAPS ",\"noNewPrivileges\":true"),
	  { "r", "--root", "/r", "exec", "-t", "c1", "sh", "-c", "x" }, STATUS_OK,
	  "r --root /r exec --no-new-privs -t c1 sh -c x" },
	{ "no_new_privs asked for already", CONFIG("\"noNewPrivileges\":true"),
	  { "r", "exec", "--no-new-privs", "c1", "sh" }, STATUS_OK, "r exec --no-new-privs c1 sh" },
	{ "no_new_privs off", CONFIG("\"noNewPrivileges\":true"),
	  { "r", "exec", "--no-new-privs=false", "c1", "sh" }, STATUS_DENIED, "cannot take off" },
	{ "no_new_privs off, where it is off", CONFIG(CAPS),
	  { "r", "exec", "--no-new-privs=false", "c1", "sh" }, STATUS_OK,
	  "r exec --no-new-privs=false c1 sh" },
	{ "label of the container", CONFIG("\"apparmorProfile\":\"base\""), { "r", "exec", "c1", "sh" },
	  STATUS_OK, "r exec --apparmor base c1 sh" },
	{ "the same label", CONFIG("\"apparmorProfile\":\"base\""),
	  { "r", "exec", "--apparmor", "base", "c1", "sh" }, STATUS_OK,
	  "r exec --apparmor base c1 sh" },
	{ "another label is stacked", CONFIG("\"apparmorProfile\":\"base\""),
	  { "r", "exec", "-t", "--apparmor=other", "-e", "A=B", "c1", "sh" }, STATUS_OK,
	  "r exec --apparmor base//&other -t -e A=B c1 sh" },
	{ "in two words", CONFIG("\"apparmorProfile\":\"base\""),
	  { "r", "exec", "-t", "--apparmor", "other", "c1", "sh" }, STATUS_OK,
	  "r exec --apparmor base//&other -t c1 sh" },
	{ "no way out", CONFIG("\"apparmorProfile\":\"base\""),
	  { "r", "exec", "--apparmor=unconfined", "c1", "sh" }, STATUS_OK,
	  "r exec --apparmor base c1 sh" },
	{ "a trick", CONFIG("\"apparmorProfile\":\"base\""),
	  { "r", "exec", "--apparmor=unconf", "c1", "sh" }, STATUS_INVALID, "cannot be the name" },
	{ "any label in an unconfined container", CONFIG(CAPS),
	  { "r", "exec", "--apparmor=other", "c1", "sh" }, STATUS_OK,
	  "r exec --apparmor=other c1 sh" },
	{ "capabilities within and beyond", CONFIG(CAPS),
	  { "r", "exec", "--cap", "CAP_KILL", "--cap=CAP_SYS_ADMIN", "-c", "CAP_NET_RAW", "c1", "sh" },
	  STATUS_OK, "r exec --cap CAP_KILL c1 sh" },
	{ "none of them is the container's", CONFIG(CAPS), { "r", "exec", "--cap=CAP_BPF", "c1", "sh" },
	  STATUS_DENIED, "has none of these" },
	{ "as crun spells them", CONFIG(CAPS), { "r", "exec", "--cap=kill", "-c", "sys_admin", "c1", "sh" },
	  STATUS_OK, "r exec --cap=kill c1 sh" },
	{ "unknown capability", CONFIG(CAPS), { "r", "exec", "--cap=CAP_X", "c1", "sh" }, STATUS_INVALID,
	  "unknown capability 'CAP_X'" },
	{ "words of the command are none of ours", CONFIG(CAPS),
	  { "r", "exec", "c1", "sh", "--cap", "CAP_SYS_ADMIN" }, STATUS_OK,
	  "r exec c1 sh --cap CAP_SYS_ADMIN" },
};

/* Parses a command line that ends with NULL. */
static void parse_argv(struct arena *arena, const char *const *words, struct runtime_args *args)
{
	char **argv = arena_array(arena, 16, sizeof(char *));
	struct error err = { 0 };
	int argc = 0;

	for (; words[argc] != NULL; argc++)
		argv[argc] = support_str(arena, text_of(words[argc]));
	ASSERT_OK(runtime_args_parse(argc, argv, arena, args, &err), err);
}

static char *join_argv(struct arena *arena, const struct runtime_args *args)
{
	struct buffer b = BUFFER_INIT(arena);

	for (int i = 0; i < args->argc; i++) {
		buffer_add_str(&b, i > 0 ? " " : "");
		buffer_add_str(&b, args->argv[i]);
	}
	buffer_add_char(&b, '\0');
	ck_assert_ptr_null(args->argv[args->argc]);
	return b.ptr;
}

static struct confined *container_of(struct confine *confine, const char *config)
{
	struct confined *container = arena_alloc(confine->arena, sizeof(*container));
	char *dir = support_temp_dir(confine->arena);
	AUTO(file_close) int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct error err = { 0 };

	support_write_file(dir, "config.json", config);
	ASSERT_OK(confine_read_container(confine, fd, "config.json", "c", container, &err), err);
	support_remove_dir(dir);
	return container;
}

START_TEST(flags_are_held_to_the_container)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct flags_case *c = &flags_cases[_i];
	struct confine confine = support_confine(&arena, "{\"apparmor\":{\"baseline\":\"none\"}}");
	struct confined *container = container_of(&confine, c->config);
	struct runtime_args args;
	struct error err = { 0 };
	enum status st;

	parse_argv(&arena, c->argv, &args);
	st = exec_flags_confine(&confine, container, &args, &err);
	ASSERT_CASE(st == c->want, c->name, err);
	if (st == STATUS_OK)
		ck_assert_str_eq(join_argv(&arena, &args), c->out);
	else
		ASSERT_CASE(strstr(err.what, c->out) != NULL, c->name, err);
}
END_TEST

START_TEST(a_container_that_has_too_much_is_not_entered_by_flags)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct confine confine = support_confine(&arena, "{\"capabilities\":{\"drop\":[\"CAP_KILL\"]}}");
	struct confined *container = container_of(&confine, CONFIG(CAPS));
	static const char *const argv[] = { "r", "exec", "c1", "sh", NULL };
	struct runtime_args args;
	struct error err = { 0 };

	parse_argv(&arena, argv, &args);
	ck_assert_int_eq(exec_flags_confine(&confine, container, &args, &err), STATUS_DENIED);
}
END_TEST

START_TEST(flags_stay_in_audit_mode)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct confine confine = support_confine(
		&arena, "{\"mode\":\"audit\",\"capabilities\":{\"drop\":[\"CAP_KILL\"]}}");
	struct confined *container =
		container_of(&confine, CONFIG(CAPS ",\"noNewPrivileges\":true,"
						   "\"apparmorProfile\":\"base\""));
	static const char *const argv[] = { "r",  "exec", "--no-new-privs=false", "--apparmor=base",
					    "--cap=CAP_BPF", "c1", "sh", NULL };
	struct runtime_args args;
	struct error err = { 0 };

	parse_argv(&arena, argv, &args);
	ASSERT_OK(exec_flags_confine(&confine, container, &args, &err), err);
	ck_assert_str_eq(join_argv(&arena, &args),
			 "r exec --no-new-privs=false --apparmor=base --cap=CAP_BPF c1 sh");
}
END_TEST

START_TEST(left_out_capabilities_are_told)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct confine confine = support_confine(&arena, NULL);
	struct confined *container = container_of(&confine, CONFIG(CAPS));
	static const char *const argv[] = { "r",  "exec", "--cap=CAP_SYS_ADMIN", "--cap=CAP_KILL",
					    "c1", "sh",	  NULL };
	struct runtime_args args;
	struct error err = { 0 };

	parse_argv(&arena, argv, &args);
	ASSERT_OK(exec_flags_confine(&confine, container, &args, &err), err);
	ck_assert_uint_eq(confine.notes.count, 1);
	ck_assert_ptr_nonnull(strstr(confine.notes.list[0].ptr, "CAP_SYS_ADMIN left out"));
}
END_TEST

/* --- where the container is --- */

static const struct state_case {
	const char *name, *runtime, *state; /* of runc; %s is the bundle */
	bool has_process;
	enum status want;
	const char *what;
} state_cases[] = {
	{ "crun's own copy", "/usr/bin/crun", NULL, true, STATUS_OK, "" },
	{ "runc's bundle", "/usr/sbin/runc", "{\"config\":{\"labels\":[\"a=b\",\"bundle=%s\"]}}", true,
	  STATUS_OK, "" },
	{ "an annotation called bundle, with --process", "/usr/sbin/runc",
	  "{\"config\":{\"labels\":[\"bundle=/evil\",\"bundle=%s\"]}}", true, STATUS_OK, "" },
	{ "an annotation called bundle", "/usr/sbin/runc",
	  "{\"config\":{\"labels\":[\"bundle=/evil\",\"bundle=%s\"]}}", false, STATUS_DENIED,
	  "another bundle" },
	{ "no label", "/usr/sbin/runc", "{\"config\":{\"labels\":[]}}", true, STATUS_INVALID,
	  "names no bundle" },
	{ "a relative bundle", "/usr/sbin/runc", "{\"config\":{\"labels\":[\"bundle=b\"]}}", true,
	  STATUS_INVALID, "names no bundle" },
	{ "labels of another type", "/usr/sbin/runc", "{\"config\":{\"labels\":\"bundle=/b\"}}", true,
	  STATUS_INVALID, "names no bundle" },
	{ "cut", "/usr/sbin/runc", "{\"config\":{\"lab", true, STATUS_INVALID, "ends in the middle" },
	{ "key twice", "/usr/sbin/runc", "{\"config\":{},\"config\":{}}", true, STATUS_INVALID,
	  "this key stands twice" },
	{ "no state.json", "/usr/sbin/runc", NULL, true, STATUS_SYSTEM, "cannot open" },
};

START_TEST(finds_the_config_of_a_running_container)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	AUTO(file_close) int fd = -1;
	const struct state_case *c = &state_cases[_i];
	char *root = support_temp_dir(&arena), dir[128], state[512];
	struct runtime_args args = { .root = root, .id = "c1", .process = c->has_process ? "p" : NULL };
	const char *file = NULL, *shown = NULL;
	struct error err = { 0 };
	enum status st;

	(void)snprintf(dir, sizeof(dir), "%s/c1", root);
	ck_assert_int_eq(mkdir(dir, 0711), 0);
	support_write_file(dir, "config.json", "{}");
	if (c->state != NULL) {
		const char *hole = strstr(c->state, "%s");
		int n = hole != NULL ? (int)(hole - c->state) : (int)strlen(c->state);

		(void)snprintf(state, sizeof(state), "%.*s%s%s", n, c->state, hole != NULL ? dir : "",
			       hole != NULL ? hole + 2 : "");
		support_write_file(dir, "state.json", state);
	}
	st = container_state_find(&args, c->runtime, &arena, &fd, &file, &shown, &err);
	ASSERT_CASE(st == c->want, c->name, err);
	if (st == STATUS_OK) {
		ck_assert_int_eq(faccessat(fd, file, F_OK, 0), 0);
		ck_assert_ptr_nonnull(strstr(shown, "/c1/config.json"));
	} else {
		ASSERT_CASE(strstr(err.what, c->what) != NULL, c->name, err);
	}
	support_remove_dir(root);
}
END_TEST

static const char *const bad_ids[] = { "", ".", "..", "a/b", "../c1", "/c1", "unknown" };

START_TEST(ids_are_one_name)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	char *root = support_temp_dir(&arena);
	struct runtime_args args = { .root = root, .id = bad_ids[_i], .process = "p" };
	const char *file, *shown;
	struct error err = { 0 };
	int fd = -1;

	ck_assert_int_eq(container_state_find(&args, "/usr/bin/crun", &arena, &fd, &file, &shown, &err),
			 STATUS_INVALID);
	ck_assert_int_eq(fd, -1);
	support_remove_dir(root);
}
END_TEST

START_TEST(a_foreign_state_is_not_believed)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	char *root = support_temp_dir(&arena), dir[128];
	struct runtime_args args = { .root = root, .id = "c1", .process = "p" };
	const char *file, *shown;
	struct error err = { 0 };
	int fd = -1;

	(void)snprintf(dir, sizeof(dir), "%s/c1", root);
	ck_assert_int_eq(mkdir(dir, 0755), 0);
	support_write_file(dir, "config.json", "{}");
	ck_assert_int_eq(chmod(dir, 0777), 0);
	ck_assert_int_eq(container_state_find(&args, "/usr/bin/crun", &arena, &fd, &file, &shown, &err),
			 STATUS_INVALID);
	ck_assert_int_eq(chmod(dir, 0755), 0);
	if (geteuid() == 0) {
		ck_assert_int_eq(chown(dir, 4242, 0), 0);
		ck_assert_int_eq(container_state_find(&args, "/usr/bin/crun", &arena, &fd, &file, &shown,
						      &err),
				 STATUS_INVALID);
	}
	support_remove_dir(root);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("shim exec");
	TCase *tc = support_case(suite, "exec");

	tcase_add_loop_test(tc, flags_are_held_to_the_container, 0, ARRAY_LEN(flags_cases));
	tcase_add_test(tc, a_container_that_has_too_much_is_not_entered_by_flags);
	tcase_add_test(tc, flags_stay_in_audit_mode);
	tcase_add_test(tc, left_out_capabilities_are_told);
	tcase_add_loop_test(tc, finds_the_config_of_a_running_container, 0, ARRAY_LEN(state_cases));
	tcase_add_loop_test(tc, ids_are_one_name, 0, ARRAY_LEN(bad_ids));
	tcase_add_test(tc, a_foreign_state_is_not_believed);
	return support_run(suite);
}
