/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_APPARMOR_COMPILE_H
#define CONFINE_APPARMOR_COMPILE_H

#include "confine/apparmor/source.h"

/*
 * Compiled profiles, made by apparmor_parser(8) and kept in the policy's cache directory.
 *
 * An entry's key (store.h) is what makes it: the text, the name, the kernel (compiled profiles
 * fit the features of one kernel) and our version. What the text includes is known only once the
 * parser has read it; so an entry lists these files, with a fingerprint of what stat(2) says of
 * them and of the parser, and counts only while that is so.
 */
struct apparmor_compiled {
	struct text blob;
	bool was_cached;
};

/*
 * STATUS_INVALID: the text does not compile, or defines anything but the one profile of its
 * name. A cache that cannot be read, written or trusted costs time only. Callers that need a new
 * entry at the same time wait for the first of them, this long at most; then each makes its own.
 */
#define APPARMOR_LOCK_SECONDS 10

enum status apparmor_compile(const struct apparmor_source *source, const struct policy *policy,
			     struct arena *arena, struct apparmor_compiled *ret_compiled,
			     struct error *err) MUST_CHECK;

/*
 * Whether the text defines the profile of this name, and nothing else but children of it:
 * STATUS_INVALID says what. Needs no AppArmor in the kernel.
 */
enum status apparmor_check_names(struct text text, struct text name, struct arena *arena,
				 struct error *err) MUST_CHECK;

#endif
