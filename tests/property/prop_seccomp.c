/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Properties of the merge, by the rule walker alone: no libseccomp, no kernel.
 *
 *   prop_seccomp [--rounds N] [--seed S] [--first I]
 *
 *   meaning      walker(merge(A, B)) is the strictest of walker(A) and walker(B), or stricter
 *                with a note
 *   again        merge(floor, merge(floor, A)) is the same text as merge(floor, A)
 *   order        merge(B, A) has the actions of merge(A, B); the errno may differ
 *   alone        merge(A) means what A means, or is stricter with a note
 *   identity     what is written reads and writes again as the same bytes
 */
#include <inttypes.h>
#include <stdlib.h>

#include "tests/diff/calls.h"
#include "tests/diff/excuse.h"
#include "tests/diff/points.h"
#include "tests/diff/random_profile.h"
#include "tests/diff/reduce.h"
#include "tests/property/merged.h"

#define POINTS_PER_CALL 80
#define SHOWN_PER_PROPERTY_MAX 3

enum property { MEANING, AGAIN, ORDER, ALONE, IDENTITY, PROPERTIES };
static const char *const property_names[] = { "meaning", "again", "order", "alone", "identity" };

struct session {
	struct calls calls;
	struct ruleset_context context;
	uint64_t rounds, seed, first;
	uint64_t points, tighter, refused, broken[PROPERTIES];
	unsigned shown[PROPERTIES];
	bool quiet; /* while a set is made smaller */
};

static void blame(struct session *session, enum property property, const char *what)
{
	session->broken[property]++;
	if (!session->quiet && session->shown[property] < SHOWN_PER_PROPERTY_MAX)
		printf("%s: %s\n", property_names[property], what);
}

static void show(const struct profile *profile, struct arena *arena)
{
	struct buffer out = BUFFER_INIT(arena);

	profile_print(profile, &out);
	if (!out.failed)
		printf("%.*s\n", (int)out.len, out.ptr);
}

/* Any note that can have to do with this call. */
static bool has_note(const struct notes *notes, const struct call *call)
{
	for (size_t i = 0; i < notes->count; i++) {
		char text[NOTE_BYTES_MAX], word[64];

		(void)snprintf(text, sizeof(text), "%.*s", (int)notes->list[i].len,
			       notes->list[i].ptr);
		(void)snprintf(word, sizeof(word), " %s cannot", call->name);
		if (strstr(text, word) != NULL ||
		    (call->arch == ARCH_X86 && strstr(text, "SCMP_ARCH_X86 dropped") != NULL))
			return true;
	}
	return notes->dropped > 0;
}

/* One of socketcall and ipc: what they mean is libseccomp's business, tests/diff judges it. */
static bool is_multiplexer(const struct call *call)
{
	return call->arch == ARCH_X86 && walker_single_call(call->name, 1) != NULL;
}

static bool is_named(const struct walker *const *walkers, size_t count, const struct call *call)
{
	for (size_t i = 0; i < count; i++) {
		size_t rules;

		(void)walker_rules(walkers[i], text_of(call->name), &rules);
		if (rules > 0)
			return true;
	}
	return false;
}

static bool is_named_by_all(const struct walker *const *walkers, size_t count,
			    const struct call *call)
{
	for (size_t i = 0; i < count; i++) {
		if (!is_named(&walkers[i], 1, call))
			return false;
	}
	return true;
}

static answer_t strictest(const struct walker *const *inputs, size_t count, const struct call *call,
			  const struct point *point)
{
	answer_t answer = walker_ask(inputs[0], call->arch, call->name, point->args).answer;

	for (size_t i = 1; i < count; i++) {
		answer_t next = walker_ask(inputs[i], call->arch, call->name, point->args).answer;

		if (answer_is_stricter(next, answer))
			answer = next;
	}
	return answer;
}

/* Whether `got` may stand for `want`: as strict, or stricter with a note. */
static bool may_stand(struct session *session, const struct merged *merged, const struct call *call,
		      const struct point *point, bool named_by_all, answer_t want, answer_t got)
{
	struct excuse excuse = { &merged->notes, call, point, want, got };

	if (answer_action(got) == answer_action(want))
		return true;
	if (answer_is_stricter(want, got)) /* an architecture that is not listed: KILL_THREAD */
		return (merged->walker.arches & ARCH_BIT(call->arch)) == 0;
	session->tighter++;
	if (call->arch == ARCH_X86 && has_note(&merged->notes, call))
		return true;
	return excuse_accepted(&excuse, named_by_all, answer_of(merged->walker.default_verdict));
}

