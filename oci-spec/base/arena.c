/* SPDX-License-Identifier: Apache-2.0 */
#include "oci-spec/base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A small container start fits into one chunk; larger requests get a chunk of their own. */
#define CHUNK_SIZE ((size_t)64 * 1024)
#define ALIGNMENT ((size_t)16)

struct arena_chunk {
	struct arena_chunk *older;
	size_t unused; /* keeps what follows aligned */
};

static size_t align_up(size_t size)
{
	return (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

static bool add_chunk(struct arena *arena, size_t need)
{
	size_t size = need > CHUNK_SIZE ? need : CHUNK_SIZE;
	struct arena_chunk *chunk;

	/* calloc: the C library knows which fresh pages are zero already */
	chunk = calloc(1, sizeof(*chunk) + size);
	if (chunk == NULL)
		return false;
	chunk->older = arena->chunks;
	arena->chunks = chunk;
	arena->next = (char *)(chunk + 1);
	arena->left = size;
	return true;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size_t need;
	void *ptr;

	if (size > SIZE_MAX / 2)
		return NULL;
	need = size == 0 ? ALIGNMENT : align_up(size);
	if (need > arena->left && !add_chunk(arena, need))
		return NULL;
	ptr = arena->next;
	arena->next += need;
	arena->left -= need;
	return ptr;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		return NULL;
	return arena_alloc(arena, bytes);
}

void *arena_grow(struct arena *arena, void *ptr, size_t old_size, size_t new_size)
{
	size_t had = align_up(old_size);
	void *copy;

	if (new_size <= had && ptr != NULL)
		return ptr;
	if (ptr != NULL && (char *)ptr + had == arena->next && new_size <= SIZE_MAX / 2 &&
	    align_up(new_size) - had <= arena->left) {
		size_t more = align_up(new_size) - had;

		arena->next += more;
		arena->left -= more;
		return ptr;
	}
	copy = arena_alloc(arena, new_size);
	if (copy != NULL && ptr != NULL)
		memcpy(copy, ptr, old_size);
	return copy;
}

struct arena arena_within(struct arena *arena, size_t size)
{
	char *lent = arena_alloc(arena, size);

	size = lent != NULL ? size : 0;
	return (struct arena){ .next = lent, .left = size, .lent = lent, .lent_size = size };
}

void arena_reset(struct arena *arena)
{
	struct arena again = { .next = arena->lent,
			       .left = arena->lent_size,
			       .lent = arena->lent,
			       .lent_size = arena->lent_size };

	if (arena->lent != NULL)
		memset(arena->lent, 0,
		       arena->chunks != NULL ? arena->lent_size
					     : (size_t)(arena->next - arena->lent));
	arena_done(arena);
	*arena = again;
}

void arena_done(struct arena *arena)
{
	struct arena_chunk *chunk = arena->chunks;

	while (chunk != NULL) {
		struct arena_chunk *older = chunk->older;

		free(chunk);
		chunk = older;
	}
	*arena = (struct arena)ARENA_INIT;
}
