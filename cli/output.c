/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/command.h"
#include "confine/seccomp/describe.h"

#define LINE_WIDTH 80

void output_init(struct output *out, bool is_json, struct arena *arena)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	*out = (struct output){ .text = BUFFER_INIT(arena), .is_json = is_json };
	out->color = !is_json && isatty(STDOUT_FILENO) == 1 &&
		     (no_color == NULL || no_color[0] == '\0') &&
		     (term == NULL || strcmp(term, "dumb") != 0);
}

enum status output_print(struct output *out, struct error *err)
{
	struct iovec piece;
	struct text text;
	enum status st;

	if (out->is_json)
		buffer_add_char(&out->text, '\n');
	st = buffer_text(&out->text, &text, err);
	if (st != STATUS_OK)
		return st;
	piece = (struct iovec){ out->text.ptr, out->text.len };
	return print_pieces(&piece, 1, err);
}

/* --- for people --- */

static bool is_control(char c)
{
	return ((unsigned char)c < 0x20 && c != '\n') || c == 0x7f;
}

/* Adds one byte as \xNN. */
static void say_byte(struct output *out, char c)
{
	char escaped[8];

	(void)snprintf(escaped, sizeof(escaped), "\\x%02x", (unsigned)(unsigned char)c);
	buffer_add_str(&out->text, escaped);
}

void say_text(struct output *out, struct text text)
{
	size_t at = 0;

	while (at < text.len) {
		size_t sound = text_utf8_length((struct text){ text.ptr + at, text.len - at });

		for (size_t end = at + sound; at < end; at++) {
			if (is_control(text.ptr[at]))
				say_byte(out, text.ptr[at]);
			else
				buffer_add_char(&out->text, text.ptr[at]);
		}
		if (at < text.len)
			say_byte(out, text.ptr[at++]);
	}
}

static void say_args(struct output *out, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);
static void say_args(struct output *out, const char *fmt, va_list ap)
{
	char line[512];

	(void)vsnprintf(line, sizeof(line), fmt, ap);
	say_text(out, text_of(line));
}

void say(struct output *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say_args(out, fmt, ap);
	va_end(ap);
}

static void paint(struct output *out, const char *code)
{
	if (out->color)
		buffer_add_str(&out->text, code);
}

static void paint_tone(struct output *out, enum tone tone)
{
	static const char codes[][8] = {
		[TONE_GOOD] = "\033[32m", [TONE_BAD] = "\033[31m",  [TONE_WARNING] = "\033[33m",
		[TONE_TITLE] = "\033[1m", [TONE_QUIET] = "\033[2m",
	};

	paint(out, codes[tone]);
}

void say_in(struct output *out, enum tone tone, const char *fmt, ...)
{
	va_list ap;

	paint_tone(out, tone);
	va_start(ap, fmt);
	say_args(out, fmt, ap);
	va_end(ap);
	paint(out, "\033[0m");
}

static void indent_by(struct output *out, size_t indent)
{
	for (size_t i = 0; i < indent; i++)
		buffer_add_char(&out->text, ' ');
}

void say_wrapped(struct output *out, size_t indent, const char *head, struct text text)
{
	size_t column = indent + strlen(head);
	bool first = true;

	indent_by(out, indent);
	say(out, "%s", head);
	while (text.ptr != NULL) {
		struct text word = text_cut(&text, ' ');

		if (!first && column + 1 + word.len > LINE_WIDTH) {
			buffer_add_char(&out->text, '\n');
			indent_by(out, indent);
			column = indent;
		} else if (!first) {
			buffer_add_char(&out->text, ' ');
			column++;
		}
		say_text(out, word);
		column += word.len;
		first = false;
	}
	buffer_add_char(&out->text, '\n');
}

void say_arch(struct output *out, enum arch arch)
{
	const char *name = arch_name(arch) + sizeof("SCMP_ARCH_") - 1;

	for (; *name != '\0'; name++)
		buffer_add_char(&out->text, (char)tolower((unsigned char)*name));
}

