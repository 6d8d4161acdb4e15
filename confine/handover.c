/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/handover.h"

#include <errno.h>

#include "confine/filter/cache.h"
#include "oci-spec/base/file.h"
#include "oci-spec/base/program.h"

#define MAKER_SECONDS 10
#define MAKER_OUTPUT_MAX ((size_t)4 * 1024 * 1024) /* what it may write: the entry, key and all */

static bool can_be_handed_over(const struct policy *policy, const struct confinement *decision)
{
	return policy->precompiled && !decision->privileges.untouched && decision->has_seccomp &&
	       decision->seccomp.listener_path.len == 0;
}

static enum status make(const struct handover *handover, struct text profile, struct arena *arena,
			struct error *err)
{
	const char *const argv[] = { "oci-confine-filter", handover->cache_dir, NULL };
	const struct program maker = { .path = handover->maker,
				       .argv = argv,
				       .seconds = MAKER_SECONDS,
				       .output_max = MAKER_OUTPUT_MAX };
	struct text ignored;

	return program_run(&maker, profile, arena, &ignored, err);
}

/*
 * The filter for a written profile; none where there is no cache to have or no maker, of which
 * nothing is said: every start by a user who is not root would say it.
 */
static enum status find(const struct handover *handover, struct text profile, struct arena *arena,
			struct bpf *ret_bpf, struct error *err)
{
	AUTO(file_close) int dirfd = filter_cache_open(handover->cache_dir);
	struct text key;
	enum status st;

	*ret_bpf = (struct bpf){ NULL, 0 };
	if (dirfd < 0)
		return STATUS_OK;
	st = filter_cache_key(profile, arena, &key, err);
	if (st != STATUS_OK || filter_cache_get(dirfd, key, arena, ret_bpf))
		return st;
	st = make(handover, profile, arena, err);
	if (st == STATUS_UNSUPPORTED)
		return STATUS_OK;
	if (st == STATUS_OK && !filter_cache_get(dirfd, key, arena, ret_bpf))
		st = error_set(err, STATUS_SYSTEM, 0, "it cannot be kept in %s",
			       handover->cache_dir);
	return st;
}

/* What crun is to get: the filter as a JSON string; empty where there is none. */
static enum status write_string(const struct bpf *bpf, struct arena *arena, struct text *ret_string,
				struct error *err)
{
	struct buffer out = BUFFER_INIT(arena);

	/* a call that asks a listener wants more than a filter */
	if (bpf->count == 0 || bpf_gives(bpf, SECCOMP_RET_USER_NOTIF))
		return STATUS_OK;
	buffer_add_char(&out, '"');
	buffer_add_base64(
		&out, (struct text){ (const char *)bpf->list, bpf->count * sizeof(*bpf->list) });
	buffer_add_char(&out, '"');
	return buffer_text(&out, ret_string, err);
}

static bool is_string(struct json value, struct text string)
{
	return string.len >= 2 &&
	       text_equal(json_text(value), (struct text){ string.ptr + 1, string.len - 2 });
}

enum status handover_decide(const struct handover *handover, const struct confine_inputs *inputs,
			    struct confinement *decision, struct arena *arena, struct notes *notes,
			    struct error *err)
{
	struct json found = inputs->request->compiled_filter;
	struct text filter = TEXT_NONE;
	struct bpf bpf = { NULL, 0 };
	struct error why = { 0 };
	enum status st;

	if (!json_exists(found) && !handover->to_runtime)
		return STATUS_OK;
	if (can_be_handed_over(inputs->policy, decision) &&
	    find(handover, decision->seccomp_text, arena, &bpf, &why) != STATUS_OK)
		notes_add(notes, arena, "seccomp: no compiled filter is handed to crun: %.150s",
			  why.what);
	st = write_string(&bpf, arena, &filter, err);
	if (st != STATUS_OK)
		return st;
	if (json_exists(found) && !is_string(found, filter))
		return json_fail(found, STATUS_DENIED, err,
				 "under crun this annotation replaces what is decided, and it is "
				 "not the filter that oci-confine makes of that");
	/* what is there already stays in whatever spelling it has */
	decision->filter = json_exists(found) ? TEXT_NONE : filter;
	return STATUS_OK;
}
