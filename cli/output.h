/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "oci-spec/base/text.h"
#include "oci-spec/seccomp_names.h"

/*
 * What a command says, built in memory and printed whole at its end, so that nothing is ever
 * half written. One of the two forms: for people, or one JSON object.
 */
struct output {
	struct buffer text;
	bool is_json;
	bool color; /* standard output is a terminal, and NO_COLOR is not set */
	bool comma; /* JSON: the next member needs one before it */
};

enum tone { TONE_GOOD, TONE_BAD, TONE_WARNING, TONE_TITLE, TONE_QUIET };

void output_init(struct output *out, bool is_json, struct arena *arena);

/* Prints all of it; a newline is put behind JSON. */
enum status output_print(struct output *out, struct error *err) MUST_CHECK;

/* --- for people --- */

/* At most 511 bytes; control characters and what is no UTF-8 come out as \xNN. */
void say(struct output *out, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The same in a colour, without one where there is none. */
void say_in(struct output *out, enum tone tone, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Any length, escaped. */
void say_text(struct output *out, struct text text);

/* A sentence in lines of at most 80 columns, each indented; ends with a newline. */
void say_wrapped(struct output *out, size_t indent, const char *head, struct text text);

/* "x86_64" for SCMP_ARCH_X86_64. */
void say_arch(struct output *out, enum arch arch);

void say_verdict(struct output *out, struct verdict verdict);

/* Spaces up to this column, at least one; `start` is where the line began in the buffer. */
void say_column(struct output *out, size_t start, size_t column);

/* --- JSON; key is NULL for an element of an array --- */

void json_open(struct output *out, const char *key, char bracket);
void json_close(struct output *out, char bracket);
void json_put_text(struct output *out, const char *key, struct text value);
void json_put_str(struct output *out, const char *key, const char *value);
void json_put_u64(struct output *out, const char *key, uint64_t value);
void json_put_bool(struct output *out, const char *key, bool value);
void json_put_null(struct output *out, const char *key);

/* What stands in `raw` is JSON already. */
void json_put_raw(struct output *out, const char *key, struct text raw);

/* {"action": "SCMP_ACT_ERRNO", "errno": 1, "name": "EPERM"} */
void json_put_verdict(struct output *out, const char *key, struct verdict verdict);

/* ["CAP_..."] */
void json_put_caps(struct output *out, const char *key, uint64_t caps);

/* ["SCMP_ARCH_..."] */
void json_put_arches(struct output *out, const char *key, uint32_t arches);

#endif
