/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OCI_SPEC_JSON_H
#define OCI_SPEC_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "oci-spec/base/arena.h"
#include "oci-spec/base/error.h"
#include "oci-spec/base/text.h"
#include "oci-spec/json_node.h"

/*
 * Strict JSON (RFC 8259) that still knows where every value stood in the file, so that
 * rewriting one value leaves all other bytes as they were (json_edit.h).
 *
 * The two runtimes do not read JSON alike: a key that stands twice counts once by its first
 * value and once by its last, Go takes keys of another case, NUL cuts a C string. What they
 * could disagree about is therefore refused here: duplicate keys, NUL, lone surrogates,
 * ill-formed UTF-8, comments, anything behind the document. Keys that differ from a known one
 * in case only are refused where the known keys are known: json_check_keys().
 */
struct json_limits {
	size_t max_bytes, max_depth, max_nodes;
};

enum json_type {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
	JSON_KEY, /* internal: stands before each member's value */
};

/* A parsed document; borrows `text` and lives in the arena it was parsed into. */
struct json_doc {
	const char *name; /* what error.file is set to; may be NULL */
	const char *path; /* prefix of error.where for a document inside another; may be NULL */
	struct text text;
	struct json_node *nodes; /* [0] unused, [1] the root; parents before children */
	uint32_t count;
	struct json_decoded *decoded; /* strings with escapes, by rising node number */
	uint32_t decoded_count;
};

/* One value of a document; `at` is 0 for "not there". Passed by value. */
struct json {
	const struct json_doc *doc;
	uint32_t at;
};

/* STATUS_INVALID names line and column, or the JSON path where the text itself is sound. */
enum status json_parse(struct arena *arena, struct text text, const char *name,
		       const struct json_limits *limits, struct json_doc *ret_doc,
		       struct error *err) MUST_CHECK;

static inline struct json json_root(const struct json_doc *doc)
{
	return (struct json){ doc, 1 };
}

static inline bool json_exists(struct json value)
{
	return value.at != 0;
}

static inline enum json_type json_type(struct json value)
{
	return value.at == 0 ? JSON_NULL : (enum json_type)value.doc->nodes[value.at].type;
}

static inline bool json_is(struct json value, enum json_type type)
{
	return value.at != 0 && value.doc->nodes[value.at].type == type;
}

/* Member `key` of an object; not-there when absent or when value is no object. */
struct json json_get_text(struct json object, struct text key);

static inline struct json json_get(struct json object, const char *key)
{
	return json_get_text(object, text_of(key));
}

/* First and following element of an array or member of an object; not-there at the end. */
static inline struct json json_first(struct json container)
{
	const struct json_node *node;

	if (container.at == 0)
		return container;
	node = &container.doc->nodes[container.at];
	if (!node->child)
		return (struct json){ container.doc, 0 };
	return (struct json){ container.doc, container.at + (node->type == JSON_OBJECT ? 2 : 1) };
}

static inline bool json_is_member(struct json value)
{
	return value.at > 1 && value.doc->nodes[value.at - 1].type == JSON_KEY;
}

static inline struct json json_next(struct json value)
{
	const struct json_node *node;
	uint32_t next;

	if (value.at == 0)
		return value;
	node = &value.doc->nodes[value.at];
	if (!json_is_member(value))
		return (struct json){ value.doc, node->next };
	next = node[-1].next; /* the key's */
	return (struct json){ value.doc, next != 0 ? next + 1 : 0 };
}

/* What a string or key with escapes says. */
struct text json_decoded_text(const struct json_doc *doc, uint32_t at);

static inline struct text json_node_text(const struct json_doc *doc, uint32_t at)
{
	const struct json_node *node = &doc->nodes[at];

	if (node->escaped)
		return json_decoded_text(doc, at);
	return (struct text){ doc->text.ptr + node->start + 1, node->end - node->start - 2 };
}

/* The key of a member that json_first() or json_next() gave. */
static inline struct text json_key(struct json member)
{
	return json_is_member(member) ? json_node_text(member.doc, member.at - 1) : TEXT_NONE;
}

/* The bytes of the document that spell the value. */
struct text json_raw(struct json value);

/* Decoded value of a string; literal text of a number; TEXT_NONE of anything else. */
static inline struct text json_text(struct json value)
{
	if (json_is(value, JSON_STRING))
		return json_node_text(value.doc, value.at);
	return json_is(value, JSON_NUMBER) ? json_raw(value) : TEXT_NONE;
}

/* Byte offsets of the value in the document's text. */
uint32_t json_start(struct json value);
uint32_t json_end(struct json value);

/* Sets err to st at this value's file and JSON path. Returns st. */
enum status json_fail(struct json value, enum status st, struct error *err, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
#ifdef __clang_analyzer__ /* see error.h */
#define json_fail(...) error_failed(json_fail(__VA_ARGS__))
#endif

/* Writes the JSON path of the value, "linux.seccomp.syscalls[3]"; cut at size. */
void json_path(struct json value, char *path, size_t size);

/* STATUS_INVALID unless value has this type; a value that is not there passes. */
enum status json_expect(struct json value, enum json_type type, struct error *err) MUST_CHECK;

/* Fails when the member is not there. parent and key only name it. */
enum status json_require(struct json parent, const char *key, enum json_type type,
			 struct json *ret_value, struct error *err) MUST_CHECK;

/*
 * An unsigned number at most max, exactly as written: digits only, no sign, fraction or
 * exponent, no leading zero.
 */
enum status json_u64(struct json value, uint64_t max, uint64_t *ret_number,
		     struct error *err) MUST_CHECK;

enum status json_bool(struct json value, bool *ret_bool, struct error *err) MUST_CHECK;

/*
 * Checks the keys of an object against the known ones, words with a space between. A key that is
 * a known one in another case is refused always, an unknown one unless others_allowed.
 */
enum status json_check_keys(struct json object, const char *known, bool others_allowed,
			    struct error *err) MUST_CHECK;

#endif
