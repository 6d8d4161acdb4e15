/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/property/skeleton.h"

#include <stdlib.h>

static size_t skip_space(struct text doc, size_t at)
{
	while (at < doc.len && strchr(" \t\r\n", doc.ptr[at]) != NULL)
		at++;
	return at;
}

/* Behind the string that starts at `at`. */
static size_t skip_string(struct text doc, size_t at)
{
	for (at++; at < doc.len && doc.ptr[at] != '"'; at++) {
		if (doc.ptr[at] == '\\')
			at++;
	}
	return at + 1;
}

/* Behind the value that starts at `at`. */
static size_t skip_value(struct text doc, size_t at)
{
	size_t depth = 0;

	do {
		char c = at < doc.len ? doc.ptr[at] : '}';

		if (c == '"') {
			at = skip_string(doc, at);
			continue;
		}
		if (depth == 0 && strchr(",]} \t\r\n", c) != NULL)
			break;
		if (c == '{' || c == '[')
			depth++;
		if (c == '}' || c == ']')
			depth--;
		at++;
		if (depth == 0 && (c == '}' || c == ']'))
			break;
	} while (at < doc.len && (depth > 0 || doc.ptr[at - 1] != '"'));
	return at;
}

static unsigned hex(const char *digits)
{
	char copy[5] = { digits[0], digits[1], digits[2], digits[3], '\0' };

	return (unsigned)strtoul(copy, NULL, 16);
}

/* Compares the string at `at` with plain ASCII. */
static bool string_is(struct text doc, size_t at, const char *word)
{
	size_t end = skip_string(doc, at) - 1, n = 0;

	for (at++; at < end; at++, n++) {
		unsigned c = (unsigned char)doc.ptr[at];

		if (c == '\\' && doc.ptr[at + 1] == 'u') {
			c = hex(doc.ptr + at + 2);
			at += 5;
		} else if (c == '\\') {
			return false;
		}
		if (word[n] == '\0' || c != (unsigned char)word[n])
			return false;
	}
	return word[n] == '\0';
}

struct span skeleton_member(struct text doc, size_t object, const char *key)
{
	size_t at = skip_space(doc, object + 1);
	struct span none = { 0, 0, 0, false };

	while (at < doc.len && doc.ptr[at] == '"') {
		struct span member = { .key = at, .found = true };
		size_t colon = skip_space(doc, skip_string(doc, at));

		member.start = skip_space(doc, colon + 1);
		member.end = skip_value(doc, member.start);
		if (string_is(doc, member.key, key))
			return member;
		at = skip_space(doc, member.end);
		if (at < doc.len && doc.ptr[at] == ',')
			at = skip_space(doc, at + 1);
	}
	return none;
}

void skeleton_read(struct text doc, struct skeleton *s)
{
	size_t root = skip_space(doc, 0);

	*s = (struct skeleton){ .process = skeleton_member(doc, root, "process"),
				.linux_object = skeleton_member(doc, root, "linux") };
	if (s->process.found) {
		size_t at = s->process.start;

		s->owned[OWNED_CAPABILITIES] = skeleton_member(doc, at, "capabilities");
		s->owned[OWNED_NNP] = skeleton_member(doc, at, "noNewPrivileges");
		s->owned[OWNED_LABEL] = skeleton_member(doc, at, "apparmorProfile");
	}
	if (s->linux_object.found)
		s->owned[OWNED_SECCOMP] = skeleton_member(doc, s->linux_object.start, "seccomp");
}

static int by_start(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

/* The document without these spans, each replaced by `mark` when that is not 0. */
static struct text cut_spans(struct text doc, struct span *spans, size_t count, const char *marks,
			     struct arena *arena)
{
	struct buffer out = BUFFER_INIT(arena);
	size_t done = 0;

	for (size_t i = 0; i < count; i++) {
		buffer_add(&out, (struct text){ doc.ptr + done, spans[i].start - done });
		if (marks[spans[i].key] != '\0')
			buffer_add_char(&out, marks[spans[i].key]);
		done = spans[i].end;
	}
	buffer_add(&out, (struct text){ doc.ptr + done, doc.len - done });
	return out.failed ? TEXT_NONE : (struct text){ out.ptr, out.len };
}

/* The member as it was added: with the comma before it, if any, and without white space. */
static struct span added_member(struct text doc, struct span member)
{
	if (member.key > 0 && doc.ptr[member.key - 1] == ',')
		member.key--;
	member.start = member.key;
	return member;
}

bool skeleton_same(struct text before, struct text after, struct arena *arena)
{
	struct skeleton old, new;
	struct span old_spans[OWNED_COUNT_ + 1], new_spans[OWNED_COUNT_ + 1];
	char marks[2] = { '\0', '@' }; /* by span.key: dropped, or replaced */
	size_t old_count = 0, new_count = 0;
	struct text a, b;

	skeleton_read(before, &old);
	skeleton_read(after, &new);
	if (!old.process.found || !new.process.found)
		return false;
	for (unsigned i = 0; i < OWNED_COUNT_; i++) {
		if (old.owned[i].found && !new.owned[i].found)
			return false; /* never removed */
		if (i == OWNED_SECCOMP && !old.linux_object.found)
			continue;
		if (old.owned[i].found) {
			old_spans[old_count] = old.owned[i];
			old_spans[old_count++].key = 1;
			new_spans[new_count] = new.owned[i];
			new_spans[new_count++].key = 1;
		} else if (new.owned[i].found) {
			new_spans[new_count] = added_member(after, new.owned[i]);
			new_spans[new_count++].key = 0;
		}
	}
	if (!old.linux_object.found && new.linux_object.found) {
		new_spans[new_count] = added_member(after, new.linux_object);
		new_spans[new_count++].key = 0;
	}
	qsort(old_spans, old_count, sizeof(old_spans[0]), by_start);
	qsort(new_spans, new_count, sizeof(new_spans[0]), by_start);
	a = cut_spans(before, old_spans, old_count, marks, arena);
	b = cut_spans(after, new_spans, new_count, marks, arena);
	return a.ptr != NULL && text_equal(a, b);
}
