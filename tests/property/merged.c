/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/property/merged.h"

#include "tests/diff/random_profile.h"

bool merged_walk(struct walker *walker, const struct profile *profile,
		 const struct ruleset_context *context, struct arena *arena)
{
	struct walker_host host = { context->bounding, context->kernel };

	return walker_init(walker, profile, &host, arena);
}

enum status merged_make(const struct ruleset_context *context,
			const struct profile *const *profiles, size_t count, struct arena *arena,
			struct merged *ret_merged, struct error *err)
{
	struct ruleset list[3];
	struct notes ignored = { .count = 0 };
	struct buffer out = BUFFER_INIT(arena);
	enum status st = STATUS_OK;

	*ret_merged = (struct merged){ .profile = NULL };
	for (size_t i = 0; i < count && st == STATUS_OK; i++)
		st = ruleset_resolve(profiles[i], context, arena, &ignored, &list[i], err);
	if (st == STATUS_OK)
		st = merge_profiles(list, count, arena, &ret_merged->notes, &ret_merged->ruleset,
				    err);
	if (st != STATUS_OK)
		return st;
	ruleset_write(&ret_merged->ruleset, &out);
	st = buffer_text(&out, &ret_merged->text, err);
	if (st == STATUS_OK)
		st = profile_from_text(ret_merged->text, PROFILE_IN_CONFIG, arena,
				       &ret_merged->profile, err);
	if (st == STATUS_OK &&
	    !merged_walk(&ret_merged->walker, ret_merged->profile, context, arena))
		st = error_set(err, STATUS_SYSTEM, 0, "no memory");
	return st;
}
