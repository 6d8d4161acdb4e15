/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_REWRITE_H
#define CONFINE_REWRITE_H

#include "confine/decide.h"
#include "oci-spec/json_edit.h"

/*
 * Writes a decision into the documents: only process.capabilities, process.noNewPrivileges,
 * process.apparmorProfile and linux.seccomp, each only where it differs, and the filter that is
 * handed over (handover.h), if there is one. A document that carries the decision already gets
 * no edit at all.
 */
enum status rewrite_container(const struct container *container,
			      const struct confinement *confinement, struct arena *arena,
			      struct json_edits *edits, struct error *err) MUST_CHECK;

/*
 * The process.json of an exec. Absent capabilities are written too, but in audit mode: they would
 * be the container's, which may have been started with more than is decided for it now.
 */
enum status rewrite_exec(const struct process *process, const struct privileges *privileges,
			 struct arena *arena, struct json_edits *edits,
			 struct error *err) MUST_CHECK;

#endif
