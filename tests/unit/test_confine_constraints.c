/* SPDX-License-Identifier: Apache-2.0 */
/* constraints.c and mounts.c: what the administrator demands beside confinement. */
#include "support_confine.h"

#include <stdio.h>
#include <string.h>

#include "confine/constraints.h"

#define ALL                                                                                    \
	"{\"runAsNonRoot\":\"refuse\",\"allowPrivilegeEscalation\":\"refuse\","                 \
	"\"readOnlyRootFilesystem\":\"refuse\",\"resourceLimits\":\"refuse\","                  \
	"\"automountServiceAccountToken\":\"refuse\",\"runtimeSockets\":\"refuse\","            \
	"\"hostPath\":{\"action\":\"refuse\",\"allowed\":[{\"pathPrefix\":\"/var/log/\","        \
	"\"readOnly\":true},{\"pathPrefix\":\"/srv\"}]}}"
#define ONLY(name) "{\"" name "\":\"refuse\"}"
#define PATHS                                                                                  \
	"{\"hostPath\":{\"action\":\"refuse\",\"allowed\":[{\"pathPrefix\":\"/var/log/\","       \
	"\"readOnly\":true},{\"pathPrefix\":\"/srv\"}]}}"
#define PROCESS(user) "\"process\":{\"user\":{" user "}}"
#define UID "00000000-1111-2222-3333-444444444444"
#define MOUNT(source, options)                                                                  \
	"{\"process\":{},\"annotations\":{\"io.kubernetes.cri.sandbox-uid\":\"" UID              \
	"\",\"io.kubernetes.cri.sandbox-id\":\"pods\"},\"mounts\":[{\"destination\":\"/proc\","  \
	"\"type\":\"proc\",\"source\":\"proc\"},{\"destination\":\"/x\",\"source\":\"" source    \
	"\",\"options\":[" options "]}]}"
#define BIND "\"rbind\",\"rw\""
#define BIND_RO "\"bind\",\"ro\""

