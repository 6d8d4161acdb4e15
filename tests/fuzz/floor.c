/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/floor.h"

#include <inttypes.h>
#include <stdio.h>

#include "confine/seccomp/evaluate.h"
#include "confine/seccomp/merge.h"
#include "tests/diff/calls.h"
#include "tests/diff/points.h"
#include "tests/diff/random_profile.h"
#include "tests/fuzz/fuzz.h"

#define POINTS_PER_CALL 24

static const struct ruleset_context context = { .bounding = 0xa80425fb, .kernel = 6 << 16 | 1 };

struct contest {
	struct arena *arena;
	const struct calls *calls;
	const struct profile *const *profiles;
	struct walker inputs[FLOOR_PROFILES_MAX];
	size_t count;
	struct ruleset decided;
	struct text text; /* the same, written */
	struct walker written;
};

static struct walker walk(const struct profile *profile, struct arena *arena)
{
	struct walker_host host = { context.bounding, context.kernel };
	struct walker walker;

	fuzz_require(walker_init(&walker, profile, &host, arena));
	return walker;
}

/* False: refused, with a reason. */
static bool merge(struct contest *contest, const struct profile *const *profiles, size_t count)
{
	struct ruleset list[FLOOR_PROFILES_MAX];
	struct notes notes = { .count = 0 };
	struct error err = { 0 };
	enum status st = STATUS_OK;

	for (size_t i = 0; i < count && st == STATUS_OK; i++)
		st = ruleset_resolve(profiles[i], &context, contest->arena, &notes, &list[i], &err);
	if (st == STATUS_OK)
		st = merge_profiles(list, count, contest->arena, &notes, &contest->decided, &err);
	fuzz_check_notes(&notes);
	if (st != STATUS_OK)
		fuzz_check_error(st, &err, false);
	return st == STATUS_OK;
}

static struct text written(const struct ruleset *ruleset, struct arena *arena)
{
	struct buffer out = BUFFER_INIT(arena);

	ruleset_write(ruleset, &out);
	fuzz_require(!out.failed);
	return (struct text){ out.ptr, out.len };
}

/* What is written reads and writes again as the same bytes. */
static void read_again(struct contest *contest)
{
	struct notes notes = { .count = 0 };
	struct error err = { 0 };
	struct profile *profile;
	struct ruleset again;

	contest->text = written(&contest->decided, contest->arena);
	if (profile_from_text(contest->text, PROFILE_IN_CONFIG, contest->arena, &profile, &err) !=
		    STATUS_OK ||
	    ruleset_resolve(profile, &context, contest->arena, &notes, &again, &err) != STATUS_OK)
		fuzz_found(err.where, 0, err.what);
	fuzz_require(text_equal(written(&again, contest->arena), contest->text));
	contest->written = walk(profile, contest->arena);
}

static _Noreturn void looser(const struct contest *contest, const struct call *call,
			     const struct point *point, answer_t want, answer_t found)
{
	for (size_t i = 0; i < contest->count; i++) {
		struct buffer out = BUFFER_INIT(contest->arena);

		profile_print(contest->profiles[i], &out);
		(void)fprintf(stderr, "%.*s\n", (int)out.len, out.ptr);
	}
	(void)fprintf(stderr, "merged: %.*s\n%s %s(", (int)contest->text.len, contest->text.ptr,
		      arch_name(call->arch), call->name);
	for (unsigned i = 0; i < PROFILE_ARGS_MAX; i++)
		(void)fprintf(stderr, "0x%" PRIx64 "%s", point->args[i], i < 5 ? ", " : "): ");
	(void)fprintf(stderr, "%s, merged %s\n", answer_name(want), answer_name(found));
	fuzz_found(__FILE__, __LINE__, "looser than one of the inputs");
}

static void judge(const struct contest *contest, const struct call *call, const struct point *point)
{
	bool listed = (contest->decided.arches & ARCH_BIT(call->arch)) != 0;
	answer_t found[2];
	size_t judges = 1;
	unsigned number;

	found[0] = walker_ask(&contest->written, call->arch, call->name, point->args).answer;
	if (listed && syscall_find(text_of(call->name), &number))
		found[judges++] =
			answer_of(ruleset_evaluate(&contest->decided, number, point->args,
						   arch_is_32bit(call->arch), NULL));
	for (size_t i = 0; i < contest->count; i++) {
		answer_t want =
			walker_ask(&contest->inputs[i], call->arch, call->name, point->args).answer;

		/* an architecture that is not listed: KILL_THREAD, as good as KILL_PROCESS */
		for (size_t j = 0; j < judges && listed; j++) {
			if (answer_is_stricter(want, found[j]))
				looser(contest, call, point, want, found[j]);
		}
		fuzz_require(listed || !answer_is_stricter(SECCOMP_RET_KILL_THREAD, found[0]));
	}
}

/* socketcall and ipc: what they mean is libseccomp's business, tests/diff judges it. */
static bool is_multiplexer(const struct call *call)
{
	return call->arch == ARCH_X86 && walker_single_call(call->name, 1) != NULL;
}

static void judge_call(const struct contest *contest, const struct call *call, struct points *points,
		       struct prng *prng)
{
	const struct walker *walkers[FLOOR_PROFILES_MAX];
	static const struct point any = { { 1, 2, 3, 4, 5, 6 } };
	bool has_conditions = false;

	for (size_t i = 0; i < contest->count; i++) {
		const struct walker_entry *rules;
		size_t count;

		walkers[i] = &contest->inputs[i];
		rules = walker_rules(walkers[i], text_of(call->name), &count);
		for (size_t r = 0; r < count; r++)
			has_conditions = has_conditions || rules[r].rule->arg_count > 0;
	}
	if (!has_conditions) {
		judge(contest, call, &any);
		return;
	}
	walker_points(points, walkers, contest->count, call->name, POINTS_PER_CALL, prng);
	for (size_t p = 0; p < points->count; p++)
		judge(contest, call, &points->list[p]);
}

/* libseccomp's names and numbers, asked for once. */
static const struct calls *all_calls(void)
{
	static struct arena arena = ARENA_INIT;
	static struct calls calls;

	if (calls.count == 0)
		fuzz_require(calls_init(&calls, &arena));
	return &calls;
}

void floor_check(const struct profile *const *profiles, size_t count, struct arena *arena)
{
	struct contest *contest = arena_alloc(arena, sizeof(*contest));
	struct points *points = arena_alloc(arena, sizeof(*points));
	struct prng prng = { 1 };

	fuzz_require(contest != NULL && points != NULL && count <= FLOOR_PROFILES_MAX);
	contest->arena = arena;
	contest->count = count;
	contest->profiles = profiles;
	if (!merge(contest, profiles, count))
		return;
	read_again(contest);
	contest->calls = all_calls();
	for (size_t i = 0; i < count; i++)
		contest->inputs[i] = walk(profiles[i], arena);
	for (size_t i = 0; i < contest->calls->count; i++) {
		if (!is_multiplexer(&contest->calls->list[i]))
			judge_call(contest, &contest->calls->list[i], points, &prng);
	}
}
