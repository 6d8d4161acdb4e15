/* SPDX-License-Identifier: Apache-2.0 */
#include "oci-spec/json_edit.h"

#include <errno.h>

#define PARTS 4

static enum status add_edit(struct json_edits *edits, const struct json_edit *edit,
			    struct error *err)
{
	size_t at = edits->count;

	if (at == JSON_EDITS_MAX)
		return error_set(err, STATUS_SYSTEM, ENOSPC, "too many changes to one document");
	/* two members added to one object have one place: the later call goes behind */
	while (at > 0 && edits->list[at - 1].start > edit->start) {
		edits->list[at] = edits->list[at - 1];
		at--;
	}
	edits->list[at] = *edit;
	edits->count++;
	return STATUS_OK;
}

enum status json_edits_set(struct json_edits *edits, struct json object, const char *key,
			   struct text value, struct error *err)
{
	struct json old = json_get(object, key);
	struct json_edit edit = { 0 };
	uint32_t place = json_end(object) - 1; /* before the closing brace */
	bool empty = !json_exists(json_first(object));

	if (json_exists(old)) {
		if (text_equal(json_raw(old), value))
			return STATUS_OK;
		edit.start = json_start(old);
		edit.end = json_end(old);
		edit.parts[0] = value;
		return add_edit(edits, &edit, err);
	}
	for (size_t i = 0; i < edits->count; i++) {
		if (edits->list[i].start == place && edits->list[i].end == place)
			empty = false; /* something was added there just now */
	}
	edit.start = edit.end = place;
	edit.parts[0] = empty ? TEXT("\"") : TEXT(",\"");
	edit.parts[1] = text_of(key);
	edit.parts[2] = TEXT("\":");
	edit.parts[3] = value;
	return add_edit(edits, &edit, err);
}

enum status json_edits_pieces(const struct json_edits *edits, const struct json_doc *doc,
			      struct arena *arena, struct iovec **ret_pieces, size_t *ret_count,
			      struct error *err)
{
	struct iovec *pieces = arena_array(arena, edits->count * (PARTS + 1) + 1, sizeof(*pieces));
	size_t count = 0;
	uint32_t done = 0;

	if (pieces == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot build the output");
	for (size_t i = 0; i < edits->count; i++) {
		const struct json_edit *edit = &edits->list[i];

		/* iovec has no const; these are only ever written from */
		if (edit->start > done)
			pieces[count++] = (struct iovec){ (void *)(uintptr_t)(doc->text.ptr + done),
							  edit->start - done };
		for (size_t j = 0; j < PARTS; j++) {
			if (edit->parts[j].len > 0)
				pieces[count++] =
					(struct iovec){ (void *)(uintptr_t)edit->parts[j].ptr,
							edit->parts[j].len };
		}
		done = edit->end;
	}
	if (done < doc->text.len)
		pieces[count++] = (struct iovec){ (void *)(uintptr_t)(doc->text.ptr + done),
						  doc->text.len - done };
	*ret_pieces = pieces;
	*ret_count = count;
	return STATUS_OK;
}
