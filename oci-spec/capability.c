/* SPDX-License-Identifier: Apache-2.0 */
#include "oci-spec/capability.h"

#include <stddef.h>

#include "oci-spec/capability_table.h" /* generated: capability_names[] */

#define COUNT ((unsigned)(sizeof(capability_names) / sizeof(capability_names[0])))

unsigned capability_count(void)
{
	return COUNT;
}

uint64_t capability_all(void)
{
	return CAPABILITY_BIT(COUNT) - 1;
}

bool capability_number(struct text name, unsigned *ret_number)
{
	for (unsigned n = 0; n < COUNT; n++) {
		if (text_equal(name, capability_name(n))) {
			*ret_number = n;
			return true;
		}
	}
	return false;
}

struct text capability_name(unsigned number)
{
	return (struct text){ capability_names[number].name, capability_names[number].len };
}

bool capability_sets_equal(const struct capability_sets *a, const struct capability_sets *b)
{
	return a->bounding == b->bounding && a->effective == b->effective &&
	       a->inheritable == b->inheritable && a->permitted == b->permitted &&
	       a->ambient == b->ambient;
}

enum status capability_set_parse(struct json array, uint64_t *ret_set, struct error *err)
{
	uint64_t set = 0;
	enum status st = json_expect(array, JSON_ARRAY, err);

	if (st != STATUS_OK)
		return st;
	for (struct json e = json_first(array); json_exists(e); e = json_next(e)) {
		unsigned number;

		st = json_expect(e, JSON_STRING, err);
		if (st != STATUS_OK)
			return st;
		if (!capability_number(json_text(e), &number))
			return json_fail(e, STATUS_INVALID, err, "unknown capability '%.*s'",
					 TEXT_ARG(json_text(e)));
		set |= CAPABILITY_BIT(number);
	}
	*ret_set = set;
	return STATUS_OK;
}

static const struct field {
	char name[16];
	size_t offset;
} fields[] = {
	{ "bounding", offsetof(struct capability_sets, bounding) },
	{ "effective", offsetof(struct capability_sets, effective) },
	{ "inheritable", offsetof(struct capability_sets, inheritable) },
	{ "permitted", offsetof(struct capability_sets, permitted) },
	{ "ambient", offsetof(struct capability_sets, ambient) },
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

enum status capability_sets_parse(struct json object, struct capability_sets *ret_sets,
				  struct error *err)
{
	static const char known[] = "bounding effective inheritable permitted ambient";
	struct capability_sets sets = { 0 };
	enum status st = json_expect(object, JSON_OBJECT, err);

	if (st == STATUS_OK)
		st = json_check_keys(object, known, false, err);
	for (size_t i = 0; i < FIELDS && st == STATUS_OK; i++) {
		struct json list = json_get(object, fields[i].name);

		if (json_exists(list))
			st = capability_set_parse(
				list, (uint64_t *)(void *)((char *)&sets + fields[i].offset), err);
	}
	if (st == STATUS_OK)
		*ret_sets = sets;
	return st;
}

void capability_sets_write(const struct capability_sets *sets, struct buffer *out)
{
	const char *separator = "{";

	for (size_t i = 0; i < FIELDS; i++) {
		uint64_t set =
			*(const uint64_t *)(const void *)((const char *)sets + fields[i].offset);
		const char *comma = "[";

		if (set == 0)
			continue;
		buffer_add_str(out, separator);
		buffer_add_json_string(out, text_of(fields[i].name));
		buffer_add_char(out, ':');
		for (unsigned n = 0; n < COUNT; n++) {
			if ((set & CAPABILITY_BIT(n)) == 0)
				continue;
			buffer_add_name(out, comma, capability_name(n));
			comma = ",";
		}
		buffer_add_char(out, ']');
		separator = ",";
	}
	buffer_add_str(out, separator[0] == '{' ? "{}" : "}");
}

void capability_set_describe(uint64_t set, struct buffer *out)
{
	const char *comma = "";

	for (unsigned n = 0; n < COUNT; n++) {
		if ((set & CAPABILITY_BIT(n)) == 0)
			continue;
		buffer_add_str(out, comma);
		buffer_add(out, capability_name(n));
		comma = ", ";
	}
	if (set == 0)
		buffer_add_str(out, "none");
}
