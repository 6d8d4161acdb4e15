/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <stdlib.h>
#include <unistd.h>

#include "shim/called_name.h"

static const struct name_case {
	const char *called, *base, *suffix;
	const char *name; /* NULL: none asked for; "!": refused */
} name_cases[] = {
	{ "/usr/local/bin/oci-confine-runtime", "oci-confine-runtime", "", NULL },
	{ "oci-confine-runtime", "oci-confine-runtime", "", NULL },
	{ "/b/oci-confine-runtime-strict", "oci-confine-runtime", "", "strict" },
	{ "/b/oci-confine-runtime-0", "oci-confine-runtime", "", "0" },
	{ "/b/oci-confine-runtime-a.b_c-D", "oci-confine-runtime", "", "a.b_c-D" },
	/* the name ends where the suffix begins, at the last place that it can */
	{ "/b/containerd-shim-confine-v2", "containerd-shim-confine", "-v2", NULL },
	{ "/b/containerd-shim-confine-strict-v2", "containerd-shim-confine", "-v2", "strict" },
	{ "/b/containerd-shim-confine-v2-v2", "containerd-shim-confine", "-v2", "v2" },
	{ "/b/containerd-shim-confine-a-v2-v2", "containerd-shim-confine", "-v2", "a-v2" },
	/* never another policy than the one meant, and never outside of its directory */
	{ "/b/oci-confine-runtime-", "oci-confine-runtime", "", "!" },
	{ "/b/oci-confine-runtime--a", "oci-confine-runtime", "", "!" },
	{ "/b/oci-confine-runtime-..", "oci-confine-runtime", "", "!" },
	{ "/b/oci-confine-runtime-a b", "oci-confine-runtime", "", "!" },
	{ "/b/oci-confine-runtime-a\n", "oci-confine-runtime", "", "!" },
	{ "/b/oci-confine-runtime-\xc3\xa4", "oci-confine-runtime", "", "!" },
	{ "/b/oci-confine-runtime.strict", "oci-confine-runtime", "", "!" },
	{ "/b/oci-confine-runtimestrict", "oci-confine-runtime", "", "!" },
	{ "/b/containerd-shim-confine", "containerd-shim-confine", "-v2", "!" },
	{ "/b/containerd-shim-confine--v2", "containerd-shim-confine", "-v2", "!" },
	{ "/b/containerd-shim-confine-v1", "containerd-shim-confine", "-v2", "!" },
	{ "/b/containerd-shim-confine-a-v20", "containerd-shim-confine", "-v2", "!" },
	{ "/b/containerd-shim-confinev2", "containerd-shim-confine", "-v2", "!" },
};

static void check_name(const struct name_case *c)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct error err = { 0 };
	const char *name = "untouched";
	enum status st = called_name(c->called, c->base, c->suffix, &arena, &name, &err);

	if (c->name != NULL && strcmp(c->name, "!") == 0) {
		ASSERT_CASE(st == STATUS_INVALID, c->called, err);
		return;
	}
	ASSERT_CASE(st == STATUS_OK, c->called, err);
	if (c->name == NULL)
		ck_assert_ptr_null(name);
	else
		ck_assert_str_eq(name, c->name);
}

START_TEST(name_is_taken_or_refused)
{
	check_name(&name_cases[_i]);
}
END_TEST

START_TEST(name_has_a_limit)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	char called[128] = "/b/oci-confine-runtime-";
	size_t start = strlen(called);
	struct error err = { 0 };
	const char *name;

	memset(called + start, 'a', 64);
	ASSERT_OK(called_name(called, "oci-confine-runtime", "", &arena, &name, &err), err);
	ck_assert_uint_eq(strlen(name), 64);
	called[start + 64] = 'a';
	ck_assert_int_eq(called_name(called, "oci-confine-runtime", "", &arena, &name, &err),
			 STATUS_INVALID);
}
END_TEST

static enum status through(const char *dir, const char *link, const char **ret_name,
			   struct arena *arena, struct error *err)
{
	struct buffer path = BUFFER_INIT(arena);

	buffer_add_str(&path, dir);
	buffer_add_char(&path, '/');
	buffer_add_str(&path, link);
	buffer_add_char(&path, '\0');
	return called_name(path.ptr, "oci-confine-runtime", "", arena, ret_name, err);
}

START_TEST(links_are_followed_to_the_name)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	char *dir = support_temp_dir(&arena);
	struct error err = { 0 };
	const char *name;

	ck_assert_int_eq(chdir(dir), 0);
	support_write_file(dir, "program", "");
	/* the program is elsewhere: only names are looked at */
	ck_assert_int_eq(symlink("../bin/oci-confine-runtime-strict", "runc"), 0);
	ck_assert_int_eq(symlink("/usr/bin/oci-confine-runtime", "plain"), 0);
	ck_assert_int_eq(symlink("runc", "twice"), 0);
	ck_assert_int_eq(symlink("program", "other"), 0);
	ck_assert_int_eq(symlink("round", "round"), 0);
	ASSERT_OK(through(dir, "runc", &name, &arena, &err), err);
	ck_assert_str_eq(name, "strict");
	ASSERT_OK(through(dir, "twice", &name, &arena, &err), err);
	ck_assert_str_eq(name, "strict");
	ASSERT_OK(called_name("twice", "oci-confine-runtime", "", &arena, &name, &err), err);
	ck_assert_str_eq(name, "strict");
	ASSERT_OK(through(dir, "plain", &name, &arena, &err), err);
	ck_assert_ptr_null(name);
	ASSERT_OK(through(dir, "other", &name, &arena, &err), err);
	ck_assert_ptr_null(name);
	ASSERT_OK(through(dir, "program", &name, &arena, &err), err);
	ck_assert_ptr_null(name);
	ck_assert_int_eq(through(dir, "round", &name, &arena, &err), STATUS_INVALID);
	/* what cannot be followed could have asked for a policy */
	ck_assert_int_eq(through(dir, "nothing", &name, &arena, &err), STATUS_SYSTEM);
	support_remove_dir(dir);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("shim/called_name");
	TCase *names = support_case(suite, "names");

	tcase_add_loop_test(names, name_is_taken_or_refused, 0, ARRAY_LEN(name_cases));
	tcase_add_test(names, name_has_a_limit);
	tcase_add_test(names, links_are_followed_to_the_name);
	return support_run(suite);
}
