/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_SECCOMP_MULTIPLEX_H
#define CONFINE_SECCOMP_MULTIPLEX_H

#include "confine/seccomp/ruleset.h"

/*
 * On x86 (i386) programs make socket and System V IPC calls also through socketcall(2) and
 * ipc(2), whose first argument tells which. libseccomp turns a rule on "socket" into one on
 * socketcall as well, replacing what it says about the first argument; a rule that allows
 * socketcall altogether then hides it. So a merge by name alone could allow through socketcall
 * what an input denies. This step splits socketcall and ipc by that argument where needed, and
 * where even that cannot be said drops SCMP_ARCH_X86, with a note: i386 programs are then
 * killed. `merged` is the merge by name of the inputs.
 */
enum status multiplex_merge(const struct ruleset *inputs, size_t count, struct arena *arena,
			    struct notes *notes, struct ruleset *merged,
			    struct error *err) MUST_CHECK;

/*
 * What of a merged ruleset holds for a call of socketcall or ipc itself on x86: a rule on it, or
 * else the loosest that libseccomp makes of the rules on the single call that the first argument
 * stands for, which is what the merge has weighed.
 */
struct verdict multiplex_evaluate(const struct ruleset *merged, unsigned mux,
				  const uint64_t args[PROFILE_ARGS_MAX]);

/* How many call ids either of the two has. */
#define MULTIPLEX_IDS 25

/* Whether the call can be made through one of the two; send and recv can on x86 only so. */
bool multiplex_covers(unsigned call);

/* Whether it can through the one of this name, "socketcall" or "ipc". */
bool multiplex_is_through(unsigned call, const char *multiplexer);

/* Whether the call is socketcall or ipc itself. */
bool multiplex_is_multiplexer(unsigned call);

#endif
