/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oci-confine-filter DIRECTORY < PROFILE: makes the filter for a merged profile and keeps it in the
 * cache of that directory. oci-confine-runtime runs it where crun is to get a filter that is not
 * there yet (handover.h). PROFILE is linux.seccomp as oci-confine writes it, byte for byte: what
 * is kept counts for exactly these bytes.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "confine/confine.h"
#include "confine/filter/filter.h"
#include "confine/version.h" /* generated */
#include "oci-spec/base/file.h"

static enum status read_profile(struct text text, struct arena *arena, struct ruleset *ret_merged,
				struct error *err)
{
	/* neither can be asked for in linux.seccomp */
	static const struct ruleset_context context = { 0, 0 };
	struct json_doc *doc = arena_alloc(arena, sizeof(*doc));
	struct notes *notes = arena_alloc(arena, sizeof(*notes));
	struct profile profile;
	struct ruleset ruleset;
	enum status st;

	if (doc == NULL || notes == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read the profile");
	st = json_parse(arena, text, "standard input", &container_limits, doc, err);
	if (st == STATUS_OK)
		st = profile_parse(json_root(doc), PROFILE_IN_CONFIG, "standard input", arena,
				   &profile, err);
	if (st == STATUS_OK)
		st = ruleset_resolve(&profile, &context, arena, notes, &ruleset, err);
	if (st == STATUS_OK)
		st = merge_profiles(&ruleset, 1, arena, notes, ret_merged, err);
	return st;
}

static enum status check_same(const struct ruleset *merged, struct text text, struct arena *arena,
			      struct error *err)
{
	struct buffer out = BUFFER_INIT(arena);
	struct text again;
	enum status st;

	ruleset_write(merged, &out);
	st = buffer_text(&out, &again, err);
	if (st == STATUS_OK && !text_equal(text, again))
		st = error_set(err, STATUS_INVALID, 0, "is not a profile as oci-confine writes it");
	return st;
}

static enum status run(const char *directory, struct arena *arena, struct error *err)
{
	const struct filter_options options = { directory };
	struct ruleset merged;
	struct filter filter;
	struct text text;
	enum status st = file_read_fd(STDIN_FILENO, CONTAINER_BYTES_MAX, arena, &text, err);

	if (st == STATUS_OK)
		st = read_profile(text, arena, &merged, err);
	if (st == STATUS_OK)
		st = check_same(&merged, text, arena, err);
	if (st != STATUS_OK)
		return error_in_file(err, "standard input");
	return filter_get(&merged, &options, arena, &filter, err);
}

int main(int argc, char **argv)
{
	struct arena arena = ARENA_INIT;
	struct error err = { 0 };
	char text[1200];
	enum status st = STATUS_INVALID;

	if (argc == 2 && strcmp(argv[1], "--oci-confine-version") == 0) {
		(void)fputs("oci-confine-filter " VERSION_TEXT, stdout);
		return 0;
	}
	if (argc == 2 && argv[1][0] == '/')
		st = run(argv[1], &arena, &err);
	else
		(void)error_set(&err, st, 0, "usage: oci-confine-filter /DIRECTORY < PROFILE");
	if (st != STATUS_OK) {
		error_format(&err, text, sizeof(text));
		(void)fprintf(stderr, "%s\n", text);
	}
	arena_done(&arena);
	return (int)st;
}
