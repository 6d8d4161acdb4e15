/* SPDX-License-Identifier: Apache-2.0 */
/* The decision about a container. What it looks like written out: tests/golden. */
#include "support_confine.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#define CAPS(list)                                                                              \
	"\"capabilities\":{\"bounding\":[" list "],\"effective\":[" list "],\"permitted\":[" list "]}"
#define SOME CAPS("\"CAP_CHOWN\",\"CAP_NET_RAW\",\"CAP_SYS_ADMIN\"")
#define LOG_ALL "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_LOG\"}"

static enum status decide(struct confine *confine, const char *config, struct confined *confined,
			  struct error *err)
{
	return confine_text(confine, text_of(config), "/b/config.json", confined, err);
}

static struct confined *decided(struct confine *confine, const char *config)
{
	struct confined *confined = arena_alloc(confine->arena, sizeof(*confined));
	struct error err = { 0 };

	ASSERT_OK(decide(confine, config, confined, &err), err);
	return confined;
}

static const struct caps_case {
	const char *name, *policy, *annotations;
	uint64_t bounding, dropped;
} caps_cases[] = {
	{ "as config.json has it", NULL, "",
	  CAPABILITY_BIT(CAP_CHOWN) | CAPABILITY_BIT(CAP_NET_RAW) | CAPABILITY_BIT(CAP_SYS_ADMIN), 0 },
	{ "dropped on request", NULL, "\"oci-confine.io/drop-capabilities\":\"NET_RAW,KILL\"",
	  CAPABILITY_BIT(CAP_CHOWN) | CAPABILITY_BIT(CAP_SYS_ADMIN), CAPABILITY_BIT(CAP_NET_RAW) },
	{ "all dropped on request", NULL, "\"oci-confine.io/drop-capabilities\":\"ALL\"", 0,
	  CAPABILITY_BIT(CAP_CHOWN) | CAPABILITY_BIT(CAP_NET_RAW) | CAPABILITY_BIT(CAP_SYS_ADMIN) },
	{ "dropped by policy", "{\"capabilities\":{\"drop\":[\"CAP_SYS_ADMIN\"]}}", "",
	  CAPABILITY_BIT(CAP_CHOWN) | CAPABILITY_BIT(CAP_NET_RAW), CAPABILITY_BIT(CAP_SYS_ADMIN) },
	{ "within the limit", "{\"capabilities\":{\"limit\":[\"CAP_CHOWN\",\"CAP_KILL\"]}}", "",
	  CAPABILITY_BIT(CAP_CHOWN), CAPABILITY_BIT(CAP_NET_RAW) | CAPABILITY_BIT(CAP_SYS_ADMIN) },
	{ "all of these",
	  "{\"capabilities\":{\"limit\":[\"CAP_CHOWN\",\"CAP_SYS_ADMIN\"],\"drop\":[\"CAP_CHOWN\"]}}",
	  "\"oci-confine.io/drop-capabilities\":\"CAP_SYS_ADMIN\"", 0,
	  CAPABILITY_BIT(CAP_CHOWN) | CAPABILITY_BIT(CAP_NET_RAW) | CAPABILITY_BIT(CAP_SYS_ADMIN) },
};

START_TEST(capabilities_are_what_all_grant)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct caps_case *c = &caps_cases[_i];
	struct confine confine = support_confine(&arena, c->policy);
	struct confined *d;
	char config[512];

	(void)snprintf(config, sizeof(config),
		       "{\"process\":{" SOME "},\"annotations\":{%s},\"linux\":{\"maskedPaths\":[\"/x\"]}}",
		       c->annotations);
	d = decided(&confine, config);
	ck_assert_uint_eq(d->decision.privileges.capabilities.bounding, c->bounding);
	ck_assert_uint_eq(d->decision.privileges.capabilities.effective, c->bounding);
	ck_assert_uint_eq(d->decision.dropped, c->dropped);
}
END_TEST

/* RuntimeDefault depends on the bounding set: it must be the final one. */
START_TEST(baseline_goes_by_the_final_capabilities)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	static const uint64_t none[PROFILE_ARGS_MAX];
	struct confine confine = support_confine(&arena, NULL);
	unsigned mount = support_call("mount");
	struct confined *d = decided(&confine, "{\"process\":{" SOME "},\"linux\":{}}");

	ck_assert(d->decision.has_seccomp);
	ck_assert_uint_eq(support_evaluate(&d->decision.seccomp, mount, none).action, ACTION_ALLOW);
	d = decided(&confine, "{\"process\":{" SOME "},\"linux\":{},\"annotations\":{"
			      "\"oci-confine.io/drop-capabilities\":\"SYS_ADMIN\"}}");
	ck_assert_uint_eq(support_evaluate(&d->decision.seccomp, mount, none).action, ACTION_ERRNO);
}
END_TEST

