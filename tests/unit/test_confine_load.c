/* SPDX-License-Identifier: Apache-2.0 */
#include "support_confine.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "confine/load.h"

#define PROFILE "{\"defaultAction\":\"SCMP_ACT_LOG\"}"

struct place {
	struct arena arena;
	char *dir; /* the profile root is root/ in it */
	char root[128];
	struct policy policy;
};

static void place_init(struct place *p)
{
	char path[256];

	*p = (struct place){ .dir = NULL };
	p->dir = support_temp_dir(&p->arena);
	(void)snprintf(p->root, sizeof(p->root), "%s/root", p->dir);
	ck_assert_int_eq(mkdir(p->root, 0755), 0);
	(void)snprintf(path, sizeof(path), "%s/sub", p->root);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	support_write_file(path, "deep.json", PROFILE);
	support_write_file(p->dir, "outside.json", PROFILE);
	support_write_file(p->root, "good.json", PROFILE);
	ck_assert_int_eq(chdir(p->root), 0);
	ck_assert_int_eq(symlink("good.json", "link.json"), 0);
	ck_assert_int_eq(symlink("sub", "linkdir"), 0);
	ck_assert_int_eq(symlink("/", "slash"), 0);
	ck_assert_int_eq(mkfifo("fifo.json", 0644), 0);
	support_write_file(p->root, "open.json", PROFILE);
	ck_assert_int_eq(chmod("open.json", 0666), 0);
	support_write_file(p->root, "group.json", PROFILE);
	ck_assert_int_eq(chmod("group.json", 0664), 0);
	support_write_file(p->root, "cut.json", "{\"defaultAction\":\"SCMP");
	support_write_file(p->root, "bad.json", "{\"defaultAction\":\"SCMP_ACT_NO\"}");
	support_write_file(p->root, "twice.json", "{\"flags\":[],\"flags\":[]}");
	support_write_file(p->root, "old.json",
			   "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"name\":\"chmod\","
			   "\"action\":\"SCMP_ACT_ERRNO\"}]}");
	support_write_file(p->root, "foreign.json", PROFILE);
	if (geteuid() == 0)
		ck_assert_int_eq(chown("foreign.json", 4242, 0), 0);
	ck_assert_int_eq(chdir("/"), 0);
	policy_init(&p->policy);
	p->policy.profile_root = text_of(p->root);
}

static void place_done(struct place *p)
{
	support_remove_dir(p->dir);
	arena_done(&p->arena);
}

static enum status load(struct place *p, const char *name, struct loaded_profiles *ret_profiles,
			struct error *err)
{
	struct request request = { .seccomp_count = 0 };

	if (name != NULL)
		request.seccomp[request.seccomp_count++] =
			(struct request_profile){ text_of(name), support_json(&p->arena, "{}") };
	return load_profiles(&p->policy, &request, &p->arena, ret_profiles, err);
}

static const struct load_case {
	const char *name;
	enum status want;
	const char *where, *what;
} load_cases[] = {
	{ "good.json", STATUS_OK, "", "" },
	{ "sub/deep.json", STATUS_OK, "", "" },
	{ "old.json", STATUS_OK, "", "" },
	{ "missing.json", STATUS_SYSTEM, "", "cannot open" },
	{ "link.json", STATUS_INVALID, "", "symbolic link" },
	{ "linkdir/deep.json", STATUS_INVALID, "", "symbolic link" },
	{ "slash/etc/passwd", STATUS_INVALID, "", "symbolic link" },
	{ "../outside.json", STATUS_INVALID, "", "leaves its directory" },
	{ "sub/../../outside.json", STATUS_INVALID, "", "leaves its directory" },
	{ "/etc/passwd", STATUS_INVALID, "", "leaves its directory" },
	{ "fifo.json", STATUS_INVALID, "", "is not a regular file" },
	{ "sub", STATUS_INVALID, "", "is not a regular file" },
	{ "open.json", STATUS_INVALID, "", "is writable by group or others (mode 0666)" },
	{ "group.json", STATUS_INVALID, "", "is writable by group or others (mode 0664)" },
	{ "cut.json", STATUS_INVALID, "", "ends in the middle" },
	{ "bad.json", STATUS_INVALID, "defaultAction", "unknown action 'SCMP_ACT_NO'" },
	{ "twice.json", STATUS_INVALID, "flags", "this key stands twice" },
};

