/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/configure_dump.h"

const char *dump_cri_table(unsigned version)
{
	/* as containerd writes them: 1.x with ", 2.x with ' */
	static const char *const tables[] = { "plugins.cri",
					      "plugins.\"io.containerd.grpc.v1.cri\"",
					      "plugins.'io.containerd.cri.v1.runtime'" };

	return tables[version - 1];
}

/* The name in "[name]"; TEXT_NONE for a line that begins no table. */
static struct text header_of(struct text line)
{
	line = text_trim(line);
	if (line.len < 2 || line.ptr[0] != '[' || line.ptr[line.len - 1] != ']')
		return TEXT_NONE;
	return (struct text){ line.ptr + 1, line.len - 2 };
}

/* Whether the table is `table` or beneath it. */
static bool is_within(struct text header, const char *table)
{
	size_t n = strlen(table);

	return text_starts_with(header, table) && (header.len == n || header.ptr[n] == '.');
}

struct text dump_value(struct text dump, const char *table, const char *key)
{
	bool inside = false;

	while (dump.ptr != NULL) {
		struct text value = text_trim(text_cut(&dump, '\n')), header = header_of(value),
			    name;

		if (header.ptr != NULL) {
			inside = text_is(header, table);
			continue;
		}
		name = text_cut(&value, '=');
		if (inside && value.ptr != NULL && text_is(text_trim(name), key))
			return text_trim(value);
	}
	return TEXT_NONE;
}

bool dump_has_table(struct text dump, const char *table)
{
	return dump_tables(dump, table).ptr != NULL;
}

struct text dump_tables(struct text dump, const char *table)
{
	const char *start = NULL;

	while (dump.ptr != NULL) {
		struct text line = text_cut(&dump, '\n'), header = header_of(line);

		if (start == NULL && is_within(header, table))
			start = line.ptr;
		else if (start != NULL && header.ptr != NULL && !is_within(header, table))
			return (struct text){ start, (size_t)(line.ptr - start) };
		if (start != NULL && dump.ptr == NULL)
			return (struct text){ start, (size_t)(line.ptr + line.len - start) };
	}
	return TEXT_NONE;
}

/* A dump, read line by line. */
struct reader {
	struct text rest;
	const char *skip; /* tables beneath this one are passed over */
	bool skipping;
};

/* The next line that must be the same in both; TEXT_NONE at the end. */
static struct text next_line(struct reader *reader)
{
	while (reader->rest.ptr != NULL) {
		struct text line = text_trim(text_cut(&reader->rest, '\n'));
		struct text header = header_of(line);

		if (header.ptr != NULL)
			reader->skipping = is_within(header, reader->skip);
		if (line.len > 0 && !reader->skipping && !text_starts_with(line, "imports = ") &&
		    !text_starts_with(line, "default_runtime_name = "))
			return line;
	}
	return TEXT_NONE;
}

bool dump_same_but_for_handler(struct text before, struct text after, const char *handler_table,
			       struct text *ret_line)
{
	struct reader old = { before, handler_table, false }, new = { after, handler_table, false };
	struct text old_line, new_line;

	do {
		old_line = next_line(&old);
		new_line = next_line(&new);
	} while (old_line.ptr != NULL && text_equal(old_line, new_line));
	*ret_line = new_line.ptr != NULL ? new_line : old_line;
	return old_line.ptr == NULL && new_line.ptr == NULL;
}
