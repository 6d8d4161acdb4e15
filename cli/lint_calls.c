/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks on all rules of one call together. What libseccomp makes of several rules was measured
 * with 2.5.4, 2.6.0 and 2.6.1, runc 1.1 to 1.3 and crun 1.8 to 1.28.
 */
#include "cli/lint.h"

#include "confine/seccomp/compare.h"
#include "confine/seccomp/ruling.h"

void lint_visit_calls(struct lint *lint, lint_call_fn *visit)
{
	for (unsigned call = 0; call < syscall_count(); call++) {
		if (lint->ruleset.calls[call] != NULL)
			visit(lint, call, lint->ruleset.calls[call]);
	}
}

static const char ok_merge[] = "use 'oci-confine merge FILE', which writes it exactly";

static bool is_range(const struct profile_arg *cond)
{
	return cond->op == COMPARE_LT || cond->op == COMPARE_LE || cond->op == COMPARE_GE ||
	       cond->op == COMPARE_GT;
}

static bool same_cond(const struct profile_arg *a, const struct profile_arg *b)
{
	return a->index == b->index && a->op == b->op && a->a == b->a && a->b == b->b;
}

static bool same_conds(const struct rule *a, const struct rule *b)
{
	bool same = a->cond_count == b->cond_count;

	for (unsigned c = 0; c < a->cond_count && same; c++) {
		bool found = false;

		for (unsigned d = 0; d < b->cond_count; d++)
			found = found || same_cond(&a->conds[c], &b->conds[d]);
		same = found;
	}
	return same;
}

/* --- the kernel looks at fewer bits than the filter --- */

static void narrow_bits(unsigned call, struct cube *unseen)
{
	for (unsigned i = 0; i < PROFILE_ARGS_MAX; i++) {
		char kind = argument_kind(call, i);

		unseen->mask[i] = kind == 'i'	? ~(uint64_t)UINT32_MAX
				  : kind == 's' ? ~(uint64_t)UINT16_MAX
						: 0;
	}
}

/* Whether for some arguments in `denied` others that the kernel takes for the same are in `open`.
 */
static bool is_way_round(const struct cube *denied, const struct cube *open,
			 const struct cube *unseen)
{
	struct cube a = *denied, b = *open;

	if (cube_disjoint(denied, unseen)) /* unseen->value is 0: bits that programs leave empty */
		return false;
	for (unsigned i = 0; i < PROFILE_ARGS_MAX; i++) {
		a.mask[i] &= ~unseen->mask[i];
		b.mask[i] &= ~unseen->mask[i];
	}
	return !cube_disjoint(&a, &b);
}

static void high_half(struct lint *lint, unsigned call, const struct rule *rules)
{
	struct question question = { .call = call };
	struct arena scratch = ARENA_INIT;
	struct rulings answers = { .arena = &scratch };
	struct budget budget = { 20000 };
	const struct rule *rule = NULL;
	struct cube unseen = { 0 };

	narrow_bits(call, &unseen);
	if ((rules->cond_count > 0 || rules->next != NULL) &&
	    rulings_find(&lint->ruleset, 1, &question, &scratch, &budget, &answers)) {
		for (size_t i = 0; i < answers.count * answers.count && rule == NULL; i++) {
			const struct ruling *a = &answers.list[i / answers.count];
			const struct ruling *b = &answers.list[i % answers.count];

			if (!verdict_lets_through(a->verdict) && verdict_lets_through(b->verdict) &&
			    is_way_round(&a->cube, &b->cube, &unseen))
				rule = a->rule != NULL ? a->rule : b->rule;
		}
	}
	arena_done(&scratch);
	if (rule != NULL)
		lint_add(
			lint, lint_place(lint, rule),
			"compare with SCMP_CMP_MASKED_EQ and the mask 4294967295 (65535 for a file mode)",
			"%.*s: the filter compares 64 bits, but the kernel looks at the low ones of "
			"this argument only, so with a high bit set the denied call goes through",
			TEXT_ARG(syscall_name(call)));
}

void check_high_half(struct lint *lint)
{
	lint_visit_calls(lint, high_half);
}