void say_verdict(struct output *out, struct verdict verdict)
{
	bool passes = verdict.action == ACTION_ALLOW || verdict.action == ACTION_LOG;
	bool depends = verdict.action == ACTION_NOTIFY || verdict.action == ACTION_TRACE;

	paint_tone(out, passes ? TONE_GOOD : depends ? TONE_WARNING : TONE_BAD);
	describe_verdict(verdict, &out->text);
	paint(out, "\033[0m");
}

void say_column(struct output *out, size_t start, size_t column)
{
	size_t width = out->text.len - start;

	do {
		buffer_add_char(&out->text, ' ');
	} while (++width < column);
}

/* --- JSON --- */

static void begin(struct output *out, const char *key)
{
	if (out->comma)
		buffer_add_char(&out->text, ',');
	out->comma = true;
	if (key == NULL)
		return;
	buffer_add_json_string(&out->text, text_of(key));
	buffer_add_char(&out->text, ':');
}

void json_open(struct output *out, const char *key, char bracket)
{
	begin(out, key);
	buffer_add_char(&out->text, bracket);
	out->comma = false;
}

void json_close(struct output *out, char bracket)
{
	buffer_add_char(&out->text, bracket);
	out->comma = true;
}

/* File names may be any bytes; those that are no UTF-8 come out as U+FFFD. */
void json_put_text(struct output *out, const char *key, struct text value)
{
	struct buffer sound = BUFFER_INIT(out->text.arena);
	size_t at = 0;

	begin(out, key);
	if (text_utf8_length(value) == value.len) {
		buffer_add_json_string(&out->text, value);
		return;
	}
	while (at < value.len) {
		size_t n = text_utf8_length((struct text){ value.ptr + at, value.len - at });

		buffer_add(&sound, (struct text){ value.ptr + at, n });
		at += n;
		if (at < value.len)
			buffer_add_str(&sound, "\xef\xbf\xbd");
		at++;
	}
	buffer_add_json_string(&out->text, (struct text){ sound.ptr, sound.len });
}

void json_put_str(struct output *out, const char *key, const char *value)
{
	json_put_text(out, key, text_of(value));
}

void json_put_u64(struct output *out, const char *key, uint64_t value)
{
	begin(out, key);
	buffer_add_u64(&out->text, value);
}

void json_put_bool(struct output *out, const char *key, bool value)
{
	begin(out, key);
	buffer_add_str(&out->text, value ? "true" : "false");
}

void json_put_null(struct output *out, const char *key)
{
	begin(out, key);
	buffer_add_str(&out->text, "null");
}

void json_put_raw(struct output *out, const char *key, struct text raw)
{
	begin(out, key);
	buffer_add(&out->text, raw);
}

void json_put_verdict(struct output *out, const char *key, struct verdict verdict)
{
	json_open(out, key, '{');
	json_put_str(out, "action", action_name((enum action)verdict.action));
	if (action_has_data((enum action)verdict.action))
		json_put_u64(out, "errno", verdict.data);
	if (verdict.action == ACTION_ERRNO && errno_name(verdict.data) != NULL)
		json_put_str(out, "name", errno_name(verdict.data));
	json_close(out, '}');
}

void json_put_caps(struct output *out, const char *key, uint64_t caps)
{
	json_open(out, key, '[');
	for (unsigned n = 0; n < capability_count(); n++) {
		if ((caps & CAPABILITY_BIT(n)) != 0)
			json_put_text(out, NULL, capability_name(n));
	}
	json_close(out, ']');
}

void json_put_arches(struct output *out, const char *key, uint32_t arches)
{
	json_open(out, key, '[');
	for (unsigned arch = 0; arch < ARCH_COUNT_; arch++) {
		if ((arches & ARCH_BIT(arch)) != 0)
			json_put_str(out, NULL, arch_name((enum arch)arch));
	}
	json_close(out, ']');
}
