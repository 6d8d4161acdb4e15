/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "tests/diff/contest.h"

const char *fault_name(enum fault fault)
{
	static const char *const names[] = {
		[FAULT_NONE] = "none",
		[FAULT_LOOSER] = "looser",
		[FAULT_STACKED] = "looser than stacked",
		[FAULT_NUMBER] = "number not loaded",
		[FAULT_HUNG] = "hang",
		[FAULT_UNCOMPILED] = "not compiled",
		[FAULT_LENGTH] = "too long",
		[FAULT_MISCOMPILED] = "miscompiled",
		[FAULT_TREE] = "miscompiled as a tree",
		[FAULT_OWN] = "our own filter",
		[FAULT_REREAD] = "not readable",
		[FAULT_UNNOTED] = "tighter without note",
		[FAULT_DATA] = "errno of nobody",
		[FAULT_LIVE] = "live",
		[FAULT_BROKEN] = "broken",
	};

	return names[fault];
}

uint64_t score_faults(const struct score *score)
{
	uint64_t faults = 0;

	for (unsigned fault = 1; fault < FAULT_COUNT_; fault++)
		faults += score->faults[fault];
	return faults;
}

void score_print(const char *what, const struct score *s, FILE *out)
{
	const struct {
		const char *label;
		uint64_t number;
	} numbers[] = {
		{ "sets", s->sets },
		{ "refused", s->refused },
		{ "points", s->points },
		{ "exact", s->exact },
		{ "other errno", s->other_errno },
		{ "tighter", s->tighter },
		{ "x86 dropped", s->x86_dropped },
		{ "multiplexed tighter", s->multiplexed },
		{ "kill thread", s->kill_thread },
		{ "points against stacked inputs", s->stacked_points },
		{ "weakened by libseccomp", s->stacked_weaker },
		{ "tightened by libseccomp", s->stacked_stricter },
		{ "inputs that hang", s->input_hangs },
		{ "inputs not compiled", s->input_refused },
		{ "inputs without number", s->input_forgets },
		{ "sets with a dead architecture", s->dead },
		{ "live calls", s->live_calls },
		{ "faults", score_faults(s) },
	};
	const char *comma = ": ";

	(void)fputs(what, out);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		(void)fprintf(out, "%s%" PRIu64 " %s", comma, numbers[i].number, numbers[i].label);
		comma = ", ";
	}
	comma = " (";
	for (unsigned fault = 1; fault < FAULT_COUNT_; fault++) {
		if (s->faults[fault] == 0)
			continue;
		(void)fprintf(out, "%s%" PRIu64 " %s", comma, s->faults[fault],
			      fault_name((enum fault)fault));
		comma = ", ";
	}
	(void)fputs(score_faults(s) > 0 ? ")\n" : "\n", out);
}
