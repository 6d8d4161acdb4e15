/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/diff/contest.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>

#include "confine/seccomp/runtime_default.h"
#include "tests/diff/excuse.h"
#include "tests/diff/forgets.h"
#include "tests/diff/live.h"
#include "tests/diff/own_filter.h"
#include "tests/diff/random_profile.h"

#define INPUT_CPU_MS 250
#define MERGED_CPU_MS 20000

struct contest {
	const struct contest_rules *rules;
	struct arena arena;
	size_t count;
	struct walker inputs[CONTEST_INPUTS_MAX];
	struct bpf own_filters[CONTEST_INPUTS_MAX];
	bool has_own_filters;
	struct notes notes;
	struct profile *merged_profile;
	struct ruleset merged_rules; /* as read again */
	struct walker merged;
	struct bpf filter, tree; /* as runc before 1.3 and crun make it, and as runc 1.3 does */
	bool has_tree;
	struct own_filter own;
	bool has_own;
	bool is_dead; /* all get the default of some architecture: bpf_forgets_number() */
	struct score *score;
	struct finding *finding;
};

static void __attribute__((format(printf, 3, 4)))
blame(struct contest *c, enum fault fault, const char *fmt, ...)
{
	va_list ap;

	c->score->faults[fault]++;
	if (c->finding->fault != FAULT_NONE && c->finding->fault <= fault)
		return;
	c->finding->fault = fault;
	va_start(ap, fmt);
	(void)vsnprintf(c->finding->text, sizeof(c->finding->text), fmt, ap);
	va_end(ap);
}

static void blame_point(struct contest *c, enum fault fault, const struct call *call,
			const struct point *point, answer_t want, answer_t got)
{
	const uint64_t *a = point->args;

	blame(c, fault,
	      "%s %s(0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64
	      ", 0x%" PRIx64 "): want %s(%u), got %s(%u)",
	      arch_name(call->arch), call->name, a[0], a[1], a[2], a[3], a[4], a[5],
	      answer_name(want), want & SECCOMP_RET_DATA, answer_name(got), got & SECCOMP_RET_DATA);
}

/* --- one call with one set of arguments --- */

static bool is_multiplexer(const struct call *call)
{
	return call->arch == ARCH_X86 && walker_single_call(call->name, 1) != NULL;
}

/* The strictest of the inputs: a rule's errno before a default's, then the later input's. */
static answer_t wanted_answer(const struct contest *c, const struct call *call,
			      const struct point *point)
{
	struct walker_answer best = walker_ask(&c->inputs[0], call->arch, call->name, point->args);

	for (size_t i = 1; i < c->count; i++) {
		struct walker_answer next =
			walker_ask(&c->inputs[i], call->arch, call->name, point->args);

		if (answer_is_stricter(best.answer, next.answer))
			continue;
		if (answer_is_stricter(next.answer, best.answer) || next.by_rule || !best.by_rule)
			best = next;
	}
	return best.answer;
}

/* Whether some input, or the boundary of ENOSYS (boundary.h), accounts for this errno. */
static bool has_known_data(const struct contest *c, const struct call *call,
			   const struct point *point, answer_t got)
{
	if (got == (SECCOMP_RET_ERRNO | ENOSYS))
		return true;
	for (size_t i = 0; i < c->count; i++) {
		struct walker_answer answer =
			walker_ask(&c->inputs[i], call->arch, call->name, point->args);

		if (answer.answer == got || got == answer_of(c->inputs[i].default_verdict))
			return true;
	}
	return false;
}

static bool is_excused(const struct contest *c, const struct call *call, const struct point *point,
		       answer_t want, answer_t got)
{
	struct excuse excuse = { &c->notes, call, point, want, got };
	bool named_by_all = true;

	for (size_t i = 0; i < c->count && named_by_all; i++) {
		size_t count;

		(void)walker_rules(&c->inputs[i], text_of(call->name), &count);
		named_by_all = count > 0;
	}
	return excuse_accepted(&excuse, named_by_all, answer_of(c->merged.default_verdict));
}