static const struct seccomp_case {
	const char *name, *policy, *seccomp; /* of linux */
	int dflt;			     /* its default action, -1: no seccomp */
} seccomp_cases[] = {
	{ "none gets the baseline", NULL, "\"x\":1", ACTION_ERRNO },
	{ "one and the baseline", NULL, LOG_ALL, ACTION_ERRNO },
	{ "no baseline", "{\"seccomp\":{\"baseline\":\"none\"}}", LOG_ALL, ACTION_LOG },
	{ "no baseline, no profile", "{\"seccomp\":{\"baseline\":\"none\"}}", "\"x\":1", -1 },
	{ "unconfined passes", "{\"unconfined\":\"pass\"}", "\"x\":1", -1 },
	{ "unconfined passes, others not", "{\"unconfined\":\"pass\"}", LOG_ALL, ACTION_ERRNO },
	{ "an old baseline", "{\"seccomp\":{\"baseline\":\"runtime-default@1.6\"}}", "\"x\":1",
	  ACTION_ERRNO },
};

START_TEST(seccomp_is_what_all_allow)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct seccomp_case *c = &seccomp_cases[_i];
	struct confine confine = support_confine(&arena, c->policy);
	struct confined *d;
	char config[512];

	(void)snprintf(config, sizeof(config), "{\"process\":{},\"linux\":{%s}}", c->seccomp);
	d = decided(&confine, config);
	ck_assert_msg(d->decision.has_seccomp == (c->dflt >= 0), "%s", c->name);
	if (c->dflt >= 0)
		ck_assert_int_eq(d->decision.seccomp.default_verdict.action, c->dflt);
}
END_TEST

START_TEST(native_architecture_only)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct confine keep = support_confine(&arena, NULL);
	struct confine native = support_confine(&arena, "{\"seccomp\":{\"architectures\":\"native\"}}");
	struct confined *d = decided(&native, "{\"process\":{}}");

	ck_assert_uint_eq(d->decision.seccomp.arches, ARCH_BIT(ARCH_NATIVE));
	d = decided(&keep, "{\"process\":{}}");
	ck_assert_uint_ne(d->decision.seccomp.arches & ARCH_BIT(ARCH_NATIVE), 0);
	ck_assert_uint_ne(d->decision.seccomp.arches & ~ARCH_BIT(ARCH_NATIVE), 0);
}
END_TEST

static const struct nnp_case {
	const char *policy, *process, *annotation;
	bool want;
} nnp_cases[] = {
	{ NULL, "", "", false },
	{ NULL, "\"noNewPrivileges\":false", "", false },
	{ NULL, "\"noNewPrivileges\":true", "\"oci-confine.io/no-new-privileges\":\"false\"", true },
	{ NULL, "\"noNewPrivileges\":false", "\"oci-confine.io/no-new-privileges\":\"true\"", true },
	{ "{\"no-new-privileges\":true}", "", "\"oci-confine.io/no-new-privileges\":\"false\"", true },
};

START_TEST(no_new_privileges_if_anybody_asks)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct nnp_case *c = &nnp_cases[_i];
	struct confine confine = support_confine(&arena, c->policy);
	char config[512];

	(void)snprintf(config, sizeof(config), "{\"process\":{%s},\"annotations\":{%s}}", c->process,
		       c->annotation);
	ck_assert_int_eq(decided(&confine, config)->decision.privileges.no_new_privileges, c->want);
}
END_TEST

