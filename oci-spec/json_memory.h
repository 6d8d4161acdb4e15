/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OCI_SPEC_JSON_MEMORY_H
#define OCI_SPEC_JSON_MEMORY_H

#include "oci-spec/base/arena.h"
#include "oci-spec/base/error.h"

/*
 * What yajl allocates from. yajl 2.1 does not look whether it got memory (yajl_buf.c,
 * yajl_bytestack.h) and would crash without a word, so all that a document can make it ask for
 * is had from the arena beforehand. Pages that it does not use are never touched.
 */
struct json_memory {
	char *next, *end;
	char *last; /* the newest block, which can grow and be given back */
};

/* For a document of `len` bytes. The only failure is STATUS_SYSTEM, out of memory. */
enum status json_memory_init(struct json_memory *memory, struct arena *arena, size_t len,
			     struct error *err) MUST_CHECK;

/* As yajl_alloc_funcs wants them; context is a struct json_memory. NULL only beyond the bound. */
void *json_memory_alloc(void *context, size_t size);
void *json_memory_realloc(void *context, void *ptr, size_t size);
void json_memory_free(void *context, void *ptr);

#endif
