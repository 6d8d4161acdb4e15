/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/changes.h"

#include <errno.h>

#define LINE_WIDTH 80

static void count(struct changes *changes, const struct change *list)
{
	bool seen[DIFFERENCE_COUNT_] = { false }, partly[DIFFERENCE_COUNT_] = { false };

	for (const struct change *c = list; c != NULL; c = c->next) {
		seen[c->difference] = true;
		partly[c->difference] = partly[c->difference] || !c->always;
	}
	for (unsigned d = 0; d < DIFFERENCE_COUNT_; d++) {
		changes->counts[d] += seen[d];
		changes->by_argument[d] += partly[d];
	}
	changes->total += list != NULL;
}

enum status changes_find(const struct stacks *stacks, uint32_t arches, struct arena *arena,
			 struct changes *ret_changes, struct error *err)
{
	struct changes changes = {
		/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
		.calls = arena_array(arena, syscall_count(), sizeof(*changes.calls)),
	};
	enum status st = STATUS_OK;

	if (changes.calls == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot compare");
	for (unsigned call = 0; call < syscall_count() && st == STATUS_OK; call++) {
		if (!call_exists(call, arches))
			continue;
		st = compare_call(stacks, call, arena, &changes.calls[call], err);
		if (st == STATUS_OK)
			count(&changes, changes.calls[call]);
	}
	if (st == STATUS_OK)
		*ret_changes = changes;
	return st;
}

const char *difference_name(enum difference difference)
{
	static const char names[][8] = {
		[DIFFERENCE_OPENED] = "opened",
		[DIFFERENCE_CLOSED] = "closed",
		[DIFFERENCE_CHANGED] = "changed",
		[DIFFERENCE_UNKNOWN] = "unknown",
	};

	return names[difference];
}

/* --- for people --- */

static enum tone tone_of(enum difference difference)
{
	switch (difference) {
	case DIFFERENCE_OPENED:
		return TONE_BAD;
	case DIFFERENCE_CLOSED:
		return TONE_GOOD;
	case DIFFERENCE_CHANGED:
	case DIFFERENCE_UNKNOWN:
	case DIFFERENCE_COUNT_:
		break;
	}
	return TONE_WARNING;
}

static void say_title(const struct changes *changes, enum difference d, struct output *out)
{
	const char *plural = changes->counts[d] == 1 ? "" : "s";

	say_in(out, tone_of(d), "%s", difference_name(d));
	say(out, ": %zu call%s", changes->counts[d], plural);
	if (d == DIFFERENCE_UNKNOWN)
		say(out, ", as the arguments differ in too many ways to compare");
	else if (changes->by_argument[d] > 0 && changes->by_argument[d] == changes->counts[d])
		say(out, ", by argument");
	else if (changes->by_argument[d] > 0)
		say(out, ", %zu of them by argument", changes->by_argument[d]);
	say(out, "\n");
}

/* Calls that are opened or closed whatever their arguments: the names, in lines. */
static void say_names(const struct changes *changes, enum difference d, struct output *out)
{
	size_t column = 0;

	for (unsigned call = 0; call < syscall_count(); call++) {
		struct text name = syscall_name(call);

		for (const struct change *c = changes->calls[call]; c != NULL; c = c->next) {
			if (c->difference != d || !c->always)
				continue;
			if (column > 0 && column + 1 + name.len > LINE_WIDTH) {
				say(out, "\n");
				column = 0;
			}
			say(out, column == 0 ? "  " : " ");
			say_text(out, name);
			column += name.len + (column == 0 ? 2 : 1);
		}
	}
	if (column > 0)
		say(out, "\n");
}

static void say_change(struct text name, const struct change *c, struct output *out)
{
	size_t start = out->text.len;

	say(out, "  %.*s", TEXT_ARG(name));
	say_column(out, start, 20);
	if (c->difference == DIFFERENCE_CHANGED) {
		say_verdict(out, c->from);
		say(out, " -> ");
		say_verdict(out, c->to);
	} else {
		say(out, "%s", difference_name(c->difference));
	}
	if (!c->always && c->when.len == 0)
		say(out, "; arguments differ in too many ways to list");
	else if (!c->always) {
		say(out, c->difference == DIFFERENCE_CHANGED ? " if " : " for ");
		say_text(out, c->when);
	}
	say(out, "\n");
}

/* What more is to say of a call than that it is opened or closed. */
static bool needs_line(const struct change *c, enum difference d)
{
	return c->difference == d && d != DIFFERENCE_UNKNOWN &&
	       (!c->always || d == DIFFERENCE_CHANGED);
}

void changes_say(const struct changes *changes, struct output *out)
{
	for (unsigned n = 0; n < DIFFERENCE_COUNT_; n++) {
		enum difference d = (enum difference)n;

		if (changes->counts[d] == 0)
			continue;
		say_title(changes, d, out);
		if (d != DIFFERENCE_CHANGED)
			say_names(changes, d, out);
		for (unsigned call = 0; call < syscall_count(); call++) {
			for (const struct change *c = changes->calls[call]; c != NULL;
			     c = c->next) {
				if (needs_line(c, d))
					say_change(syscall_name(call), c, out);
			}
		}
	}
}

/* --- JSON --- */

static void put_change(struct text name, const struct change *c, struct output *out)
{
	json_open(out, NULL, '{');
	json_put_text(out, "call", name);
	json_put_str(out, "difference", difference_name(c->difference));
	if (c->difference != DIFFERENCE_UNKNOWN) {
		json_put_verdict(out, "from", c->from);
		json_put_verdict(out, "to", c->to);
		json_put_bool(out, "always", c->always);
		if (!c->always && c->when.len > 0)
			json_put_text(out, "when", c->when);
		else
			json_put_null(out, "when");
	}
	json_close(out, '}');
}

void changes_put(const struct changes *changes, struct output *out)
{
	json_open(out, "counts", '{');
	for (unsigned d = 0; d < DIFFERENCE_COUNT_; d++)
		json_put_u64(out, difference_name((enum difference)d), changes->counts[d]);
	json_close(out, '}');
	json_open(out, "changes", '[');
	for (unsigned call = 0; call < syscall_count(); call++) {
		for (const struct change *c = changes->calls[call]; c != NULL; c = c->next)
			put_change(syscall_name(call), c, out);
	}
	json_close(out, ']');
}
