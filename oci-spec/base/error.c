/* SPDX-License-Identifier: Apache-2.0 */
#include "oci-spec/base/error.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

/* what analyzers have instead, see error.h */
#undef error_set
#undef error_in_file
#undef error_where

enum status error_set(struct error *err, enum status st, int sys_errno, const char *fmt, ...)
{
	va_list ap;

	err->status = st;
	err->sys_errno = sys_errno;
	err->file[0] = '\0';
	err->where[0] = '\0';
	va_start(ap, fmt);
	(void)vsnprintf(err->what, sizeof(err->what), fmt, ap);
	va_end(ap);
	return st;
}

enum status error_in_file(struct error *err, const char *file)
{
	if (err->file[0] == '\0')
		(void)snprintf(err->file, sizeof(err->file), "%s", file);
	return err->status;
}

enum status error_where(struct error *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(err->where, sizeof(err->where), fmt, ap);
	va_end(ap);
	return err->status;
}

struct line {
	char *at;
	size_t left; /* room before the terminator */
};

static void put_char(struct line *l, char c)
{
	if (l->left == 0)
		return;
	*l->at++ = c;
	l->left--;
}

static void put_escaped(struct line *l, const char *s)
{
	static const char hex[] = "0123456789abcdef";

	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c >= 0x20 && c < 0x7f) {
			put_char(l, (char)c);
			continue;
		}
		put_char(l, '\\');
		put_char(l, 'x');
		put_char(l, hex[c >> 4]);
		put_char(l, hex[c & 15]);
	}
}

static void put_part(struct line *l, bool *first, const char *s)
{
	if (s[0] == '\0')
		return;
	if (!*first) {
		put_char(l, ':');
		put_char(l, ' ');
	}
	put_escaped(l, s);
	*first = false;
}

void error_format(const struct error *err, char *line, size_t size)
{
	struct line l = { line, size - 1 };
	bool first = true;

	put_part(&l, &first, err->file);
	put_part(&l, &first, err->where);
	put_part(&l, &first, err->what);
	if (err->sys_errno != 0)
		put_part(&l, &first, strerror(err->sys_errno));
	*l.at = '\0';
}
