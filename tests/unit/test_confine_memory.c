/* SPDX-License-Identifier: Apache-2.0 */
/* Every single allocation fails once: an error or a sound decision, never a crash. */
#include "support_confine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "confine/filter/filter.h"
#include "oci-spec/base/file.h"

/* The linker puts these in place of the arena's, see meson.build. 0: never fails. */
void *__real_arena_alloc(struct arena *arena, size_t size);
void *__wrap_arena_alloc(struct arena *arena, size_t size);
void *__real_arena_array(struct arena *arena, size_t count, size_t size);
void *__wrap_arena_array(struct arena *arena, size_t count, size_t size);
void *__real_arena_grow(struct arena *arena, void *ptr, size_t old_size, size_t new_size);
void *__wrap_arena_grow(struct arena *arena, void *ptr, size_t old_size, size_t new_size);

static unsigned long countdown, allocations;

static bool fails_now(void)
{
	allocations += countdown > 0 ? 1 : 0;
	return countdown > 0 && --countdown == 0;
}

void *__wrap_arena_alloc(struct arena *arena, size_t size)
{
	return fails_now() ? NULL : __real_arena_alloc(arena, size);
}

void *__wrap_arena_array(struct arena *arena, size_t count, size_t size)
{
	return fails_now() ? NULL : __real_arena_array(arena, count, size);
}

void *__wrap_arena_grow(struct arena *arena, void *ptr, size_t old_size, size_t new_size)
{
	return fails_now() ? NULL : __real_arena_grow(arena, ptr, old_size, new_size);
}

