/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_APPARMOR_H
#define CONFINE_APPARMOR_H

#include "confine/host.h"
#include "confine/request.h"

/*
 * Labels: one profile's name, or several stacked ("A//&B"), which the kernel then applies all.
 */

/*
 * Whether a name is one that the kernel takes for nothing else: it reads every prefix of
 * "unconfined" as that, enters a namespace at ":", stacks at "&" and trims spaces
 * (security/apparmor/label.c, policy_ns.c).
 */
bool apparmor_name_is_plain(struct text name);

/* Whether the label confines at all: it is neither empty nor "unconfined". */
bool apparmor_confines(struct text label);

/*
 * The label to run under: what the process has already, stacked with every requested profile.
 * Members are compared as a set; one that is there is not repeated. *ret_label is empty when
 * there is none, and equals `current` when nothing was added.
 */
enum status apparmor_stack(struct text current, const struct request_profile *requested,
			   size_t count, const struct host *host, struct arena *arena,
			   struct text *ret_label, struct error *err) MUST_CHECK;

/* The same with the members of another label, the string `asked` of a process.json. */
enum status apparmor_stack_label(struct text current, struct json asked, const struct host *host,
				 struct arena *arena, struct text *ret_label,
				 struct error *err) MUST_CHECK;

#endif
