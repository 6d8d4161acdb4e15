/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_CALLED_NAME_H
#define SHIM_CALLED_NAME_H

#include "oci-spec/base/arena.h"
#include "oci-spec/base/error.h"

/*
 * A link that an administrator has made chooses the policy by its name:
 * "oci-confine-runtime-strict" stands for policy.d/strict.json.
 */

/* The path that this program was executed by, from the kernel: getauxval(3), AT_EXECFN. */
const char *called_path(void);

/*
 * Which policy the path `called` asks for: "strict" when its last part is BASE-strict with
 * `suffix` behind it, NULL when it is BASE itself. A last part that does not begin with `base`
 * is followed where it links to, one link at a time; a program under a name of its own asks for
 * none. *ret_name is in the arena, [A-Za-z0-9][A-Za-z0-9._-]*, at most 64 bytes.
 * STATUS_INVALID for any other name that begins with `base`, and for a loop of links.
 */
enum status called_name(const char *called, const char *base, const char *suffix,
			struct arena *arena, const char **ret_name, struct error *err) MUST_CHECK;

#endif