static const char config[] =
	"{\"process\":{\"apparmorProfile\":\"base\",\"capabilities\":{\"bounding\":[\"CAP_KILL\","
	"\"CAP_SYS_ADMIN\"]}},\"annotations\":{\"oci-confine.io/apparmor\":\"localhost/\\u0061\","
	"\"oci-confine.io/drop-capabilities\":\"SYS_ADMIN\"},\"linux\":{\"seccomp\":{"
	"\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_X86\"],\"syscalls\":["
	"{\"names\":[\"chmod\",\"socket\"],\"action\":\"SCMP_ACT_LOG\"},"
	"{\"names\":[\"nonsense\"],\"action\":\"SCMP_ACT_ALLOW\"},"
	"{\"names\":[\"clone\"],\"action\":\"SCMP_ACT_KILL\",\"args\":[{\"index\":0,\"value\":3,"
	"\"valueTwo\":1,\"op\":\"SCMP_CMP_MASKED_EQ\"},{\"index\":2,\"value\":7,\"op\":\"SCMP_CMP_GT\"}]},"
	"{\"names\":[\"personality\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":[{\"index\":0,\"value\":8,"
	"\"op\":\"SCMP_CMP_EQ\"}]}]}}}";

static const char policy[] = "{\"capabilities\":{\"drop\":[\"CAP_NET_RAW\"]}}";

/* Never looser, however little memory there was. */
static void check_decision(const struct confined *confined)
{
	static const uint64_t bad_clone[PROFILE_ARGS_MAX] = { 1, 0, 8 };
	static const uint64_t bad_personality[PROFILE_ARGS_MAX] = { 8 };
	const struct ruleset *seccomp = &confined->decision.seccomp;

	ck_assert(confined->decision.has_seccomp);
	ck_assert_uint_le(support_evaluate(seccomp, support_call("clone"), bad_clone).action,
			  ACTION_KILL_THREAD);
	ck_assert_uint_le(support_evaluate(seccomp, support_call("personality"), bad_personality).action,
			  ACTION_ERRNO);
	ck_assert_uint_le(support_evaluate(seccomp, support_call("chmod"), bad_clone).action, ACTION_LOG);
	ck_assert_uint_eq(confined->decision.privileges.capabilities.bounding, 1 << 5);
}

/* --- jobs, each done again and again, with one allocation more that works --- */

/* One run. The arena is its own; `dir` is empty but for what prepare() put there. */
struct run {
	struct arena *arena;
	const char *dir;
	struct error err;
};

struct job {
	const char *name;
	void (*prepare)(const struct run *run);
	enum status (*work)(struct run *run); /* only here allocations fail; calls start() */
	void (*check)(const struct run *run, enum status st);
	unsigned allocations_min; /* fewer would mean that nothing is tried */
};

static unsigned long next_failure; /* what start() arms */

/* Behind what belongs to the test itself. */
static void start(void)
{
	countdown = next_failure;
}

static struct confined *new_confined(struct run *run)
{
	return __real_arena_alloc(run->arena, sizeof(struct confined));
}

static int open_dir(const struct run *run)
{
	return open(run->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void prepare_nothing(const struct run *run)
{
	(void)run;
}

static enum status work_text(struct run *run)
{
	struct confine confine = support_confine(run->arena, policy);
	struct confined *confined = new_confined(run);
	enum status st;

	start();
	st = confine_text(&confine, text_of(config), "c", confined, &run->err);
	countdown = 0;
	if (st == STATUS_OK)
		check_decision(confined);
	return st;
}

static void check_nothing(const struct run *run, enum status st)
{
	(void)run;
	(void)st;
}

/* On disk: the old file, or a new one that can be read. */
static const char *check_file(const struct run *run, const char *name, const char *before,
			      enum status st)
{
	const char *now = support_read_file(run->arena, run->dir, name);
	struct error err = { 0 };
	struct json_doc doc;

	if (st != STATUS_OK) {
		ck_assert_str_eq(now, before);
		return now;
	}
	ck_assert_str_ne(now, before);
	ASSERT_OK(json_parse(run->arena, text_of(now), name, &container_limits, &doc, &err), err);
	return now;
}

static void prepare_bundle(const struct run *run)
{
	support_write_file(run->dir, "config.json", config);
}

static enum status work_bundle(struct run *run)
{
	struct confine confine = support_confine(run->arena, policy);
	struct confined *confined = new_confined(run);
	int fd = open_dir(run);
	enum status st;

	start();
	st = confine_bundle(&confine, fd, "config.json", "/b/config.json", confined, &run->err);
	countdown = 0;
	file_close(&fd);
	return st;
}

static void check_bundle(const struct run *run, enum status st)
{
	struct text now = text_of(check_file(run, "config.json", config, st));
	struct confine confine = support_confine(run->arena, policy);
	struct confined *again = __real_arena_alloc(run->arena, sizeof(*again));
	struct error err = { 0 };

	ck_assert_int_eq(support_count_entries(run->dir), 1);
	ASSERT_OK(confine_text(&confine, now, "c", again, &err), err);
	check_decision(again);
	if (st == STATUS_OK) /* it carries the decision */
		ck_assert(capability_sets_equal(&again->container.process.capabilities,
						&again->decision.privileges.capabilities));
}

static const char process[] = "{\"args\":[\"sh\"],\"cwd\":\"\\u002f\",\"capabilities\":{\"bounding\":["
			      "\"CAP_KILL\",\"CAP_SYS_ADMIN\"]},\"apparmorProfile\":\"base\"}";

static void prepare_process(const struct run *run)
{
	prepare_bundle(run);
	support_write_file(run->dir, "process.json", process);
}

static enum status work_process(struct run *run)
{
	struct confine confine = support_confine(run->arena, policy);
	struct confined *confined = new_confined(run);
	int fd = open_dir(run);
	char path[256];
	enum status st;

	(void)snprintf(path, sizeof(path), "%s/process.json", run->dir);
	start();
	st = confine_read_container(&confine, fd, "config.json", "c", confined, &run->err);
	if (st == STATUS_OK)
		st = confine_process_file(&confine, confined, path, &run->err);
	countdown = 0;
	file_close(&fd);
	return st;
}

static void check_process(const struct run *run, enum status st)
{
	(void)check_file(run, "process.json", process, st);
	ck_assert_int_eq(support_count_entries(run->dir), 2);
}

static const char docker[] =
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,\"archMap\":[{\"architecture\":"
	"\"SCMP_ARCH_X86_64\",\"subArchitectures\":[\"SCMP_ARCH_X86\"]},{\"architecture\":"
	"\"SCMP_ARCH_AARCH64\",\"subArchitectures\":[\"SCMP_ARCH_ARM\"]}],\"syscalls\":[{\"names\":["
	"\"read\",\"ioctl\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":1,\"value\":21522,\"op\":"
	"\"SCMP_CMP_NE\"}],\"includes\":{\"minKernel\":\"4.8\",\"caps\":[\"CAP_KILL\"]}}]}";

static void prepare_profile(const struct run *run)
{
	support_write_file(run->dir, "p.json", docker);
}

static enum status work_profile(struct run *run)
{
	struct profile profile;
	char path[256];
	enum status st;

	(void)snprintf(path, sizeof(path), "%s/p.json", run->dir);
	start();
	st = load_profile_file(path, run->arena, &profile, &run->err);
	countdown = 0;
	if (st == STATUS_OK)
		ck_assert_uint_eq(profile.rule_count, 1);
	return st;
}

/* Three profiles into one: whatever memory there was, no call is open that one of them denies. */
static enum status work_merge(struct run *run)
{
	static const char *const texts[] = {
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"clone\"],\"action\":"
		"\"SCMP_ACT_ERRNO\",\"args\":[{\"index\":0,\"value\":2114060288,\"op\":\"SCMP_CMP_MASKED_EQ\"}]}]}",
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"clone\",\"read\",\"socket\"],"
		"\"action\":\"SCMP_ACT_ALLOW\"}]}",
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"socket\"],\"action\":"
		"\"SCMP_ACT_KILL\",\"args\":[{\"index\":0,\"value\":40,\"op\":\"SCMP_CMP_GE\"}]},{\"names\":["
		"\"socket\"],\"action\":\"SCMP_ACT_LOG\",\"args\":[{\"index\":1,\"value\":3,\"op\":"
		"\"SCMP_CMP_LT\"}]}]}",
	};
	static const uint64_t points[][PROFILE_ARGS_MAX] = { { 0 }, { 40, 1 }, { 17, 2 }, { 0x7e020000 } };
	static const char *const calls[] = { "clone", "read", "socket", "chmod" };
	struct notes notes = { .count = 0 };
	struct ruleset list[3], merged;
	enum status st;

	for (size_t i = 0; i < 3; i++)
		list[i] = support_ruleset(run->arena, texts[i]);
	start();
	st = merge_profiles(list, 3, run->arena, &notes, &merged, &run->err);
	countdown = 0;
	for (size_t c = 0; c < 4 && st == STATUS_OK; c++) {
		unsigned call = support_call(calls[c]);

		for (size_t p = 0; p < 4; p++)
			ck_assert_uint_le(support_evaluate(&merged, call, points[p]).action,
					  support_strictest(list, 3, call, points[p]));
	}
	return st;
}

/* Made, judged and kept; what is kept is whole, as the next one that needs it finds. */
static enum status work_filter(struct run *run)
{
	static const char text[] =
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"chmod\"],\"action\":"
		"\"SCMP_ACT_ERRNO\",\"args\":[{\"index\":1,\"value\":7,\"op\":\"SCMP_CMP_EQ\"}]}]}";
	struct ruleset ruleset = support_ruleset(run->arena, text);
	char path[256];
	struct filter_options options = { .cache_dir = path };
	struct filter filter, again;
	struct error err = { 0 };
	enum status st;

	(void)snprintf(path, sizeof(path), "%s/cache", run->dir);
	start();
	st = filter_get(&ruleset, &options, run->arena, &filter, &run->err);
	countdown = 0;
	ASSERT_OK(filter_get(&ruleset, &options, run->arena, &again, &err), err);
	if (st == STATUS_OK) {
		ck_assert_uint_eq(filter.count, again.count);
		ck_assert_mem_eq(filter.code, again.code, filter.count * sizeof(*filter.code));
	}
	support_remove_dir(path);
	return st;
}

static const struct job jobs[] = {
	{ "the text of a config.json", prepare_nothing, work_text, check_nothing, 100 },
	{ "a bundle", prepare_bundle, work_bundle, check_bundle, 100 },
	{ "the process of an exec", prepare_process, work_process, check_process, 20 },
	{ "a profile's file", prepare_profile, work_profile, check_nothing, 4 },
	{ "a merge", prepare_nothing, work_merge, check_nothing, 10 },
	{ "a compiled filter", prepare_nothing, work_filter, check_nothing, 3 },
};

/* False when the run came to its end before that allocation. */
static bool try_once(const struct job *job, unsigned long at, unsigned long *failed)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	char *dir = support_temp_dir(&arena);
	struct run run = { &arena, dir, { 0 } };
	enum status st;
	bool came;

	job->prepare(&run);
	next_failure = at;
	allocations = 0;
	st = job->work(&run);
	came = allocations >= at;
	ck_assert_msg(st == STATUS_OK || (st == STATUS_SYSTEM && run.err.sys_errno == ENOMEM),
		      "%s, allocation %lu: %d %s", job->name, at, (int)st, run.err.what);
	ck_assert_msg(came || st == STATUS_OK, "%s: fails by itself", job->name);
	*failed += st != STATUS_OK ? 1 : 0;
	job->check(&run, st);
	support_remove_dir(dir);
	return came;
}

START_TEST(any_allocation_may_fail)
{
	const struct job *job = &jobs[_i];
	unsigned long at = 1, failed = 0;

	while (try_once(job, at, &failed))
		at++;
	ck_assert_msg(at > job->allocations_min, "%s: %lu allocations", job->name, at);
	ck_assert_msg(failed > job->allocations_min / 2, "%s: %lu failures", job->name, failed);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("confine memory");
	TCase *tc = support_case(suite, "memory");

	tcase_add_loop_test(tc, any_allocation_may_fail, 0, (int)(sizeof(jobs) / sizeof(jobs[0])));
	return support_run(suite);
}