/* --- a rule without conditions beside others --- */

static const struct rule *unconditional(const struct rule *rules)
{
	while (rules != NULL && rules->cond_count > 0)
		rules = rules->next;
	return rules;
}

static void beside(struct lint *lint, unsigned call, const struct rule *rules, bool hidden)
{
	const struct rule *always = unconditional(rules);

	for (const struct rule *r = rules; r != NULL && always != NULL; r = r->next) {
		bool stricter = r->verdict.action < always->verdict.action;

		if (r->cond_count == 0 || stricter != hidden)
			continue;
		if (hidden)
			lint_add(
				lint, lint_place(lint, r), ok_merge,
				"%.*s has a looser rule without conditions too, and libseccomp keeps "
				"only that: this rule is lost",
				TEXT_ARG(syscall_name(call)));
		else
			lint_add(lint, lint_place(lint, r), "take it out",
				 "%.*s has a rule without conditions too, so this one does nothing",
				 TEXT_ARG(syscall_name(call)));
		break;
	}
}

static void hidden_by(struct lint *lint, unsigned call, const struct rule *rules)
{
	beside(lint, call, rules, true);
}

void check_hidden_by_unconditional(struct lint *lint)
{
	lint_visit_calls(lint, hidden_by);
}

static void useless_beside(struct lint *lint, unsigned call, const struct rule *rules)
{
	beside(lint, call, rules, false);
}

void check_beside_unconditional(struct lint *lint)
{
	lint_visit_calls(lint, useless_beside);
}

/* --- twice the same conditions --- */

static void twice(struct lint *lint, unsigned call, const struct rule *rules, bool contradict)
{
	for (const struct rule *r = rules; r != NULL; r = r->next) {
		for (const struct rule *s = rules; s != r; s = s->next) {
			if (!same_conds(r, s) ||
			    verdict_equal(r->verdict, s->verdict) == contradict)
				continue;
			if (contradict)
				lint_add(
					lint, lint_place(lint, r), "keep one of them",
					"%.*s has the same conditions in syscalls[%d] with another "
					"action: the first counts, or the container does not start",
					TEXT_ARG(syscall_name(call)), s->origin - 1);
			else
				lint_add(lint, lint_place(lint, r), "take it out",
					 "%.*s has this rule in syscalls[%d] already",
					 TEXT_ARG(syscall_name(call)), s->origin - 1);
			return;
		}
	}
}

static void contradiction(struct lint *lint, unsigned call, const struct rule *rules)
{
	twice(lint, call, rules, true);
}

void check_contradiction(struct lint *lint)
{
	lint_visit_calls(lint, contradiction);
}

static void duplicate(struct lint *lint, unsigned call, const struct rule *rules)
{
	twice(lint, call, rules, false);
}

void check_duplicate(struct lint *lint)
{
	lint_visit_calls(lint, duplicate);
}

/* --- conditions that overlap, with different actions --- */

static bool rules_overlap(const struct rule *a, const struct rule *b, struct arena *scratch)
{
	struct budget budget = { 5000 };
	struct regions ra = { .arena = scratch }, rb = { .arena = scratch };

	if (!regions_add_rule(&ra, a, &budget) || !regions_add_rule(&rb, b, &budget))
		return false;
	for (size_t i = 0; i < ra.count; i++) {
		for (size_t j = 0; j < rb.count; j++) {
			if (!cube_disjoint(&ra.list[i].cube, &rb.list[j].cube))
				return true;
		}
	}
	return false;
}

static void overlap(struct lint *lint, unsigned call, const struct rule *rules)
{
	struct arena scratch = ARENA_INIT;
	const struct rule *found = NULL, *other = NULL;
	unsigned pairs = 0;

	for (const struct rule *r = rules; r != NULL && found == NULL; r = r->next) {
		for (const struct rule *s = rules; s != r && found == NULL && pairs < 500;
		     s = s->next) {
			if (verdict_equal(r->verdict, s->verdict) || r->cond_count == 0 ||
			    s->cond_count == 0 || same_conds(r, s))
				continue;
			pairs++;
			if (rules_overlap(r, s, &scratch)) {
				found = r;
				other = s;
			}
		}
	}
	arena_done(&scratch);
	if (found != NULL)
		lint_add(lint, lint_place(lint, found), ok_merge,
			 "%.*s: some arguments match this rule and syscalls[%d], which has another "
			 "action; which one counts is up to the order of libseccomp's tree",
			 TEXT_ARG(syscall_name(call)), other->origin - 1);
}