static bool note_drops_x86(const struct notes *notes)
{
	for (size_t i = 0; i < notes->count; i++) {
		if (text_starts_with(notes->list[i], "seccomp: SCMP_ARCH_X86 dropped"))
			return true;
	}
	return notes->dropped > 0;
}

static void judge_strictness(struct contest *c, const struct call *call, const struct point *point,
			     answer_t want, answer_t got)
{
	if (got == want) {
		c->score->exact++;
	} else if (answer_action(got) == answer_action(want)) {
		c->score->other_errno++;
		if (!is_multiplexer(call) && !is_excused(c, call, point, want, got) &&
		    !has_known_data(c, call, point, got))
			blame_point(c, FAULT_DATA, call, point, want, got);
	} else if (answer_is_stricter(want, got)) {
		/* SECCOMP_MERGE: the one case where no architecture list can say more */
		if ((c->merged.arches & ARCH_BIT(call->arch)) == 0 &&
		    got == SECCOMP_RET_KILL_THREAD)
			c->score->kill_thread++;
		else
			blame_point(c, FAULT_LOOSER, call, point, want, got);
	} else if (call->arch == ARCH_X86 && (c->merged.arches & ARCH_BIT(ARCH_X86)) == 0 &&
		   note_drops_x86(&c->notes)) {
		c->score->x86_dropped++;
	} else if (is_multiplexer(call)) {
		c->score->multiplexed++;
	} else {
		c->score->tighter++;
		if (!c->is_dead && !is_excused(c, call, point, want, got))
			blame_point(c, FAULT_UNNOTED, call, point, want, got);
	}
}

static void judge_stacked(struct contest *c, const struct call *call, const struct point *point,
			  const struct seccomp_data *data, answer_t want, answer_t got)
{
	answer_t stacked;

	if (!bpf_run_stacked(c->own_filters, c->count, data, &stacked)) {
		blame(c, FAULT_BROKEN, "a filter of an input cannot be run");
		return;
	}
	c->score->stacked_points++;
	c->score->stacked_weaker += answer_is_stricter(want, stacked);
	c->score->stacked_stricter += answer_is_stricter(stacked, want);
	if (c->rules->strict && answer_is_stricter(stacked, got) &&
	    (c->merged.arches & ARCH_BIT(call->arch)) != 0)
		blame_point(c, FAULT_STACKED, call, point, stacked, got);
}

static void judge_point(struct contest *c, const struct call *call, const struct point *point)
{
	struct seccomp_data data = call_data(call, point->args);
	answer_t want = wanted_answer(c, call, point), got, tree, declared;

	c->score->points++;
	if (!bpf_run(&c->filter, &data, &got)) {
		blame(c, FAULT_MISCOMPILED, "the merged filter cannot be run");
		return;
	}
	judge_strictness(c, call, point, want, got);
	declared = walker_ask(&c->merged, call->arch, call->name, point->args).answer;
	if (got != declared && !is_multiplexer(call) && !c->is_dead)
		blame_point(c, FAULT_MISCOMPILED, call, point, declared, got);
	/* where the other forgets the number the tree may be right: then only looser is wrong */
	if (c->has_tree && (!bpf_run(&c->tree, &data, &tree) ||
			    (tree != got && (!c->is_dead || answer_is_stricter(want, tree)))))
		blame_point(c, answer_is_stricter(want, tree) ? FAULT_LOOSER : FAULT_TREE, call,
			    point, want, tree);
	if (c->has_own && !own_filter_agrees(&c->own, call, &data, got, &tree))
		blame_point(c, FAULT_OWN, call, point, got, tree);
	if (c->has_own_filters)
		judge_stacked(c, call, point, &data, want, got);
}

/* --- one set of profiles --- */