START_TEST(loads_sound_files_beneath_the_root_only)
{
	const struct load_case *c = &load_cases[_i];
	struct loaded_profiles *profiles;
	struct error err = { 0 };
	struct place p;
	char file[256];
	enum status st;

	place_init(&p);
	profiles = arena_alloc(&p.arena, sizeof(*profiles));
	st = load(&p, c->name, profiles, &err);
	ASSERT_CASE(st == c->want, c->name, err);
	if (st == STATUS_OK) {
		ck_assert_uint_eq(profiles->requested_count, 1);
	} else {
		(void)snprintf(file, sizeof(file), "%s/%s", p.root, c->name);
		ck_assert_str_eq(err.file, file);
		ck_assert_str_eq(err.where, c->where);
		ASSERT_CASE(strstr(err.what, c->what) != NULL, c->name, err);
	}
	place_done(&p);
}
END_TEST

START_TEST(foreign_files_are_not_loaded)
{
	struct loaded_profiles *profiles;
	struct error err = { 0 };
	struct place p;

	place_init(&p);
	profiles = arena_alloc(&p.arena, sizeof(*profiles));
	if (geteuid() == 0) {
		ck_assert_int_eq(load(&p, "foreign.json", profiles, &err), STATUS_INVALID);
		ck_assert_str_eq(err.what, "is owned by uid 4242, must be root's");
	}
	place_done(&p);
}
END_TEST

START_TEST(the_root_itself_must_be_sound)
{
	struct loaded_profiles *profiles;
	struct error err = { 0 };
	struct place p;

	place_init(&p);
	profiles = arena_alloc(&p.arena, sizeof(*profiles));
	ck_assert_int_eq(chmod(p.root, 0777), 0);
	ck_assert_int_eq(load(&p, "good.json", profiles, &err), STATUS_INVALID);
	ck_assert_str_eq(err.file, p.root);
	/* nobody asks for a profile: then nobody looks */
	ASSERT_OK(load(&p, NULL, profiles, &err), err);
	p.policy.profile_root = TEXT("/nowhere/at/all");
	ASSERT_OK(load(&p, NULL, profiles, &err), err);
	ck_assert_int_eq(load(&p, "good.json", profiles, &err), STATUS_SYSTEM);
	ck_assert_str_eq(err.file, "/nowhere/at/all");
	ck_assert_int_eq(err.sys_errno, ENOENT);
	place_done(&p);
}
END_TEST

START_TEST(a_baseline_file_is_held_to_the_same)
{
	struct loaded_profiles *profiles;
	struct error err = { 0 };
	struct place p;
	char path[256];

	place_init(&p);
	profiles = arena_alloc(&p.arena, sizeof(*profiles));
	p.policy.baseline = BASELINE_FILE;
	(void)snprintf(path, sizeof(path), "%s/good.json", p.root);
	p.policy.baseline_file = text_of(path);
	ASSERT_OK(load(&p, NULL, profiles, &err), err);
	ck_assert_uint_eq(profiles->baseline.default_verdict.action, ACTION_LOG);
	(void)snprintf(path, sizeof(path), "%s/open.json", p.root);
	p.policy.baseline_file = text_of(path);
	ck_assert_int_eq(load(&p, NULL, profiles, &err), STATUS_INVALID);
	(void)snprintf(path, sizeof(path), "%s/link.json", p.root);
	p.policy.baseline_file = text_of(path);
	ck_assert_int_eq(load(&p, NULL, profiles, &err), STATUS_INVALID);
	(void)snprintf(path, sizeof(path), "%s/missing.json", p.root);
	p.policy.baseline_file = text_of(path);
	ck_assert_int_eq(load(&p, NULL, profiles, &err), STATUS_SYSTEM);
	ck_assert_str_eq(err.file, path);
	place_done(&p);
}
END_TEST

START_TEST(too_large_a_profile_is_refused)
{
	struct loaded_profiles *profiles;
	struct error err = { 0 };
	struct place p;
	char *big;

	place_init(&p);
	profiles = arena_alloc(&p.arena, sizeof(*profiles));
	big = arena_alloc(&p.arena, PROFILE_BYTES_MAX + 2);
	memset(big, ' ', PROFILE_BYTES_MAX + 1);
	memcpy(big, PROFILE, strlen(PROFILE));
	support_write_file(p.root, "big.json", big);
	ck_assert_int_eq(load(&p, "big.json", profiles, &err), STATUS_INVALID);
	ck_assert_ptr_nonnull(strstr(err.what, "is larger than"));
	big[PROFILE_BYTES_MAX] = '\0';
	support_write_file(p.root, "big.json", big);
	ASSERT_OK(load(&p, "big.json", profiles, &err), err);
	place_done(&p);
}
END_TEST

