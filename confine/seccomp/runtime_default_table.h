/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_SECCOMP_RUNTIME_DEFAULT_TABLE_H
#define CONFINE_SECCOMP_RUNTIME_DEFAULT_TABLE_H

#include "oci-spec/seccomp_profile.h"

/*
 * The shape of the generated confine/data/runtime_default_data.h, shared with its generator.
 * Indexes instead of pointers: a position-independent program would have to relocate each
 * pointer at every start.
 */
struct builtin_rule {
	struct verdict verdict;
	uint16_t first_call, call_count; /* in builtin_calls[] */
	uint16_t first_arg, arg_count;	 /* in builtin_args[] */
	uint16_t number;		 /* in "syscalls" of the JSON, from 0 */
	struct profile_when when;
};

struct builtin_profile {
	char version[8]; /* "" for our own */
	struct verdict default_verdict;
	uint32_t arches;
	uint16_t first_rule, rule_count; /* in builtin_rules[] */
};

#endif
