/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CONFIGURE_IMPORTS_H
#define CLI_CONFIGURE_IMPORTS_H

#include "oci-spec/base/text.h"

/*
 * The one edit of containerd's config.toml: its `imports` names our file. No TOML is parsed:
 * what stands in front of the first table is looked at line by line, and containerd is asked
 * whether it reads the result as meant. The line that was there is kept behind the new one as a
 * comment, so that taking the edit back gives every byte again.
 */

/* The file without our edit; *ret_found says whether there was one. Borrows text, or the arena. */
enum status imports_undo(struct text text, struct arena *arena, struct text *ret_text,
			 bool *ret_found, struct error *err) MUST_CHECK;

/*
 * The file (without our edit) with `path` as the last import. `inherited` is what the version of
 * containerd imports when the file does not say: the inside of an array, may be empty.
 * STATUS_UNSUPPORTED when imports stands there in a form that is not one plain line.
 */
enum status imports_add(struct text text, const char *path, struct text inherited,
			struct arena *arena, struct text *ret_text, struct error *err) MUST_CHECK;

/* The number of `version = N` in front of the first table; 0 when there is none. */
unsigned imports_version(struct text text);

#endif
