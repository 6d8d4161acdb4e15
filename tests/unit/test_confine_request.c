/* SPDX-License-Identifier: Apache-2.0 */
#include "support_confine.h"

#include <linux/capability.h>
#include <string.h>

/* each engine's keys, as it writes them itself */
#define NAME                                                                                   \
	"\"io.kubernetes.cri.container-type\":\"container\","                                   \
	"\"io.kubernetes.cri.container-name\":\"app\","
#define SANDBOX "\"io.kubernetes.cri.container-type\":\"sandbox\","

static enum status read_request(struct arena *arena, const char *annotations, const char *policy,
				struct request *ret_request, struct error *err)
{
	struct confine confine = support_confine(arena, policy);
	struct container container;
	struct buffer json = BUFFER_INIT(arena);

	buffer_add_str(&json, "{\"process\":{},\"annotations\":{");
	buffer_add_str(&json, annotations);
	buffer_add_str(&json, "\"end\":\"\"}}");
	buffer_add_char(&json, '\0');
	ASSERT_OK(container_parse(support_json(arena, json.ptr).doc, arena, &container, err), *err);
	return request_read(&container, &confine.policy, ret_request, err);
}

static const struct read_case {
	const char *annotations;
	const char *seccomp, *apparmor; /* names with a comma behind each */
	uint64_t drop;
	bool no_new_privileges, unconfined;
} read_cases[] = {
	{ "", "", "", 0, false, false },
	{ "\"unrelated\":\"x\",\"oci-confine\":\"x\",\"oci-confine.iox/seccomp\":\"x\",", "", "", 0,
	  false, false },
	{ "\"oci-confine.io/seccomp\":\"localhost/a.json\",", "a.json,", "", 0, false, false },
	{ "\"oci-confine.io/seccomp\":\" localhost/a.json , localhost/d/b.json\",",
	  "a.json,d/b.json,", "", 0, false, false },
	{ "\"oci-confine.io/seccomp\":\"localhost/a.json,localhost/a.json\",", "a.json,", "", 0, false,
	  false },
	{ "\"oci-confine.io/seccomp\":\"runtime/default,localhost/a.json,docker/default\",", "a.json,",
	  "", 0, false, false },
	{ "\"oci-confine.io/apparmor\":\"localhost/k8s-apparmor-example-deny-write\",", "",
	  "k8s-apparmor-example-deny-write,", 0, false, false },
	{ "\"oci-confine.io/drop-capabilities\":\"NET_RAW, CAP_MKNOD\",", "", "",
	  CAPABILITY_BIT(CAP_NET_RAW) | CAPABILITY_BIT(CAP_MKNOD), false, false },
	{ "\"oci-confine.io/drop-capabilities\":\"ALL\",", "", "", UINT64_MAX, false, false },
	{ "\"oci-confine.io/drop-capabilities\":\"KILL,ALL\",", "", "", UINT64_MAX, false, false },
	{ "\"oci-confine.io/no-new-privileges\":\"true\",", "", "", 0, true, false },
	{ "\"oci-confine.io/no-new-privileges\":\"false\",", "", "", 0, false, false },

	/* the container's own counts instead of the pod's, whichever comes first */
	{ NAME "\"oci-confine.io/seccomp\":\"localhost/pod\","
	       "\"oci-confine.io/seccomp.app\":\"localhost/own\",",
	  "own,", "", 0, false, false },
	{ NAME "\"oci-confine.io/seccomp.app\":\"localhost/own\","
	       "\"oci-confine.io/seccomp\":\"localhost/pod\",",
	  "own,", "", 0, false, false },
	{ NAME "\"oci-confine.io/seccomp.other\":\"localhost/own\","
	       "\"oci-confine.io/seccomp\":\"localhost/pod\",",
	  "pod,", "", 0, false, false },
	{ NAME "\"oci-confine.io/seccomp.other\":\"localhost/own\",", "", "", 0, false, false },
	{ NAME "\"oci-confine.io/seccomp.app.x\":\"localhost/own\",", "", "", 0, false, false },
	{ NAME "\"oci-confine.io/drop-capabilities\":\"ALL\","
	       "\"oci-confine.io/drop-capabilities.app\":\"KILL\",",
	  "", "", CAPABILITY_BIT(CAP_KILL), false, false },
	{ "\"io.kubernetes.container.name\":\"app\",\"oci-confine.io/apparmor.app\":\"localhost/a\",",
	  "", "a,", 0, false, false },
	{ "\"io.kubernetes.container.name\":\"a.b\",\"oci-confine.io/apparmor.a.b\":\"localhost/a\",",
	  "", "a,", 0, false, false },

	/* Kubernetes' old ones */
	{ "\"seccomp.security.alpha.kubernetes.io/pod\":\"localhost/pod\",", "pod,", "", 0, false,
	  false },
	{ "\"seccomp.security.alpha.kubernetes.io/pod\":\"runtime/default\",", "", "", 0, false, false },
	{ "\"seccomp.security.alpha.kubernetes.io/pod\":\"unconfined\",", "", "", 0, false, true },
	{ NAME "\"seccomp.security.alpha.kubernetes.io/pod\":\"unconfined\","
	       "\"container.seccomp.security.alpha.kubernetes.io/app\":\"localhost/own\",",
	  "own,", "", 0, false, false },
	{ NAME "\"container.seccomp.security.alpha.kubernetes.io/app\":\"localhost/own\","
	       "\"seccomp.security.alpha.kubernetes.io/pod\":\"localhost/pod\",",
	  "own,", "", 0, false, false },
	{ NAME "\"container.seccomp.security.alpha.kubernetes.io/apple\":\"localhost/own\",", "", "", 0,
	  false, false },
	{ NAME "\"container.apparmor.security.beta.kubernetes.io/app\":\"localhost/aa\",", "", "aa,", 0,
	  false, false },
	{ NAME "\"container.apparmor.security.beta.kubernetes.io/app\":\"unconfined\",", "", "", 0,
	  false, false },
	{ NAME "\"container.apparmor.security.beta.kubernetes.io/other\":\"localhost/aa\",", "", "", 0,
	  false, false },
	{ "\"seccomp.security.alpha.kubernetes.io/pod\":\"localhost/pod\","
	  "\"oci-confine.io/seccomp\":\"localhost/ours\",",
	  "ours,pod,", "", 0, false, false },

	/* the pause container: no profiles, but all else */
	{ SANDBOX "\"oci-confine.io/seccomp\":\"localhost/a\",\"oci-confine.io/apparmor\":"
		  "\"localhost/b\",\"oci-confine.io/drop-capabilities\":\"KILL\","
		  "\"oci-confine.io/no-new-privileges\":\"true\",",
	  "", "", CAPABILITY_BIT(CAP_KILL), true, false },
	/* it has no name either, but is known to be none of those meant */
	{ SANDBOX "\"oci-confine.io/drop-capabilities.app\":\"KILL\",", "", "", 0, false, false },
	/* under one engine the other's keys are a pod's to choose */
	{ NAME "\"io.kubernetes.cri-o.ContainerType\":\"sandbox\","
	       "\"oci-confine.io/seccomp\":\"localhost/a\",",
	  "a,", "", 0, false, false },
	{ "\"io.kubernetes.cri-o.ContainerType\":\"sandbox\",\"oci-confine.io/seccomp\":"
	  "\"localhost/a\",",
	  "", "", 0, false, false },
	{ "\"run.oci.systemd.subgroup\":\"x\",\"run.oci.delegate-cgroup\":\"y\",", "", "", 0, false,
	  false },
};

