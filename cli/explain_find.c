/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/explain.h"

#include <errno.h>

#include "confine/seccomp/describe.h"
#include "confine/seccomp/multiplex.h"

/* Cube operations for one answer. */
#define STEPS_MAX 100000

static enum status no_memory(struct error *err)
{
	return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot explain");
}

/* The answers of one part go to `in`, all others to `out`; what was given is not said again. */
static bool split(const struct rulings *answers, const struct part *part, const struct cube *asked,
		  struct budget *budget, struct regions *in, struct regions *out)
{
	static const struct verdict none = { ACTION_ALLOW, 0 };

	for (size_t i = 0; i < answers->count; i++) {
		const struct ruling *a = &answers->list[i];
		bool hit = verdict_equal(a->verdict, part->verdict) && a->by == part->by;
		struct cube cube = a->cube;

		for (unsigned n = 0; n < PROFILE_ARGS_MAX; n++) {
			cube.mask[n] &= ~asked->mask[n];
			cube.value[n] &= cube.mask[n];
		}
		if (!regions_add(hit ? in : out, &cube, none, true, budget))
			return false;
	}
	return true;
}

static bool has_rule_already(const struct rulings *answers, size_t at)
{
	const struct ruling *a = &answers->list[at];

	for (size_t i = 0; i < at; i++) {
		const struct ruling *b = &answers->list[i];

		if (a->by == b->by && a->rule == b->rule && verdict_equal(a->verdict, b->verdict))
			return true;
	}
	return false;
}

/* Gathers answers by verdict and input. */
static bool gather(const struct rulings *answers, const struct explanation *e, struct arena *arena,
		   struct parts *out)
{
	struct parts parts = { arena_array(arena, answers->count, sizeof(*parts.list)), 0 };

	if (parts.list == NULL)
		return false;
	for (size_t i = 0; i < answers->count; i++) {
		const struct ruling *a = &answers->list[i];
		struct part *p = parts.list;
		struct part *end = parts.list + parts.count;

		while (p < end && !(verdict_equal(p->verdict, a->verdict) && p->by == a->by))
			p++;
		if (p == end)
			parts.list[parts.count++] = (struct part){
				.verdict = a->verdict, .by = a->by, .rule = a->rule, .rules = 0
			};
		p->rules += !has_rule_already(answers, i);
	}
	for (size_t i = 0; i < parts.count; i++) {
		struct budget budget = { STEPS_MAX };
		struct regions in = { .arena = arena }, others = { .arena = arena };
		struct buffer words = BUFFER_INIT(arena);

		parts.list[i].always = parts.count == 1;
		if (!parts.list[i].always &&
		    split(answers, &parts.list[i], &e->question.asked, &budget, &in, &others) &&
		    describe_set(&in, &others, e->question.is_32bit, &budget, &words) &&
		    !words.failed)
			parts.list[i].when = (struct text){ words.ptr, words.len };
	}
	*out = parts;
	return true;
}

static bool all_pass(const struct rulings *answers)
{
	for (size_t i = 0; i < answers->count; i++) {
		if (!verdict_lets_through(answers->list[i].verdict))
			return false;
	}
	return true;
}

static bool lists_arch(const struct ruleset *ruleset, enum arch arch)
{
	return (ruleset->arches & ARCH_BIT(arch)) != 0;
}

/* Arguments that go through when none is given, in words. */
static struct text find_elsewhere(const struct ruleset *list, size_t count,
				  const struct explanation *e, struct arena *arena)
{
	struct question any = { .call = e->question.call, .is_32bit = e->question.is_32bit };
	struct rulings answers = { .arena = arena };
	struct budget budget = { STEPS_MAX };
	struct regions in = { .arena = arena }, others = { .arena = arena };
	struct buffer words = BUFFER_INIT(arena);

	if (!rulings_find(list, count, &any, arena, &budget, &answers))
		return TEXT_NONE;
	for (size_t i = 0; i < answers.count; i++) {
		const struct ruling *a = &answers.list[i];

		if (!regions_add(verdict_lets_through(a->verdict) ? &in : &others, &a->cube,
				 (struct verdict){ ACTION_ALLOW, 0 }, true, &budget))
			return TEXT_NONE;
	}
	if (in.count == 0 || others.count == 0 ||
	    !describe_set(&in, &others, any.is_32bit, &budget, &words) || words.failed)
		return TEXT_NONE;
	return (struct text){ words.ptr, words.len };
}

static bool any_given(const struct explanation *e)
{
	bool any = false;

	for (unsigned i = 0; i < PROFILE_ARGS_MAX; i++)
		any = any || e->given[i];
	return any;
}

/* What `count` rulesets say; `first` is the number of the first of them. */
static enum status find_reply(const struct explanation *e, size_t first, size_t count,
			      struct arena *arena, struct reply *reply, struct error *err)
{
	const struct ruleset *list = &e->inputs->rulesets[first];
	struct rulings answers = { .arena = arena };
	struct budget budget = { STEPS_MAX };

