/* SPDX-License-Identifier: Apache-2.0 */
/* source.c, includes.c and peers.c: the text of a profile on its way to the compiler. */
#include "support_confine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "confine/apparmor/choose.h"
#include "confine/apparmor/includes.h"
#include "confine/apparmor/peers.h"
#include "confine/apparmor/source.h"

#define P "{p,p//&**,**//&p,**//&p//&**}"
#define X "{x.p,x.p//&**,**//&x.p,**//&x.p//&**}"

static const struct form_case {
	const char *why, *text;
	const char *enforce; /* NULL: as it was */
	const char *audit;   /* NULL: refused */
} form_cases[] = {
	{ "nothing to change", "profile p {\n  file,\n}\n", NULL, "profile x.p {\n  file,\n}\n" },
	{ "its own name as peer", "profile p { signal peer=p, }", "profile p { signal peer=" P ", }",
	  "profile x.p { signal peer=" X ", }" },
	{ "by the variable", "profile p { signal (send) peer=@{profile_name},ptrace peer=\"p\", }",
	  "profile p { signal (send) peer=" P ",ptrace peer=" P ", }",
	  "profile x.p { signal (send) peer=" X ",ptrace peer=" X ", }" },
	{ "others stay others", "profile p { signal peer=pp, signal peer=unconfined, }", NULL,
	  "profile x.p { signal peer=pp, signal peer=unconfined, }" },
	{ "not a list of conditions", "profile p { unix peer=(label=@{profile_name}), }", NULL,
	  "profile x.p { unix peer=(label=@{profile_name}), }" },
	{ "deny is enforced in complain mode too", "profile p { deny /** w, }", NULL,
	  "profile x.p { audit deny /** w, }" },
	{ "with nothing between", "profile p {deny /a w,deny /b w,}", NULL,
	  "profile x.p {audit deny /a w,audit deny /b w,}" },
	{ "unless it is logged already", "profile p { audit deny /a w, audit\n\tdeny /b w, }", NULL,
	  "profile x.p { audit deny /a w, audit\n\tdeny /b w, }" },
	{ "only the word", "profile p { /deny r, /x/deny r, \"/deny deny\" r, /{a,deny,b} r, denyx r, }",
	  NULL, "profile x.p { /deny r, /x/deny r, \"/deny deny\" r, /{a,deny,b} r, denyx r, }" },
	{ "not in comments", "# profile p deny\nprofile p { # deny peer=p\n file, }", NULL,
	  "# profile p deny\nprofile x.p { # deny peer=p\n file, }" },
	{ "a quoted name, once", "profile \"p\" /usr/bin/q { } # profile p", NULL,
	  "profile x.p /usr/bin/q { } # profile p" },
	{ "flags stay", "profile p flags=(attach_disconnected) { }", NULL,
	  "profile x.p flags=(attach_disconnected) { }" },
	{ "a child profile keeps its name", "profile p { profile p { deny /x w, } }", NULL,
	  "profile x.p { profile p { audit deny /x w, } }" },
	{ "another profile", "profile q { }", NULL, NULL },
	{ "unfinished", "profile p { \"", NULL, "profile x.p { \"" },
	{ "nothing", "", NULL, NULL },
};

START_TEST(gives_the_text_its_form)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct form_case *c = &form_cases[_i];
	struct apparmor_source source = { .name = TEXT("p"), .base = TEXT("p") };
	struct text form = TEXT("untouched");
	struct error err = { 0 };

	ASSERT_OK(apparmor_source_form(&source, text_of(c->text), &arena, &form, &err), err);
	ASSERT_TEXT(form, c->enforce != NULL ? c->enforce : c->text);
	source.name = TEXT("x.p");
	source.audit = true;
	ASSERT_CASE((apparmor_source_form(&source, text_of(c->text), &arena, &form, &err) ==
		     STATUS_OK) == (c->audit != NULL),
		    c->why, err);
	if (c->audit != NULL)
		ASSERT_TEXT(form, c->audit);
	else
		ck_assert_int_eq(err.status, STATUS_UNSUPPORTED);
}
END_TEST

static const struct peer_case {
	const char *text;
	bool signals;
} peer_cases[] = {
	{ "profile p { signal, }", true },
	{ "profile p { file, signal peer=" P ", }", true },
	{ "profile p {\n  signal (send,receive) peer={p,p//&**},\n}", true },
	{ "profile p { signal (send) peer=**, }", true },
	{ "profile p { allow signal, }", true },
	{ "profile p { signal peer=p, }", false },
	{ "profile p { signal (receive) peer=unconfined, }", false },
	{ "profile p { signal (receive), }", false },
	{ "profile p { signal (send,receive) set=(\"exists\"), }", false },
	{ "profile p { deny signal, }", false },
	{ "profile p { # signal,\n file, }", false },
	{ "profile p { file, network, /{signal,x} r, }", false },
	{ "", false },
	{ "signal", true },
};

START_TEST(knows_who_cannot_signal_in_a_stack)
{
	const struct peer_case *c = &peer_cases[_i];

	ck_assert_msg(apparmor_text_signals_in_stack(text_of(c->text)) == c->signals, "%s", c->text);
}
END_TEST