static char *names_of(struct arena *arena, const struct request_profile *list, size_t count)
{
	struct buffer b = BUFFER_INIT(arena);

	for (size_t i = 0; i < count; i++) {
		buffer_add(&b, list[i].name);
		buffer_add_char(&b, ',');
	}
	buffer_add_char(&b, '\0');
	return b.ptr;
}

START_TEST(reads_requests)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct read_case *c = &read_cases[_i];
	struct request r = { 0 };
	struct error err = { 0 };

	ASSERT_OK(read_request(&arena, c->annotations, NULL, &r, &err), err);
	ck_assert_str_eq(names_of(&arena, r.seccomp, r.seccomp_count), c->seccomp);
	ck_assert_str_eq(names_of(&arena, r.apparmor, r.apparmor_count), c->apparmor);
	ck_assert_uint_eq(r.drop_capabilities, c->drop);
	ck_assert_int_eq(r.no_new_privileges, c->no_new_privileges);
	ck_assert_int_eq(r.unconfined_seccomp, c->unconfined);
}
END_TEST

static const struct refuse_case {
	const char *key, *value;
	enum status want;
	const char *what;
} refuse_cases[] = {
	{ "oci-confine.io/secomp", "localhost/a", STATUS_INVALID, "unknown annotation" },
	{ "oci-confine.io/", "x", STATUS_INVALID, "unknown annotation" },
	{ "oci-confine.io/Seccomp", "localhost/a", STATUS_INVALID, "unknown annotation" },
	{ "oci-confine.io/seccomp.", "localhost/a", STATUS_INVALID, "unknown annotation" },
	{ "oci-confine.io/seccompx.app", "localhost/a", STATUS_INVALID, "unknown annotation" },
	/* no engine says what this container's name is, so nobody can tell whom it is for */
	{ "oci-confine.io/seccomp.app", "localhost/a", STATUS_INVALID, "name" },
	{ "oci-confine.io/seccomp", "", STATUS_INVALID, "found ''" },
	{ "oci-confine.io/seccomp", "unconfined", STATUS_INVALID, "found 'unconfined'" },
	{ "oci-confine.io/seccomp", "Localhost/a", STATUS_INVALID, "found 'Localhost/a'" },
	{ "oci-confine.io/seccomp", "a.json", STATUS_INVALID, "found 'a.json'" },
	{ "oci-confine.io/seccomp", "localhost/a,", STATUS_INVALID, "found ''" },
	{ "oci-confine.io/seccomp", "localhost/", STATUS_INVALID, "'' is no path below" },
	{ "oci-confine.io/seccomp", "localhost//a", STATUS_INVALID, "is no path below" },
	{ "oci-confine.io/seccomp", "localhost/../a", STATUS_INVALID, "is no path below" },
	{ "oci-confine.io/seccomp", "localhost/a/../b", STATUS_INVALID, "is no path below" },
	{ "oci-confine.io/seccomp", "localhost/..", STATUS_INVALID, "is no path below" },
	{ "oci-confine.io/seccomp", "localhost/./a", STATUS_INVALID, "is no path below" },
	{ "oci-confine.io/seccomp", "localhost/a/", STATUS_INVALID, "is no path below" },
	{ "oci-confine.io/seccomp", "localhost/a\\nb", STATUS_INVALID, "is no path below" },
	{ "oci-confine.io/seccomp", "localhost/caf\xc3\xa9", STATUS_INVALID, "is no path below" },
	{ "oci-confine.io/apparmor", "localhost/a//&b", STATUS_INVALID, "cannot be the name" },
	{ "oci-confine.io/apparmor", "localhost/unconfined", STATUS_INVALID, "cannot be the name" },
	{ "oci-confine.io/apparmor", "localhost/u", STATUS_INVALID, "cannot be the name" },
	{ "oci-confine.io/apparmor", "localhost/:ns:a", STATUS_INVALID, "cannot be the name" },
	{ "oci-confine.io/apparmor", "unconfined", STATUS_INVALID, "found 'unconfined'" },
	{ "oci-confine.io/drop-capabilities", "", STATUS_INVALID, "unknown capability ''" },
	{ "oci-confine.io/drop-capabilities", "NOPE", STATUS_INVALID, "unknown capability 'NOPE'" },
	{ "oci-confine.io/drop-capabilities", "net_raw", STATUS_INVALID, "unknown capability" },
	{ "oci-confine.io/drop-capabilities", "CAP_CAP_KILL", STATUS_INVALID, "unknown capability" },
	{ "oci-confine.io/drop-capabilities", "KILL;CHOWN", STATUS_INVALID, "unknown capability" },
	{ "oci-confine.io/no-new-privileges", "1", STATUS_INVALID, "found '1'" },
	{ "oci-confine.io/no-new-privileges", "True", STATUS_INVALID, "found 'True'" },
	{ "oci-confine.io/no-new-privileges", "", STATUS_INVALID, "found ''" },
	{ "seccomp.security.alpha.kubernetes.io/pod", "localhost/../../etc/x", STATUS_INVALID,
	  "is no path below" },
	{ "seccomp.security.alpha.kubernetes.io/pod", "nonsense", STATUS_INVALID, "found 'nonsense'" },
	{ "run.oci.seccomp_bpf_data2", "AAAA", STATUS_DENIED, "can weaken confinement" },
	{ "run.oci.seccomp.receiver", "/run/s", STATUS_DENIED, "can weaken confinement" },
	{ "run.oci.handler", "krun", STATUS_DENIED, "can weaken confinement" },
	{ "run.oci.keep_original_groups", "1", STATUS_DENIED, "can weaken confinement" },
	/* runc keeps annotations beside its own record of where the bundle is */
	{ "bundle", "/elsewhere", STATUS_DENIED, "path of the bundle" },
	{ "bundle=/elsewhere", "x", STATUS_DENIED, "path of the bundle" },
	{ "org.criu.config", "/tmp/criu.conf", STATUS_DENIED, "at a restore" },
	{ "run.oci.something_new", "1", STATUS_DENIED, "can weaken confinement" },
};

