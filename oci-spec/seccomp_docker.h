/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OCI_SPEC_SECCOMP_DOCKER_H
#define OCI_SPEC_SECCOMP_DOCKER_H

#include "oci-spec/seccomp_profile.h"

/* The parts of moby's profile format that the runtime-spec lacks; see seccomp_profile.h. */

/* A list of architectures to ARCH_BITs. */
enum status docker_parse_arches(struct json array, uint32_t *ret_arches,
				struct error *err) MUST_CHECK;

/* "archMap": the entry for the native architecture with its sub-architectures, 0 without one. */
enum status docker_parse_arch_map(struct json array, uint32_t *ret_arches,
				  struct error *err) MUST_CHECK;

/*
 * "includes" and "excludes" of a rule. *ret_applies is set to false for a rule that is not for
 * the native architecture; capabilities and kernel go to *ret_when.
 */
enum status docker_parse_when(struct json rule, struct profile_when *ret_when, bool *ret_applies,
			      struct error *err) MUST_CHECK;

#endif
