/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What runc and crun remember of a container. The input is read as each of the two files, from a
 * directory in memory.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "oci-spec/runtime_state.h"
#include "tests/fuzz/directory.h"
#include "tests/fuzz/fuzz.h"

static void check(const char *name, bool is_crun, struct text text)
{
	int dirfd = fuzz_directory(name, text);
	struct arena arena = ARENA_INIT;
	struct runtime_state state;
	struct error err = { 0 };
	enum status st = runtime_state_read(dirfd, "state", &arena, &state, &err);

	if (st != STATUS_OK) {
		fuzz_check_error(st, &err, false);
	} else {
		fuzz_require(state.is_crun == is_crun && state.pid >= 0);
		fuzz_require(state.bundle.len > 0 && state.bundle.ptr[0] == '/');
	}
	fuzz_directory_done(dirfd, name);
	arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check("state.json", false, fuzz_text(data, size));
	check("status", true, fuzz_text(data, size));
	return 0;
}
