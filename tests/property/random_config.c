/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/property/random_config.h"

#include <stdio.h>

#include "tests/diff/random_profile.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MEMBERS_MAX 16

/* How white space is put between tokens. */
enum style { STYLE_COMPACT, STYLE_SPACED, STYLE_LINES, STYLE_CRLF, STYLE_WILD, STYLE_COUNT_ };

struct writer {
	struct buffer *out;
	struct prng *prng;
	struct arena *arena;
	enum style style;
	unsigned serial; /* makes every unknown key another */
};

static void put_space(struct writer *w)
{
	static const char *const wild[] = { "", " ", "  ", "\t", "\n", "\r\n\t", " \n \n" };

	if (w->style == STYLE_SPACED)
		buffer_add_char(w->out, ' ');
	else if (w->style == STYLE_LINES)
		buffer_add_str(w->out, "\n\t");
	else if (w->style == STYLE_CRLF)
		buffer_add_str(w->out, "\r\n  ");
	else if (w->style == STYLE_WILD)
		buffer_add_str(w->out, wild[prng_below(w->prng, LEN(wild))]);
}

static void put_number(struct writer *w)
{
	static const char *const numbers[] = {
		"0",
		"-0",
		"1",
		"-1",
		"1.0",
		"1.50",
		"1e3",
		"1E+3",
		"1e-3",
		"0.1e-7",
		"-12.00e+00",
		"9007199254740993",
		"18446744073709551615",
		"18446744073709551616",
		"1e400",
		"123456789012345678901234567890",
		"0.30000000000000004",
	};

	buffer_add_str(w->out, numbers[prng_below(w->prng, LEN(numbers))]);
}

static void put_string(struct writer *w)
{
	static const char *const strings[] = {
		"\"\"",
		"\"a\"",
		"\"\\\"\"",
		"\"\\\\\"",
		"\"\\/\"",
		"\"\\u00e9\"",
		"\"\xc3\xa9\"",
		"\"\\ud83d\\ude00\"",
		"\"\xf0\x9f\x98\x80\"",
		"\"}\"",
		"\"{[\"",
		"\",\\\":\"",
		"\"\\n\\t\\b\\f\\r\"",
		"\"seccomp\"",
		"\"// no comment\"",
		"\"\\u0001\"",
		"\"process\\\":{\"",
		"\"\xe2\x80\xa8\"",
	};

	buffer_add_str(w->out, strings[prng_below(w->prng, LEN(strings))]);
}

static void put_unknown_key(struct writer *w)
{
	static const char *const keys[] = { "x",
					    "key",
					    "\\u006b",
					    "\xc3\xbc",
					    "a b",
					    "",
					    "\\\"",
					    "}",
					    "process.capabilities",
					    "\\ud83d\\ude00",
					    "$schema" };
	char number[24];

	(void)snprintf(number, sizeof(number), "%u\"", w->serial++);
	buffer_add_char(w->out, '"');
	buffer_add_str(w->out, keys[prng_below(w->prng, LEN(keys))]);
	buffer_add_str(w->out, number);
}

/* A container is opened when the last of its children is due to close it: no recursion. */
static void put_junk(struct writer *w)
{
	char open[24];
	size_t depth = 0;
	bool done = false, first = true;

	while (!done) {
		unsigned kind = prng_below(w->prng, depth == LEN(open) ? 6 : 9);

		if (depth > 0 && (first ? prng_percent(w->prng, 20) : prng_percent(w->prng, 45))) {
			put_space(w);
			buffer_add_char(w->out, open[--depth]);
			first = false;
			done = depth == 0;
			continue;
		}
		if (depth > 0 && !first)
			buffer_add_char(w->out, ',');
		put_space(w);
		if (depth > 0 && open[depth - 1] == '}') {
			put_unknown_key(w);
			put_space(w);
			buffer_add_char(w->out, ':');
			put_space(w);
		}
		first = kind >= 6;
		if (kind < 2)
			put_number(w);
		else if (kind < 4)
			put_string(w);
		else if (kind < 6)
			buffer_add_str(w->out, kind == 4 ? "null" : "false");
		else {
			open[depth++] = kind == 6 ? ']' : '}';
			buffer_add_char(w->out, kind == 6 ? '[' : '{');
		}
		done = depth == 0;
	}
}

/* --- members of our objects --- */

struct member {
	const char *key; /* NULL: an unknown one */
	void (*put)(struct writer *w);
};

/* The key, now and then with an escape in it, which means the same. */
static void put_known_key(struct writer *w, const char *key)
{
	char escape[8];

	buffer_add_char(w->out, '"');
	if (!prng_percent(w->prng, 5)) {
		buffer_add_str(w->out, key);
	} else {
		(void)snprintf(escape, sizeof(escape), "\\u%04x", (unsigned)(unsigned char)key[0]);
		buffer_add_str(w->out, escape);
		buffer_add_str(w->out, key + 1);
	}
	buffer_add_char(w->out, '"');
}

/* Writes an object of these members and some unknown ones, in any order. */
static void put_object(struct writer *w, const struct member *members, size_t count)
{
	struct member all[MEMBERS_MAX];
	size_t total = 0, unknown = prng_below(w->prng, 3);

	for (size_t i = 0; i < count; i++)
		all[total++] = members[i];
	while (unknown-- > 0 && total < MEMBERS_MAX)
		all[total++] = (struct member){ NULL, put_junk };
	for (size_t i = total; i > 1; i--) {
		size_t other = prng_below(w->prng, i);
		struct member swapped = all[i - 1];

		all[i - 1] = all[other];
		all[other] = swapped;
	}
	buffer_add_char(w->out, '{');
	for (size_t i = 0; i < total; i++) {
		if (i > 0)
			buffer_add_char(w->out, ',');
		put_space(w);
		if (all[i].key != NULL)
			put_known_key(w, all[i].key);
		else
			put_unknown_key(w);
		put_space(w);
		buffer_add_char(w->out, ':');
		put_space(w);
		all[i].put(w);
	}
	put_space(w);
	buffer_add_char(w->out, '}');
}

