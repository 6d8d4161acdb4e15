/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A config.json, the whole way: read, requests, decision, rewriting. The input is the document;
 * its length chooses the policy. What comes out must be read again and then stay as it is, no
 * privilege may grow, and no byte that is not ours may change.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/property/skeleton.h"

static void check_shrunk(const struct capability_sets *before, const struct capability_sets *after)
{
	fuzz_require((after->bounding & ~before->bounding) == 0);
	fuzz_require((after->effective & ~before->effective) == 0);
	fuzz_require((after->inheritable & ~before->inheritable) == 0);
	fuzz_require((after->permitted & ~before->permitted) == 0);
	fuzz_require((after->ambient & ~before->ambient) == 0);
}

/* The container as it was and as it is written now. */
static void check_tighter(const struct container *before, const struct container *after)
{
	check_shrunk(&before->process.capabilities, &after->process.capabilities);
	fuzz_require(after->process.no_new_privileges || !before->process.no_new_privileges);
	fuzz_require(after->has_seccomp || !before->has_seccomp);
	fuzz_require(after->process.apparmor_profile.len > 0 ||
		     before->process.apparmor_profile.len == 0);
}

static void check_again(struct confine *confine, const struct confined *first, struct text output)
{
	struct confined *again = arena_alloc(confine->arena, sizeof(*again));
	struct error err = { 0 };

	fuzz_require(again != NULL);
	if (confine_text(confine, output, "again", again, &err) != STATUS_OK)
		fuzz_found(err.where, 0, err.what);
	fuzz_require(!again->changed);
	fuzz_require(text_equal(fuzz_joined(again->pieces, again->piece_count, confine->arena), output));
	check_tighter(&first->container, &again->container);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct confine confine = fuzz_confine(&arena, size);
	struct confined *confined = arena_alloc(&arena, sizeof(*confined));
	struct text before = fuzz_text(data, size), after;
	struct error err = { 0 };
	enum status st;

	fuzz_require(confined != NULL);
	st = confine_text(&confine, before, "config.json", confined, &err);
	fuzz_check_notes(&confine.notes);
	if (st != STATUS_OK) {
		fuzz_check_error(st, &err, true);
	} else {
		after = fuzz_joined(confined->pieces, confined->piece_count, &arena);
		fuzz_require(confined->changed || text_equal(before, after));
		fuzz_require(skeleton_same(before, after, &arena));
		check_again(&confine, confined, after);
	}
	arena_done(&arena);
	return 0;
}
