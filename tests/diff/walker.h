/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_DIFF_WALKER_H
#define TESTS_DIFF_WALKER_H

#include "oci-spec/seccomp_profile.h"
#include "confine/filter/answer.h"

/*
 * The first judge: what a profile declares, read off its rules one by one. A rule matches when
 * all its conditions hold (an index given twice: when any of them holds, as runc and crun do);
 * of the matching rules the strictest counts, of equally strict ones the first; when none
 * matches, the default. x86_64 and aarch64 compare 64 bits; x86, x32 and arm the low 32 bits of
 * argument, datum and mask, as libseccomp does. Shares no code with confine/seccomp.
 *
 * socketcall and ipc of x86 stand for other calls, which libseccomp knows: a rule on "socket" is
 * also one on socketcall(1), whatever it says about the first argument. Here a rule on the
 * multiplexer itself counts, and one that denies the single call as well, whatever its
 * conditions: the real arguments are out of a filter's sight.
 */
struct walker {
	struct verdict default_verdict;
	uint32_t arches; /* ARCH_BITs, native included */
	struct walker_entry {
		struct text name;
		const struct profile_rule *rule;
	} * entries; /* by name, rules of one name in the order of the profile */
	size_t count;
};

/* The container that a profile is read for. */
struct walker_host {
	uint64_t bounding;
	uint32_t kernel; /* major << 16 | minor */
};

/* Borrows the profile. False: no memory. */
bool walker_init(struct walker *walker, const struct profile *profile,
		 const struct walker_host *host, struct arena *arena);

struct walker_answer {
	answer_t answer;
	bool by_rule; /* not the default */
};

/* What the profile says of one call. An architecture that is not listed is killed. */
struct walker_answer walker_ask(const struct walker *walker, enum arch arch, const char *name,
				const uint64_t args[PROFILE_ARGS_MAX]);

/* The rules on a call; *ret_count of them, which may be 0. */
const struct walker_entry *walker_rules(const struct walker *walker, struct text name,
					size_t *ret_count);

/* Whether a condition holds for a number. */
bool walker_holds(const struct profile_arg *cond, uint64_t number, bool low_half_only);

/* The call that socketcall or ipc of x86 stands for; NULL for none, or another `name`. */
const char *walker_single_call(const char *name, uint64_t id);

#endif
