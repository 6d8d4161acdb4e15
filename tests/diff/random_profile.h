/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_DIFF_RANDOM_PROFILE_H
#define TESTS_DIFF_RANDOM_PROFILE_H

#include "oci-spec/seccomp_profile.h"
#include "confine/filter/prng.h"

/*
 * Profiles made to break a merge: a few calls, many rules on each, numbers from a small pool so
 * that conditions overlap, contradict and repeat, and all that is odd in the format.
 */
struct profile *random_profile(struct prng *prng, struct arena *arena);

/* Writes a profile as linux.seccomp; not ruleset_write(), which is under test. */
void profile_print(const struct profile *profile, struct buffer *out);

/* Parses what profile_print() or a person wrote. Lives in the arena. */
enum status profile_from_text(struct text text, enum profile_form form, struct arena *arena,
			      struct profile **ret_profile, struct error *err) MUST_CHECK;

/* A deep copy, whose rules may be changed; NULL: no memory. */
struct profile *profile_copy(const struct profile *profile, struct arena *arena);

/* One of the calls that random profiles are about. */
struct text random_call(struct prng *prng);

#endif