static const struct admission_case {
	const char *name, *policy, *config;
	uint64_t grantable; /* 0: all */
	enum status want;
	bool untouched;
} admission_cases[] = {
	{ "ordinary", NULL, "{\"process\":{" SOME "},\"linux\":{}}", 0, STATUS_OK, false },
	{ "all an engine has, nothing masked", NULL, "{\"process\":{" SOME "},\"linux\":{}}",
	  CAPABILITY_BIT(CAP_CHOWN), STATUS_DENIED, false },
	{ "all an engine has, devices", NULL,
	  "{\"process\":{" SOME "},\"linux\":{\"maskedPaths\":[\"/x\"],\"resources\":{\"devices\":["
	  "{\"allow\":true,\"access\":\"rwm\"}]}}}",
	  CAPABILITY_BIT(CAP_CHOWN), STATUS_DENIED, false },
	{ "all an engine has, but masked", NULL,
	  "{\"process\":{" SOME "},\"linux\":{\"maskedPaths\":[\"/x\"]}}", CAPABILITY_BIT(CAP_CHOWN),
	  STATUS_OK, false },
	{ "privileged may be confined", "{\"privileged\":\"confine\"}",
	  "{\"process\":{" SOME "},\"linux\":{}}", CAPABILITY_BIT(CAP_CHOWN), STATUS_OK, false },
	{ "privileged may pass", "{\"privileged\":\"pass\"}", "{\"process\":{" SOME "},\"linux\":{}}",
	  CAPABILITY_BIT(CAP_CHOWN), STATUS_OK, true },
	{ "unconfined refused", "{\"unconfined\":\"refuse\"}", "{\"process\":{}}", 0, STATUS_DENIED,
	  false },
	{ "unconfined refused, others not", "{\"unconfined\":\"refuse\"}",
	  "{\"process\":{},\"linux\":{" LOG_ALL "}}", 0, STATUS_OK, false },
	{ "asked to be unconfined", "{\"unconfined\":\"refuse\"}",
	  "{\"process\":{},\"linux\":{" LOG_ALL "},\"annotations\":{"
	  "\"seccomp.security.alpha.kubernetes.io/pod\":\"unconfined\"}}",
	  0, STATUS_DENIED, false },
	{ "exempt", "{\"unconfined\":\"refuse\",\"exempt\":{\"engine\":\"containerd\",\"namespaces\":[\"k\"]}}",
	  "{\"process\":{},\"annotations\":{\"io.kubernetes.cri.sandbox-namespace\":\"k\","
	  "\"oci-confine.io/drop-capabilities\":\"ALL\"}}",
	  0, STATUS_OK, true },
};

START_TEST(policy_admits_or_refuses)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct admission_case *c = &admission_cases[_i];
	struct confine confine = support_confine(&arena, c->policy);
	struct confined *d = arena_alloc(&arena, sizeof(*d));
	struct error err = { 0 };
	enum status st;

	if (c->grantable != 0)
		confine.host.grantable = c->grantable;
	st = decide(&confine, c->config, d, &err);
	ASSERT_CASE(st == c->want, c->name, err);
	if (st != STATUS_OK) {
		ck_assert_str_eq(err.file, "/b/config.json");
		return;
	}
	ck_assert_int_eq(d->decision.privileges.untouched, c->untouched);
	ck_assert_int_eq(d->changed, !c->untouched);
	if (c->untouched)
		ck_assert_str_eq(support_join(&arena, d->pieces, d->piece_count), c->config);
}
END_TEST

START_TEST(kernel_without_apparmor_keeps_no_false_promise)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct confine confine = support_confine(&arena, NULL);
	struct confined *d = arena_alloc(&arena, sizeof(*d));
	struct error err = { 0 };

	confine.host.has_apparmor = false;
	ck_assert_int_eq(decide(&confine, "{\"process\":{\"apparmorProfile\":\"cri\"}}", d, &err),
			 STATUS_UNSUPPORTED);
	ck_assert_int_eq(decide(&confine,
				"{\"process\":{},\"annotations\":{\"oci-confine.io/apparmor\":"
				"\"localhost/a\"}}",
				d, &err),
			 STATUS_UNSUPPORTED);
	ck_assert_str_eq(err.where, "annotations[\"oci-confine.io/apparmor\"]");
	ASSERT_OK(decide(&confine, "{\"process\":{\"apparmorProfile\":\"unconfined\"}}", d, &err), err);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("confine decide");
	TCase *tc = support_case(suite, "decide");

	tcase_add_loop_test(tc, capabilities_are_what_all_grant, 0, ARRAY_LEN(caps_cases));
	tcase_add_test(tc, baseline_goes_by_the_final_capabilities);
	tcase_add_loop_test(tc, seccomp_is_what_all_allow, 0, ARRAY_LEN(seccomp_cases));
	tcase_add_test(tc, native_architecture_only);
	tcase_add_loop_test(tc, no_new_privileges_if_anybody_asks, 0, ARRAY_LEN(nnp_cases));
	tcase_add_loop_test(tc, policy_admits_or_refuses, 0, ARRAY_LEN(admission_cases));
	tcase_add_test(tc, kernel_without_apparmor_keeps_no_false_promise);
	return support_run(suite);
}
