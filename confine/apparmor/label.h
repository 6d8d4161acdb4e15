/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_APPARMOR_LABEL_H
#define CONFINE_APPARMOR_LABEL_H

#include <stdbool.h>

#include "oci-spec/json.h"

/*
 * A label: the profiles that a process runs under, all of them at once. One profile's name, or
 * several stacked, "A//&B". To the kernel the members are a set.
 */
#define APPARMOR_MEMBERS_MAX 32

struct apparmor_label {
	struct text members[APPARMOR_MEMBERS_MAX];
	size_t count;
};

/*
 * Whether a name is one that the kernel takes for nothing else: it reads every prefix of
 * "unconfined" as that, enters a namespace at ":", stacks at "&" and trims spaces
 * (security/apparmor/label.c, policy_ns.c).
 */
bool apparmor_name_is_plain(struct text name);

/* Whether the label confines at all: it is neither empty nor "unconfined". */
bool apparmor_confines(struct text label);

bool apparmor_label_has(const struct apparmor_label *label, struct text member);

/* Whether both have the same members, in any order. */
bool apparmor_label_equal(const struct apparmor_label *a, const struct apparmor_label *b);

/* Adds a member unless it is there. False when there is no room. */
bool apparmor_label_add(struct apparmor_label *label, struct text member);

/*
 * Reads the string `value` of a config.json or process.json; what does not confine has no
 * members. STATUS_INVALID for a member that is no plain name.
 */
enum status apparmor_label_parse(struct json value, struct apparmor_label *ret_label,
				 struct error *err) MUST_CHECK;

/* As the kernel and the runtimes take it; empty for a label without members. */
enum status apparmor_label_text(const struct apparmor_label *label, struct arena *arena,
				struct text *ret_text, struct error *err) MUST_CHECK;

#endif
