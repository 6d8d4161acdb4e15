/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FUZZ_FLOOR_H
#define TESTS_FUZZ_FLOOR_H

#include "oci-spec/seccomp_profile.h"

/*
 * Merges profiles, in the order of the kernel, and holds the result against each of them:
 * nowhere may it allow what one of them denies. Two judges that share no code read it: the
 * ruleset by ruleset_evaluate(), what is written by the walker of tests/diff. What is written
 * must be read again, to the same bytes.
 *
 * A merge that is refused with a reason passes. At most FLOOR_PROFILES_MAX profiles.
 */
#define FLOOR_PROFILES_MAX 4

void floor_check(const struct profile *const *profiles, size_t count, struct arena *arena);

#endif
