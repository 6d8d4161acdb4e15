/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_APPARMOR_INCLUDES_H
#define CONFINE_APPARMOR_INCLUDES_H

#include "oci-spec/base/fingerprint.h"

/* The files that a profile's text draws in, as the parser names them: "abstractions/base". */
#define APPARMOR_INCLUDES_MAX 256
#define APPARMOR_INCLUDE_ROOT "/etc/apparmor.d"

struct apparmor_includes {
	struct text names[APPARMOR_INCLUDES_MAX]; /* below the root, or absolute paths */
	size_t count;
};

/*
 * Finds them in a preprocessed text, where the parser leaves a line "##included <NAME>" for
 * each. False when there are too many to keep track of.
 */
bool apparmor_includes_find(struct text preprocessed, struct apparmor_includes *ret_includes);

/*
 * What the file system says of all of them (device, inode, size, times), of what is in those that
 * are directories, of the directories where an "include if exists" could find something new, and
 * of the parser and its configuration. All of it is root's own, so a fingerprint will do. False
 * when one of them is not there or cannot be read.
 */
bool apparmor_includes_stamp(const struct apparmor_includes *includes,
			     struct fingerprint *ret_stamp);

#endif
