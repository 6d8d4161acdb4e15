/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A seccomp profile in any of its three spellings, as a file and as config.json has it: read,
 * resolved, written, and held against what it declares.
 */
#include "tests/fuzz/floor.h"
#include "tests/fuzz/fuzz.h"

static bool read_profile(struct text text, enum profile_form form, struct arena *arena,
			 struct profile *ret_profile)
{
	struct json_doc *doc = arena_alloc(arena, sizeof(*doc));
	struct error err = { 0 };
	enum status st;

	fuzz_require(doc != NULL);
	st = json_parse(arena, text, "profile", &profile_limits, doc, &err);
	if (st == STATUS_OK)
		st = profile_parse(json_root(doc), form, "profile", arena, ret_profile, &err);
	if (st != STATUS_OK)
		fuzz_check_error(st, &err, false);
	return st == STATUS_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct text text = fuzz_text(data, size);
	struct profile as_file, as_config;
	const struct profile *const profiles[] = { &as_file };
	bool is_config = read_profile(text, PROFILE_IN_CONFIG, &arena, &as_config);

	if (read_profile(text, PROFILE_IN_FILE, &arena, &as_file))
		floor_check(profiles, 1, &arena);
	else /* files may say more than config.json, never less */
		fuzz_require(!is_config);
	arena_done(&arena);
	return 0;
}
