/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OCI_SPEC_BASE_ARENA_H
#define OCI_SPEC_BASE_ARENA_H

#include <stddef.h>

/*
 * Memory of one run: everything that parsing and deciding build lives until arena_done().
 * Single values are never freed, so nothing can dangle and no struct needs a destructor.
 */
struct arena {
	struct arena_chunk *chunks;
	char *next;
	size_t left;
	char *lent; /* of ARENA_IN() or arena_within(); NULL for none */
	size_t lent_size;
};

#define ARENA_INIT                     \
	{                              \
		NULL, NULL, 0, NULL, 0 \
	}

/*
 * An arena that first uses up `storage`, an array of char that is zero, aligned to 16 and not used
 * before: a static one of main() costs neither a system call nor the C library's allocator.
 */
#define ARENA_IN(storage)                                                        \
	{                                                                        \
		NULL, (storage), sizeof((storage)), (storage), sizeof((storage)) \
	}

/* Zeroed memory, aligned for any type; NULL when there is none. A size of 0 is allowed. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((malloc, alloc_size(2)));

/* arena_alloc() for count * size; NULL also when that overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/*
 * Makes room for new_size bytes: in place when ptr was the last allocation and fits, else a
 * copy. The added bytes are zero. ptr may be NULL with old_size 0. NULL leaves ptr as it was.
 */
void *arena_grow(struct arena *arena, void *ptr, size_t old_size, size_t new_size);

/* One that first uses up `size` bytes of another, which then must last longer. */
struct arena arena_within(struct arena *arena, size_t size);

/* Takes everything back, to begin anew: lent storage is made zero as far as it was used. */
void arena_reset(struct arena *arena);

/* Frees everything but what was lent, which is not used again. The arena may be. */
void arena_done(struct arena *arena);

#endif
