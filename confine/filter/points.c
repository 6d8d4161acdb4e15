/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/filter/points.h"

#include "confine/seccomp/evaluate.h"

#define ARGS PROFILE_ARGS_MAX
#define VALUES_MAX 160

/* The numbers worth trying for one argument. */
struct values {
	uint64_t list[VALUES_MAX];
	size_t count;
	bool conditioned; /* some rule looks at this argument */
};

static void add_value(struct values *values, uint64_t value, struct prng *prng)
{
	for (size_t i = 0; i < values->count; i++) {
		if (values->list[i] == value)
			return;
	}
	if (values->count < VALUES_MAX)
		values->list[values->count++] = value;
	else
		values->list[prng_below(prng, VALUES_MAX)] = value;
}

static void add_edges(struct values *values, struct prng *prng)
{
	static const uint64_t edges[] = {
		0,
		1,
		0x7fffffff,
		0x80000000,
		0x80000001,
		0xffffffff,
		0x100000000,
		0x100000001,
		0x7fffffffffffffff,
		0x8000000000000000,
		0x8000000000000001,
		0xffffffff00000000,
		0xfffffffffffffffe,
		0xffffffffffffffff,
	};

	for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++)
		add_value(values, edges[i], prng);
}

static void add_around(struct values *values, uint64_t x, struct prng *prng)
{
	const uint64_t high = 0xffffffff00000000, one_high = 0x100000000;

	add_value(values, x, prng);
	add_value(values, x - 1, prng);
	add_value(values, x + 1, prng);
	add_value(values, x & ~high, prng);
	add_value(values, x & high, prng);
	add_value(values, x << 32 | x >> 32, prng);
	add_value(values, x | high, prng);
	add_value(values, x ^ one_high, prng);
	add_value(values, x ^ (uint64_t)1 << 63, prng);
	add_value(values, x ^ 0x80000000, prng);
	add_value(values, x ^ (uint64_t)1 << prng_below(prng, 64), prng);
}

static void add_condition(struct values values[ARGS], const struct profile_arg *cond,
			  struct prng *prng)
{
	struct values *v = &values[cond->index];

	if (!v->conditioned)
		add_edges(v, prng);
	v->conditioned = true;
	add_around(v, cond->a, prng);
	if (cond->op != COMPARE_MASKED_EQ)
		return;
	add_around(v, cond->b, prng);
	add_value(v, cond->b & cond->a, prng);
	add_value(v, (cond->b & cond->a) | ~cond->a, prng);
	add_value(v, (cond->b & cond->a) | (~cond->a & prng_next(prng)), prng);
	add_value(v, ~cond->a, prng);
}

static struct point random_point(const struct values values[ARGS], struct prng *prng)
{
	struct point point;

	for (unsigned i = 0; i < ARGS; i++)
		point.args[i] = values[i].list[prng_below(prng, values[i].count)];
	return point;
}

static void add_point(struct points *points, const struct point *point)
{
	if (points->count < POINTS_MAX)
		points->list[points->count++] = *point;
}

/* A value that the condition holds for, where one is among the candidates. */
static uint64_t holding_value(const struct values *values, const struct profile_arg *cond,
			      struct prng *prng)
{
	size_t start = prng_below(prng, values->count);

	for (size_t i = 0; i < values->count; i++) {
		uint64_t value = values->list[(start + i) % values->count];

		if (condition_holds(cond, value, false))
			return value;
	}
	return values->list[start];
}

static void add_rule_hits(struct points *points, const struct values values[ARGS],
			  const struct point_rule *rule, struct prng *prng)
{
	for (unsigned n = 0; n < 3; n++) {
		struct point point = random_point(values, prng);

		for (size_t i = 0; i < rule->count; i++)
			point.args[rule->conds[i].index] =
				holding_value(&values[rule->conds[i].index], &rule->conds[i], prng);
		add_point(points, &point);
	}
}

/* All combinations of the arguments that rules look at; false when there are more than limit. */
static bool add_product(struct points *points, const struct values values[ARGS], size_t limit,
			struct prng *prng)
{
	size_t total = 1;

	for (unsigned i = 0; i < ARGS; i++) {
		if (values[i].conditioned)
			total *= values[i].count;
		if (total > limit)
			return false;
	}
	for (size_t n = 0; n < total; n++) {
		struct point point = random_point(values, prng);
		size_t rest = n;

		for (unsigned i = 0; i < ARGS; i++) {
			if (!values[i].conditioned)
				continue;
			point.args[i] = values[i].list[rest % values[i].count];
			rest /= values[i].count;
		}
		add_point(points, &point);
	}
	return true;
}

void points_make(struct points *points, const struct point_rule *rules, size_t rule_count,
		 unsigned first_ids, size_t limit, struct prng *prng)
{
	struct values values[ARGS] = { 0 };

	points->count = 0;
	for (unsigned i = 0; i < ARGS; i++) {
		add_value(&values[i], 0, prng);
		add_value(&values[i], 0xffffffffffffffff, prng);
		add_value(&values[i], 0x100000001, prng);
	}
	for (uint64_t id = 0; id < first_ids; id++) {
		add_value(&values[0], id, prng);
		values[0].conditioned = true;
	}
	for (size_t r = 0; r < rule_count; r++) {
		for (size_t c = 0; c < rules[r].count; c++)
			add_condition(values, &rules[r].conds[c], prng);
	}
	for (size_t r = 0; r < rule_count && points->count < limit / 2; r++) {
		if (rules[r].count > 0)
			add_rule_hits(points, values, &rules[r], prng);
	}
	if (add_product(points, values, limit, prng))
		return;
	while (points->count < limit && points->count < POINTS_MAX) {
		struct point point = random_point(values, prng);

		add_point(points, &point);
	}
}

/* One half of an argument, with `other` as what stands in the other one. */
static struct profile_arg condition_of(const struct bpf_constant *c, uint64_t other)
{
	unsigned shift = c->is_high ? 32 : 0;
	uint64_t rest = c->is_high ? UINT32_MAX : (uint64_t)UINT32_MAX << 32;

	return (struct profile_arg){ c->index, COMPARE_MASKED_EQ, (uint64_t)c->mask << shift | rest,
				     (uint64_t)c->value << shift | other };
}

size_t points_conditions(const struct bpf_view *view, struct profile_arg *ret_conds, size_t max)
{
	size_t count = 0;

	for (size_t i = 0; i < view->count && count < max; i++) {
		const struct bpf_constant *c = &view->list[i];

		ret_conds[count++] = condition_of(c, 0);
		for (size_t j = 0; j < view->count && count < max; j++) {
			const struct bpf_constant *other = &view->list[j];

			if (!c->is_high && other->index == c->index && other->is_high &&
			    other->value != 0)
				ret_conds[count++] = condition_of(c, (uint64_t)other->value << 32);
		}
	}
	return count;
}
