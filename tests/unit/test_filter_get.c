/* SPDX-License-Identifier: Apache-2.0 */
/* filter.c, cache.c and stub.c: what filter_get() gives, and what it never believes. */
#include "support_confine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "confine/filter/cache.h"
#include "confine/filter/decided.h"
#include "confine/filter/filter.h"
#include "confine/seccomp/runtime_default.h"
#include "oci-spec/base/dir.h"
#include "oci-spec/base/file.h"
#include "oci-spec/base/fingerprint.h"
#include "oci-spec/base/store.h"

/* --- a cache of our own --- */

struct scratch {
	struct arena arena;
	char *root, dir[128];
	struct filter_options options;
	struct ruleset set;
};

static struct ruleset merged(struct arena *arena, const char *profile)
{
	struct ruleset input = support_ruleset(arena, profile), set = { .arches = 0 };
	struct notes notes = { .count = 0 };
	struct error err = { 0 };

	ASSERT_OK(merge_profiles(&input, 1, arena, &notes, &set, &err), err);
	return set;
}

#define SMALL                                                                                  \
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_X86_64\"],"      \
	"\"syscalls\":[{\"names\":[\"read\",\"write\",\"exit_group\"],\"action\":"             \
	"\"SCMP_ACT_ALLOW\"},{\"names\":[\"personality\"],\"action\":\"SCMP_ACT_ALLOW\","      \
	"\"args\":[{\"index\":0,\"value\":8,\"op\":\"SCMP_CMP_EQ\"}]}]}"

static void scratch_open(struct scratch *s)
{
	*s = (struct scratch){ .arena = ARENA_INIT };
	s->root = support_temp_dir(&s->arena);
	(void)snprintf(s->dir, sizeof(s->dir), "%s/filters", s->root);
	s->options.cache_dir = s->dir;
	s->set = merged(&s->arena, SMALL);
}

static void scratch_done(struct scratch *s)
{
	support_remove_dir(s->dir);
	support_remove_dir(s->root);
	arena_done(&s->arena);
}

static struct filter get(struct scratch *s)
{
	struct filter filter = { 0 };
	struct error err = { 0 };

	ASSERT_OK(filter_get(&s->set, &s->options, &s->arena, &filter, &err), err);
	return filter;
}

static struct text key_of(const struct ruleset *set, struct arena *arena)
{
	struct buffer profile = BUFFER_INIT(arena);
	struct text key = TEXT_NONE;
	struct error err = { 0 };

	ruleset_write(set, &profile);
	ASSERT_OK(filter_cache_key((struct text){ profile.ptr, profile.len }, arena, &key, &err),
		  err);
	return key;
}

static void entry_path(struct scratch *s, char *path, size_t size)
{
	struct fingerprint fingerprint = fingerprint_of(key_of(&s->set, &s->arena));
	char hex[FINGERPRINT_HEX_SIZE];

	fingerprint_hex(&fingerprint, hex);
	(void)snprintf(path, size, "%s/%s", s->dir, hex);
}

static bool same_code(const struct filter *a, const struct filter *b)
{
	return a->count == b->count && a->flags == b->flags &&
	       memcmp(a->code, b->code, a->count * sizeof(a->code[0])) == 0;
}

START_TEST(makes_once_and_keeps)
{
	AUTO(scratch_done) struct scratch s;
	struct filter made, kept;

	scratch_open(&s);
	made = get(&s);
	kept = get(&s);
	ck_assert(!made.was_cached);
	ck_assert(kept.was_cached);
	ck_assert(same_code(&made, &kept));
	ck_assert(!made.needs_listener);
	/* as runc and crun do without a list of flags */
	ck_assert_uint_eq(made.flags, SECCOMP_FILTER_FLAG_SPEC_ALLOW);
	s.options.cache_dir = NULL;
	made = get(&s);
	ck_assert(!made.was_cached);
	ck_assert(same_code(&made, &kept));
}
END_TEST

START_TEST(needs_no_directory)
{
	AUTO(scratch_done) struct scratch s;
	struct filter filter;

	scratch_open(&s);
	/* a file in its way, a link, a directory that others can write */
	support_write_file(s.root, "filters", "");
	filter = get(&s);
	ck_assert(!filter.was_cached && filter.count > 0);
	ck_assert_int_eq(unlink(s.dir), 0);
	ck_assert_int_eq(symlink(".", s.dir), 0);
	filter = get(&s);
	ck_assert(!filter.was_cached && filter.count > 0);
	ck_assert_int_eq(unlink(s.dir), 0);
	ck_assert_int_eq(mkdir(s.dir, 0700), 0);
	ck_assert_int_eq(chmod(s.dir, 0777), 0);
	filter = get(&s);
	filter = get(&s);
	ck_assert(!filter.was_cached && filter.count > 0);
}
END_TEST

