/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_REWRITE_H
#define CONFINE_REWRITE_H

#include "confine/decide.h"
#include "oci-spec/json_edit.h"

/*
 * Writes a decision into the documents: only process.capabilities, process.noNewPrivileges,
 * process.apparmorProfile and linux.seccomp, each only where it differs. A document that
 * carries the decision already gets no edit at all.
 */
enum status rewrite_container(const struct container *container,
			      const struct confinement *confinement, struct arena *arena,
			      struct json_edits *edits, struct error *err) MUST_CHECK;

/* A process.json; an absent "capabilities" stays so, as it means the container's own. */
enum status rewrite_process(const struct process *process, const struct privileges *privileges,
			    struct arena *arena, struct json_edits *edits, struct error *err)
	MUST_CHECK;

#endif