/* Calls that no profile here is about are in, to see the default. */
static bool is_interesting(const struct contest *c, const struct call *call)
{
	static const char *const others[] = { "read", "exit_group", "io_uring_setup" };
	size_t count;

	if (c->rules->sweep)
		return true;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (strcmp(call->name, others[i]) == 0)
			return true;
	}
	for (size_t i = 0; i < c->count; i++) {
		(void)walker_rules(&c->inputs[i], text_of(call->name), &count);
		if (count > 0)
			return true;
	}
	(void)walker_rules(&c->merged, text_of(call->name), &count);
	return is_multiplexer(call);
}

static void judge_calls(struct contest *c)
{
	const struct walker *walkers[CONTEST_INPUTS_MAX + 1];
	struct points *points = arena_alloc(&c->arena, sizeof(*points));
	struct prng prng = { c->rules->seed };

	if (points == NULL) {
		blame(c, FAULT_BROKEN, "no memory");
		return;
	}
	for (size_t i = 0; i < c->count; i++)
		walkers[i] = &c->inputs[i];
	walkers[c->count] = &c->merged;
	for (size_t i = 0; i < c->rules->calls->count; i++) {
		const struct call *call = &c->rules->calls->list[i];

		if (!is_interesting(c, call))
			continue;
		walker_points(points, walkers, c->count + 1, call->name, c->rules->points_per_call,
			    &prng);
		for (size_t p = 0; p < points->count; p++)
			judge_point(c, call, &points->list[p]);
	}
}

static enum status resolve_input(struct contest *c, const struct contest_input *input,
				 struct ruleset *ret_ruleset, struct error *err)
{
	struct ruleset_context context = { c->rules->host.bounding, c->rules->host.kernel };

	if (input->builtin != NULL)
		return runtime_default_resolve(text_of(input->builtin), &context, &c->arena,
					       ret_ruleset, err);
	return ruleset_resolve(input->profile, &context, &c->arena, &c->notes, ret_ruleset, err);
}

/* Merges, writes and reads again; false when refused or at fault. */
static bool merge(struct contest *c, const struct contest_input *inputs)
{
	struct ruleset list[CONTEST_INPUTS_MAX], merged;
	struct buffer out = BUFFER_INIT(&c->arena);
	struct ruleset_context context = { c->rules->host.bounding, c->rules->host.kernel };
	struct error err = { 0 };
	struct text text;
	enum status st = STATUS_OK;

	for (size_t i = 0; i < c->count && st == STATUS_OK; i++)
		st = resolve_input(c, &inputs[i], &list[i], &err);
	c->notes = (struct notes){ .count = 0 };
	if (st == STATUS_OK)
		st = merge_profiles(list, c->count, &c->arena, &c->notes, &merged, &err);
	if (st == STATUS_SYSTEM) {
		blame(c, FAULT_BROKEN, "merge: %s", err.what);
		return false;
	}
	if (st != STATUS_OK) {
		c->score->refused++;
		return false;
	}
	ruleset_write(&merged, &out);
	st = buffer_text(&out, &text, &err);
	if (st == STATUS_OK)
		st = profile_from_text(text, PROFILE_IN_CONFIG, &c->arena, &c->merged_profile,
				       &err);
	if (st == STATUS_OK) {
		struct notes ignored = { .count = 0 };

		st = ruleset_resolve(c->merged_profile, &context, &c->arena, &ignored,
				     &c->merged_rules, &err);
	}
	if (st != STATUS_OK) {
		blame(c, FAULT_REREAD, "%s: %s", err.where, err.what);
		return false;
	}
	return walker_init(&c->merged, c->merged_profile, &c->rules->host, &c->arena);
}

/* Then rules that are lost only tighten, and nothing could be named to keep them. */
static bool has_killing_default(const struct contest *c)
{
	return answer_is_stricter(answer_of(c->merged.default_verdict), SECCOMP_RET_ERRNO);
}

