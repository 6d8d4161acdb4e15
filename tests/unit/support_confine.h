/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_SUPPORT_CONFINE_H
#define TESTS_UNIT_SUPPORT_CONFINE_H

#include "confine/confine.h"
#include "support.h"

/* Linux 6.1 with AppArmor and the 41 capabilities of that kernel. */
#define SUPPORT_CAPS (((uint64_t)1 << 41) - 1)
#define SUPPORT_KERNEL ((uint32_t)6 << 16 | 1)

/* A policy file's text, NULL for the built-in policy, on that host. */
struct confine support_confine(struct arena *arena, const char *policy);

/* A profile file resolved without any capability on that kernel. The test fails on an error. */
struct ruleset support_ruleset(struct arena *arena, const char *profile);

/* The call's number in the tables; the test fails when there is none. */
unsigned support_call(const char *name);

/*
 * What a ruleset declares for one call (ruleset.h): an own, naive reading, the judge of what the
 * merge makes. args has six numbers.
 */
struct verdict support_evaluate(const struct ruleset *ruleset, unsigned call,
				const uint64_t *args);

/* What the kernel makes of all of them stacked: the strictest. Its data is not compared. */
enum action support_strictest(const struct ruleset *rulesets, size_t count, unsigned call,
			      const uint64_t *args);

/* The ruleset as JSON. */
char *support_written(struct arena *arena, const struct ruleset *ruleset);

#endif