/* Loads "a.json" and "b.json" for one pod. */
static enum status load_two(struct place *p, struct loaded_profiles *ret_profiles,
			    struct error *err)
{
	static const char *const names[] = { "a.json", "b.json" };
	struct request request = { .seccomp_count = 0 };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		request.seccomp[request.seccomp_count++] = (struct request_profile){
			text_of(names[i]), support_json(&p->arena, "{}")
		};
	*err = (struct error){ 0 };
	return load_profiles(&p->policy, &request, &p->arena, ret_profiles, err);
}

static void write_padded(struct place *p, const char *name, size_t bytes)
{
	char *text = arena_alloc(&p->arena, bytes + 1);

	memset(text, ' ', bytes);
	memcpy(text, PROFILE, strlen(PROFILE));
	support_write_file(p->root, name, text);
}

static void write_rules(struct place *p, const char *name, size_t rules, size_t names)
{
	struct buffer text = BUFFER_INIT(&p->arena);

	buffer_add_str(&text, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[");
	for (size_t r = 0; r < rules; r++) {
		buffer_add_str(&text, r == 0 ? "{\"action\":\"SCMP_ACT_LOG\",\"names\":["
					     : ",{\"action\":\"SCMP_ACT_LOG\",\"names\":[");
		for (size_t n = 0; n < names; n++)
			buffer_add_str(&text, n == 0 ? "\"bpf\"" : ",\"bpf\"");
		buffer_add_str(&text, "]}");
	}
	buffer_add_str(&text, "]}");
	buffer_add_char(&text, '\0');
	support_write_file(p->root, name, text.ptr);
}

START_TEST(all_together_may_be_as_large_as_one)
{
	struct loaded_profiles *profiles;
	struct error err = { 0 };
	struct place p;
	char second[256];

	place_init(&p);
	(void)snprintf(second, sizeof(second), "%s/b.json", p.root);
	profiles = arena_alloc(&p.arena, sizeof(*profiles));

	write_padded(&p, "a.json", PROFILE_BYTES_MAX / 2);
	write_padded(&p, "b.json", PROFILE_BYTES_MAX / 2);
	ASSERT_OK(load_two(&p, profiles, &err), err);
	ck_assert_uint_eq(profiles->requested_count, 2);
	write_padded(&p, "b.json", PROFILE_BYTES_MAX / 2 + 1);
	ck_assert_int_eq(load_two(&p, profiles, &err), STATUS_INVALID);
	ck_assert_str_eq(err.file, second);
	ck_assert_str_eq(err.what, "with this one the profiles that the annotations name have "
				   "1048577 bytes together, at most 1048576 are read");

	write_rules(&p, "a.json", PROFILE_RULES_MAX - 2, 1);
	write_rules(&p, "b.json", 2, 1);
	ASSERT_OK(load_two(&p, profiles, &err), err);
	write_rules(&p, "b.json", 3, 1);
	ck_assert_int_eq(load_two(&p, profiles, &err), STATUS_INVALID);
	ck_assert_str_eq(err.file, second);
	ck_assert_ptr_nonnull(strstr(err.what, "have 16385 rules together"));

	write_rules(&p, "a.json", 2, PROFILE_NAMES_MAX / 2 - 1);
	write_rules(&p, "b.json", 1, 2);
	ASSERT_OK(load_two(&p, profiles, &err), err);
	write_rules(&p, "b.json", 1, 3);
	ck_assert_int_eq(load_two(&p, profiles, &err), STATUS_INVALID);
	ck_assert_str_eq(err.file, second);
	ck_assert_ptr_nonnull(strstr(err.what, "have 65537 names together"));
	place_done(&p);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("confine load");
	TCase *tc = support_case(suite, "load");

	tcase_add_loop_test(tc, loads_sound_files_beneath_the_root_only, 0, ARRAY_LEN(load_cases));
	tcase_add_test(tc, foreign_files_are_not_loaded);
	tcase_add_test(tc, the_root_itself_must_be_sound);
	tcase_add_test(tc, a_baseline_file_is_held_to_the_same);
	tcase_add_test(tc, too_large_a_profile_is_refused);
	tcase_add_test(tc, all_together_may_be_as_large_as_one);
	return support_run(suite);
}