static bool compile_merged(struct contest *c)
{
	const struct walker_host *host = &c->rules->host;
	enum compiled result;

	c->has_tree = compile_rule_count(c->merged_profile, host) > COMPILE_TREE_ABOVE;
	result = compile_profile(c->merged_profile, host, false, MERGED_CPU_MS, &c->arena,
				 &c->filter);
	if (result == COMPILED && c->has_tree)
		result = compile_profile(c->merged_profile, host, true, MERGED_CPU_MS, &c->arena,
					 &c->tree);
	if (result == COMPILE_HUNG)
		blame(c, FAULT_HUNG, "the merged rules do not compile within %d s",
		      MERGED_CPU_MS / 1000);
	else if (result == COMPILE_REFUSED)
		blame(c, FAULT_UNCOMPILED, "libseccomp refuses the merged rules");
	else if (result != COMPILED)
		blame(c, FAULT_BROKEN, "cannot run libseccomp");
	else if (c->filter.count > BPF_MAXINSNS || (c->has_tree && c->tree.count > BPF_MAXINSNS))
		blame(c, FAULT_LENGTH, "%zu instructions, as a tree %zu", c->filter.count,
		      c->tree.count);
	c->is_dead = result == COMPILED && bpf_forgets_number(&c->filter);
	if (c->is_dead && !has_killing_default(c)) {
		blame(c, FAULT_NUMBER, "the filter of the merged rules never loads the number");
		return false;
	}
	c->score->dead += c->is_dead;
	return result == COMPILED;
}

static void compile_inputs(struct contest *c, const struct contest_input *inputs)
{
	c->has_own_filters = true;
	for (size_t i = 0; i < c->count && c->has_own_filters; i++) {
		enum compiled result = compile_profile(inputs[i].profile, &c->rules->host, false,
						       INPUT_CPU_MS, &c->arena, &c->own_filters[i]);

		c->has_own_filters = result == COMPILED;
		if (result == COMPILED && bpf_forgets_number(&c->own_filters[i])) {
			c->has_own_filters = false;
			c->score->input_forgets++;
		}
		c->score->input_hangs += result == COMPILE_HUNG;
		c->score->input_refused += result == COMPILE_REFUSED;
		if (result == COMPILE_NO_CHILD)
			blame(c, FAULT_BROKEN, "cannot run libseccomp");
	}
}

/* What the hook installs is what a runtime would, and the check of it finds nothing. */
static void make_own(struct contest *c)
{
	char wrong[200] = "";

	if (c->is_dead)
		return;
	c->has_own = own_filter_make(&c->merged_rules, c->merged_profile, &c->filter, &c->arena,
				     &c->own, wrong, sizeof(wrong));
	if (!c->has_own)
		blame(c, FAULT_OWN, "%s", wrong);
}

static void judge_live(struct contest *c)
{
	const struct walker *walkers[] = { &c->merged, &c->inputs[0] };
	size_t tried = 0;
	char wrong[200];

	if (!live_compare(&c->filter, walkers, 2, c->rules->calls, c->rules->seed, &tried, wrong,
			  sizeof(wrong)))
		blame(c, FAULT_LIVE, "%s", wrong);
	c->score->live_calls += tried;
}

enum fault contest_run(const struct contest_rules *rules, const struct contest_input *inputs,
		       size_t count, struct score *score, struct finding *ret_finding)
{
	struct contest c = { .rules = rules, .arena = ARENA_INIT, .count = count, .score = score };
	bool ok = true;

	*ret_finding = (struct finding){ FAULT_NONE, "" };
	c.finding = ret_finding;
	score->sets++;
	for (size_t i = 0; i < count && ok; i++)
		ok = walker_init(&c.inputs[i], inputs[i].profile, &rules->host, &c.arena);
	if (ok && merge(&c, inputs) && compile_merged(&c)) {
		compile_inputs(&c, inputs);
		make_own(&c);
		judge_calls(&c);
		if (rules->live && live_is_possible() && c.filter.count <= BPF_MAXINSNS)
			judge_live(&c);
	}
	arena_done(&c.arena);
	return ret_finding->fault;
}
