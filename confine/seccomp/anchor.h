/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_SECCOMP_ANCHOR_H
#define CONFINE_SECCOMP_ANCHOR_H

#include "confine/seccomp/ruleset.h"

/*
 * libseccomp 2.5 and 2.6 sort the calls of an architecture by how many conditions they have and
 * load the system call's number before the first. Where the first has no number on that
 * architecture (stime on x86_64; accept on x86, a call of socketcall) it is left out and the load
 * with it: then every other rule there is dead, and a deny-list denies nothing
 * (src/gen_bpf.c, _gen_bpf_arch).
 *
 * So in the merged profile names without a number on any listed architecture go, and each
 * architecture gets, unless it has one, a rule without conditions on a call that has a number:
 * on an old call that every kernel answers with ENOSYS, with a verdict no looser.
 */
/*
 * The architectures of a profile, as it stands, that this may meet: they lose rules, as one is on
 * a call that they do not have, *ret_rule, and none without conditions on one that they have. 0:
 * none.
 */
uint32_t anchor_missing(const struct ruleset *ruleset, const struct rule **ret_rule,
			unsigned *ret_call);

enum status anchor_merge(struct ruleset *merged, struct arena *arena, struct error *err) MUST_CHECK;

/* Whether the call is one of those that may be named for this alone. */
bool anchor_is_candidate(unsigned call);

#endif
