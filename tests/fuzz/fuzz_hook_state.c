/* SPDX-License-Identifier: Apache-2.0 */
/* The state document that runtimes write to a hook, and what the hook makes of it. */
#include "hook/options.h"
#include "tests/fuzz/fuzz.h"

static void check_state(const struct hook_state *state)
{
	static const enum stage said[] = { STAGE_FROM_STATE, STAGE_PRESTART, STAGE_POSTSTART };
	enum hook_task task;
	struct error err = { 0 };
	enum status st;

	fuzz_require(state->pid >= 0);
	fuzz_require(state->bundle.len > 0 && state->bundle.ptr[0] == '/');
	fuzz_require(state->id.ptr != NULL && state->status.ptr != NULL);
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		st = hook_task_of(said[i], state, &task, &err);
		if (st != STATUS_OK)
			fuzz_check_error(st, &err, false);
		else /* only a state that says so is of a container that runs already */
			fuzz_require(said[i] != STAGE_FROM_STATE || task != HOOK_ATTEST ||
				     text_is(state->status, "running"));
	}
	st = hook_check_pid(state, &err);
	fuzz_require(st != STATUS_OK || state->pid > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct hook_state state;
	struct json_doc doc;
	struct error err = { 0 };
	enum status st = json_parse(&arena, fuzz_text(data, size), "state", &hook_state_limits, &doc,
				    &err);

	if (st == STATUS_OK)
		st = hook_state_parse(&doc, &state, &err);
	if (st == STATUS_OK)
		check_state(&state);
	else
		fuzz_check_error(st, &err, false);
	arena_done(&arena);
	return 0;
}
