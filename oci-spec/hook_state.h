/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OCI_SPEC_HOOK_STATE_H
#define OCI_SPEC_HOOK_STATE_H

#include <sys/types.h>

#include "oci-spec/json.h"

/*
 * What a runtime writes to a hook's standard input: runtime-spec, runtime.md, "State". Texts
 * are borrowed from the document.
 */
#define HOOK_STATE_BYTES_MAX ((size_t)1024 * 1024)

struct hook_state {
	struct text id;
	struct text status; /* "creating", "created", "running", "stopped" */
	struct text bundle; /* an absolute path */
	pid_t pid;	    /* in the runtime's pid namespace; 0 when there is none (yet) */
};

extern const struct json_limits hook_state_limits;

enum status hook_state_parse(const struct json_doc *doc, struct hook_state *ret_state,
			     struct error *err) MUST_CHECK;

#endif
