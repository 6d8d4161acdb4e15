/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/report.h"

#include <errno.h>

#include "cli/changes.h"
#include "confine/seccomp/merge.h"

/* What one input does; all in terms of the others. */
struct contribution {
	struct changes changes;
	uint32_t arches; /* that only this one takes away */
};

struct report {
	const struct inputs *inputs;
	const struct ruleset *merged;
	const struct notes *notes;
	struct contribution *contributions;
	struct changes fallbacks; /* from what is declared to what was merged */
	uint32_t dropped;	  /* architectures that the merge had to drop */
};

static enum status find_contribution(const struct inputs *inputs, size_t without,
				     struct arena *arena, struct contribution *out,
				     struct error *err)
{
	struct ruleset *others = arena_array(arena, inputs->count, sizeof(*others));
	struct stack before = { others, 0 }, all = { inputs->rulesets, inputs->count };
	struct stacks stacks;

	if (others == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot report");
	for (size_t i = 0; i < inputs->count; i++) {
		if (i != without)
			others[before.count++] = inputs->rulesets[i];
	}
	out->arches = before.count > 0 ? stack_arches(before) & ~stack_arches(all) : 0;
	stacks = (struct stacks){ before, all, false };
	return changes_find(&stacks, stack_arches(all), arena, &out->changes, err);
}

static enum status find_report(struct report *report, struct arena *arena, struct error *err)
{
	const struct inputs *inputs = report->inputs;
	struct stack declared = { inputs->rulesets, inputs->count };
	struct stacks stacks = { declared, { report->merged, 1 }, false };
	enum status st = STATUS_OK;

	report->contributions = arena_array(arena, inputs->count, sizeof(*report->contributions));
	if (report->contributions == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot report");
	for (size_t i = 0; i < inputs->count && st == STATUS_OK; i++)
		st = find_contribution(inputs, i, arena, &report->contributions[i], err);
	report->dropped = stack_arches(declared) & ~report->merged->arches;
	if (st == STATUS_OK)
		st = changes_find(&stacks, report->merged->arches, arena, &report->fallbacks, err);
	return st;
}

/* --- for people --- */

static void say_arches(const char *what, uint32_t arches, struct output *out)
{
	const char *comma = "";

	if (arches == 0)
		return;
	say(out, "%s: ", what);
	for (unsigned arch = 0; arch < ARCH_COUNT_; arch++) {
		if ((arches & ARCH_BIT(arch)) == 0)
			continue;
		say(out, "%s%s", comma, arch_name((enum arch)arch));
		comma = ", ";
	}
	say(out, "\n");
}

static const char *kind_name(const struct input *input)
{
	switch (input->kind) {
	case INPUT_WORD:
		return "built in";
	case INPUT_PROFILE:
		return "profile";
	case INPUT_CONFIG:
		break;
	}
	return json_exists(input->object) ? "config.json" : "config.json without a profile";
}

static size_t rule_count(const struct input *input)
{
	return json_exists(input->object) ? input->profile.rule_count : 0;
}

static void say_report(const struct report *report, struct output *out)
{
	for (size_t i = 0; i < report->inputs->count; i++) {
		const struct input *input = &report->inputs->list[i];
		const struct contribution *c = &report->contributions[i];

		say_in(out, TONE_TITLE, "%s", input->name);
		say(out, " (%s", kind_name(input));
		if (json_exists(input->object))
			say(out, ", %zu rule%s", rule_count(input),
			    rule_count(input) == 1 ? "" : "s");
		say(out, "), default ");
		say_verdict(out, report->inputs->rulesets[i].default_verdict);
		say(out, "\n");
		if (c->changes.total == 0 && c->arches == 0)
			say(out, "contributes nothing that the others do not say\n");
		changes_say(&c->changes, out);
		say_arches("architectures taken away", c->arches, out);
		say(out, "\n");
	}
	say_in(out, TONE_TITLE, "merged");
	say(out, ", default ");
	say_verdict(out, report->merged->default_verdict);
	say(out, "\n");
	say_arches("architectures", report->merged->arches, out);
	if (report->fallbacks.total == 0 && report->dropped == 0) {
		say(out, "exact: just what the inputs say together\n");
	} else {
		say_in(out, TONE_WARNING, "fallbacks");
		say(out, ", where it is not just what the inputs say together:\n");
		changes_say(&report->fallbacks, out);
		say_arches("architectures dropped", report->dropped, out);
	}
	for (size_t i = 0; i < report->notes->count; i++) {
		say_in(out, TONE_WARNING, "note");
		say(out, ": %.*s\n", (int)report->notes->list[i].len, report->notes->list[i].ptr);
	}
}

/* --- JSON --- */

static void put_report(const struct report *report, struct output *out)
{
	struct buffer profile = BUFFER_INIT(out->text.arena);

	json_open(out, NULL, '{');
	json_open(out, "inputs", '[');
	for (size_t i = 0; i < report->inputs->count; i++) {
		const struct input *input = &report->inputs->list[i];

		json_open(out, NULL, '{');
		json_put_str(out, "name", input->name);
		json_put_str(out, "kind", kind_name(input));
		if (json_exists(input->object))
			json_put_u64(out, "rules", rule_count(input));
		else
			json_put_null(out, "rules");
		json_put_verdict(out, "default", report->inputs->rulesets[i].default_verdict);
		json_put_arches(out, "architectures_taken_away", report->contributions[i].arches);
		changes_put(&report->contributions[i].changes, out);
		json_close(out, '}');
	}
	json_close(out, ']');
	json_put_bool(out, "exact", report->fallbacks.total == 0 && report->dropped == 0);
	json_open(out, "fallbacks", '{');
	json_put_arches(out, "architectures_dropped", report->dropped);
	changes_put(&report->fallbacks, out);
	json_close(out, '}');
	json_open(out, "warnings", '[');
	for (size_t i = 0; i < report->notes->count; i++)
		json_put_text(out, NULL, report->notes->list[i]);
	json_close(out, ']');
	ruleset_write(report->merged, &profile);
	out->text.failed = out->text.failed || profile.failed;
	json_put_raw(out, "profile", (struct text){ profile.ptr, profile.len });
	json_close(out, '}');
}

enum status merge_report(const struct inputs *inputs, const struct ruleset *merged,
			 const struct notes *notes, struct arena *arena, struct output *out,
			 struct error *err)
{
	struct report report = { .inputs = inputs, .merged = merged, .notes = notes };
	enum status st = find_report(&report, arena, err);

	if (st != STATUS_OK)
		return st;
	if (out->is_json)
		put_report(&report, out);
	else
		say_report(&report, out);
	return STATUS_OK;
}
