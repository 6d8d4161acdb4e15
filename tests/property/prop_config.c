/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Properties of confining a config.json.
 *
 *   prop_config [--rounds N] [--seed S] [--first I]
 *
 *   bytes      every byte outside the values that we own stays, by another reader than ours
 *   shrinking  no capability set gains a member; noNewPrivileges never goes off; seccomp never
 *              goes away
 *   twice      confining the result gives the same bytes, with nothing changed
 *   reading    what is written can be read, and unchanged values keep their spelling
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "confine/confine.h"
#include "tests/property/random_config.h"
#include "tests/property/skeleton.h"

#define SHOWN_PER_PROPERTY_MAX 3

enum property { BYTES, SHRINKING, TWICE, READING, PROPERTIES };
static const char *const property_names[] = { "bytes", "shrinking", "twice", "reading" };

struct session {
	uint64_t rounds, seed, first;
	uint64_t refused, changed, broken[PROPERTIES];
};

/* Some of the text around a place, for people. */
static void print_around(const char *title, struct text text, size_t at)
{
	size_t start = at > 100 ? at - 100 : 0;
	size_t len = text.len > start ? text.len - start : 0;

	printf("%s: %.*s\n", title, (int)(len < 300 ? len : 300), len > 0 ? text.ptr + start : "");
}

static void blame(struct session *session, uint64_t round, enum property property, const char *what,
		  struct text before, struct text after)
{
	size_t at = 0;

	if (session->broken[property]++ >= SHOWN_PER_PROPERTY_MAX)
		return;
	while (at < before.len && at < after.len && before.ptr[at] == after.ptr[at])
		at++;
	printf("--- %s broken: --seed %" PRIu64 " --first %" PRIu64 " --rounds 1: %s, byte %zu\n",
	       property_names[property], session->seed, round, what, at);
	print_around("before", before, at);
	print_around("after", after, at);
	(void)fflush(stdout);
}

static struct text joined(const struct confined *confined, struct arena *arena)
{
	struct buffer out = BUFFER_INIT(arena);

	for (size_t i = 0; i < confined->piece_count; i++)
		buffer_add(&out, (struct text){ confined->pieces[i].iov_base,
						confined->pieces[i].iov_len });
	return out.failed ? TEXT_NONE : (struct text){ out.ptr, out.len };
}

static void random_policy(struct prng *prng, struct policy *policy)
{
	policy_init(policy);
	if (prng_percent(prng, 40))
		policy->drop_capabilities = prng_next(prng) & prng_next(prng);
	if (prng_percent(prng, 20))
		policy->limit_capabilities = prng_next(prng) | prng_next(prng);
	policy->no_new_privileges = prng_percent(prng, 30);
	policy->native_arch_only = prng_percent(prng, 30);
	if (prng_percent(prng, 30))
		policy->baseline = BASELINE_NONE;
}

/* --- what must hold, read by skeleton.c --- */

static struct text value_of(struct text doc, struct span span)
{
	return span.found ? (struct text){ doc.ptr + span.start, span.end - span.start }
			  : TEXT_NONE;
}

static bool list_has(struct text list, struct text quoted)
{
	return quoted.len > 0 && list.len > 0 &&
	       memmem(list.ptr, list.len, quoted.ptr, quoted.len) != NULL;
}

/* Every quoted name of `now` is in `then`; names of capabilities need no escapes. */
static bool is_subset(struct text now, struct text then)
{
	const char *at = now.ptr, *end = now.ptr + now.len;

	while (at != NULL && at < end) {
		const char *open = memchr(at, '"', (size_t)(end - at)), *close;

		if (open == NULL)
			return true;
		close = memchr(open + 1, '"', (size_t)(end - open - 1));
		if (close == NULL ||
		    !list_has(then, (struct text){ open, (size_t)(close - open) + 1 }))
			return false;
		at = close + 1;
	}
	return true;
}

static bool shrinks(struct text before, struct text after)
{
	static const char *const sets[] = { "bounding", "effective", "inheritable", "permitted",
					    "ambient" };
	struct skeleton old, new;

	skeleton_read(before, &old);
	skeleton_read(after, &new);
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		struct text then = TEXT_NONE, now = TEXT_NONE;

		if (old.owned[OWNED_CAPABILITIES].found)
			then = value_of(before,
					skeleton_member(before, old.owned[OWNED_CAPABILITIES].start,
							sets[i]));
		if (new.owned[OWNED_CAPABILITIES].found)
			now = value_of(after,
				       skeleton_member(after, new.owned[OWNED_CAPABILITIES].start,
						       sets[i]));
		if (!is_subset(now, then))
			return false;
	}
	if (text_is(value_of(before, old.owned[OWNED_NNP]), "true") &&
	    !text_is(value_of(after, new.owned[OWNED_NNP]), "true"))
		return false;
	return !old.owned[OWNED_SECCOMP].found || new.owned[OWNED_SECCOMP].found;
}