/* --- what is not believed --- */

static void flip(const char *path, off_t at)
{
	int fd = open(path, O_RDWR);
	char byte;

	ck_assert(fd >= 0 && pread(fd, &byte, 1, at) == 1);
	byte = (char)(byte ^ 1);
	ck_assert(pwrite(fd, &byte, 1, at) == 1);
	(void)close(fd);
}

static off_t size_of(const char *path)
{
	struct stat about;

	ck_assert_int_eq(stat(path, &about), 0);
	return about.st_size;
}

static void flip_magic(struct scratch *s, const char *path)
{
	(void)s;
	flip(path, 0);
}

/* where the entry's parts are: store.c, struct header */
static void flip_key(struct scratch *s, const char *path)
{
	(void)s;
	flip(path, 48 + 100);
}

static void flip_fingerprint(struct scratch *s, const char *path)
{
	(void)s;
	flip(path, 32);
}

static void flip_code(struct scratch *s, const char *path)
{
	(void)s;
	flip(path, size_of(path) - 20);
}

static void cut(struct scratch *s, const char *path)
{
	(void)s;
	ck_assert_int_eq(truncate(path, size_of(path) - 8), 0);
}

static void empty(struct scratch *s, const char *path)
{
	(void)s;
	ck_assert_int_eq(truncate(path, 0), 0);
}

static void lengthen(struct scratch *s, const char *path)
{
	(void)s;
	ck_assert_int_eq(truncate(path, 1 << 20), 0);
}

static void let_others_write(struct scratch *s, const char *path)
{
	(void)s;
	ck_assert_int_eq(chmod(path, 0602), 0);
}

static void give_away(struct scratch *s, const char *path)
{
	(void)s;
	/* only root can; for others this is one damage less */
	ck_assert(geteuid() != 0 || chown(path, 1, 1) == 0);
	if (geteuid() != 0)
		flip(path, 0);
}

static void replace_by_link(struct scratch *s, const char *path)
{
	char other[300];

	(void)snprintf(other, sizeof(other), "%s/other", s->dir);
	ck_assert_int_eq(rename(path, other), 0);
	ck_assert_int_eq(symlink("other", path), 0);
}

static void replace_by_fifo(struct scratch *s, const char *path)
{
	(void)s;
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
}

/* Whole entries under the right key, with what no kernel takes in them. */
static void put(struct scratch *s, const void *bytes, size_t len)
{
	struct error err = { 0 };
	int fd = -1;

	ASSERT_OK(dir_open_own(s->dir, &fd, &err), err);
	ck_assert(store_put(fd, key_of(&s->set, &s->arena), (struct text){ bytes, len }));
	(void)close(fd);
}

static void put_nothing(struct scratch *s, const char *path)
{
	(void)path;
	put(s, "", 0);
}

static void put_half_an_instruction(struct scratch *s, const char *path)
{
	const struct sock_filter code[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };

	(void)path;
	put(s, code, 4);
}

static void put_without_end(struct scratch *s, const char *path)
{
	const struct sock_filter code[] = { BPF_STMT(BPF_LD | BPF_IMM, 0) };

	(void)path;
	put(s, code, sizeof(code));
}

static void put_wild_jump(struct scratch *s, const char *path)
{
	const struct sock_filter code[] = { BPF_STMT(BPF_JMP | BPF_JA, UINT32_MAX),
					    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };

	(void)path;
	put(s, code, sizeof(code));
}

/* Another profile's entry, whole and sound, under the name of this one's. */
static void put_foreign_entry(struct scratch *s, const char *path)
{
	struct ruleset mine = s->set;
	char foreign[300];

	s->set = merged(&s->arena, "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}");
	(void)get(s);
	entry_path(s, foreign, sizeof(foreign));
	s->set = mine;
	ck_assert_int_eq(rename(foreign, path), 0);
}

