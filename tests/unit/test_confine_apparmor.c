/* SPDX-License-Identifier: Apache-2.0 */
#include "support_confine.h"

#include <string.h>

#include "confine/apparmor/choose.h"
#include "confine/apparmor/loaded.h"

static const struct name_case {
	struct text name;
	bool plain;
} name_cases[] = {
	{ TEXT("k8s-apparmor-example-deny-write"), true },
	{ TEXT("cri-containerd.apparmor.d"), true },
	{ TEXT("A"), true },
	{ TEXT("_x"), true },
	{ TEXT("9"), true },
	{ TEXT("unconfinedx"), true },
	{ TEXT("unconfine-d"), true },
	{ TEXT("Unconfined"), true },
	{ TEXT(""), false },
	/* the kernel takes every prefix for "unconfined" */
	{ TEXT("u"), false },
	{ TEXT("unconf"), false },
	{ TEXT("unconfined"), false },
	{ TEXT("un\0x"), false },
	{ TEXT("a//&b"), false },
	{ TEXT("&a"), false },
	{ TEXT("a//b"), false },
	{ TEXT(":ns:a"), false },
	{ TEXT("a:b"), false },
	{ TEXT(" a"), false },
	{ TEXT("a "), false },
	{ TEXT("a\n"), false },
	{ TEXT("/usr/bin/x"), false },
	{ TEXT(".a"), false },
	{ TEXT("-a"), false },
	{ TEXT("a*"), false },
	{ TEXT("caf\xc3\xa9"), false },
};

START_TEST(knows_plain_names)
{
	ck_assert_msg(apparmor_name_is_plain(name_cases[_i].name) == name_cases[_i].plain, "%.*s",
		      TEXT_ARG(name_cases[_i].name));
}
END_TEST

START_TEST(names_have_a_length)
{
	char name[257];

	memset(name, 'a', sizeof(name));
	ck_assert(apparmor_name_is_plain((struct text){ name, 255 }));
	ck_assert(!apparmor_name_is_plain((struct text){ name, 256 }));
}
END_TEST

