/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_APPARMOR_LOADED_H
#define CONFINE_APPARMOR_LOADED_H

#include "oci-spec/base/text.h"

/*
 * The profiles that the kernel has, as its file /sys/kernel/security/apparmor/profiles lists
 * them: one "NAME (MODE)" a line, of this namespace, a stack never being a line
 * (security/apparmor/apparmorfs.c, seq_show_profile).
 */
#define APPARMOR_LOADED_PATH "/sys/kernel/security/apparmor/profiles"
#define APPARMOR_LOADED_BYTES_MAX ((size_t)4 * 1024 * 1024)

struct apparmor_loaded {
	struct text name, mode; /* "enforce", "complain", "kill", "unconfined", "user" */
};

/* Cuts the next line off *list. False at the end; what is no such line is passed over. */
bool apparmor_loaded_next(struct text *list, struct apparmor_loaded *ret_profile);

/* The mode of a profile, empty when it is not loaded. */
struct text apparmor_loaded_mode(struct text list, struct text name);

/* Whether that mode denies what the profile does not allow. */
bool apparmor_mode_enforces(struct text mode);

#endif
