/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/seccomp/shared_blocks.h"

#include <errno.h>

static unsigned argument_set(const struct rule *rule)
{
	unsigned set = 0;

	for (unsigned c = 0; c < rule->cond_count; c++)
		set |= 1u << rule->conds[c].index;
	return set;
}

static bool has_mixed_arguments(const struct rule *rules)
{
	for (const struct rule *r = rules; r != NULL; r = r->next) {
		if (argument_set(r) != argument_set(rules))
			return true;
	}
	return false;
}

/* The condition that libseccomp puts last: the one on the highest argument. */
static const struct profile_arg *last_condition(const struct rule *rule)
{
	const struct profile_arg *last = &rule->conds[0];

	for (unsigned c = 1; c < rule->cond_count; c++) {
		if (rule->conds[c].index > last->index)
			last = &rule->conds[c];
	}
	return last;
}

/* The same instructions on some ABI: those of 32 bits compare low halves. */
static bool ends_alike(const struct rule *a, const struct rule *b)
{
	const struct profile_arg *x = last_condition(a), *y = last_condition(b);
	bool x_masked = x->op == COMPARE_MASKED_EQ, y_masked = y->op == COMPARE_MASKED_EQ;
	uint64_t x_mask = x_masked ? x->a : UINT64_MAX, y_mask = y_masked ? y->a : UINT64_MAX;
	uint64_t x_value = x_masked ? x->b : x->a, y_value = y_masked ? y->b : y->a;

	return verdict_equal(a->verdict, b->verdict) && x->index == y->index &&
	       (uint32_t)x_mask == (uint32_t)y_mask && (uint32_t)x_value == (uint32_t)y_value;
}

static bool is_conditional(const struct rule *rules)
{
	return rules != NULL && rules->cond_count > 0;
}

static bool shares_an_end(const struct ruleset *merged, unsigned call)
{
	for (unsigned other = 0; other < syscall_count(); other++) {
		if (other == call || !is_conditional(merged->calls[other]))
			continue;
		for (const struct rule *a = merged->calls[call]; a != NULL; a = a->next) {
			for (const struct rule *b = merged->calls[other]; b != NULL; b = b->next) {
				if (ends_alike(a, b))
					return true;
			}
		}
	}
	return false;
}

/* A condition that is none where libseccomp cuts its mask to 32 bits. */
static bool vanishes(const struct profile_arg *cond)
{
	return cond->op == COMPARE_MASKED_EQ && (uint32_t)cond->a == 0;
}

/* On some listed architecture a rule has fewer arguments than on another. */
static bool loses_an_argument(const struct ruleset *merged, unsigned call)
{
	if ((merged->arches & ARCHES_32BIT) == 0)
		return false;
	for (const struct rule *r = merged->calls[call]; r != NULL; r = r->next) {
		for (unsigned c = 0; c < r->cond_count; c++) {
			if (r->cond_count > 1 && vanishes(&r->conds[c]))
				return true;
		}
	}
	return false;
}

static enum status make_constant(struct ruleset *merged, unsigned call, struct arena *arena,
				 struct error *err)
{
	struct rule *constant = arena_alloc(arena, sizeof(*constant));

	if (constant == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot merge the profiles");
	constant->verdict = merged->default_verdict;
	for (const struct rule *r = merged->calls[call]; r != NULL; r = r->next) {
		if (r->verdict.action < constant->verdict.action)
			constant->verdict = r->verdict;
	}
	merged->calls[call] = constant;
	merged->reshaped = true;
	return STATUS_OK;
}

enum status shared_blocks_avoid(struct ruleset *merged, struct arena *arena, struct notes *notes,
				struct error *err)
{
	enum status st = STATUS_OK;

	for (unsigned call = 0; call < syscall_count() && st == STATUS_OK; call++) {
		if (!is_conditional(merged->calls[call]) ||
		    !has_mixed_arguments(merged->calls[call]) ||
		    (!loses_an_argument(merged, call) && !shares_an_end(merged, call)))
			continue;
		st = make_constant(merged, call, arena, err);
		notes_add(
			notes, arena,
			"seccomp: the conditions on %.*s cannot be merged exactly, as libseccomp "
			"would mix them up with those of another call or architecture: its strictest "
			"action holds for all",
			TEXT_ARG(syscall_name(call)));
	}
	return st;
}