/* What config.json says, what is requested and asked by an exec; what it comes to. */
static const struct choice_case {
	const char *why;
	const char *policy; /* NULL: the built-in one */
	const char *named, *requested, *exec; /* NULL: not there; requested: by annotation */
	const char *label; /* NULL: refused */
	const char *where; /* of the refusal, or what it says when no place is to blame */
} choice_cases[] = {
#define NO_BASELINE "{\"apparmor\":{\"baseline\":\"none\"}}"
#define PASS "{\"unconfined\":\"pass\"}"
#define AUDIT "{\"mode\":\"audit\"}"
	{ "a missing profile means the baseline", NULL, NULL, NULL, NULL, "oci-confine-default" },
	{ "so does unconfined", NULL, "unconfined", NULL, NULL, "oci-confine-default" },
	{ "what is named is stacked on it", NULL, "a", NULL, NULL, "oci-confine-default//&a" },
	{ "what is requested too", NULL, NULL, "a", NULL, "oci-confine-default//&a" },
	{ "and both", NULL, "a", "b", NULL, "oci-confine-default//&a//&b" },
	{ "nothing twice", NULL, "a", "a", NULL, "oci-confine-default//&a" },
	{ "nor in a second start", NULL, "oci-confine-default//&a", "a", NULL,
	  "oci-confine-default//&a" },
	{ "the kernel's order is as good as ours", NULL, "a//&oci-confine-default", NULL, NULL,
	  "a//&oci-confine-default" },
	{ "an engine's default is a baseline", NULL, "cri-containerd.apparmor.d", NULL, NULL,
	  "cri-containerd.apparmor.d" },
	{ "of a name with a version too", NULL, "containers-default-0.50.1", NULL, NULL,
	  "containers-default-0.50.1" },
	{ "which cannot be stacked", NULL, "cri-containerd.apparmor.d", "a", NULL,
	  "oci-confine-default//&a" },
	{ "unless the policy calls it one of its own",
	  "{\"apparmor\":{\"engine-defaults\":[]}}", "crio-default", NULL, NULL,
	  "oci-confine-default//&crio-default" },
	{ "the policy's baseline", "{\"apparmor\":{\"baseline\":\"site\"}}", NULL, "a", NULL,
	  "site//&a" },
	{ "which may be an engine's", "{\"apparmor\":{\"baseline\":\"crio-default\"}}", NULL, "a",
	  NULL, "crio-default//&a" },
	{ "no baseline, nothing named", NO_BASELINE, NULL, NULL, NULL, "" },
	{ "no baseline, unconfined", NO_BASELINE, "unconfined", NULL, NULL, "unconfined" },
	{ "no baseline, but a profile", NO_BASELINE, "unconfined", "a", NULL, "a" },
	{ "unconfined may pass", PASS, "unconfined", NULL, NULL, "unconfined" },
	{ "a missing profile is not unconfined", PASS, NULL, NULL, NULL, "oci-confine-default" },
	{ "unconfined with a request is not either", PASS, "unconfined", "a", NULL,
	  "oci-confine-default//&a" },
	{ "exec without a profile", NULL, "a", NULL, "", "oci-confine-default//&a" },
	{ "exec with the container's own", NULL, "oci-confine-default//&a", NULL, "a",
	  "oci-confine-default//&a" },
	{ "exec with another: stacked", NULL, "a", NULL, "b", "oci-confine-default//&a//&b" },
	{ "exec out of it", NULL, "a", NULL, "unconfined", "oci-confine-default//&a" },
	{ "exec with the engine's default", NULL, "cri-containerd.apparmor.d", NULL,
	  "cri-containerd.apparmor.d", "cri-containerd.apparmor.d" },
	{ "which does not come back", NULL, "oci-confine-default//&a", NULL,
	  "cri-containerd.apparmor.d", "oci-confine-default//&a" },
	{ "runtime/default means the baseline", NULL, NULL, "runtime/default", NULL,
	  "oci-confine-default" },
	{ "runtime/default, but there is none", NO_BASELINE, NULL, "runtime/default", NULL, NULL,
	  "annotations[\"oci-confine.io/apparmor\"]" },
	{ "audit", AUDIT, NULL, "a", NULL,
	  "oci-confine-audit.oci-confine-default//&oci-confine-audit.a" },
	{ "audit again", AUDIT, "oci-confine-audit.oci-confine-default", NULL, NULL,
	  "oci-confine-audit.oci-confine-default" },
	{ "audit takes nothing away", AUDIT, "a", "b", NULL, "a" },
	{ "audit: an exec without a profile gets the container's", AUDIT, "a", "b", "", "a" },
	{ "audit: an exec keeps what it names", AUDIT, "a", NULL, "b", "b" },
	{ "audit: so it does in a container of ours", AUDIT,
	  "oci-confine-audit.oci-confine-default", NULL, "b", "b" },
	{ "audit: an exec out of a container's own profile", AUDIT, "a", NULL, "unconfined",
	  "unconfined" },
	{ "audit: an exec without a profile in a container of ours", AUDIT,
	  "oci-confine-audit.oci-confine-default", NULL, "",
	  "oci-confine-audit.oci-confine-default" },
	{ "audit: an unconfined exec in a container of ours is logged", AUDIT,
	  "oci-confine-audit.oci-confine-default", NULL, "unconfined",
	  "oci-confine-audit.oci-confine-default" },
	{ "audit: a trick in an exec", AUDIT, "a", NULL, "b//&unconfined", NULL, "apparmorProfile" },
	{ "a trick: a prefix of unconfined", NULL, "unconf", NULL, NULL, NULL,
	  "process.apparmorProfile" },
	{ "a trick: an empty member", NULL, "a//&", NULL, NULL, NULL, "process.apparmorProfile" },
	{ "a trick: an empty member first", NULL, "//&a", NULL, NULL, NULL,
	  "process.apparmorProfile" },
	{ "a trick: a namespace", NULL, ":ns:a", NULL, NULL, NULL, "process.apparmorProfile" },
	{ "a trick in an exec", NULL, "a", NULL, "b//&unconfined", NULL, "apparmorProfile" },
	{ "one that complains", NULL, "complains", NULL, NULL, NULL, "process.apparmorProfile" },
	{ "one that complains, by annotation", NULL, NULL, "complains", NULL, NULL,
	  "annotations[\"oci-confine.io/apparmor\"]" },
	{ "a baseline that complains", "{\"apparmor\":{\"baseline\":\"complains\"}}", NULL, NULL,
	  NULL, NULL, "the AppArmor profile 'complains' of p is loaded in complain mode, expected "
		      "enforce" },
	{ "one that kills", NULL, "kills", NULL, NULL, "oci-confine-default//&kills" },
	{ "one that is unconfined", NULL, "loose", NULL, NULL, NULL, "process.apparmorProfile" },
	{ "audit: a member of config.json may complain", AUDIT, "complains", NULL, NULL,
	  "complains" },
};

#define LOADED                                                                                 \
	"complains (complain)\nkills (kill)\nloose (unconfined)\na (enforce)\na b (complain)\n" \
	"junk\n (enforce)\n"

static struct json process_json(struct arena *arena, const char *profile, bool in_config)
{
	char json[256];
	struct json object;