/* noNewPrivileges and the label keep their spelling unless they have to change. */
static bool keeps_spelling(struct text before, struct text after, const struct confined *confined)
{
	const struct privileges *decided = &confined->decision.privileges;
	const struct process *process = &confined->container.process;
	struct skeleton old, new;

	skeleton_read(before, &old);
	skeleton_read(after, &new);
	if (capability_sets_equal(&decided->capabilities, &process->capabilities) &&
	    !text_equal(value_of(before, old.owned[OWNED_CAPABILITIES]),
			value_of(after, new.owned[OWNED_CAPABILITIES])))
		return false;
	if (text_equal(decided->apparmor_profile, process->apparmor_profile) &&
	    !text_equal(value_of(before, old.owned[OWNED_LABEL]),
			value_of(after, new.owned[OWNED_LABEL])))
		return false;
	return decided->no_new_privileges != process->no_new_privileges ||
	       text_equal(value_of(before, old.owned[OWNED_NNP]),
			  value_of(after, new.owned[OWNED_NNP]));
}

static void check_twice(struct session *session, uint64_t round, struct confine *confine,
			struct text once)
{
	struct confined *again = arena_alloc(confine->arena, sizeof(*again));
	struct error err = { 0 };
	struct text twice;

	if (again == NULL) {
		blame(session, round, READING, "no memory", once, TEXT_NONE);
		return;
	}
	if (confine_text(confine, once, "again", again, &err) != STATUS_OK) {
		char line[600];

		error_format(&err, line, sizeof(line));
		blame(session, round, READING, line, once, TEXT_NONE);
		return;
	}
	twice = joined(again, confine->arena);
	if (again->changed || !text_equal(once, twice))
		blame(session, round, TWICE, "other bytes", once, twice);
}

static void run_round(struct session *session, uint64_t round)
{
	struct prng prng = prng_fork(session->seed, round);
	struct arena arena = ARENA_INIT;
	struct confine confine = { .arena = &arena };
	struct confined *confined = arena_alloc(&arena, sizeof(*confined));
	struct buffer out = BUFFER_INIT(&arena);
	struct error err = { 0 };
	struct text before, after;

	random_policy(&prng, &confine.policy);
	confine.host.kernel = 6 << 16 | 1;
	confine.host.capabilities = capability_all();
	confine.host.grantable = capability_all();
	confine.host.has_apparmor = true;
	confine.host.apparmor_profiles = TEXT("");
	random_config(&prng, &arena, &out);
	if (confined == NULL || buffer_text(&out, &before, &err) != STATUS_OK) {
		blame(session, round, READING, "no memory", TEXT_NONE, TEXT_NONE);
	} else if (confine_text(&confine, before, "config.json", confined, &err) != STATUS_OK) {
		session->refused++;
	} else {
		after = joined(confined, &arena);
		session->changed += confined->changed;
		if (!skeleton_same(before, after, &arena))
			blame(session, round, BYTES, "other bytes", before, after);
		if (!shrinks(before, after))
			blame(session, round, SHRINKING, "grew", before, after);
		if (!keeps_spelling(before, after, confined))
			blame(session, round, READING, "another spelling", before, after);
		check_twice(session, round, &confine, after);
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
	struct session session = { .rounds = 2000, .seed = 1 };
	uint64_t broken = 0;

	if (!parse_options(argc, argv, &session)) {
		fprintf(stderr, "usage: prop_config [--rounds N] [--seed S] [--first I]\n");
		return 2;
	}
	for (uint64_t n = 0; n < session.rounds; n++)
		run_round(&session, session.first + n);
	printf("prop_config: seed %" PRIu64 ", %" PRIu64 " rounds, %" PRIu64 " refused, %" PRIu64
	       " changed",
	       session.seed, session.rounds, session.refused, session.changed);
	for (unsigned p = 0; p < PROPERTIES; p++) {
		printf(", %s broken %" PRIu64, property_names[p], session.broken[p]);
		broken += session.broken[p];
	}
	printf("\n");
	/* a generator whose documents are all refused would prove nothing */
	return broken == 0 && session.refused < session.rounds / 2 + 1 ? 0 : 1;
}
