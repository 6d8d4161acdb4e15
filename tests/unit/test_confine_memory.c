/* SPDX-License-Identifier: Apache-2.0 */
/* Every single allocation fails once: an error or a sound decision, never a crash. */
#include "support_confine.h"

#include <errno.h>
#include <string.h>

/* The linker puts these in place of the arena's, see meson.build. 0: never fails. */
void *__real_arena_alloc(struct arena *arena, size_t size);
void *__wrap_arena_alloc(struct arena *arena, size_t size);
void *__real_arena_array(struct arena *arena, size_t count, size_t size);
void *__wrap_arena_array(struct arena *arena, size_t count, size_t size);
void *__real_arena_grow(struct arena *arena, void *ptr, size_t old_size, size_t new_size);
void *__wrap_arena_grow(struct arena *arena, void *ptr, size_t old_size, size_t new_size);

static unsigned long countdown;

static bool fails_now(void)
{
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

START_TEST(any_allocation_may_fail)
{
	unsigned long at = 0, failed = 0;
	bool done = false;

	while (!done) {
		AUTO(arena_done) struct arena arena = ARENA_INIT;
		struct confine confine = support_confine(&arena, policy);
		struct confined *confined = __real_arena_alloc(&arena, sizeof(*confined));
		struct error err = { 0 };
		enum status st;

		countdown = ++at;
		st = confine_text(&confine, text_of(config), "c", confined, &err);
		done = countdown > 0; /* it did not come to that one */
		countdown = 0;
		ck_assert_msg(st == STATUS_OK || (st == STATUS_SYSTEM && err.sys_errno == ENOMEM),
			      "allocation %lu: %d %s", at, (int)st, err.what);
		failed += st != STATUS_OK ? 1 : 0;
		if (st == STATUS_OK)
			check_decision(confined);
	}
	ck_assert_uint_gt(at, 100);
	ck_assert_uint_gt(failed, 50);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("confine memory");
	TCase *tc = support_case(suite, "memory");

	tcase_add_test(tc, any_allocation_may_fail);
	return support_run(suite);
}