static const struct damage {
	const char *name;
	void (*make)(struct scratch *s, const char *path);
} damages[] = {
	{ "magic", flip_magic },
	{ "key", flip_key },
	{ "fingerprint", flip_fingerprint },
	{ "code", flip_code },
	{ "cut", cut },
	{ "empty", empty },
	{ "too long", lengthen },
	{ "writable by others", let_others_write },
	{ "another owner", give_away },
	{ "link", replace_by_link },
	{ "fifo", replace_by_fifo },
	{ "no instruction", put_nothing },
	{ "half an instruction", put_half_an_instruction },
	{ "runs past its end", put_without_end },
	{ "jumps out of itself", put_wild_jump },
	{ "another profile's", put_foreign_entry },
};

START_TEST(believes_no_damaged_entry)
{
	const struct damage *d = &damages[_i];
	AUTO(scratch_done) struct scratch s;
	struct filter made, again;
	char path[300];

	scratch_open(&s);
	made = get(&s);
	entry_path(&s, path, sizeof(path));
	d->make(&s, path);
	again = get(&s);
	ck_assert_msg(!again.was_cached && same_code(&made, &again), "%s", d->name);
	again = get(&s);
	ck_assert_msg(again.was_cached && same_code(&made, &again), "%s: not made anew", d->name);
}
END_TEST

START_TEST(keeps_what_differs_apart)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct ruleset set = merged(&arena, SMALL);
	struct text before = key_of(&set, &arena), now = key_of(&set, &arena);

	ck_assert(text_equal(before, now));
	set.arches |= ARCH_BIT(ARCH_X86);
	now = key_of(&set, &arena);
	ck_assert(!text_equal(before, now));
	before = now;
	set.flags_given = true;
	now = key_of(&set, &arena);
	ck_assert(!text_equal(before, now));
	before = now;
	set.flags = FLAG_LOG;
	now = key_of(&set, &arena);
	ck_assert(!text_equal(before, now));
}
END_TEST

/* --- many at once --- */

#define WRITERS 64