START_TEST(refuses_what_it_does_not_understand)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct refuse_case *c = &refuse_cases[_i];
	struct request r = { .drop_capabilities = 77 };
	struct error err = { 0 };
	char annotation[256], where[256];
	bool plain = strpbrk(c->key, "./=") == NULL;
	enum status st;

	(void)snprintf(annotation, sizeof(annotation), "\"%s\":\"%s\",", c->key, c->value);
	(void)snprintf(where, sizeof(where), plain ? "annotations.%s" : "annotations[\"%s\"]", c->key);
	st = read_request(&arena, annotation, NULL, &r, &err);
	ASSERT_CASE(st == c->want, annotation, err);
	ck_assert_str_eq(err.where, where);
	ASSERT_CASE(strstr(err.what, c->what) != NULL, annotation, err);
	ck_assert_uint_eq(r.drop_capabilities, 77);
}
END_TEST

START_TEST(a_policy_may_let_some_runtime_annotations_pass)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	static const char policy[] =
		"{\"runtime-annotations\":[\"run.oci.handler\",\"run.oci.seccomp_bpf_data\","
		"\"run.oci.seccomp_bpf_data2\"]}";
	struct request r;
	struct error err = { 0 };

	ASSERT_OK(read_request(&arena, "\"run.oci.handler\":\"wasm\",", policy, &r, &err), err);
	ck_assert_int_eq(read_request(&arena, "\"run.oci.handlers\":\"\",", policy, &r, &err),
			 STATUS_DENIED);
	/* this one turns seccomp off altogether: nobody can allow it, handover.c judges it */
	ASSERT_OK(read_request(&arena, "\"run.oci.seccomp_bpf_data\":\"A\",", policy, &r, &err), err);
	ASSERT_TEXT(json_text(r.compiled_filter), "A");
	ck_assert_int_eq(read_request(&arena, "\"run.oci.seccomp_bpf_data2\":\"\",", policy, &r, &err),
			 STATUS_DENIED);
}
END_TEST

