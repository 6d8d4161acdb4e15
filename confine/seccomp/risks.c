/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/seccomp/risks.h"

#include "confine/data/risks.h"

const struct risk *risk_of(struct text call)
{
	for (size_t i = 0; i < sizeof(risks) / sizeof(risks[0]); i++) {
		if (text_is(call, risks[i].call))
			return &risks[i];
	}
	return NULL;
}