START_TEST(many_writers_do_no_harm)
{
	AUTO(scratch_done) struct scratch s;
	struct filter made;
	pid_t pids[WRITERS];

	scratch_open(&s);
	s.options.cache_dir = NULL;
	made = get(&s);
	s.options.cache_dir = s.dir;
	for (unsigned i = 0; i < WRITERS; i++) {
		pids[i] = fork();
		ck_assert_int_ge(pids[i], 0);
		if (pids[i] == 0) {
			bool same = true;

			for (unsigned n = 0; n < 20 && same; n++) {
				struct filter mine = { 0 };
				struct error err = { 0 };

				same = filter_get(&s.set, &s.options, &s.arena, &mine, &err) ==
					       STATUS_OK &&
				       same_code(&made, &mine);
			}
			_exit(same ? 0 : 1);
		}
	}
	for (unsigned i = 0; i < WRITERS; i++) {
		int status;

		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	ck_assert_int_eq(support_count_entries(s.dir), 1);
	ck_assert(get(&s).was_cached);
}
END_TEST

/* --- what is in it --- */

static answer_t answer_to(const struct filter *filter, uint32_t arch, uint32_t number, uint64_t arg)
{
	struct seccomp_data data = { .nr = (int)number, .arch = arch, .args = { arg } };
	struct bpf bpf = { filter->code, filter->count };
	answer_t answer = 0;

	ck_assert(bpf_run(&bpf, &data, &answer));
	return answer;
}

#define X86_ALL "\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"],"
#define READ_ONLY "\"syscalls\":[{\"names\":[\"read\",\"close\"],\"action\":\"SCMP_ACT_ALLOW\"}]}"
#define EPERM_ANSWER (SECCOMP_RET_ERRNO | EPERM)
#define ENOSYS_ANSWER (SECCOMP_RET_ERRNO | ENOSYS)

/* read and close are 0 and 3 on x86_64 and x32, 3 and 6 on x86. */
static const struct boundary_case {
	const char *name, *profile;
	uint32_t arch, number;
	answer_t answer;
} boundary_cases[] = {
#define CASE(n, default, arches, arch, nr, answer)                                             \
	{ n, "{\"defaultAction\":\"" default "\"," arches READ_ONLY, arch, nr, answer }
	CASE("named", "SCMP_ACT_ERRNO", X86_ALL, AUDIT_ARCH_X86_64, 3, SECCOMP_RET_ALLOW),
	CASE("below", "SCMP_ACT_ERRNO", X86_ALL, AUDIT_ARCH_X86_64, 1, EPERM_ANSWER),
	CASE("above", "SCMP_ACT_ERRNO", X86_ALL, AUDIT_ARCH_X86_64, 4, ENOSYS_ANSWER),
	CASE("far above", "SCMP_ACT_ERRNO", X86_ALL, AUDIT_ARCH_X86_64, 9999, ENOSYS_ANSWER),
	CASE("below on x86", "SCMP_ACT_ERRNO", X86_ALL, AUDIT_ARCH_I386, 4, EPERM_ANSWER),
	CASE("above on x86", "SCMP_ACT_ERRNO", X86_ALL, AUDIT_ARCH_I386, 7, ENOSYS_ANSWER),
	CASE("named on x32", "SCMP_ACT_ERRNO", X86_ALL, AUDIT_ARCH_X86_64, X32_CALL_BIT | 3,
	     SECCOMP_RET_ALLOW),
	CASE("above on x32", "SCMP_ACT_ERRNO", X86_ALL, AUDIT_ARCH_X86_64, X32_CALL_BIT | 4,
	     ENOSYS_ANSWER),
	CASE("x32 not listed", "SCMP_ACT_ERRNO", "", AUDIT_ARCH_X86_64, X32_CALL_BIT | 4,
	     SECCOMP_RET_KILL_THREAD),
	CASE("x86 not listed", "SCMP_ACT_ERRNO", "", AUDIT_ARCH_I386, 7, SECCOMP_RET_KILL_THREAD),
	CASE("another machine's", "SCMP_ACT_ERRNO", X86_ALL, AUDIT_ARCH_AARCH64, 3,
	     SECCOMP_RET_KILL_THREAD),
	CASE("deadly default, below", "SCMP_ACT_KILL_PROCESS", "", AUDIT_ARCH_X86_64, 1,
	     SECCOMP_RET_KILL_PROCESS),
	CASE("deadly default, above", "SCMP_ACT_KILL_PROCESS", "", AUDIT_ARCH_X86_64, 4,
	     ENOSYS_ANSWER),
	CASE("default that allows", "SCMP_ACT_LOG", "", AUDIT_ARCH_X86_64, 4, SECCOMP_RET_LOG),
#undef CASE
};

START_TEST(keeps_the_boundary_as_runc_does)
{
	const struct boundary_case *c = &boundary_cases[_i];
	AUTO(scratch_done) struct scratch s;
	struct filter filter;
	answer_t answer;

	scratch_open(&s);
	s.set = merged(&s.arena, c->profile);
	filter = get(&s);
	answer = answer_to(&filter, c->arch, c->number, 0);
	ck_assert_msg(answer == c->answer, "%s: %#x", c->name, answer);
}
END_TEST

START_TEST(says_what_goes_with_it)
{
	AUTO(scratch_done) struct scratch s;
	struct filter filter;

	scratch_open(&s);
	s.set = merged(&s.arena,
		       "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"],"
		       "\"listenerPath\":\"/l\",\"syscalls\":[{\"names\":[\"mkdir\"],\"action\":"
		       "\"SCMP_ACT_NOTIFY\"}]}");
	filter = get(&s);
	ck_assert_uint_eq(filter.flags, SECCOMP_FILTER_FLAG_LOG);
	ck_assert(filter.needs_listener);
	filter = get(&s);
	ck_assert(filter.was_cached && filter.needs_listener);
	ck_assert_uint_eq(filter.flags, SECCOMP_FILTER_FLAG_LOG);
}
END_TEST

/*
 * Rules that libseccomp makes something looser of, handed over without the merge that would have
 * put them otherwise: the check finds it, and nothing is kept.
 */
START_TEST(refuses_what_libseccomp_makes_looser)
{
	AUTO(scratch_done) struct scratch s;
	struct filter filter;
	struct error err = { 0 };

	scratch_open(&s);
	s.set = support_ruleset(
		&s.arena,
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"personality\"],"
		"\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":4294967296,\"op\":"
		"\"SCMP_CMP_GE\"}]},{\"names\":[\"personality\"],\"action\":\"SCMP_ACT_ALLOW\","
		"\"args\":[{\"index\":0,\"value\":16,\"op\":\"SCMP_CMP_LE\"}]},"
		"{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"}]}");
	ck_assert_int_eq(filter_get(&s.set, &s.options, &s.arena, &filter, &err),
			 STATUS_UNSUPPORTED);
	ck_assert_msg(strstr(err.what, "looser than the profile: x86_64 personality(0x") != NULL,
		      "%s", err.what);
	ck_assert_msg(strstr(err.what, ": the kernel would allow it, decided: errno 1") != NULL, "%s",
		      err.what);
	ck_assert_int_eq(support_count_entries(s.dir), 0);
}
END_TEST

