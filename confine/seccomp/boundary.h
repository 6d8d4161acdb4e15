/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_SECCOMP_BOUNDARY_H
#define CONFINE_SECCOMP_BOUNDARY_H

#include "confine/seccomp/ruleset.h"

/*
 * The highest number on arch that a written profile names, above which runc answers ENOSYS
 * whatever the profile says. False where it has no such answer: the default lets calls through or
 * is ENOSYS itself, nothing is named, or one of ARM's private calls is. Names that libseccomp
 * does not know are none to runc.
 */
bool boundary_of(const struct ruleset *ruleset, enum arch arch, int *ret_number);

/*
 * runc answers calls above the highest one that a profile names with ENOSYS (ruleset.h).
 * Programs count on it: glibc tries a new call and falls back on ENOSYS, not on EPERM. The
 * merged profile must therefore have the lowest boundary of its inputs: rules above it that
 * only give an errno go, and the call on the boundary is named even if it says what the
 * default says. Where a rule above it must stay, being stricter, the calls between get ENOSYS
 * by name. Under NOTIFY a rule with an errno stays too: crun, which has no such answer of its
 * own, would ask the listener. Under a default that kills or traps crun would not give ENOSYS:
 * there nothing above the boundary is named but what is stricter than errno, with a note when
 * something is lost by that.
 */
enum status boundary_merge(const struct ruleset *inputs, size_t count, struct arena *arena,
			   struct notes *notes, struct ruleset *merged,
			   struct error *err) MUST_CHECK;

#endif
