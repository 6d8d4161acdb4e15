/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OCI_SPEC_JSON_EDIT_H
#define OCI_SPEC_JSON_EDIT_H

#include <sys/uio.h>

#include "oci-spec/json.h"

/*
 * Changes to a parsed document: single values are replaced, removed or added; every other byte
 * of the file, number literals and unknown keys included, stays as it stands.
 */
#define JSON_EDITS_MAX 16

struct json_edits {
	struct json_edit {
		uint32_t start, end;  /* bytes of the document that go */
		struct text parts[4]; /* what comes instead */
	} list[JSON_EDITS_MAX];	      /* by rising start, never overlapping */
	size_t count;
};

/*
 * Sets object[key] to the JSON text `value`: replaces it, or adds it as the last member. No
 * change is recorded when it reads so already. The texts are borrowed until json_edits_pieces()'
 * result has been used; key must need no escapes.
 */
enum status json_edits_set(struct json_edits *edits, struct json object, const char *key,
			   struct text value, struct error *err) MUST_CHECK;

/*
 * The edited document as pieces in order, to be written one after the other. *ret_pieces is in
 * the arena and points into the document and the edits.
 */
enum status json_edits_pieces(const struct json_edits *edits, const struct json_doc *doc,
			      struct arena *arena, struct iovec **ret_pieces, size_t *ret_count,
			      struct error *err) MUST_CHECK;

#endif