static void describe(char *text, size_t size, const struct call *call, const struct point *point,
		     answer_t want, answer_t got)
{
	(void)snprintf(text, size,
		       "%s %s(0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64 ", ...): want %s, got %s",
		       arch_name(call->arch), call->name, point->args[0], point->args[1],
		       point->args[2], answer_name(want), answer_name(got));
}

/* walker(merged) against the strictest of the inputs, over every call that someone names. */
static bool check_meaning(struct session *session, const struct walker *const *inputs, size_t count,
			  const struct merged *merged, struct prng *prng, char *wrong, size_t size)
{
	struct points points;

	for (size_t i = 0; i < session->calls.count; i++) {
		const struct call *call = &session->calls.list[i];

		if (!is_named(inputs, count, call) || is_multiplexer(call))
			continue;
		walker_points(&points, inputs, count, call->name, POINTS_PER_CALL, prng);
		for (size_t p = 0; p < points.count; p++) {
			const struct point *point = &points.list[p];
			answer_t want = strictest(inputs, count, call, point);
			answer_t got =
				walker_ask(&merged->walker, call->arch, call->name, point->args)
					.answer;

			session->points++;
			if (!may_stand(session, merged, call, point,
				       is_named_by_all(inputs, count, call), want, got)) {
				describe(wrong, size, call, point, want, got);
				return false;
			}
		}
	}
	return true;
}

/* Both orders, action by action; a note on either side excuses a call. */
static bool check_order(struct session *session, const struct walker *const *inputs,
			const struct merged *one, const struct merged *other, struct prng *prng,
			char *wrong, size_t size)
{
	struct points points;

	for (size_t i = 0; i < session->calls.count; i++) {
		const struct call *call = &session->calls.list[i];

		if (!is_named(inputs, 2, call) || is_multiplexer(call) ||
		    has_note(&one->notes, call) || has_note(&other->notes, call))
			continue;
		walker_points(&points, inputs, 2, call->name, POINTS_PER_CALL / 2, prng);
		for (size_t p = 0; p < points.count; p++) {
			const struct point *point = &points.list[p];
			answer_t a = walker_ask(&one->walker, call->arch, call->name, point->args)
					     .answer;
			answer_t b = walker_ask(&other->walker, call->arch, call->name, point->args)
					     .answer;

			session->points++;
			if (answer_action(a) != answer_action(b)) {
				describe(wrong, size, call, point, a, b);
				return false;
			}
		}
	}
	return true;
}

static bool check_identity(const struct session *session, const struct merged *merged,
			   struct arena *arena, struct error *err)
{
	struct notes notes = { .count = 0 };
	struct buffer out = BUFFER_INIT(arena);
	struct ruleset again;
	struct text text;

	if (ruleset_resolve(merged->profile, &session->context, arena, &notes, &again, err) !=
	    STATUS_OK)
		return false;
	ruleset_write(&again, &out);
	if (buffer_text(&out, &text, err) != STATUS_OK)
		return false;
	if (text_equal(text, merged->text))
		return true;
	(void)error_set(err, STATUS_INVALID, 0, "other bytes");
	return false;
}

/* Everything about one merge but its meaning. */
static void check_text(struct session *session, const struct profile *floor,
		       const struct merged *both, struct arena *arena)
{
	const struct profile *const inputs[] = { floor, both->profile };
	struct error err = { 0 };
	struct merged again;

	if (!check_identity(session, both, arena, &err))
		blame(session, IDENTITY, err.what);
	else if (merged_make(&session->context, inputs, 2, arena, &again, &err) != STATUS_OK)
		blame(session, AGAIN, err.what);
	else if (!text_equal(again.text, both->text))
		blame(session, AGAIN, "other bytes");
}

static void check_round(struct session *session, const struct profile *const *inputs,
			struct prng prng)
{
	const struct profile *const reversed[] = { inputs[1], inputs[0] };
	struct arena arena = ARENA_INIT;
	struct walker walker[2];
	const struct walker *walkers[] = { &walker[0], &walker[1] };
	struct merged both, other, single;
	struct error err = { 0 };
	char wrong[200] = "no memory";
	enum status st;

