/* SPDX-License-Identifier: Apache-2.0 */
#include "oci-spec/json_memory.h"

#include <errno.h>
#include <string.h>

/*
 * Two buffers (a string being decoded, a token that the end of the text cuts) double from 2 KiB
 * until they hold the longest token, at most the whole text. When a buffer moves as it doubles,
 * all that it ever was is less than twice its last size: eight times the text for both. The rest
 * is the handle, the lexer and a byte for each level of nesting.
 */
#define BYTES_PER_BYTE 8
#define BYTES_AT_LEAST ((size_t)16 * 1024)

/* In front of each block, so that it can be copied when it moves. */
struct block {
	size_t size;
	size_t unused; /* keeps what follows aligned */
};

enum status json_memory_init(struct json_memory *memory, struct arena *arena, size_t len,
			     struct error *err)
{
	size_t size;

	*memory = (struct json_memory){ .next = NULL };
	if (!__builtin_mul_overflow(len, BYTES_PER_BYTE, &size) &&
	    !__builtin_add_overflow(size, BYTES_AT_LEAST, &size))
		memory->next = arena_alloc(arena, size);
	if (memory->next == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read the document");
	memory->end = memory->next + size;
	return STATUS_OK;
}

static struct block *block_of(void *ptr)
{
	return (struct block *)ptr - 1;
}

static size_t aligned(size_t size)
{
	return (size + sizeof(struct block) - 1) & ~(sizeof(struct block) - 1);
}

void *json_memory_alloc(void *context, size_t size)
{
	struct json_memory *memory = context;
	size_t left = (size_t)(memory->end - memory->next);
	struct block *block = (struct block *)(void *)memory->next;

	if (left < sizeof(*block) || size > left - sizeof(*block) ||
	    aligned(size) > left - sizeof(*block))
		return NULL;
	block->size = size;
	memory->last = (char *)(block + 1);
	memory->next = memory->last + aligned(size);
	return memory->last;
}

void *json_memory_realloc(void *context, void *ptr, size_t size)
{
	struct json_memory *memory = context;
	void *moved;

	if (ptr != NULL && ptr == memory->last && size <= (size_t)(memory->end - memory->last) &&
	    aligned(size) <= (size_t)(memory->end - memory->last)) {
		block_of(ptr)->size = size;
		memory->next = memory->last + aligned(size);
		return ptr;
	}
	moved = json_memory_alloc(memory, size);
	if (moved != NULL && ptr != NULL)
		memcpy(moved, ptr, block_of(ptr)->size < size ? block_of(ptr)->size : size);
	return moved;
}

void json_memory_free(void *context, void *ptr)
{
	struct json_memory *memory = context;

	if (ptr == NULL || ptr != memory->last)
		return; /* the arena has it back in the end */
	memory->next = memory->last - sizeof(struct block);
	memory->last = NULL;
}