static const struct check_case {
	const char *constraints, *config;
	bool no_new_privileges;
	const char *where; /* NULL: met */
} check_cases[] = {
	{ "{}", "{" PROCESS("\"uid\":0") "}", false, NULL },
	{ ONLY("runAsNonRoot"), "{" PROCESS("\"uid\":1000") "}", false, NULL },
	{ ONLY("runAsNonRoot"), "{" PROCESS("\"uid\":0") "}", false, "process.user.uid" },
	{ ONLY("runAsNonRoot"), "{" PROCESS("\"gid\":7") "}", false, "process.user" },
	{ ONLY("runAsNonRoot"), "{" PROCESS("\"uid\":\"1\"") "}", false, "process.user.uid" },
	{ ONLY("runAsNonRoot"), "{\"process\":{}}", false, "process" },
	{ ONLY("runAsNonRoot"), "{" PROCESS("\"UID\":0,\"uid\":1") "}", false, "process.user.UID" },
	{ ONLY("allowPrivilegeEscalation"), "{\"process\":{}}", true, NULL },
	{ ONLY("allowPrivilegeEscalation"), "{\"process\":{\"noNewPrivileges\":false}}", false,
	  "process.noNewPrivileges" },
	{ ONLY("readOnlyRootFilesystem"), "{\"process\":{},\"root\":{\"readonly\":true}}", false, NULL },
	{ ONLY("readOnlyRootFilesystem"), "{\"process\":{},\"root\":{\"path\":\"r\"}}", false, "root" },
	{ ONLY("readOnlyRootFilesystem"), "{\"process\":{},\"root\":{\"readonly\":false}}", false,
	  "root.readonly" },
	{ ONLY("readOnlyRootFilesystem"),
	  "{\"process\":{},\"root\":{\"readonly\":true,\"readOnly\":false}}", false, "root.readOnly" },
	{ ONLY("resourceLimits"),
	  "{\"process\":{},\"linux\":{\"resources\":{\"memory\":{\"limit\":1},\"cpu\":{\"quota\":5}}}}",
	  false, NULL },
	{ ONLY("resourceLimits"),
	  "{\"process\":{},\"linux\":{\"resources\":{\"memory\":{\"limit\":-1},\"cpu\":{\"quota\":5}}}}",
	  false, "linux.resources" },
	{ ONLY("resourceLimits"),
	  "{\"process\":{},\"linux\":{\"resources\":{\"memory\":{\"limit\":9},\"cpu\":{\"shares\":5}}}}",
	  false, "linux.resources" },
	{ ONLY("automountServiceAccountToken"), MOUNT("/x", BIND), false, NULL },
	{ ONLY("automountServiceAccountToken"),
	  "{\"process\":{},\"mounts\":[{\"destination\":\"/var/run/secrets/kubernetes.io/serviceaccount\","
	  "\"source\":\"/var/lib/kubelet/x\",\"options\":[\"rbind\",\"ro\"]}]}",
	  false, "mounts[0]" },
	{ ONLY("runtimeSockets"), MOUNT("/run/containerd/containerd.sock", BIND), false, "mounts[1]" },
	{ ONLY("runtimeSockets"), MOUNT("/var/run/docker.sock", BIND_RO), false, "mounts[1]" },
	{ ONLY("runtimeSockets"), MOUNT("//run///docker.sock", BIND), false, "mounts[1]" },
	{ ONLY("runtimeSockets"), MOUNT("/run/x/../docker.sock", BIND), false, "mounts[1]" },
	{ ONLY("runtimeSockets"), MOUNT("/run", BIND), false, "mounts[1]" },
	{ ONLY("runtimeSockets"), MOUNT("/", BIND), false, "mounts[1]" },
	{ ONLY("runtimeSockets"), MOUNT("/run/containerd/io.containerd.grpc.v1.cri/x", BIND), false, NULL },
	{ ONLY("runtimeSockets"), MOUNT("/running", BIND), false, NULL },
	{ ONLY("runtimeSockets"), MOUNT("/run", "\"ro\""), false, NULL },
	{ PATHS, MOUNT("/etc", BIND_RO), false, "mounts[1]" },
	{ PATHS, MOUNT("/srv/data", BIND), false, NULL },
	{ PATHS, MOUNT("/srvx", BIND), false, "mounts[1]" },
	{ PATHS, MOUNT("/srv/../etc", BIND), false, "mounts[1]" },
	{ PATHS, MOUNT("srv", BIND), false, "mounts[1]" },
	{ PATHS, MOUNT("/var/log", BIND_RO), false, NULL },
	{ PATHS, MOUNT("/var/log/pods", BIND_RO), false, NULL },
	{ PATHS, MOUNT("/var/log", BIND), false, "mounts[1]" },
	{ PATHS, MOUNT("/var/log", BIND_RO ",\"rw\""), false, "mounts[1]" },
	{ PATHS, MOUNT("/var/lib/kubelet/pods/" UID "/etc-hosts", BIND), false, NULL },
	{ PATHS, MOUNT("/var/lib/kubelet/pods/other/volumes/secret", BIND), false, "mounts[1]" },
	{ PATHS, MOUNT("/etc/" UID, BIND), false, "mounts[1]" },
	{ PATHS, MOUNT("tmpfs", "\"rw\""), false, NULL },
	{ PATHS, "{\"process\":{},\"mounts\":[{\"destination\":\"/x\",\"Source\":\"/etc\"}]}", false,
	  "mounts[0].Source" },
};

static enum status check(struct arena *arena, const struct check_case *c, const char *constraints,
			 struct notes *notes, struct error *err)
{
	struct json_doc *doc = arena_alloc(arena, sizeof(*doc));
	struct container container;
	struct constraints parsed;
	struct constraint_question question = { &parsed, &container, "p", c->no_new_privileges };

	ASSERT_OK(json_parse(arena, text_of(c->config), "c", &container_limits, doc, err), *err);
	ASSERT_OK(container_parse(doc, arena, &container, err), *err);
	ASSERT_OK(constraints_parse(support_json(arena, constraints), &parsed, err), *err);
	return constraints_check(&question, arena, notes, err);
}

START_TEST(holds_a_container_to_them)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct check_case *c = &check_cases[_i];
	struct notes notes = { .count = 0 };
	struct error err = { 0 };
	enum status st = check(&arena, c, c->constraints, &notes, &err);

	ASSERT_CASE((st == STATUS_OK) == (c->where == NULL), c->config, err);
	if (c->where != NULL)
		ck_assert_str_eq(err.where, c->where);
	ck_assert_uint_eq(notes.count, 0);
}
END_TEST

