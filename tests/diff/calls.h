/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_DIFF_CALLS_H
#define TESTS_DIFF_CALLS_H

#include <linux/seccomp.h>

#include "oci-spec/base/arena.h"
#include "oci-spec/seccomp_names.h"

/* The architectures that an x86_64 kernel runs. */
#define JUDGED_ARCHES 3
extern const enum arch judged_arches[JUDGED_ARCHES];

/* One system call of one architecture: its number, with the bit of x32, and libseccomp's name. */
struct call {
	enum arch arch;
	int nr;
	char name[32];
};

struct calls {
	struct call *list; /* by architecture, as in judged_arches[], and number */
	size_t count;
};

/* Every call that libseccomp has a number for. False: no memory. */
bool calls_init(struct calls *calls, struct arena *arena);

/* NULL when the architecture has no such call. */
const struct call *calls_find(const struct calls *calls, enum arch arch, struct text name);

/* What the kernel shows a filter. */
struct seccomp_data call_data(const struct call *call, const uint64_t args[6]);

#endif
