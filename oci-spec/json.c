/* SPDX-License-Identifier: Apache-2.0 */
#include "oci-spec/json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#undef json_fail /* what analyzers have instead, see json.h */

static const struct json_node *node_of(struct json value)
{
	return &value.doc->nodes[value.at];
}

struct text json_decoded_text(const struct json_doc *doc, uint32_t at)
{
	uint32_t low = 0, high = doc->decoded_count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (doc->decoded[mid].node < at)
			low = mid + 1;
		else
			high = mid;
	}
	return doc->decoded[low].text;
}

uint32_t json_start(struct json value)
{
	return node_of(value)->start;
}

uint32_t json_end(struct json value)
{
	return node_of(value)->end;
}

struct text json_raw(struct json value)
{
	const struct json_node *node;

	if (value.at == 0)
		return TEXT_NONE;
	node = node_of(value);
	return (struct text){ value.doc->text.ptr + node->start, node->end - node->start };
}

struct json json_get_text(struct json object, struct text key)
{
	struct json none = { object.doc, 0 };

	if (!json_is(object, JSON_OBJECT))
		return none;
	for (struct json m = json_first(object); json_exists(m); m = json_next(m)) {
		if (text_equal(json_key(m), key))
			return m;
	}
	return none;
}

/* --- errors and paths --- */

static bool is_plain_key(struct text key)
{
	if (key.len == 0)
		return false;
	for (size_t i = 0; i < key.len; i++) {
		/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a text of some length is one */
		char c = key.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '_' || c == '-'))
			return false;
	}
	return true;
}

static uint32_t index_in_array(struct json element)
{
	struct json array = { element.doc, node_of(element)->parent };
	uint32_t index = 0;

	for (struct json e = json_first(array); json_exists(e) && e.at != element.at;
	     e = json_next(e))
		index++;
	return index;
}

static void put_step(struct json value, char *path, size_t size)
{
	size_t len = strlen(path);
	struct text key = json_key(value);

	if (json_is_member(value) && is_plain_key(key))
		(void)snprintf(path + len, size - len, "%s%.*s", len > 0 ? "." : "", TEXT_ARG(key));
	else if (json_is_member(value))
		(void)snprintf(path + len, size - len, "[\"%.*s\"]", TEXT_ARG(key));
	else if (node_of(value)->parent != 0)
		(void)snprintf(path + len, size - len, "[%" PRIu32 "]", index_in_array(value));
}

void json_path(struct json value, char *path, size_t size)
{
	uint32_t chain[JSON_DEPTH_MAX + 1];
	size_t depth = 0;

	path[0] = '\0';
	if (value.at == 0)
		return;
	(void)snprintf(path, size, "%s", value.doc->path != NULL ? value.doc->path : "");
	for (uint32_t at = value.at; at != 0 && depth <= JSON_DEPTH_MAX;
	     at = value.doc->nodes[at].parent)
		chain[depth++] = at;
	while (depth > 0)
		put_step((struct json){ value.doc, chain[--depth] }, path, size);
}

enum status json_fail(struct json value, enum status st, struct error *err, const char *fmt, ...)
{
	va_list ap;

	(void)error_set(err, st, 0, "%s", "");
	va_start(ap, fmt);
	(void)vsnprintf(err->what, sizeof(err->what), fmt, ap);
	va_end(ap);
	json_path(value, err->where, sizeof(err->where));
	if (value.doc->name != NULL)
		return error_in_file(err, value.doc->name);
	return st;
}

/* --- typed access --- */

static const char *type_name(enum json_type type)
{
	switch (type) {
	case JSON_NULL:
		return "null";
	case JSON_FALSE:
	case JSON_TRUE:
		return "a boolean";
	case JSON_NUMBER:
		return "a number";
	case JSON_STRING:
		return "a string";
	case JSON_ARRAY:
		return "an array";
	case JSON_OBJECT:
		return "an object";
	case JSON_KEY:
		break;
	}
	return "a key";
}

enum status json_expect(struct json value, enum json_type type, struct error *err)
{
	if (value.at == 0 || json_is(value, type))
		return STATUS_OK;
	return json_fail(value, STATUS_INVALID, err, "expected %s, found %s", type_name(type),
			 type_name(json_type(value)));
}

enum status json_require(struct json parent, const char *key, enum json_type type,
			 struct json *ret_value, struct error *err)
{
	struct json value = json_get(parent, key);
	enum status st;

	if (!json_exists(value))
		return json_fail(parent, STATUS_INVALID, err, "has no '%s', which must be %s", key,
				 type_name(type));
	st = json_expect(value, type, err);
	if (st == STATUS_OK)
		*ret_value = value;
	return st;
}

enum status json_u64(struct json value, uint64_t max, uint64_t *ret_number, struct error *err)
{
	struct text digits = json_raw(value);
	uint64_t number = 0;

	if (!json_is(value, JSON_NUMBER))
		return json_fail(value, STATUS_INVALID, err, "expected a number, found %s",
				 type_name(json_type(value)));
	for (size_t i = 0; i < digits.len; i++) {
		unsigned digit = (unsigned)(digits.ptr[i] - '0');

		if (digit > 9)
			return json_fail(value, STATUS_INVALID, err,
					 "expected a whole number that is not negative, found %.*s",
					 TEXT_ARG(digits));
		if (__builtin_mul_overflow(number, (uint64_t)10, &number) ||
		    __builtin_add_overflow(number, (uint64_t)digit, &number) || number > max)
			return json_fail(value, STATUS_INVALID, err, "%.*s is larger than %" PRIu64,
					 TEXT_ARG(digits), max);
	}
	*ret_number = number;
	return STATUS_OK;
}

enum status json_bool(struct json value, bool *ret_bool, struct error *err)
{
	enum json_type type = json_type(value);

	if (type != JSON_TRUE && type != JSON_FALSE)
		return json_fail(value, STATUS_INVALID, err, "expected true or false, found %s",
				 type_name(type));
	*ret_bool = type == JSON_TRUE;
	return STATUS_OK;
}

/* By hand: nearly every key of a document comes by here. */
static bool is_word_of(struct text key, const char *words)
{
	for (;;) {
		size_t n = 0;

		while (words[n] != ' ' && words[n] != '\0')
			n++;
		if (n == key.len && bytes_equal(words, key.ptr, n))
			return true;
		if (words[n] == '\0')
			return false;
		words += n + 1;
	}
}

static struct text folded_word_of(struct text key, struct text words)
{
	while (words.len > 0) {
		struct text word = text_cut(&words, ' ');

		if (text_equal_folded(key, word))
			return word;
	}
	return TEXT_NONE;
}

enum status json_check_keys(struct json object, const char *known, bool others_allowed,
			    struct error *err)
{
	for (struct json m = json_first(object); json_exists(m); m = json_next(m)) {
		struct text key = json_key(m), folded;

		if (is_word_of(key, known))
			continue;
		folded = folded_word_of(key, text_of(known));
		if (folded.len > 0)
			return json_fail(
				m, STATUS_INVALID, err,
				"is '%.*s' in another spelling, which runtimes read differently",
				TEXT_ARG(folded));
		if (!others_allowed)
			return json_fail(m, STATUS_INVALID, err, "unknown key");
	}
	return STATUS_OK;
}
