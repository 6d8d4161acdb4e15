/* SPDX-License-Identifier: Apache-2.0 */
#include "support_confine.h"

#include <linux/capability.h>
#include <string.h>

#include "confine/capabilities.h"

static const struct restrict_case {
	const char *name;
	struct capability_sets before; /* bounding, effective, inheritable, permitted, ambient */
	uint64_t ceiling;
	struct capability_sets after;
} restrict_cases[] = {
	{ "nothing taken", { 7, 7, 0, 7, 0 }, 7, { 7, 7, 0, 7, 0 } },
	{ "never adds", { 1, 0, 0, 1, 0 }, UINT64_MAX, { 1, 0, 0, 1, 0 } },
	{ "all taken", { 7, 7, 7, 7, 7 }, 0, { 0, 0, 0, 0, 0 } },
	{ "from every set", { 7, 7, 7, 7, 7 }, 5, { 5, 5, 5, 5, 5 } },
	{ "permitted within bounding", { 1, 3, 0, 3, 0 }, 7, { 1, 1, 0, 1, 0 } },
	{ "effective within permitted", { 7, 7, 0, 1, 0 }, 7, { 7, 1, 0, 1, 0 } },
	{ "ambient within permitted", { 7, 1, 7, 1, 7 }, 7, { 7, 1, 1, 1, 1 } },
	{ "ambient within inheritable", { 7, 7, 2, 7, 7 }, 7, { 7, 7, 2, 7, 2 } },
	{ "inheritable as ambient needs it", { 7, 7, 7, 7, 0 }, 7, { 7, 7, 0, 7, 0 } },
	{ "no bounding, nothing", { 0, 7, 7, 7, 7 }, 7, { 0, 0, 0, 0, 0 } },
	{ "highest bit", { UINT64_MAX, 0, 0, 0, 0 }, (uint64_t)1 << 63, { (uint64_t)1 << 63, 0, 0, 0, 0 } },
};

START_TEST(restricts)
{
	const struct restrict_case *c = &restrict_cases[_i];
	struct capability_sets sets = c->before;

	capabilities_restrict(&sets, c->ceiling);
	ck_assert_msg(capability_sets_equal(&sets, &c->after), "%s", c->name);
	capabilities_restrict(&sets, c->ceiling);
	ck_assert_msg(capability_sets_equal(&sets, &c->after), "%s: again", c->name);
}
END_TEST

/* Every combination of the five sets over two capabilities, and every ceiling. */
START_TEST(only_shrinks_and_is_consistent)
{
	for (unsigned n = 0; n < 1 << 12; n++) {
		struct capability_sets was = { n & 3, n >> 2 & 3, n >> 4 & 3, n >> 6 & 3, n >> 8 & 3 };
		struct capability_sets is = was;
		uint64_t ceiling = n >> 10 & 3;

		capabilities_restrict(&is, ceiling);
		ck_assert_uint_eq(is.bounding, was.bounding & ceiling);
		ck_assert_uint_eq(is.permitted & ~(was.permitted & is.bounding), 0);
		ck_assert_uint_eq(is.effective & ~(was.effective & is.permitted), 0);
		ck_assert_uint_eq(is.ambient & ~(was.ambient & is.permitted), 0);
		ck_assert_uint_eq(is.inheritable & ~was.inheritable, 0);
		ck_assert_uint_eq(is.inheritable, is.ambient);
	}
}
END_TEST

static const char *const sets[] = { "bounding", "effective", "inheritable", "permitted", "ambient" };

START_TEST(refuses_what_the_kernel_does_not_know)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct host old = { .capabilities = CAPABILITY_BIT(CAP_AUDIT_READ + 1) - 1 };
	struct host new = { .capabilities = SUPPORT_CAPS };
	struct process process;
	struct error err = { 0 };
	char json[256];

	(void)snprintf(json, sizeof(json),
		       "{\"capabilities\":{\"%s\":[\"CAP_KILL\",\"CAP_BPF\",\"CAP_PERFMON\"]}}", sets[_i]);
	ASSERT_OK(process_parse(support_json(&arena, json), &process, &err), err);
	ASSERT_OK(capabilities_check_known(&process, &new, &err), err);
	ck_assert_int_eq(capabilities_check_known(&process, &old, &err), STATUS_INVALID);
	ck_assert_str_eq(err.where, "capabilities");
	ck_assert_str_eq(err.what, "this kernel does not know CAP_PERFMON");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("confine capabilities");
	TCase *tc = support_case(suite, "capabilities");

	tcase_add_loop_test(tc, restricts, 0, ARRAY_LEN(restrict_cases));
	tcase_add_test(tc, only_shrinks_and_is_consistent);
	tcase_add_loop_test(tc, refuses_what_the_kernel_does_not_know, 0, ARRAY_LEN(sets));
	return support_run(suite);
}