void check_overlap(struct lint *lint)
{
	lint_visit_calls(lint, overlap);
}

/* --- shapes that libseccomp gets wrong --- */

/* The index that all conditions are on, -1 for several, -2 without any. */
static int only_index(const struct rule *rules)
{
	int index = -2;

	for (const struct rule *r = rules; r != NULL; r = r->next) {
		for (unsigned c = 0; c < r->cond_count; c++) {
			if (index >= 0 && index != r->conds[c].index)
				return -1;
			index = r->conds[c].index;
		}
	}
	return index;
}

static void range_above(struct lint *lint, unsigned call, const struct rule *rules)
{
	if (only_index(rules) < 0 || rules->next == NULL)
		return;
	for (const struct rule *r = rules; r != NULL; r = r->next) {
		for (unsigned c = 0; c < r->cond_count; c++) {
			if (!is_range(&r->conds[c]) || r->conds[c].a <= UINT32_MAX)
				continue;
			lint_add(
				lint, lint_place(lint, r), ok_merge,
				"%.*s has several rules, and libseccomp makes too permissive a filter "
				"of them where a range ends above 2^32",
				TEXT_ARG(syscall_name(call)));
			return;
		}
	}
}

void check_range_above_32bit(struct lint *lint)
{
	lint_visit_calls(lint, range_above);
}

static void several_arguments(struct lint *lint, unsigned call, const struct rule *rules)
{
	if (only_index(rules) != -1 || rules->next == NULL)
		return;
	for (const struct rule *r = rules; r != NULL; r = r->next) {
		for (unsigned c = 0; c < r->cond_count; c++) {
			if (r->conds[c].op == COMPARE_EQ || r->conds[c].op == COMPARE_MASKED_EQ)
				continue;
			lint_add(
				lint, lint_place(lint, r), ok_merge,
				"%.*s has several rules on several arguments with NE, LT, LE, GE or GT "
				"among them: libseccomp often makes too permissive a filter of those",
				TEXT_ARG(syscall_name(call)));
			return;
		}
	}
}

void check_several_arguments(struct lint *lint)
{
	lint_visit_calls(lint, several_arguments);
}

static bool shares_range(const struct rule *a, const struct rule *b)
{
	for (unsigned c = 0; c < a->cond_count; c++) {
		for (unsigned d = 0; d < b->cond_count; d++) {
			if (is_range(&a->conds[c]) && same_cond(&a->conds[c], &b->conds[d]))
				return true;
		}
	}
	return false;
}

/* A range above 2^32 in one and a mask in the other, on the same argument. */
static bool range_meets_mask(const struct rule *a, const struct rule *b)
{
	for (unsigned c = 0; c < a->cond_count; c++) {
		for (unsigned d = 0; d < b->cond_count; d++) {
			if (a->conds[c].index == b->conds[d].index && is_range(&a->conds[c]) &&
			    a->conds[c].a > UINT32_MAX && b->conds[d].op == COMPARE_MASKED_EQ)
				return true;
		}
	}
	return false;
}

static void never_compiles(struct lint *lint, unsigned call, const struct rule *rules)
{
	for (const struct rule *r = rules; r != NULL; r = r->next) {
		for (const struct rule *s = rules; s != r; s = s->next) {
			if (!shares_range(r, s) ||
			    !(range_meets_mask(r, s) || range_meets_mask(s, r)))
				continue;
			lint_add(
				lint, lint_place(lint, r), ok_merge,
				"%.*s: together with syscalls[%d] libseccomp never finishes this rule, "
				"and the start of the container hangs",
				TEXT_ARG(syscall_name(call)), s->origin - 1);
			return;
		}
	}
}

void check_never_compiles(struct lint *lint)
{
	lint_visit_calls(lint, never_compiles);
}