/* A file in the profile root, what is wrong with it, and the error. */
static const struct file_case {
	const char *name; /* that is asked for */
	mode_t mode, dir_mode;
	const char *link; /* instead of a file */
	enum status want;
	const char *what;
} file_cases[] = {
	{ "p", 0644, 0755, NULL, STATUS_OK, "" },
	{ "q", 0644, 0755, NULL, STATUS_UNSUPPORTED, "'q' is not loaded, and there is no such file" },
	{ "p", 0664, 0755, NULL, STATUS_INVALID, "writable by group or others" },
	{ "p", 0644, 0777, NULL, STATUS_INVALID, "writable by group or others" },
	{ "p", 0644, 0755, "elsewhere", STATUS_INVALID, "symbolic link" },
	{ "oci-confine-default", 0644, 0755, NULL, STATUS_OK, "" },
	{ "oci-confine-audit.p", 0644, 0755, NULL, STATUS_OK, "" },
	{ "oci-confine-audit.q", 0644, 0755, NULL, STATUS_UNSUPPORTED, "'q' is not loaded" },
};

START_TEST(reads_texts_that_are_the_administrators)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct file_case *c = &file_cases[_i];
	char *dir = support_temp_dir(&arena), path[4200];
	struct policy policy;
	struct apparmor_source source = { .file = NULL };
	struct error err = { 0 };
	enum status st;

	policy_init(&policy);
	policy.apparmor.profile_root = text_of(dir);
	(void)snprintf(path, sizeof(path), "%s/p", dir);
	if (c->link != NULL)
		ck_assert_int_eq(symlink(c->link, path), 0);
	else
		support_write_file(dir, "p", "profile p { }\n");
	ck_assert(c->link != NULL || chmod(path, c->mode) == 0);
	ck_assert_int_eq(chmod(dir, c->dir_mode), 0);
	st = apparmor_source_read(text_of(c->name), &policy, &arena, &source, &err);
	ASSERT_CASE(st == c->want, c->name, err);
	if (st == STATUS_OK) {
		ASSERT_TEXT(source.name, c->name);
		ck_assert(source.audit == text_starts_with(text_of(c->name), APPARMOR_AUDIT_PREFIX));
		ck_assert_uint_gt(source.text.len, 10);
	} else {
		ck_assert_msg(strstr(err.what, c->what) != NULL, "%s", err.what);
	}
	(void)chmod(dir, 0700);
	support_remove_dir(dir);
}
END_TEST

START_TEST(finds_what_a_text_includes)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct apparmor_includes *includes = arena_alloc(&arena, sizeof(*includes));
	struct buffer many = BUFFER_INIT(&arena);

	ck_assert(apparmor_includes_find(TEXT("##included <a/b>\nx ##included <c>\n"
					      "  ##included \"/d\" \n##included <a/b>\n#included <e>"),
					 includes));
	ck_assert_uint_eq(includes->count, 2);
	ASSERT_TEXT(includes->names[0], "a/b");
	ASSERT_TEXT(includes->names[1], "/d");
	ck_assert(!apparmor_includes_find(TEXT("##included <>\n"), includes));
	for (unsigned i = 0; i <= APPARMOR_INCLUDES_MAX; i++) {
		buffer_add_str(&many, "##included <");
		buffer_add_u64(&many, i);
		buffer_add_str(&many, ">\n");
	}
	ck_assert(!apparmor_includes_find((struct text){ many.ptr, many.len }, includes));
}
END_TEST

/* Each step must change the stamp of what is included. */
START_TEST(notices_every_change_of_an_include)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct apparmor_includes *includes = arena_alloc(&arena, sizeof(*includes));
	char *dir = support_temp_dir(&arena), file[4200], absent[4200], in_dir[4300];
	struct fingerprint before, now;

	(void)snprintf(file, sizeof(file), "%s/file", dir);
	(void)snprintf(absent, sizeof(absent), "%s/d", dir);
	(void)snprintf(in_dir, sizeof(in_dir), "%s/x", absent);
	support_write_file(dir, "file", "one");
	includes->count = 2;
	includes->names[0] = text_of(file);
	includes->names[1] = text_of(absent);
	ck_assert(apparmor_includes_stamp(includes, &before));
	ck_assert(apparmor_includes_stamp(includes, &now) && fingerprint_equal(&before, &now));

	support_write_file(dir, "file", "other");
	ck_assert(apparmor_includes_stamp(includes, &now) && !fingerprint_equal(&before, &now));
	before = now;
	ck_assert_int_eq(chmod(file, 0600), 0);
	ck_assert(apparmor_includes_stamp(includes, &now) && !fingerprint_equal(&before, &now));
	before = now;
	ck_assert_int_eq(mkdir(absent, 0755), 0);
	ck_assert(apparmor_includes_stamp(includes, &now) && !fingerprint_equal(&before, &now));
	before = now;
	support_write_file(absent, "x", "new");
	ck_assert(apparmor_includes_stamp(includes, &now) && !fingerprint_equal(&before, &now));
	before = now;
	support_write_file(absent, "x", "newer");
	ck_assert(apparmor_includes_stamp(includes, &now) && !fingerprint_equal(&before, &now));
	ck_assert_int_eq(unlink(in_dir), 0);
	ck_assert_int_eq(rmdir(absent), 0);
	support_remove_dir(dir);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("confine apparmor source");
	TCase *tc = support_case(suite, "source");

	tcase_add_loop_test(tc, gives_the_text_its_form, 0, ARRAY_LEN(form_cases));
	tcase_add_loop_test(tc, knows_who_cannot_signal_in_a_stack, 0, ARRAY_LEN(peer_cases));
	tcase_add_loop_test(tc, reads_texts_that_are_the_administrators, 0, ARRAY_LEN(file_cases));
	tcase_add_test(tc, finds_what_a_text_includes);
	tcase_add_test(tc, notices_every_change_of_an_include);
	return support_run(suite);
}