START_TEST(warns_where_it_is_to_warn)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct check_case c = { "", "{" PROCESS("\"uid\":0") "}", false, NULL };
	struct notes notes = { .count = 0 };
	struct error err = { 0 };

	ASSERT_OK(check(&arena, &c, "{\"runAsNonRoot\":\"warn\",\"readOnlyRootFilesystem\":\"off\"}",
			&notes, &err),
		  err);
	ck_assert_uint_eq(notes.count, 1);
	ASSERT_TEXT(notes.list[0], "constraint runAsNonRoot: process.user.uid: runs as root");
}
END_TEST

START_TEST(names_the_constraint_and_the_policy)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct check_case c = { "", "{" PROCESS("\"uid\":1") "}", false, NULL };
	struct notes notes = { .count = 0 };
	struct error err = { 0 };

	ck_assert_int_eq(check(&arena, &c, ALL, &notes, &err), STATUS_DENIED);
	ck_assert_str_eq(err.what, "no_new_privs is not set: refused by p (constraint "
				   "allowPrivilegeEscalation)");
}
END_TEST

static const struct bad_case {
	const char *json, *where;
} bad_cases[] = {
	{ "{\"runAsRoot\":\"warn\"}", "runAsRoot" },
	{ "{\"runasnonroot\":\"warn\"}", "runasnonroot" },
	{ "{\"runAsNonRoot\":true}", "runAsNonRoot" },
	{ "{\"runAsNonRoot\":\"deny\"}", "runAsNonRoot" },
	{ "{\"hostPath\":{\"allowed\":[]}}", "hostPath" },
	{ "{\"hostPath\":{\"action\":\"warn\",\"allowed\":[{\"pathPrefix\":\"log\"}]}}",
	  "hostPath.allowed[0].pathPrefix" },
	{ "{\"hostPath\":{\"action\":\"warn\",\"allowed\":[{\"pathPrefix\":\"/a/../b\"}]}}",
	  "hostPath.allowed[0].pathPrefix" },
	{ "{\"hostPath\":{\"action\":\"warn\",\"allowed\":[{\"readOnly\":true}]}}",
	  "hostPath.allowed[0]" },
	{ "{\"hostPath\":{\"action\":\"warn\",\"allow\":[]}}", "hostPath.allow" },
};

START_TEST(refuses_what_it_does_not_know)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct constraints constraints;
	struct error err = { 0 };

	ck_assert_int_eq(constraints_parse(support_json(&arena, bad_cases[_i].json), &constraints, &err),
			 STATUS_INVALID);
	ck_assert_str_eq(err.where, bad_cases[_i].where);
}
END_TEST

START_TEST(a_list_of_paths_is_limited)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct buffer json = BUFFER_INIT(&arena);
	struct constraints constraints;
	struct error err = { 0 };

	buffer_add_str(&json, "{\"hostPath\":{\"action\":\"refuse\",\"allowed\":[");
	for (int i = 0; i <= CONSTRAINT_PATHS_MAX; i++)
		buffer_add_str(&json, i > 0 ? ",{\"pathPrefix\":\"/a\"}" : "{\"pathPrefix\":\"/a\"}");
	buffer_add_str(&json, "]}}");
	buffer_add_char(&json, '\0');
	ck_assert_int_eq(constraints_parse(support_json(&arena, json.ptr), &constraints, &err),
			 STATUS_INVALID);
	ck_assert_str_eq(err.where, "hostPath.allowed");
	ck_assert_ptr_nonnull(strstr(err.what, "has more than"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("confine constraints");
	TCase *tc = support_case(suite, "constraints");

	tcase_add_loop_test(tc, holds_a_container_to_them, 0, ARRAY_LEN(check_cases));
	tcase_add_test(tc, warns_where_it_is_to_warn);
	tcase_add_test(tc, names_the_constraint_and_the_policy);
	tcase_add_loop_test(tc, refuses_what_it_does_not_know, 0, ARRAY_LEN(bad_cases));
	tcase_add_test(tc, a_list_of_paths_is_limited);
	return support_run(suite);
}
