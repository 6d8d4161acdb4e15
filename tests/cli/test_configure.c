/* SPDX-License-Identifier: Apache-2.0 */
/* The edit of containerd's config.toml, and what is read of its dump. */
#include "tests/unit/support.h"

#include <stdlib.h>

#include "cli/configure_dump.h"
#include "cli/configure_imports.h"

static const struct edit_case {
	const char *before, *inherited, *after; /* after NULL: refused */
} edit_cases[] = {
	{ "", "", "imports = [\"/p\"] # added by oci-confine configure\n" },
	{ "version = 2\n", "",
	  "imports = [\"/p\"] # added by oci-confine configure\nversion = 2\n" },
	{ "# mine\nversion = 2", "",
	  "# mine\nimports = [\"/p\"] # added by oci-confine configure\nversion = 2" },
	{ "version = 2\r\n[a]\r\n", "",
	  "imports = [\"/p\"] # added by oci-confine configure\nversion = 2\r\n[a]\r\n" },
	{ "imports = []", "", "imports = [\"/p\"] # oci-confine configure; before: imports = []" },
	{ "x = 1\n  imports =[ ] \r\ny = 2\n", "",
	  "x = 1\nimports = [\"/p\"] # oci-confine configure; before:   imports =[ ] \r\ny = 2\n" },
	{ "imports = [\"/a\", '/b',]\n", "/not/used",
	  "imports = [\"/a\", '/b', \"/p\"] # oci-confine configure; before: imports = [\"/a\", '/b',]\n" },
	/* what containerd imports of itself must not get lost by our line */
	{ "version = 3\n", "'/etc/containerd/conf.d/*.toml'",
	  "imports = ['/etc/containerd/conf.d/*.toml', \"/p\"] # added by oci-confine configure\n"
	  "version = 3\n" },
	/* not a key of the top: behind a table, or another one */
	{ "[a]\nimports = [\"x\"]\n", "",
	  "imports = [\"/p\"] # added by oci-confine configure\n[a]\nimports = [\"x\"]\n" },
	{ "importsx = []\n#imports = []\n", "",
	  "imports = [\"/p\"] # added by oci-confine configure\nimportsx = []\n#imports = []\n" },
	{ "imports = [\n\"a\"]\n", "", NULL },
	{ "imports = [] # all\n", "", NULL },
	{ "imports = \"a\"\n", "", NULL },
	{ "imports =\n", "", NULL },
};

START_TEST(edit_is_one_line_and_can_be_undone)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct edit_case *c = &edit_cases[_i];
	struct text before = text_of(c->before), after, undone;
	struct error err = { 0 };
	bool found;
	enum status st = imports_add(before, "/p", text_of(c->inherited), &arena, &after, &err);

	if (c->after == NULL) {
		ASSERT_CASE(st == STATUS_UNSUPPORTED, c->before, err);
		return;
	}
	ASSERT_CASE(st == STATUS_OK, c->before, err);
	ASSERT_TEXT(after, c->after);
	ASSERT_OK(imports_undo(after, &arena, &undone, &found, &err), err);
	ck_assert(found);
	ASSERT_TEXT(undone, c->before);
	ASSERT_OK(imports_undo(before, &arena, &undone, &found, &err), err);
	ck_assert(!found);
	ASSERT_TEXT(undone, c->before);
}
END_TEST

static const struct version_case {
	const char *config;
	unsigned version;
} version_cases[] = {
	{ "", 0 },
	{ "version = 2", 2 },
	{ "# x\n\n  version=3 # new\n", 3 },
	{ "version = 2\r\n", 2 },
	{ "[a]\nversion = 2\n", 0 },
	{ "versions = 2\n", 0 },
	{ "version = 12\n", 0 },
	{ "version = \"2\"\n", 0 },
};

START_TEST(version_is_read)
{
	ck_assert_uint_eq(imports_version(text_of(version_cases[_i].config)), version_cases[_i].version);
}
END_TEST

