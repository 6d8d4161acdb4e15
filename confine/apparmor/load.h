/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_APPARMOR_LOAD_H
#define CONFINE_APPARMOR_LOAD_H

#include "confine/apparmor/label.h"
#include "confine/host.h"
#include "confine/policy.h"

/*
 * Brings into the kernel those members of a label that it does not have. Nothing is done, not
 * even looked up, when it has all of them. Nothing else is ever loaded, and nothing removed.
 *
 * STATUS_UNSUPPORTED: there is no text for one, or the policy says not to load; STATUS_INVALID:
 * a text is not sound. Afterwards the kernel's list says that each is there and enforces (or
 * complains, in audit mode).
 */
enum status apparmor_load(const struct apparmor_label *label, const struct policy *policy,
			  const struct host *host, struct arena *arena,
			  struct error *err) MUST_CHECK;

/*
 * Puts the text of a profile, as it is now, in the place of the loaded one of that name: running
 * containers get it at once.
 */
enum status apparmor_replace(struct text name, const struct policy *policy, struct arena *arena,
			     struct error *err) MUST_CHECK;

#endif
