/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/configure_imports.h"

#include <errno.h>

#define ADDED " # added by oci-confine configure"
#define WAS " # oci-confine configure; before: "

/* "imports = [" gives "[" for the key imports; TEXT_NONE for another line. */
static struct text value_of(struct text line, const char *key)
{
	struct text value = text_trim(line), name = text_cut(&value, '=');

	if (value.ptr == NULL || !text_is(text_trim(name), key))
		return TEXT_NONE;
	if (value.len > 0 && value.ptr[value.len - 1] == '\r')
		value.len--;
	return text_trim(value);
}

static bool is_table(struct text line)
{
	return text_starts_with(text_trim(line), "[");
}

/* The line in front of the first table that sets key; ptr is NULL where none does. */
static struct text find_line(struct text text, const char *key)
{
	while (text.ptr != NULL) {
		struct text line = text_cut(&text, '\n');

		if (is_table(line))
			break;
		if (value_of(line, key).ptr != NULL)
			return line;
	}
	return TEXT_NONE;
}

unsigned imports_version(struct text text)
{
	struct text value = value_of(find_line(text, "version"), "version");

	/* a comment may follow */
	if (value.len == 0 || value.ptr[0] < '0' || value.ptr[0] > '9' ||
	    (value.len > 1 && value.ptr[1] >= '0' && value.ptr[1] <= '9'))
		return 0;
	return (unsigned)(value.ptr[0] - '0');
}

static struct text before(struct text text, struct text line)
{
	return (struct text){ text.ptr, (size_t)(line.ptr - text.ptr) };
}

static struct text from(struct text text, struct text line)
{
	return (struct text){ line.ptr, (size_t)(text.ptr + text.len - line.ptr) };
}

static struct text behind(struct text text, struct text line)
{
	const char *end = line.ptr + line.len;

	return (struct text){ end, (size_t)(text.ptr + text.len - end) };
}

/* What stands behind the first `word` in the line; TEXT_NONE without it. */
static struct text after_word(struct text line, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= line.len; i++) {
		if (memcmp(line.ptr + i, word, n) == 0)
			return (struct text){ line.ptr + i + n, line.len - i - n };
	}
	return TEXT_NONE;
}

enum status imports_undo(struct text text, struct arena *arena, struct text *ret_text,
			 bool *ret_found, struct error *err)
{
	struct text line = find_line(text, "imports"), was = after_word(line, WAS), tail;
	struct buffer out = BUFFER_INIT(arena);

	*ret_text = text;
	*ret_found = was.ptr != NULL || after_word(line, ADDED).ptr != NULL;
	if (!*ret_found)
		return STATUS_OK;
	tail = behind(text, line);
	buffer_add(&out, before(text, line));
	if (was.ptr != NULL)
		buffer_add(&out, was);
	else if (tail.len > 0) /* its newline goes with it */
		tail = (struct text){ tail.ptr + 1, tail.len - 1 };
	buffer_add(&out, tail);
	return buffer_text(&out, ret_text, err);
}

/* The inside of "[ ... ]", without a comma at its end; false for any other form. */
static bool inside_array(struct text value, struct text *ret_inside)
{
	if (value.len < 2 || value.ptr[0] != '[' || value.ptr[value.len - 1] != ']' ||
	    memchr(value.ptr, '#', value.len) != NULL)
		return false;
	value = text_trim((struct text){ value.ptr + 1, value.len - 2 });
	if (value.len > 0 && value.ptr[value.len - 1] == ',')
		value.len--;
	*ret_inside = text_trim(value);
	return true;
}

static void add_import(struct buffer *out, struct text inside, const char *path)
{
	buffer_add_str(out, "imports = [");
	buffer_add(out, inside);
	buffer_add_str(out, inside.len > 0 ? ", \"" : "\"");
	buffer_add_str(out, path);
	buffer_add_str(out, "\"]");
}

enum status imports_add(struct text text, const char *path, struct text inherited,
			struct arena *arena, struct text *ret_text, struct error *err)
{
	struct text line = find_line(text, "imports"), version, inside;
	struct buffer out = BUFFER_INIT(arena);

	if (line.ptr != NULL) {
		if (!inside_array(value_of(line, "imports"), &inside))
			return error_set(err, STATUS_UNSUPPORTED, 0,
					 "imports is not one line without a comment; write it so, "
					 "or add \"%.200s\" there yourself",
					 path);
		buffer_add(&out, before(text, line));
		add_import(&out, inside, path);
		buffer_add_str(&out, WAS);
		buffer_add(&out, line);
		buffer_add(&out, behind(text, line));
		return buffer_text(&out, ret_text, err);
	}
	/* a line of its own, in front of the version if that is there: keys may come in any order */
	version = find_line(text, "version");
	if (version.ptr != NULL)
		buffer_add(&out, before(text, version));
	add_import(&out, inherited, path);
	buffer_add_str(&out, ADDED "\n");
	buffer_add(&out, version.ptr != NULL ? from(text, version) : text);
	return buffer_text(&out, ret_text, err);
}
