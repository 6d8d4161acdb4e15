/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_SECCOMP_INTERVAL_H
#define CONFINE_SECCOMP_INTERVAL_H

#include "confine/seccomp/merge_call.h"

/*
 * The merge of a call whose conditions are all on one argument, with data below 2^32: sweeps
 * the cut points and writes disjoint intervals as LE, GT and EQ, inner ones as aligned
 * prefixes. The result depends on the meaning only, not on how the inputs put it. False when
 * the inputs are of another kind, or there is no memory for it.
 */
bool interval_merge(const struct merge_context *context, struct call_rules first,
		    struct call_rules second, struct rule **ret_rules);

#endif
