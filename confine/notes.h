/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_NOTES_H
#define CONFINE_NOTES_H

#include "oci-spec/base/text.h"

/*
 * Warnings that a decision leaves for people: what was tightened more than asked, what was
 * ignored. The engine only collects them; the programs print them. Beyond the limit they are
 * counted, not kept, so that a hostile profile cannot flood a log.
 */
#define NOTES_MAX 16
#define NOTE_BYTES_MAX 256

struct notes {
	struct text list[NOTES_MAX];
	size_t count;	/* of list */
	size_t dropped; /* beyond it */
};

void notes_add(struct notes *notes, struct arena *arena, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The same for a text that is kept already, unless it is there. */
void notes_add_once(struct notes *notes, struct arena *arena, struct text note);

#endif
