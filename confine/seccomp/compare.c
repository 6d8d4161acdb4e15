/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/seccomp/compare.h"

#include <errno.h>

#include "confine/seccomp/anchor.h"
#include "confine/seccomp/describe.h"
#include "confine/seccomp/multiplex.h"

/* Cube operations for one call; RuntimeDefault's own conditions take some hundred. */
#define CALL_STEPS_MAX 150000

uint32_t stack_arches(struct stack stack)
{
	uint32_t arches = ARCH_ALL;

	for (size_t i = 0; i < stack.count; i++)
		arches &= stack.list[i].arches;
	return arches;
}

/* Numbers that were set aside and never used: every kernel answers ENOSYS. */
static bool is_unused(unsigned call)
{
	static const char unused[][12] = {
		"afs_syscall", "break", "ftime",   "getpmsg", "gtty",
		"lock",	       "mpx",	"prof",	   "profil",  "putpmsg",
		"security",    "stty",	"tuxcall", "ulimit",  "vserver",
	};

	for (size_t i = 0; i < sizeof(unused) / sizeof(unused[0]); i++) {
		if (text_is(syscall_name(call), unused[i]))
			return true;
	}
	return anchor_is_candidate(call);
}

bool call_exists(unsigned call, uint32_t arches)
{
	if (is_unused(call))
		return false;
	for (unsigned arch = 0; arch < ARCH_COUNT_; arch++) {
		if ((arches & ARCH_BIT(arch)) == 0)
			continue;
		if (!syscall_arch_is_numbered((enum arch)arch) ||
		    (syscall_arches(call) & ARCH_BIT(arch)) != 0 ||
		    (arch == ARCH_X86 && multiplex_covers(call)))
			return true;
	}
	return false;
}

static bool same_stacks(struct stack from, struct stack to, unsigned call)
{
	if (from.count != to.count)
		return false;
	for (size_t i = 0; i < from.count; i++) {
		if (!verdict_equal(from.list[i].default_verdict, to.list[i].default_verdict) ||
		    !rules_equal(from.list[i].calls[call], to.list[i].calls[call]))
			return false;
	}
	return true;
}

static bool find_rulings(struct stack stack, const struct question *question, struct budget *budget,
			 struct rulings *out)
{
	static const struct ruling allowed = { .verdict = { ACTION_ALLOW, 0 } };
	struct arena *arena = out->arena;

	if (stack.count > 0)
		return rulings_find(stack.list, stack.count, question, arena, budget, out);
	out->list = arena_alloc(arena, sizeof(*out->list));
	if (out->list == NULL)
		return false;
	out->list[0] = allowed;
	out->count = 1;
	return true;
}

static enum difference kind_of(struct verdict from, struct verdict to)
{
	bool before = verdict_lets_through(from), after = verdict_lets_through(to);

	if (before == after)
		return DIFFERENCE_CHANGED;
	return after ? DIFFERENCE_OPENED : DIFFERENCE_CLOSED;
}

static struct change *add_change(struct change **changes, enum difference difference,
				 struct verdict from, struct verdict to, struct arena *arena)
{
	struct change **tail = changes;

	while (*tail != NULL) {
		if (verdict_equal((*tail)->from, from) && verdict_equal((*tail)->to, to))
			return *tail;
		tail = &(*tail)->next;
	}
	*tail = arena_alloc(arena, sizeof(**tail));
	if (*tail != NULL)
		**tail = (struct change){ .difference = difference,
					  .from = from,
					  .to = to,
					  .always = difference == DIFFERENCE_UNKNOWN };
	return *tail;
}

/* The arguments that get this pair of verdicts go to `in`, all others to `out`. */
static bool split(const struct rulings *a, const struct rulings *b, const struct change *change,
		  struct budget *budget, struct regions *in, struct regions *out)
{
	static const struct verdict none = { ACTION_ALLOW, 0 };

	for (size_t i = 0; i < a->count; i++) {
		for (size_t j = 0; j < b->count; j++) {
			bool hit = verdict_equal(a->list[i].verdict, change->from) &&
				   verdict_equal(b->list[j].verdict, change->to);
			struct cube both;

			if (cube_disjoint(&a->list[i].cube, &b->list[j].cube))
				continue;
			cube_intersect(&a->list[i].cube, &b->list[j].cube, &both);
			if (!regions_add(hit ? in : out, &both, none, true, budget))
				return false;
		}
	}
	return true;
}

/* Says where the change holds; without words for it when that is over the budget. */
static void describe(const struct rulings *a, const struct rulings *b, bool is_32bit,
		     struct change *change, struct arena *arena)
{
	struct regions in = { .arena = a->arena }, out = { .arena = a->arena };
	struct buffer words = BUFFER_INIT(a->arena);
	struct budget budget = { CALL_STEPS_MAX };
	char *copy;

	if (!split(a, b, change, &budget, &in, &out))
		return;
	change->always = out.count == 0;
	if (change->always || !describe_set(&in, &out, is_32bit, &budget, &words) || words.failed)
		return;
	copy = text_dup(arena, (struct text){ words.ptr, words.len });
	if (copy != NULL)
		change->when = (struct text){ copy, words.len };
}

static enum status compare(const struct stacks *stacks, unsigned call, struct arena *arena,
			   struct arena *scratch, struct change **ret_changes, struct error *err)
{
	struct question question = { .call = call, .is_32bit = stacks->is_32bit };
	struct budget budget = { CALL_STEPS_MAX };
	struct rulings a = { .arena = scratch }, b = { .arena = scratch };
	struct change *changes = NULL;
	static const struct verdict none = { 0, 0 };
	bool fits = find_rulings(stacks->from, &question, &budget, &a) &&
		    find_rulings(stacks->to, &question, &budget, &b) &&
		    (b.count == 0 || a.count < budget.steps / b.count);

	if (!fits && add_change(&changes, DIFFERENCE_UNKNOWN, none, none, arena) == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot compare");
	for (size_t i = 0; i < a.count && fits; i++) {
		for (size_t j = 0; j < b.count; j++) {
			struct verdict va = a.list[i].verdict, vb = b.list[j].verdict;

			if (verdict_equal(va, vb) ||
			    cube_disjoint(&a.list[i].cube, &b.list[j].cube))
				continue;
			if (add_change(&changes, kind_of(va, vb), va, vb, arena) == NULL)
				return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot compare");
		}
	}
	for (struct change *c = changes; c != NULL && fits; c = c->next)
		describe(&a, &b, stacks->is_32bit, c, arena);
	*ret_changes = changes;
	return STATUS_OK;
}

enum status compare_call(const struct stacks *stacks, unsigned call, struct arena *arena,
			 struct change **ret_changes, struct error *err)
{
	struct arena scratch = ARENA_INIT;
	enum status st = STATUS_OK;

	*ret_changes = NULL;
	if (!same_stacks(stacks->from, stacks->to, call))
		st = compare(stacks, call, arena, &scratch, ret_changes, err);
	arena_done(&scratch);
	return st;
}