static void put_bool(struct writer *w)
{
	buffer_add_str(w->out, prng_percent(w->prng, 50) ? "true" : "false");
}

static void put_label(struct writer *w)
{
	static const char *const labels[] = { "\"\"", "\"cri-containerd.apparmor.d\"",
					      "\"unconfined\"", "\"\\u0063ri\"" };

	buffer_add_str(w->out, labels[prng_below(w->prng, LEN(labels))]);
}

static void put_capability_list(struct writer *w)
{
	static const char *const names[] = {
		"CAP_CHOWN",  "CAP_NET_RAW",	"CAP_SYS_ADMIN",	"CAP_KILL",   "CAP_MKNOD",
		"CAP_SETUID", "CAP_SYS_PTRACE", "CAP_NET_BIND_SERVICE", "CAP_SYSLOG", "CAP_BPF",
	};
	const char *comma = "";

	buffer_add_char(w->out, '[');
	for (size_t i = 0; i < LEN(names); i++) {
		if (prng_percent(w->prng, 40))
			continue;
		buffer_add_str(w->out, comma);
		put_space(w);
		buffer_add_json_string(w->out, text_of(names[i]));
		comma = ",";
	}
	put_space(w);
	buffer_add_char(w->out, ']');
}

static void put_capabilities(struct writer *w)
{
	static const char *const sets[] = { "bounding", "effective", "inheritable", "permitted",
					    "ambient" };
	struct prng same = *w->prng;
	bool plain = prng_percent(w->prng, 30); /* the first, second and fourth alike: stays */
	const char *comma = "";

	buffer_add_char(w->out, '{');
	for (size_t i = 0; i < LEN(sets); i++) {
		if (plain ? i == 2 || i == 4 : prng_percent(w->prng, 20))
			continue;
		if (plain)
			*w->prng = same;
		buffer_add_str(w->out, comma);
		put_space(w);
		put_known_key(w, sets[i]);
		buffer_add_char(w->out, ':');
		put_capability_list(w);
		comma = ",";
	}
	buffer_add_char(w->out, '}');
}

static void put_seccomp(struct writer *w)
{
	const struct profile *profile = random_profile(w->prng, w->arena);

	if (profile != NULL)
		profile_print(profile, w->out);
}

static void put_paths(struct writer *w)
{
	buffer_add_str(w->out, "[\"/proc/kcore\"]");
}

/* Takes each member with a probability. */
static size_t choose(struct writer *w, const struct member *from, const unsigned *percent,
		     size_t count, struct member *to)
{
	size_t chosen = 0;

	for (size_t i = 0; i < count; i++) {
		if (prng_percent(w->prng, percent[i]))
			to[chosen++] = from[i];
	}
	return chosen;
}

static void put_process(struct writer *w)
{
	static const struct member all[] = { { "capabilities", put_capabilities },
					     { "noNewPrivileges", put_bool },
					     { "apparmorProfile", put_label },
					     { "args", put_junk } };
	static const unsigned percent[] = { 80, 60, 40, 50 };
	struct member members[LEN(all)];

	put_object(w, members, choose(w, all, percent, LEN(all), members));
}

static void put_linux(struct writer *w)
{
	static const struct member all[] = { { "maskedPaths", put_paths },
					     { "seccomp", put_seccomp },
					     { "namespaces", put_junk } };
	static const unsigned percent[] = { 100, 60, 50 };
	struct member members[LEN(all)];

	put_object(w, members, choose(w, all, percent, LEN(all), members));
}

static void put_drops(struct writer *w)
{
	static const char *const drops[] = { "\"ALL\"", "\"NET_RAW, MKNOD\"", "\"CAP_KILL\"" };

	buffer_add_str(w->out, drops[prng_below(w->prng, LEN(drops))]);
}

static void put_true(struct writer *w)
{
	buffer_add_str(w->out, "\"true\"");
}

static void put_annotations(struct writer *w)
{
	static const struct member all[] = {
		{ "oci-confine.io/drop-capabilities", put_drops },
		{ "oci-confine.io/no-new-privileges", put_true },
		{ "org.opencontainers.image.title", put_string },
	};
	static const unsigned percent[] = { 40, 30, 50 };
	const char *comma = "";

	buffer_add_char(w->out, '{');
	for (size_t i = 0; i < LEN(all); i++) {
		if (!prng_percent(w->prng, percent[i]))
			continue;
		buffer_add_str(w->out, comma);
		put_space(w);
		put_known_key(w, all[i].key);
		buffer_add_char(w->out, ':');
		all[i].put(w);
		comma = ",";
	}
	buffer_add_char(w->out, '}');
}

void random_config(struct prng *prng, struct arena *arena, struct buffer *out)
{
	static const struct member all[] = { { "process", put_process },
					     { "linux", put_linux },
					     { "annotations", put_annotations },
					     { "ociVersion", put_string },
					     { "mounts", put_junk } };
	static const unsigned percent[] = { 100, 85, 60, 90, 60 };
	struct writer w = { out, prng, arena, (enum style)prng_below(prng, STYLE_COUNT_), 0 };
	struct member members[LEN(all)];

	put_space(&w);
	put_object(&w, members, choose(&w, all, percent, LEN(all), members));
	put_space(&w);
}
