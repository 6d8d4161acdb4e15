/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <string.h>

#include "oci-spec/hook_state.h"

static const struct state_case {
	const char *name, *json;
	const char *where, *what; /* NULL: passes */
	pid_t pid;
	const char *bundle;
} state_cases[] = {
	/* as runc and crun write it */
	{ "runc",
	  "{\"ociVersion\":\"1.0.2-dev\",\"id\":\"h\",\"status\":\"creating\",\"pid\":5296,"
	  "\"bundle\":\"/b\",\"annotations\":{\"x\":\"y\"}}",
	  NULL, NULL, 5296, "/b" },
	{ "crun",
	  "{\n\"ociVersion\":\"1.0\",\n\"id\":\"h\",\n\"pid\":6973,\"root\":\"rootfs\","
	  "\"bundle\":\"\\/b\\/c\",\"status\":\"created\",\"annotations\":{}}\n",
	  NULL, NULL, 6973, "/b/c" },
	{ "no pid", "{\"id\":\"h\",\"status\":\"stopped\",\"bundle\":\"/b\"}", NULL, NULL, 0, "/b" },
	{ "pid 0", "{\"id\":\"h\",\"status\":\"creating\",\"pid\":0,\"bundle\":\"/b\"}", NULL, NULL, 0,
	  "/b" },
	{ "largest pid", "{\"id\":\"h\",\"status\":\"x\",\"pid\":2147483647,\"bundle\":\"/b\"}", NULL,
	  NULL, 2147483647, "/b" },
	{ "pid too large", "{\"id\":\"h\",\"status\":\"x\",\"pid\":2147483648,\"bundle\":\"/b\"}", "pid",
	  "is larger than", 0, NULL },
	{ "negative pid", "{\"id\":\"h\",\"status\":\"x\",\"pid\":-1,\"bundle\":\"/b\"}", "pid",
	  "not negative", 0, NULL },
	{ "pid a string", "{\"id\":\"h\",\"status\":\"x\",\"pid\":\"1\",\"bundle\":\"/b\"}", "pid",
	  "expected a number", 0, NULL },
	{ "pid null", "{\"id\":\"h\",\"status\":\"x\",\"pid\":null,\"bundle\":\"/b\"}", "pid",
	  "expected a number", 0, NULL },
	{ "no id", "{\"status\":\"x\",\"bundle\":\"/b\"}", "", "has no 'id'", 0, NULL },
	{ "no status", "{\"id\":\"h\",\"bundle\":\"/b\"}", "", "has no 'status'", 0, NULL },
	{ "no bundle", "{\"id\":\"h\",\"status\":\"x\"}", "", "has no 'bundle'", 0, NULL },
	{ "relative bundle", "{\"id\":\"h\",\"status\":\"x\",\"bundle\":\"b\"}", "bundle",
	  "must be an absolute path", 0, NULL },
	{ "empty bundle", "{\"id\":\"h\",\"status\":\"x\",\"bundle\":\"\"}", "bundle",
	  "must be an absolute path", 0, NULL },
	{ "id a number", "{\"id\":7,\"status\":\"x\",\"bundle\":\"/b\"}", "id", "expected a string", 0,
	  NULL },
	{ "Bundle", "{\"id\":\"h\",\"status\":\"x\",\"bundle\":\"/b\",\"Bundle\":\"/c\"}", "Bundle",
	  "another spelling", 0, NULL },
	{ "an array", "[]", "", "expected an object", 0, NULL },
};

START_TEST(reads_or_refuses)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct state_case *c = &state_cases[_i];
	struct hook_state state = { .pid = -7 };
	struct error err = { 0 };
	struct json_doc doc;
	enum status st;

	ASSERT_OK(json_parse(&arena, text_of(c->json), "state", &hook_state_limits, &doc, &err), err);
	st = hook_state_parse(&doc, &state, &err);
	ASSERT_CASE(st == (c->what == NULL ? STATUS_OK : STATUS_INVALID), c->name, err);
	if (c->what != NULL) {
		ck_assert_int_eq(state.pid, -7);
		ck_assert_str_eq(err.where, c->where);
		ASSERT_CASE(strstr(err.what, c->what) != NULL, c->name, err);
		return;
	}
	ck_assert_int_eq(state.pid, c->pid);
	ASSERT_TEXT(state.id, "h");
	ASSERT_TEXT(state.bundle, c->bundle);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("spec hook_state");
	TCase *tc = support_case(suite, "state");

	tcase_add_loop_test(tc, reads_or_refuses, 0, ARRAY_LEN(state_cases));
	return support_run(suite);
}
