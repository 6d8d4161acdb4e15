/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A compiled filter as it comes from a cache or out of a process. The input is one call (struct
 * seccomp_data) and the instructions behind it. What is taken for sound must run to an answer on
 * every call, within its own bounds, and be walked to the same end.
 */
#include "confine/filter/bpf.h"
#include "tests/fuzz/fuzz.h"

static void run_sound(const struct bpf *filter, struct seccomp_data call, struct arena *arena)
{
	struct bpf_view view = { .count = 0 };
	answer_t first, second, stacked;
	const struct bpf twice[] = { *filter, *filter };

	fuzz_require(bpf_run(filter, &call, &first));
	fuzz_require(bpf_run_stacked(twice, 2, &call, &stacked));
	fuzz_require(stacked == first);
	fuzz_require(bpf_look(filter, call.nr, call.arch, arena, &view));
	fuzz_require(view.count <= BPF_CONSTANTS_MAX);
	for (size_t i = 0; i < view.count; i++)
		fuzz_require(view.list[i].index < 6);
	if (view.sees_arguments)
		return;
	/* then other arguments are answered alike */
	memset(call.args, 0x5a, sizeof(call.args));
	fuzz_require(bpf_run(filter, &call, &second));
	fuzz_require(second == first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct seccomp_data call = { 0 };
	struct sock_filter *list;
	struct bpf filter;
	size_t head = size < sizeof(call) ? size : sizeof(call);
	answer_t ignored;

	if (head > 0)
		memcpy(&call, data, head);
	/* as long as it is, so that a step beyond is seen */
	filter.count = (size - head) / sizeof(*list);
	list = malloc(filter.count * sizeof(*list) + 1);
	fuzz_require(list != NULL);
	if (filter.count > 0)
		memcpy(list, data + head, filter.count * sizeof(*list));
	filter.list = list;
	if (bpf_is_sound(&filter))
		run_sound(&filter, call, &arena);
	else /* whatever it is, nothing outside is touched */
		(void)bpf_run(&filter, &call, &ignored);
	free(list);
	arena_done(&arena);
	return 0;
}
