/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "oci-spec/base/file.h"
#include "oci-spec/runtime_state.h"

static const struct state_case {
	const char *name, *file, *content;
	enum status want;
	const char *what; /* a part of the message, or the bundle */
	pid_t pid;
	uint64_t start_time;
	bool is_disputed;
} state_cases[] = {
	{ "runc", "state.json",
	  "{\"id\":\"c\",\"init_process_pid\":77,\"init_process_start\":123456,\"config\":{\"labels\":"
	  "[\"a=b\",\"bundle=/b\"]}}",
	  STATUS_OK, "/b", 77, 123456, false },
	{ "an annotation called bundle", "state.json",
	  "{\"init_process_pid\":77,\"config\":{\"labels\":[\"bundle=/evil\",\"bundle=/b\"]}}",
	  STATUS_OK, "/b", 77, 0, true },
	{ "an annotation that says the same", "state.json",
	  "{\"config\":{\"labels\":[\"bundle=/b\",\"bundle=/b\"]}}", STATUS_OK, "/b", 0, 0, false },
	{ "runc without labels", "state.json", "{\"config\":{}}", STATUS_INVALID, "names no bundle", 0,
	  0, false },
	{ "a relative bundle", "state.json", "{\"config\":{\"labels\":[\"bundle=b\"]}}",
	  STATUS_INVALID, "names no bundle", 0, 0, false },
	{ "no process number", "state.json",
	  "{\"init_process_pid\":-1,\"config\":{\"labels\":[\"bundle=/b\"]}}", STATUS_INVALID,
	  "number", 0, 0, false },
	{ "no JSON", "state.json", "{", STATUS_INVALID, "", 0, 0, false },
	{ "two of them", "state.json",
	  "{\"init_process_pid\":1,\"init_process_pid\":2,\"config\":{\"labels\":[\"bundle=/b\"]}}",
	  STATUS_INVALID, "twice", 0, 0, false },
	{ "crun", "status", "{\"pid\":78,\"process-start-time\":9,\"bundle\":\"/c\"}", STATUS_OK, "/c",
	  78, 9, false },
	{ "crun without bundle", "status", "{\"pid\":78}", STATUS_INVALID, "bundle", 0, 0, false },
	{ "crun with a relative one", "status", "{\"bundle\":\"c\"}", STATUS_INVALID, "absolute", 0, 0,
	  false },
	{ "neither", "other", "{}", STATUS_INVALID, "neither", 0, 0, false },
};

START_TEST(reads_what_runtimes_remember)
{
	const struct state_case *c = &state_cases[_i];
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	AUTO(file_close) int fd = -1;
	char *dir = support_temp_dir(&arena);
	struct runtime_state state = { 0 };
	struct error err = { 0 };
	enum status st;

	support_write_file(dir, c->file, c->content);
	ASSERT_OK(runtime_state_open(dir, &fd, &err), err);
	st = runtime_state_read(fd, dir, &arena, &state, &err);
	ASSERT_CASE(st == c->want, c->name, err);
	if (st == STATUS_OK) {
		ASSERT_TEXT(state.bundle, c->what);
		ck_assert_int_eq(state.pid, c->pid);
		ck_assert_uint_eq(state.start_time, c->start_time);
		ck_assert_int_eq(state.bundle_is_disputed, c->is_disputed);
		ck_assert_int_eq(state.is_crun, strcmp(c->file, "status") == 0);
	} else {
		ASSERT_CASE(strstr(err.what, c->what) != NULL || strstr(err.where, c->what) != NULL,
			    c->name, err);
	}
	support_remove_dir(dir);
}
END_TEST

START_TEST(takes_no_link_for_a_state)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	char *dir = support_temp_dir(&arena), link[128];
	struct error err = { 0 };
	int fd = -1;

	(void)snprintf(link, sizeof(link), "%s/link", dir);
	ck_assert_int_eq(symlink(dir, link), 0);
	ck_assert_int_ne(runtime_state_open(link, &fd, &err), STATUS_OK);
	ck_assert_int_eq(fd, -1);
	ck_assert(!runtime_state_id_is_plain("..") && !runtime_state_id_is_plain("a/b") &&
		  !runtime_state_id_is_plain("") && runtime_state_id_is_plain("..a"));
	support_remove_dir(dir);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("runtime state");
	TCase *tc = support_case(suite, "state");

	tcase_add_loop_test(tc, reads_what_runtimes_remember, 0, ARRAY_LEN(state_cases));
	tcase_add_test(tc, takes_no_link_for_a_state);
	return support_run(suite);
}