static const char dump[] = "version = 2\n"
			   "imports = [\"/x\"]\n"
			   "[plugins]\n"
			   "  [plugins.cri]\n"
			   "    a = \"1\"\n"
			   "\n"
			   "    [plugins.cri.containerd]\n"
			   "      default_runtime_name = \"runc\"\n"
			   "      [plugins.cri.containerd.runtimes.runc]\n"
			   "        a = 2\n"
			   "        url = \"b = c\"\n"
			   "  [plugins.crib]\n"
			   "    a = 3\n";

START_TEST(dump_is_read_by_table)
{
	struct text d = text_of(dump);

	ASSERT_TEXT(dump_value(d, "plugins.cri", "a"), "\"1\"");
	ASSERT_TEXT(dump_value(d, "plugins.cri.containerd.runtimes.runc", "a"), "2");
	ASSERT_TEXT(dump_value(d, "plugins.cri.containerd.runtimes.runc", "url"), "\"b = c\"");
	ck_assert_ptr_null(dump_value(d, "plugins.cri.containerd", "a").ptr);
	ck_assert_ptr_null(dump_value(d, "plugins.none", "a").ptr);
	ck_assert(dump_has_table(d, "plugins.cri.containerd.runtimes"));
	ck_assert(!dump_has_table(d, "plugins.cri.containerd.runtimes.run"));
	ck_assert_int_eq(strncmp(dump_tables(d, "plugins.cri").ptr, "  [plugins.cri]\n", 16), 0);
	ck_assert_uint_eq(dump_tables(d, "plugins.cri").len,
			  (size_t)(strstr(dump, "  [plugins.crib]") - strstr(dump, "  [plugins.cri]")));
	ASSERT_TEXT(dump_tables(d, "plugins.crib"), "  [plugins.crib]\n    a = 3\n");
}
END_TEST

static const struct change_case {
	const char *old, *new; /* a piece of the dump and what stands in its place */
	const char *line;      /* NULL: no more than the handler */
} change_cases[] = {
	{ "imports = [\"/x\"]", "imports = [\"/x\", \"/y\"]", NULL },
	{ "name = \"runc\"", "name = \"ours\"", NULL },
	{ "  [plugins.crib]", "      [plugins.cri.containerd.runtimes.ours]\n a = 4\n\n"
			      "[plugins.cri.containerd.runtimes.ours.options]\n b = 5\n  [plugins.crib]",
	  NULL },
	{ "a = 2", "a = 4", "a = 4" },
	{ "a = 2", "", "url = \"b = c\"" },
	{ "  [plugins.crib]\n    a = 3\n", "", "[plugins.crib]" },
	{ "  [plugins.crib]", "[plugins.cri.containerd.runtimes.oursx]\n  [plugins.crib]",
	  "[plugins.cri.containerd.runtimes.oursx]" },
};

START_TEST(other_changes_are_seen)
{
	const struct change_case *c = &change_cases[_i];
	const char *at = strstr(dump, c->old);
	char changed[1024];
	struct text line;
	bool same;

	ck_assert_ptr_nonnull(at);
	(void)snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - dump), dump, c->new,
		       at + strlen(c->old));
	same = dump_same_but_for_handler(text_of(dump), text_of(changed),
					 "plugins.cri.containerd.runtimes.ours", &line);
	ck_assert_int_eq(same, c->line == NULL);
	if (c->line != NULL)
		ASSERT_TEXT(line, c->line);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cli/configure");
	TCase *imports = support_case(suite, "imports"), *dumps = support_case(suite, "dump");

	tcase_add_loop_test(imports, edit_is_one_line_and_can_be_undone, 0, ARRAY_LEN(edit_cases));
	tcase_add_loop_test(imports, version_is_read, 0, ARRAY_LEN(version_cases));
	tcase_add_test(dumps, dump_is_read_by_table);
	tcase_add_loop_test(dumps, other_changes_are_seen, 0, ARRAY_LEN(change_cases));
	return support_run(suite);
}