/* That nothing is asked for and that the baseline is asked for are two things: choose.c. */
START_TEST(the_default_apparmor_profile_may_be_asked_for)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct request r;
	struct error err = { 0 };

	ASSERT_OK(read_request(&arena,
			       NAME "\"container.apparmor.security.beta.kubernetes.io/app\":"
				    "\"runtime/default\",",
			       NULL, &r, &err),
		  err);
	ck_assert_uint_eq(r.apparmor_count, 0);
	ck_assert(json_exists(r.default_apparmor));
	ASSERT_OK(read_request(&arena, NAME, NULL, &r, &err), err);
	ck_assert(!json_exists(r.default_apparmor));
}
END_TEST

START_TEST(a_container_has_one_name)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct request r;
	struct error err = { 0 };

	ck_assert_int_ne(read_request(&arena, NAME "\"io.kubernetes.container.name\":\"other\",", NULL, &r,
				      &err),
			 STATUS_OK);
	ASSERT_OK(read_request(&arena, NAME "\"io.kubernetes.container.name\":\"app\",", NULL, &r, &err),
		  err);
}
END_TEST

START_TEST(too_many_profiles_are_refused)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct buffer b = BUFFER_INIT(&arena);
	struct request r;
	struct error err = { 0 };

	buffer_add_str(&b, "\"oci-confine.io/seccomp\":\"");
	for (unsigned i = 0; i <= REQUEST_PROFILES_MAX; i++) {
		buffer_add_str(&b, i > 0 ? ",localhost/" : "localhost/");
		buffer_add_u64(&b, i);
	}
	buffer_add_str(&b, "\",");
	buffer_add_char(&b, '\0');
	ck_assert_int_eq(read_request(&arena, b.ptr, NULL, &r, &err), STATUS_INVALID);
	ck_assert_str_eq(err.what, "more than 16 profiles");
}
END_TEST