	(void)snprintf(json, sizeof(json), in_config ? "{\"process\":{%s%s%s}}" : "{%s%s%s}",
		       profile != NULL && profile[0] != '\0' ? "\"apparmorProfile\":\"" : "",
		       profile != NULL ? profile : "",
		       profile != NULL && profile[0] != '\0' ? "\"" : "");
	object = support_json(arena, text_dup(arena, text_of(json)));
	return in_config ? json_get(object, "process") : object;
}

static enum status choose(struct arena *arena, const struct choice_case *c, const struct host *host,
			  struct text *ret_label, struct error *err)
{
	struct confine confine = support_confine(arena, c->policy);
	struct json annotation =
		json_get(json_get(support_json(arena, "{\"annotations\":{\"oci-confine.io/apparmor\":"
						      "\"x\"}}"),
				  "annotations"),
			 "oci-confine.io/apparmor");
	struct request request = { .apparmor_count = c->requested != NULL ? 1 : 0 };
	struct apparmor_question question = {
		&confine.policy, host, &request, process_json(arena, c->named, true),
		c->exec != NULL ? process_json(arena, c->exec, false) : (struct json){ NULL, 0 },
	};
	struct apparmor_answer answer;
	struct notes notes = { .count = 0 };
	enum status st;

	confine.policy.path = "p";
	if (c->requested != NULL && strcmp(c->requested, "runtime/default") == 0) {
		request.apparmor_count = 0;
		request.default_apparmor = annotation;
	} else if (c->requested != NULL)
		request.apparmor[0] =
			(struct request_profile){ text_of(c->requested), annotation };
	st = apparmor_choose(&question, arena, &notes, &answer, err);
	if (st == STATUS_OK)
		*ret_label = answer.text;
	return st;
}

START_TEST(chooses_the_label)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct choice_case *c = &choice_cases[_i];
	struct host host = { .kernel = SUPPORT_KERNEL,
			     .has_apparmor = true,
			     .apparmor_profiles = TEXT(LOADED) };
	struct text label = TEXT("untouched");
	struct error err = { 0 };
	enum status st = choose(&arena, c, &host, &label, &err);

	ASSERT_CASE((st == STATUS_OK) == (c->label != NULL), c->why, err);
	ASSERT_TEXT(label, c->label != NULL ? c->label : "untouched");
	if (c->label == NULL)
		ck_assert_str_eq(err.where[0] != '\0' ? err.where : err.what, c->where);
}
END_TEST

static const struct without_case {
	const char *why;
	struct host host;
	const char *policy, *named, *requested;
	const char *what; /* part of the refusal; NULL: it goes on without */
} without_cases[] = {
#define NO_APPARMOR { .kernel = SUPPORT_KERNEL }
#define NOT_ROOT { .kernel = SUPPORT_KERNEL, .has_apparmor = true, .apparmor_hidden = true }
#define NO_SECURITYFS { .kernel = SUPPORT_KERNEL, .has_apparmor = true }
	{ "nobody asks", NO_APPARMOR, NULL, NULL, NULL, NULL },
	{ "unconfined", NO_APPARMOR, NULL, "unconfined", NULL, NULL },
	{ "a named profile", NO_APPARMOR, NULL, "a", NULL, "this kernel has no AppArmor" },
	{ "a requested one", NO_APPARMOR, NULL, NULL, "a", "this kernel has no AppArmor" },
	{ "the default, by its name", NO_APPARMOR, NULL, NULL, "runtime/default",
	  "this kernel has no AppArmor" },
	{ "required", NO_APPARMOR, "{\"apparmor\":{\"required\":true}}", NULL, NULL,
	  "AppArmor is required by p, but this kernel has no AppArmor" },
	{ "required, no baseline", NO_APPARMOR,
	  "{\"apparmor\":{\"required\":true,\"baseline\":\"none\"}}", NULL, NULL, NULL },
	{ "audit asks too", NO_APPARMOR, "{\"mode\":\"audit\"}", NULL, "a",
	  "this kernel has no AppArmor" },
	{ "not root: nobody asks", NOT_ROOT, NULL, NULL, NULL, NULL },
	{ "not root: a requested one", NOT_ROOT, NULL, NULL, "a", "only root may see" },
	{ "not root: required", NOT_ROOT, "{\"apparmor\":{\"required\":true}}", NULL, NULL,
	  "only root may see" },
	{ "no securityfs", NO_SECURITYFS, NULL, NULL, NULL, "is securityfs mounted?" },
	{ "no securityfs, not required", NO_SECURITYFS, "{\"apparmor\":{\"required\":false}}", NULL,
	  NULL, NULL },
	{ "a kernel that cannot stack",
	  { .kernel = 4 << 16 | 12, .has_apparmor = true, .apparmor_profiles = { "", 0 } }, NULL,
	  NULL, "a", "cannot stack" },
	{ "and needs not",
	  { .kernel = 4 << 16 | 12, .has_apparmor = true, .apparmor_profiles = { "", 0 } }, NULL,
	  NULL, NULL, NULL },
};

