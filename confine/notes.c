/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/notes.h"

#include <stdarg.h>

void notes_add(struct notes *notes, struct arena *arena, const char *fmt, ...)
{
	char line[NOTE_BYTES_MAX];
	char *copy = NULL;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (notes->count < NOTES_MAX)
		copy = text_dup(arena, text_of(line));
	if (copy == NULL) {
		notes->dropped++;
		return;
	}
	notes->list[notes->count++] = text_of(copy);
}

void notes_add_once(struct notes *notes, struct arena *arena, struct text note)
{
	for (size_t i = 0; i < notes->count; i++) {
		if (text_equal(notes->list[i], note))
			return;
	}
	notes_add(notes, arena, "%s", note.ptr);
}
