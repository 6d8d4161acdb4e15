/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/capabilities.h"

void capabilities_restrict(struct capability_sets *sets, uint64_t ceiling)
{
	sets->bounding &= ceiling;
	sets->permitted &= sets->bounding;
	sets->effective &= sets->permitted;
	sets->ambient &= sets->permitted & sets->inheritable;
	sets->inheritable = sets->ambient;
}

enum status capabilities_check_known(const struct process *process, const struct host *host,
				     struct error *err)
{
	const struct capability_sets *sets = &process->capabilities;
	uint64_t unknown = (sets->bounding | sets->permitted | sets->effective | sets->inheritable |
			    sets->ambient) &
			   ~host->capabilities;

	if (unknown == 0)
		return STATUS_OK;
	return json_fail(json_get(process->json, "capabilities"), STATUS_INVALID, err,
			 "this kernel does not know %.*s",
			 TEXT_ARG(capability_name((unsigned)__builtin_ctzll(unknown))));
}
