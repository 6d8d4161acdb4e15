/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_AUDIT_REPORT_H
#define CLI_AUDIT_REPORT_H

#include "cli/audit.h"
#include "cli/explain.h"

/* What is known about a group beside its record. */
struct audit_entry {
	const struct audit_group *group;
	const char *bundle; /* of its container; NULL: not known */

	/* of seccomp */
	bool has_name;
	struct numbered_call call;
	bool is_explained; /* explanation is valid */
	struct explanation explanation;

	struct text rule; /* of AppArmor: what would allow it; empty: not known */
};

/*
 * Finds out which input denies and what would allow it. `baseline` is the floor as people name
 * it ("runtime-default"), NULL for none.
 */
enum status audit_entry_find(const struct audit_group *group, const char *bundle,
			     const char *baseline, struct arena *arena,
			     struct audit_entry *ret_entry, struct error *err) MUST_CHECK;

void audit_say_entry(const struct audit_entry *entry, struct output *out);
void audit_put_entry(const struct audit_entry *entry, struct output *out);

#endif
