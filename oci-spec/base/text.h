/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OCI_SPEC_BASE_TEXT_H
#define OCI_SPEC_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "oci-spec/base/arena.h"
#include "oci-spec/base/error.h"

/*
 * A borrowed piece of text: len bytes, not terminated. Parsed strings point into the file's
 * own bytes, so reading a document copies nothing. { NULL, 0 } is "absent".
 */
struct text {
	const char *ptr;
	size_t len;
};

#define TEXT(literal) ((struct text){ (literal), sizeof(literal) - 1 })
#define TEXT_NONE ((struct text){ NULL, 0 })

/* For printf: "%.*s", TEXT_ARG(t). At most 120 bytes, so that a hostile name stays one line. */
#define TEXT_ARG(t) ((t).len > 120 ? 120 : (int)(t).len), ((t).ptr != NULL ? (t).ptr : "")

static inline struct text text_of(const char *s)
{
	return (struct text){ s, strlen(s) };
}

static inline uint64_t bytes_load8(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

static inline uint32_t bytes_load4(const char *at)
{
	uint32_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

/* Eight bytes at a time, the last ones perhaps twice: musl's memcmp() goes byte by byte. */
static inline bool bytes_equal(const char *a, const char *b, size_t n)
{
	if (n >= 8) {
		for (size_t i = 0; i < n - 8; i += 8) {
			if (bytes_load8(a + i) != bytes_load8(b + i))
				return false;
		}
		return bytes_load8(a + n - 8) == bytes_load8(b + n - 8);
	}
	if (n >= 4)
		return bytes_load4(a) == bytes_load4(b) &&
		       bytes_load4(a + n - 4) == bytes_load4(b + n - 4);
	for (size_t i = 0; i < n; i++) {
		if (a[i] != b[i])
			return false;
	}
	return true;
}

static inline bool text_equal(struct text a, struct text b)
{
	return a.len == b.len && bytes_equal(a.ptr, b.ptr, a.len);
}

/* Inline, so that the length of a literal is known when we are built. */
static inline bool text_is(struct text t, const char *s)
{
	return text_equal(t, text_of(s));
}

static inline bool text_starts_with(struct text t, const char *prefix)
{
	size_t n = strlen(prefix);

	return t.len >= n && bytes_equal(t.ptr, prefix, n);
}

static inline bool text_ends_with(struct text t, const char *suffix)
{
	size_t n = strlen(suffix);

	return t.len >= n && bytes_equal(t.ptr + (t.len - n), suffix, n);
}

/* What stands behind the prefix; NULL when s does not begin with it. */
static inline const char *text_after(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	for (size_t i = 0; i < n; i++) {
		if (s[i] != prefix[i])
			return NULL;
	}
	return s + n;
}

/* Where the word stands in t first; NULL when it does not. */
static inline const char *text_find(struct text t, const char *word)
{
	return t.ptr != NULL ? (const char *)memmem(t.ptr, t.len, word, strlen(word)) : NULL;
}

/* Cuts *rest at the first sep: returns what is before it and moves *rest behind it. */
struct text text_cut(struct text *rest, char sep);

/*
 * Which of the rows of a table of words is this one: `count` rows of `width` bytes, each a string
 * with its terminator. Tables are rows of bytes where pointers would have to be relocated in
 * every start of a program.
 */
bool text_find_row(struct text word, const char *rows, size_t width, size_t count,
		   unsigned *ret_row);

/* t without spaces and tabs at both ends. */
struct text text_trim(struct text t);

/* A terminated copy in the arena; NULL when there is no memory. */
char *text_dup(struct arena *arena, struct text t);

/*
 * How many bytes of t are well-formed UTF-8 from its start on, t.len when all are: no overlong
 * forms, no surrogates, nothing past U+10FFFF.
 */
size_t text_utf8_length(struct text t);

/*
 * Whether a and b are the same key to Go's encoding/json, which is how runc reads: without
 * regard to ASCII case, and with U+017F as "s" and U+212A as "k" (Go: encoding/json/fold.go).
 */
bool text_equal_folded(struct text a, struct text b);

/*
 * Output under construction. Running out of memory or over the limit sets `failed`, which
 * buffer_text() reports, so single appends need no check.
 */
struct buffer {
	struct arena *arena;
	char *ptr;
	size_t len, size;
	bool failed;
};

#define BUFFER_INIT(a)                 \
	{                              \
		(a), NULL, 0, 0, false \
	}

void buffer_add(struct buffer *b, struct text t);

/* Inline, so that the length of a literal is known when we are built. */
static inline void buffer_add_str(struct buffer *b, const char *s)
{
	buffer_add(b, text_of(s));
}

void buffer_add_char(struct buffer *b, char c);
void buffer_add_u64(struct buffer *b, uint64_t value);

/* The text between quotes, for names that need no escapes; `before`, at most 6 bytes, first. */
void buffer_add_name(struct buffer *b, const char *before, struct text name);

/* As a JSON string with quotes: shortest escapes, bytes from 0x80 as they are. */
void buffer_add_json_string(struct buffer *b, struct text t);

/* RFC 4648, section 4: the common alphabet, padded, on one line. */
void buffer_add_base64(struct buffer *b, struct text t);

/* For people: bytes outside printable ASCII as \xNN, as error_format() does. */
void buffer_add_printable(struct buffer *b, struct text t);

enum status buffer_text(struct buffer *b, struct text *ret_text, struct error *err) MUST_CHECK;

#endif