START_TEST(makes_no_promise_that_the_kernel_cannot_keep)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct without_case *w = &without_cases[_i];
	struct choice_case c = { w->why, w->policy, w->named, w->requested, NULL, NULL, NULL };
	struct text label;
	struct error err = { 0 };
	enum status st = choose(&arena, &c, &w->host, &label, &err);

	ASSERT_CASE(st == (w->what == NULL ? STATUS_OK : STATUS_UNSUPPORTED), w->why, err);
	if (w->what != NULL)
		ck_assert_msg(strstr(err.what, w->what) != NULL, "%s: %s", w->why, err.what);
	else if (w->host.apparmor_profiles.ptr == NULL)
		ASSERT_TEXT(label, w->named != NULL ? w->named : "");
}
END_TEST

/* members: of the container's own label; the baseline comes on top. */
static const struct many_case {
	unsigned members;
	bool fits;
} many_cases[] = {
	{ APPARMOR_MEMBERS_MAX - 1, true },
	{ APPARMOR_MEMBERS_MAX, false },
	{ APPARMOR_MEMBERS_MAX + 1, false },
};

START_TEST(a_stack_has_an_end)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct buffer named = BUFFER_INIT(&arena), list = BUFFER_INIT(&arena);
	struct choice_case c = { .why = "many" };
	struct host host = { .kernel = SUPPORT_KERNEL, .has_apparmor = true };
	struct text label = TEXT("untouched");
	struct error err = { 0 };
	enum status st;

	buffer_add_str(&list, "oci-confine-default (enforce)\n");
	for (unsigned i = 0; i < many_cases[_i].members; i++) {
		buffer_add_str(&named, i > 0 ? "//&p" : "p");
		buffer_add_u64(&named, i);
		buffer_add_char(&list, 'p');
		buffer_add_u64(&list, i);
		buffer_add_str(&list, " (enforce)\n");
	}
	buffer_add_char(&named, '\0');
	c.named = named.ptr;
	host.apparmor_profiles = (struct text){ list.ptr, list.len };
	st = choose(&arena, &c, &host, &label, &err);
	if (many_cases[_i].fits) {
		ASSERT_CASE(st == STATUS_OK && text_starts_with(label, "oci-confine-default//&p0//&p1"),
			    c.named, err);
		return;
	}
	ASSERT_CASE(st == STATUS_INVALID, c.named, err);
	ck_assert_str_eq(err.what, "stacks more than 32 profiles");
	ASSERT_TEXT(label, "untouched");
}
END_TEST

START_TEST(reads_the_kernels_list)
{
	struct text list = TEXT(LOADED "last (enforce)"), mode;

	ASSERT_TEXT(apparmor_loaded_mode(list, TEXT("a")), "enforce");
	ASSERT_TEXT(apparmor_loaded_mode(list, TEXT("a b")), "complain");
	ASSERT_TEXT(apparmor_loaded_mode(list, TEXT("last")), "enforce");
	mode = apparmor_loaded_mode(list, TEXT("b"));
	ck_assert(mode.len == 0);
	ck_assert(apparmor_loaded_mode(list, TEXT("junk")).len == 0);
	ck_assert(apparmor_loaded_mode(list, TEXT("")).len == 0);
	ck_assert(apparmor_mode_enforces(TEXT("enforce")) && apparmor_mode_enforces(TEXT("kill")));
	ck_assert(!apparmor_mode_enforces(TEXT("complain")) &&
		  !apparmor_mode_enforces(TEXT("unconfined")) && !apparmor_mode_enforces(TEXT("")));
}
END_TEST

START_TEST(knows_what_confines)
{
	ck_assert(!apparmor_confines(TEXT("")) && !apparmor_confines(TEXT_NONE));
	ck_assert(!apparmor_confines(TEXT("unconfined")));
	ck_assert(apparmor_confines(TEXT("a")) && apparmor_confines(TEXT("a//&unconfined")));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("confine apparmor");
	TCase *tc = support_case(suite, "apparmor");

	tcase_add_loop_test(tc, knows_plain_names, 0, ARRAY_LEN(name_cases));
	tcase_add_test(tc, names_have_a_length);
	tcase_add_loop_test(tc, chooses_the_label, 0, ARRAY_LEN(choice_cases));
	tcase_add_loop_test(tc, makes_no_promise_that_the_kernel_cannot_keep, 0,
			    ARRAY_LEN(without_cases));
	tcase_add_loop_test(tc, a_stack_has_an_end, 0, ARRAY_LEN(many_cases));
	tcase_add_test(tc, reads_the_kernels_list);
	tcase_add_test(tc, knows_what_confines);
	return support_run(suite);
}