	for (size_t i = 0; i < count; i++) {
		if (lists_arch(&list[i], e->arch))
			continue;
		reply->arch_missing = true;
		reply->parts.list = arena_alloc(arena, sizeof(*reply->parts.list));
		if (reply->parts.list == NULL)
			return no_memory(err);
		/* libseccomp's action for what is not listed, which no runtime changes */
		reply->parts.list[0] = (struct part){ .verdict = { ACTION_KILL_THREAD, 0 },
						      .by = first + i,
						      .always = true };
		reply->parts.count = 1;
		return STATUS_OK;
	}
	if (!rulings_find(list, count, &e->question, arena, &budget, &answers)) {
		reply->too_complex = true;
		return STATUS_OK;
	}
	if (!gather(&answers, e, arena, &reply->parts))
		return no_memory(err);
	for (size_t i = 0; i < reply->parts.count; i++)
		reply->parts.list[i].by += first;
	reply->passes = all_pass(&answers);
	if (!reply->passes && any_given(e))
		reply->elsewhere = find_elsewhere(list, count, e, arena);
	return STATUS_OK;
}

/* Whether these rulesets let the call through, as asked. */
static bool passes(const struct ruleset *list, size_t count, const struct explanation *e,
		   struct arena *scratch)
{
	struct rulings answers = { .arena = scratch };
	struct budget budget = { STEPS_MAX };

	for (size_t i = 0; i < count; i++) {
		if (!lists_arch(&list[i], e->arch))
			return false;
	}
	return rulings_find(list, count, &e->question, scratch, &budget, &answers) &&
	       all_pass(&answers);
}

/* Resolves all inputs once more with one capability more, and notes whom that convinces. */
static enum status try_cap(struct explanation *e, uint64_t cap, struct arena *scratch,
			   struct error *err)
{
	size_t count = e->inputs->count;
	struct ruleset *list = arena_array(scratch, count, sizeof(*list));
	struct ruleset_context context = e->inputs->context;
	struct notes *notes = arena_alloc(scratch, sizeof(*notes));

	if (list == NULL || notes == NULL)
		return no_memory(err);
	context.bounding |= cap;
	for (size_t i = 0; i < count; i++) {
		enum status st =
			input_resolve(&e->inputs->list[i], &context, scratch, notes, &list[i], err);

		if (st != STATUS_OK)
			return st;
		if (!e->replies[i].passes && passes(&list[i], 1, e, scratch))
			e->replies[i].caps |= cap;
	}
	if (passes(list, count, e, scratch))
		e->together.caps |= cap;
	return STATUS_OK;
}

int explain_number(const struct explanation *e)
{
	int number = syscall_number(e->question.call, e->arch);

	return number < 0 && e->arch == ARCH_X86 ? syscall_direct_number(e->question.call) : number;
}

/* What seccomp cannot see on x86: the arguments of calls made through a multiplexer. */
static void find_through(struct explanation *e, struct arena *arena)
{
	static const char names[][12] = { "socketcall", "ipc" };
	struct question question = { .is_32bit = true };
	struct rulings answers = { .arena = arena };
	struct budget budget = { STEPS_MAX };

	if (e->arch != ARCH_X86)
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		bool is_it = text_is(syscall_name(e->question.call), names[i]);

		if ((is_it || multiplex_is_through(e->question.call, names[i])) &&
		    syscall_find(text_of(names[i]), &question.call))
			e->through = names[i];
	}
	if (e->through == NULL || e->together.arch_missing ||
	    !rulings_find(e->inputs->rulesets, e->inputs->count, &question, arena, &budget,
			  &answers))
		return;
	for (size_t i = 0; i < answers.count; i++)
		e->through_passes = e->through_passes ||
				    verdict_lets_through(answers.list[i].verdict);
}

enum status explain_find(struct explanation *e, struct arena *arena, struct error *err)
{
	enum status st = STATUS_OK;

	e->replies = arena_array(arena, e->inputs->count, sizeof(*e->replies));
	if (e->replies == NULL)
		return no_memory(err);
	for (size_t i = 0; i < e->inputs->count && st == STATUS_OK; i++)
		st = find_reply(e, i, 1, arena, &e->replies[i], err);
	if (st == STATUS_OK)
		st = find_reply(e, 0, e->inputs->count, arena, &e->together, err);
	if (st == STATUS_OK)
		find_through(e, arena);
	for (unsigned n = 0; n < capability_count() && st == STATUS_OK; n++) {
		uint64_t cap = CAPABILITY_BIT(n);
		struct arena scratch = ARENA_INIT;

		if (e->together.passes || (e->inputs->context.bounding & cap) != 0)
			continue;
		st = try_cap(e, cap, &scratch, err);
		arena_done(&scratch);
	}
	return st;
}
