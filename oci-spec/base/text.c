/* SPDX-License-Identifier: Apache-2.0 */
#include "oci-spec/base/text.h"

#include <endian.h>
#include <errno.h>

struct text text_cut(struct text *rest, char sep)
{
	struct text head = *rest;
	const char *at = rest->len == 0 ? NULL : memchr(rest->ptr, sep, rest->len);

	if (at == NULL) {
		*rest = TEXT_NONE;
		return head;
	}
	head.len = (size_t)(at - head.ptr);
	rest->ptr = at + 1;
	rest->len -= head.len + 1;
	return head;
}

bool text_find_row(struct text word, const char *rows, size_t width, size_t count,
		   unsigned *ret_row)
{
	for (unsigned i = 0; i < count && word.len < width; i++, rows += width) {
		if (word.len > 0 && rows[word.len - 1] != '\0' && rows[word.len] == '\0' &&
		    bytes_equal(rows, word.ptr, word.len)) {
			*ret_row = i;
			return true;
		}
	}
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct text text_trim(struct text t)
{
	while (t.len > 0 && is_blank(t.ptr[0])) {
		t.ptr++;
		t.len--;
	}
	while (t.len > 0 && is_blank(t.ptr[t.len - 1]))
		t.len--;
	return t;
}

char *text_dup(struct arena *arena, struct text t)
{
	char *copy = arena_alloc(arena, t.len + 1);

	if (copy != NULL && t.len > 0)
		memcpy(copy, t.ptr, t.len);
	return copy;
}

/* Length of the well-formed sequence at p, n bytes left; 0: none. Unicode 3.9, table 3-7. */
static size_t utf8_sequence(const unsigned char *p, size_t n)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t len;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (n < len)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	return len;
}

size_t text_utf8_length(struct text t)
{
	const unsigned char *p = (const unsigned char *)t.ptr;
	size_t i = 0;

	while (i < t.len) {
		uint64_t word;
		size_t n;

		if (t.len - i >= sizeof(word)) {
			memcpy(&word, p + i, sizeof(word));
			if ((word & 0x8080808080808080u) == 0) {
				i += sizeof(word);
				continue;
			}
		}
		n = utf8_sequence(p + i, t.len - i);
		if (n == 0)
			break;
		i += n;
	}
	return i;
}

/* Takes one folded character off the front of *t. */
static unsigned char next_folded(struct text *t)
{
	unsigned char c = (unsigned char)t->ptr[0];
	size_t used = 1;

	if (c >= 'A' && c <= 'Z') {
		c = (unsigned char)(c + ('a' - 'A'));
	} else if (t->len >= 2 && memcmp(t->ptr, "\xc5\xbf", 2) == 0) {
		c = 's';
		used = 2;
	} else if (t->len >= 3 && memcmp(t->ptr, "\xe2\x84\xaa", 3) == 0) {
		c = 'k';
		used = 3;
	}
	t->ptr += used;
	t->len -= used;
	return c;
}

bool text_equal_folded(struct text a, struct text b)
{
	while (a.len > 0 && b.len > 0) {
		if (next_folded(&a) != next_folded(&b))
			return false;
	}
	return a.len == b.len;
}

static bool make_room(struct buffer *b, size_t more)
{
	size_t need, size;
	char *ptr;

	if (b->failed)
		return false;
	if (b->size - b->len >= more)
		return true;
	if (__builtin_add_overflow(b->len, more, &need) || need > SIZE_MAX / 4) {
		b->failed = true;
		return false;
	}
	size = b->size == 0 ? 1024 : b->size * 2;
	while (size < need)
		size *= 2;
	ptr = arena_grow(b->arena, b->ptr, b->size, size);
	if (ptr == NULL) {
		b->failed = true;
		return false;
	}
	b->ptr = ptr;
	b->size = size;
	return true;
}

void buffer_add(struct buffer *b, struct text t)
{
	if (t.len == 0 || !make_room(b, t.len))
		return;
	memcpy(b->ptr + b->len, t.ptr, t.len);
	b->len += t.len;
}

void buffer_add_char(struct buffer *b, char c)
{
	if (make_room(b, 1))
		b->ptr[b->len++] = c;
}

void buffer_add_u64(struct buffer *b, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value != 0);
	buffer_add(b, (struct text){ digits + at, sizeof(digits) - at });
}

void buffer_add_name(struct buffer *b, const char *before, struct text name)
{
	char *at;

	if (!make_room(b, name.len + 8))
		return;
	at = b->ptr + b->len;
	while (*before != '\0')
		*at++ = *before++;
	*at++ = '"';
	memcpy(at, name.ptr, name.len);
	at += name.len;
	*at++ = '"';
	b->len = (size_t)(at - b->ptr);
}

static void add_json_char(struct buffer *b, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";

	if (c == '"' || c == '\\') {
		buffer_add_char(b, '\\');
		buffer_add_char(b, (char)c);
	} else if (c == '\n') {
		buffer_add_str(b, "\\n");
	} else if (c == '\t') {
		buffer_add_str(b, "\\t");
	} else if (c < 0x20) {
		buffer_add_str(b, "\\u00");
		buffer_add_char(b, hex[c >> 4]);
		buffer_add_char(b, hex[c & 15]);
	} else {
		buffer_add_char(b, (char)c);
	}
}

void buffer_add_json_string(struct buffer *b, struct text t)
{
	buffer_add_char(b, '"');
	for (size_t i = 0; i < t.len; i++)
		add_json_char(b, (unsigned char)t.ptr[i]);
	buffer_add_char(b, '"');
}

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Six bytes, the highest of `bits`, as eight digits: written out, a filter has thousands of these. */
static inline void put_six(uint64_t bits, char out[8])
{
	out[0] = base64_digits[bits >> 58];
	out[1] = base64_digits[bits >> 52 & 63];
	out[2] = base64_digits[bits >> 46 & 63];
	out[3] = base64_digits[bits >> 40 & 63];
	out[4] = base64_digits[bits >> 34 & 63];
	out[5] = base64_digits[bits >> 28 & 63];
	out[6] = base64_digits[bits >> 22 & 63];
	out[7] = base64_digits[bits >> 16 & 63];
}

void buffer_add_base64(struct buffer *b, struct text t)
{
	size_t size = (t.len + 2) / 3 * 4, left = t.len;
	const char *in = t.ptr;
	char *out, last[8];
	uint64_t bits;

	if (!make_room(b, size))
		return;
	out = b->ptr + b->len;
	for (; left >= sizeof(bits); left -= 6, in += 6, out += 8) {
		memcpy(&bits, in, sizeof(bits));
		put_six(be64toh(bits), out);
	}
	for (size_t n; left > 0; left -= n, in += n, out += 4) {
		n = left < 3 ? left : 3;
		bits = 0;
		memcpy(&bits, in, n);
		put_six(be64toh(bits), last);
		memset(out, '=', 4);
		memcpy(out, last, n + 1);
	}
	b->len += size;
}

void buffer_add_printable(struct buffer *b, struct text t)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < t.len; i++) {
		unsigned char c = (unsigned char)t.ptr[i];

		if (c >= 0x20 && c < 0x7f) {
			buffer_add_char(b, (char)c);
			continue;
		}
		buffer_add_str(b, "\\x");
		buffer_add_char(b, hex[c >> 4]);
		buffer_add_char(b, hex[c & 15]);
	}
}

enum status buffer_text(struct buffer *b, struct text *ret_text, struct error *err)
{
	if (b->failed)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot build the output");
	*ret_text = (struct text){ b->ptr, b->len };
	return STATUS_OK;
}
