/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_CAPABILITIES_H
#define CONFINE_CAPABILITIES_H

#include "confine/host.h"
#include "oci-spec/container.h"

/*
 * Keeps in all five sets only what `ceiling` holds, and makes them consistent the way
 * capabilities(7) has it: permitted within bounding, effective within permitted, ambient within
 * permitted, and inheritable just what ambient needs (an inheritable set beyond it lets a file's
 * inheritable capabilities through: CVE-2022-24769). Never adds. Cannot fail.
 */
void capabilities_restrict(struct capability_sets *sets, uint64_t ceiling);

/* STATUS_INVALID when a set names a capability that this kernel does not know. */
enum status capabilities_check_known(const struct process *process, const struct host *host,
				     struct error *err) MUST_CHECK;

#endif
