/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_SECCOMP_RISKS_H
#define CONFINE_SECCOMP_RISKS_H

#include "oci-spec/capability.h"

/* Why a call is worth denying: confine/data/risks.h. */
struct risk {
	char call[20];
	uint64_t caps; /* any of these is what the kernel asks for; 0: none */
	char sentence[188];
};

/* NULL for a call that is not listed. */
const struct risk *risk_of(struct text call);

#endif
