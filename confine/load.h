/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_LOAD_H
#define CONFINE_LOAD_H

#include "confine/policy.h"
#include "confine/request.h"
#include "oci-spec/seccomp_profile.h"

/*
 * The profile files that a decision needs, read before it is made so that deciding is pure.
 * They must be root's own and not writable by others; those that a pod names must lie beneath
 * the policy's profile root, without links. All that one pod names may together be as large as
 * one profile may (PROFILE_BYTES_MAX, PROFILE_RULES_MAX, PROFILE_NAMES_MAX), so that sixteen cost
 * a start no more than one; the error names the file that goes over.
 */
struct loaded_profiles {
	struct profile baseline; /* when the policy's baseline is a file */
	struct profile requested[REQUEST_PROFILES_MAX];
	size_t requested_count;
};

enum status load_profiles(const struct policy *policy, const struct request *request,
			  struct arena *arena, struct loaded_profiles *ret_profiles,
			  struct error *err) MUST_CHECK;

/* Reads one profile file that the caller of a command names; owner and links do not matter. */
enum status load_profile_file(const char *path, struct arena *arena, struct profile *ret_profile,
			      struct error *err) MUST_CHECK;

#endif