/* All but `value` in the third argument, bit by bit, and three conditions that name it. */
static const char *bits_and_conditions(struct arena *arena, uint64_t value, bool bits_first)
{
	static const char three[] =
		"{\"names\":[\"prctl\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":16,"
		"\"op\":\"SCMP_CMP_EQ\"},{\"index\":1,\"value\":41,\"op\":\"SCMP_CMP_EQ\"},{\"index\":2,"
		"\"value\":8,\"op\":\"SCMP_CMP_EQ\"}]}";
	struct buffer out = BUFFER_INIT(arena);

	buffer_add_str(&out, "{\"defaultAction\":\"SCMP_ACT_KILL_THREAD\",\"architectures\":["
			     "\"SCMP_ARCH_X86_64\"],\"syscalls\":[");
	buffer_add_str(&out, bits_first ? "" : three);
	for (unsigned bit = 0; bit < 64; bit++) {
		uint64_t mask = UINT64_MAX << bit;

		buffer_add_str(&out, bit > 0 || !bits_first ? "," : "");
		buffer_add_str(&out, "{\"names\":[\"prctl\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":"
				     "[{\"index\":2,\"op\":\"SCMP_CMP_MASKED_EQ\",\"value\":");
		buffer_add_u64(&out, mask);
		buffer_add_str(&out, ",\"valueTwo\":");
		buffer_add_u64(&out, (value & mask) ^ (UINT64_C(1) << bit));
		buffer_add_str(&out, "}]}");
	}
	buffer_add_str(&out, bits_first ? "," : "");
	buffer_add_str(&out, bits_first ? three : "");
	buffer_add_str(&out, "]}");
	buffer_add_char(&out, '\0');
	ck_assert(!out.failed);
	return out.ptr;
}

/* As people write it; merged, it is the bits. */
#define NOT_8                                                                                  \
	"{\"defaultAction\":\"SCMP_ACT_KILL_THREAD\",\"architectures\":[\"SCMP_ARCH_X86_64\"],"   \
	"\"syscalls\":[{\"names\":[\"prctl\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":[{\"index\":2,"  \
	"\"value\":8,\"op\":\"SCMP_CMP_NE\"}]},{\"names\":[\"prctl\"],\"action\":\"SCMP_ACT_ALLOW\"," \
	"\"args\":[{\"index\":0,\"value\":16,\"op\":\"SCMP_CMP_EQ\"},{\"index\":1,\"value\":41,"      \
	"\"op\":\"SCMP_CMP_EQ\"}]}]}"

/* Every runtime compiles it again for every exec, and nobody waits a minute for that. */
START_TEST(no_order_of_rules_keeps_libseccomp_for_ever)
{
	struct scratch s;
	clock_t start;

	scratch_open(&s);
	s.options.cache_dir = NULL;
	s.set = merged(&s.arena, _i == 2 ? NOT_8 : bits_and_conditions(&s.arena, 8, _i == 0));
	ck_assert_uint_gt(ruleset_place(&s.set, NULL), 60); /* they are all still there */
	start = clock();
	(void)get(&s);
	ck_assert_int_lt((clock() - start) / CLOCKS_PER_SEC, 1);
	ck_assert_int_eq(rmdir(s.root), 0);
	arena_done(&s.arena);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("filter get");
	TCase *tc = support_case(suite, "get");

	tcase_add_test(tc, makes_once_and_keeps);
	tcase_add_test(tc, needs_no_directory);
	tcase_add_loop_test(tc, believes_no_damaged_entry, 0, ARRAY_LEN(damages));
	tcase_add_test(tc, keeps_what_differs_apart);
	tcase_add_test(tc, many_writers_do_no_harm);
	tcase_add_loop_test(tc, keeps_the_boundary_as_runc_does, 0, ARRAY_LEN(boundary_cases));
	tcase_add_test(tc, says_what_goes_with_it);
	tcase_add_test(tc, refuses_what_libseccomp_makes_looser);
	tcase_add_loop_test(tc, no_order_of_rules_keeps_libseccomp_for_ever, 0, 3);
	return support_run(suite);
}
