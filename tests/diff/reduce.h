/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_DIFF_REDUCE_H
#define TESTS_DIFF_REDUCE_H

#include "oci-spec/seccomp_profile.h"

/*
 * Shrinks profiles that show a fault, for people to read: takes away rules, names, conditions
 * and architectures one by one as long as `still_fails` says so. The profiles must be the
 * caller's own copies (profile_copy()).
 */
typedef bool (*reduce_test)(const struct profile *const *profiles, size_t count, void *data);

void reduce_profiles(struct profile *const *profiles, size_t count, reduce_test still_fails,
		     void *data);

#endif
