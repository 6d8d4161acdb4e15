/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/audit.h"

/* auditd puts a group separator before the words that it adds for people: ARCH=x86_64. */
static bool is_gap(char c)
{
	return c == ' ' || c == '\t' || c == '\x1d';
}

/* Cuts the next "key=value" off; the value may stand in double quotes. False at the end. */
static bool next_field(struct text *rest, struct text *ret_key, struct text *ret_value,
		       bool *ret_quoted)
{
	for (;;) {
		const char *equals;
		struct text word;
		size_t n = 0;

		while (rest->len > 0 && is_gap(rest->ptr[0]))
			*rest = (struct text){ rest->ptr + 1, rest->len - 1 };
		if (rest->len == 0)
			return false;
		while (n < rest->len && !is_gap(rest->ptr[n]) && rest->ptr[n] != '"')
			n++;
		word = (struct text){ rest->ptr, n };
		equals = memchr(word.ptr, '=', word.len);
		*ret_quoted = n < rest->len && rest->ptr[n] == '"';
		if (*ret_quoted) {
			const char *start = rest->ptr + n + 1;
			const char *end = memchr(start, '"', rest->len - n - 1);

			if (end == NULL)
				return false;
			*rest = (struct text){ end + 1, rest->len - (size_t)(end + 1 - rest->ptr) };
			*ret_value = (struct text){ start, (size_t)(end - start) };
		} else {
			*rest = (struct text){ rest->ptr + n, rest->len - n };
		}
		if (equals == NULL)
			continue;
		*ret_key = (struct text){ word.ptr, (size_t)(equals - word.ptr) };
		if (!*ret_quoted)
			*ret_value = (struct text){ equals + 1,
						    word.len - (size_t)(equals + 1 - word.ptr) };
		return true;
	}
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What has a blank, a quote or a control character comes in hex: audit_log_untrustedstring(). */
static struct text decode(struct text value, bool is_quoted, struct arena *arena)
{
	struct buffer out = BUFFER_INIT(arena);

	if (is_quoted || value.len % 2 != 0 || value.len == 0)
		return value;
	for (size_t i = 0; i < value.len; i += 2) {
		int high = hex_digit(value.ptr[i]), low = hex_digit(value.ptr[i + 1]);

		if (high < 0 || low < 0)
			return value;
		buffer_add_char(&out, (char)(high * 16 + low));
	}
	return out.failed ? value : (struct text){ out.ptr, out.len };
}

/* The whole text as a number. */
static bool number(struct text text, unsigned base, uint64_t max, uint64_t *ret_number)
{
	uint64_t value = 0;

	if (text.len == 0 || text.len > 18)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		int digit = hex_digit(text.ptr[i]);

		if (digit < 0 || (unsigned)digit >= base)
			return false;
		value = value * base + (unsigned)digit;
	}
	*ret_number = value;
	return value <= max;
}

static bool take_number(struct text value, unsigned base, uint32_t *ret_number)
{
	uint64_t wide;

	if (base == 16 && text_starts_with(value, "0x"))
		value = (struct text){ value.ptr + 2, value.len - 2 };
	if (!number(value, base, UINT32_MAX, &wide))
		return false;
	*ret_number = (uint32_t)wide;
	return true;
}

enum { HAS_PID = 1, HAS_ARCH = 2, HAS_CALL = 4, HAS_CODE = 8, HAS_VERDICT = 16 };

/* Takes one field; what is no number where one belongs spoils the line. */
static bool take(struct audit_record *r, struct text key, struct text value, bool is_quoted,
		 struct arena *arena, unsigned *has)
{
	const struct {
		const char *key;
		struct text *to;
	} texts[] = {
		{ "comm", &r->comm },	    { "exe", &r->exe },
		{ "profile", &r->profile }, { "operation", &r->operation },
		{ "name", &r->name },	    { "denied_mask", &r->mask },
		{ "denied", &r->mask },	    { "capname", &r->capability },
		{ "family", &r->family },   { "sock_type", &r->sock_type },
		{ "signal", &r->signal },   { "peer", &r->peer },
	};
	uint32_t pid;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (text_is(key, texts[i].key))
			*texts[i].to = decode(value, is_quoted, arena);
	}
	if (text_is(key, "pid")) {
		*has |= HAS_PID;
		if (!take_number(value, 10, &pid) || pid > INT32_MAX)
			return false;
		r->pid = (pid_t)pid;
	} else if (text_is(key, "arch")) {
		*has |= HAS_ARCH;
		return take_number(value, 16, &r->arch);
	} else if (text_is(key, "syscall")) {
		*has |= HAS_CALL;
		return take_number(value, 10, &r->call);
	} else if (text_is(key, "code")) {
		*has |= HAS_CODE;
		return take_number(value, 16, &r->code);
	} else if (text_is(key, "apparmor")) {
		*has |= HAS_VERDICT;
		r->is_denied = text_is(value, "DENIED");
		return r->is_denied || text_is(value, "ALLOWED");
	}
	return true;
}

/* "audit(1700000000.123:45):" */
static bool find_time(struct text line, uint64_t *ret_seconds, struct text *ret_rest)
{
	static const char start[] = "audit(";
	const char *at = text_find(line, start);
	struct text rest, inside;

	if (at == NULL)
		return false;
	at += strlen(start);
	rest = (struct text){ at, line.len - (size_t)(at - line.ptr) };
	inside = text_cut(&rest, ')');
	if (rest.len > 0 && rest.ptr[0] == ':')
		rest = (struct text){ rest.ptr + 1, rest.len - 1 };
	*ret_rest = rest;
	return number(text_cut(&inside, '.'), 10, UINT64_MAX, ret_seconds);
}

static bool has(struct text line, const char *word)
{
	return text_find(line, word) != NULL;
}

bool audit_parse(struct text line, struct arena *arena, struct audit_record *ret_record)
{
	bool is_seccomp = has(line, "type=1326 ") || has(line, "SECCOMP "), is_quoted;
	struct audit_record record = { .kind = is_seccomp ? AUDIT_SECCOMP : AUDIT_APPARMOR };
	struct text rest, key, value;
	unsigned found = 0, needed;

	if ((!is_seccomp && !has(line, "apparmor=\"")) || !find_time(line, &record.seconds, &rest))
		return false;
	while (next_field(&rest, &key, &value, &is_quoted)) {
		if (!take(&record, key, value, is_quoted, arena, &found))
			return false;
	}
	needed = is_seccomp ? HAS_PID | HAS_ARCH | HAS_CALL | HAS_CODE : HAS_PID | HAS_VERDICT;
	if ((found & needed) != needed || (!is_seccomp && record.profile.len == 0))
		return false;
	*ret_record = record;
	return true;
}