static const struct exempt_case {
	const char *annotations, *policy;
	bool exempt;
} exempt_cases[] = {
	{ "\"io.kubernetes.cri.sandbox-namespace\":\"kube-system\",",
	  "{\"exempt\":{\"engine\":\"containerd\",\"namespaces\":[\"kube-system\"]}}", true },
	{ "\"io.kubernetes.cri.sandbox-namespace\":\"kube\",",
	  "{\"exempt\":{\"engine\":\"containerd\",\"namespaces\":[\"kube-system\"]}}", false },
	{ "\"io.kubernetes.cri.sandbox-namespace\":\"kube-system\",", NULL, false },
	{ "\"io.kubernetes.pod.namespace\":\"kube-system\",",
	  "{\"exempt\":{\"engine\":\"containerd\",\"namespaces\":[\"kube-system\"]}}", false },
	{ "\"io.kubernetes.cri.sandbox-namespace\":\"\",",
	  "{\"exempt\":{\"engine\":\"containerd\",\"namespaces\":[\"x\"]}}", false },
};

START_TEST(exempt_namespaces_ask_for_nothing)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct exempt_case *c = &exempt_cases[_i];
	struct request r = { 0 };
	struct error err = { 0 };
	char annotations[256];

	(void)snprintf(annotations, sizeof(annotations),
		       "%s\"oci-confine.io/drop-capabilities\":\"KILL\",", c->annotations);
	ASSERT_OK(read_request(&arena, annotations, c->policy, &r, &err), err);
	ck_assert_uint_eq(r.drop_capabilities, c->exempt ? 0 : CAPABILITY_BIT(CAP_KILL));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("confine request");
	TCase *tc = support_case(suite, "request");

	tcase_add_loop_test(tc, reads_requests, 0, ARRAY_LEN(read_cases));
	tcase_add_loop_test(tc, refuses_what_it_does_not_understand, 0, ARRAY_LEN(refuse_cases));
	tcase_add_test(tc, a_policy_may_let_some_runtime_annotations_pass);
	tcase_add_test(tc, the_default_apparmor_profile_may_be_asked_for);
	tcase_add_test(tc, a_container_has_one_name);
	tcase_add_test(tc, too_many_profiles_are_refused);
	tcase_add_loop_test(tc, exempt_namespaces_ask_for_nothing, 0, ARRAY_LEN(exempt_cases));
	return support_run(suite);
}
