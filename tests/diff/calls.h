/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_DIFF_CALLS_H
#define TESTS_DIFF_CALLS_H

#include <linux/seccomp.h>

#include "oci-spec/base/arena.h"
#include "oci-spec/seccomp_names.h"

/*
 * The architectures that a kernel of the judged machine runs: x86_64, x86 and x32, or aarch64 and
 * arm. As ARCH_BITs; the machine is ARCH_NATIVE, which a build for the judges alone may set.
 */
uint32_t calls_arches(void);

/* libseccomp's number for one of them. */
uint32_t calls_token(enum arch arch);

/* One system call of one architecture: its number, with the bit of x32, and libseccomp's name. */
struct call {
	enum arch arch;
	int nr;
	char name[32];
};

struct calls {
	struct call *list; /* by architecture and number */
	size_t count;
};

/* Every call that libseccomp has a number for. False: no memory. */
bool calls_init(struct calls *calls, struct arena *arena);

/* NULL when the architecture has no such call. */
const struct call *calls_find(const struct calls *calls, enum arch arch, struct text name);

/* What the kernel shows a filter. */
struct seccomp_data call_data(const struct call *call, const uint64_t args[6]);

#endif
