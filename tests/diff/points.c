/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/diff/points.h"

#define RULES_MAX 4096
#define IDS 26 /* of socketcall and ipc, and one more */

void walker_points(struct points *points, const struct walker *const *walkers, size_t walker_count,
		   const char *name, size_t limit, struct prng *prng)
{
	struct point_rule rules[RULES_MAX];
	size_t rule_count = 0;

	for (size_t w = 0; w < walker_count; w++) {
		size_t count;
		const struct walker_entry *entry = walker_rules(walkers[w], text_of(name), &count);

		for (size_t i = 0; i < count && rule_count < RULES_MAX; i++)
			rules[rule_count++] = (struct point_rule){ entry[i].rule->args,
								   entry[i].rule->arg_count };
	}
	points_make(points, rules, rule_count, walker_single_call(name, 1) != NULL ? IDS : 0, limit,
		    prng);
}