	if (!merged_walk(&walker[0], inputs[0], &session->context, &arena) ||
	    !merged_walk(&walker[1], inputs[1], &session->context, &arena)) {
		blame(session, MEANING, wrong);
	} else if (merged_make(&session->context, inputs, 2, &arena, &both, &err) != STATUS_OK) {
		session->refused++;
	} else {
		if (!check_meaning(session, walkers, 2, &both, &prng, wrong, sizeof(wrong)))
			blame(session, MEANING, wrong);
		check_text(session, inputs[0], &both, &arena);
		if (merged_make(&session->context, reversed, 2, &arena, &other, &err) != STATUS_OK)
			blame(session, ORDER, err.what);
		else if (!check_order(session, walkers, &both, &other, &prng, wrong, sizeof(wrong)))
			blame(session, ORDER, wrong);
		st = merged_make(&session->context, &inputs[1], 1, &arena, &single, &err);
		if (st == STATUS_UNSUPPORTED)
			session->refused++; /* a call that this libseccomp does not know */
		else if (st != STATUS_OK)
			blame(session, ALONE, err.what);
		else if (!check_meaning(session, &walkers[1], 1, &single, &prng, wrong,
					sizeof(wrong)))
			blame(session, ALONE, wrong);
	}
	arena_done(&arena);
}

/* --- showing what is broken --- */

struct retry {
	const struct session *session;
	enum property property;
	struct prng prng;
};

static bool still_broken(const struct profile *const *profiles, size_t count, void *data)
{
	const struct retry *retry = data;
	struct session session = *retry->session;

	(void)count;
	session.quiet = true;
	session.broken[retry->property] = 0;
	check_round(&session, profiles, retry->prng);
	return session.broken[retry->property] > 0;
}

static void show_round(struct session *session, uint64_t round, enum property property,
		       const struct profile *const *inputs, struct prng prng)
{
	struct retry retry = { session, property, prng };
	struct arena arena = ARENA_INIT;
	struct profile *copies[] = { profile_copy(inputs[0], &arena),
				     profile_copy(inputs[1], &arena) };

	if (session->shown[property]++ >= SHOWN_PER_PROPERTY_MAX || copies[0] == NULL ||
	    copies[1] == NULL)
		return;
	printf("--- %s broken: --seed %" PRIu64 " --first %" PRIu64 " --rounds 1; smallest:\n",
	       property_names[property], session->seed, round);
	reduce_profiles(copies, 2, still_broken, &retry);
	show(copies[0], &arena);
	show(copies[1], &arena);
	(void)fflush(stdout);
	arena_done(&arena);
}

static void run_round(struct session *session, uint64_t round)
{
	struct prng prng = prng_fork(session->seed, round);
	struct arena arena = ARENA_INIT;
	const struct profile *inputs[2] = { random_profile(&prng, &arena),
					    random_profile(&prng, &arena) };
	uint64_t before[PROPERTIES];

	memcpy(before, session->broken, sizeof(before));
	if (inputs[0] != NULL && inputs[1] != NULL)
		check_round(session, inputs, prng);
	else
		blame(session, MEANING, "no memory");
	for (unsigned p = 0; p < PROPERTIES; p++) {
		if (session->broken[p] > before[p] && inputs[0] != NULL && inputs[1] != NULL)
			show_round(session, round, (enum property)p, inputs, prng);
	}
	arena_done(&arena);
}

static bool parse_options(int argc, char **argv, struct session *session)
{
	for (int i = 1; i + 1 < argc; i += 2) {
		uint64_t number = strtoull(argv[i + 1], NULL, 0);

		if (strcmp(argv[i], "--rounds") == 0)
			session->rounds = number;
		else if (strcmp(argv[i], "--seed") == 0)
			session->seed = number;
		else if (strcmp(argv[i], "--first") == 0)
			session->first = number;
		else
			return false;
	}
	return argc % 2 == 1;
}

int main(int argc, char **argv)
{
	struct session session = { .rounds = 2000,
				   .seed = 1,
				   .context = { 0xa80425fb, 6 << 16 | 1 } };
	struct arena kept = ARENA_INIT;
	uint64_t broken = 0;

	if (!parse_options(argc, argv, &session) || !calls_init(&session.calls, &kept)) {
		fprintf(stderr, "usage: prop_seccomp [--rounds N] [--seed S] [--first I]\n");
		return 2;
	}
	for (uint64_t n = 0; n < session.rounds; n++)
		run_round(&session, session.first + n);
	printf("prop_seccomp: seed %" PRIu64 ", %" PRIu64 " rounds, %" PRIu64 " refused, %" PRIu64
	       " points, %" PRIu64 " tighter",
	       session.seed, session.rounds, session.refused, session.points, session.tighter);
	for (unsigned p = 0; p < PROPERTIES; p++) {
		printf(", %s broken %" PRIu64, property_names[p], session.broken[p]);
		broken += session.broken[p];
	}
	printf("\n");
	arena_done(&kept);
	return broken == 0 ? 0 : 1;
}
