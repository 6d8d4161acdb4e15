/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/load.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "oci-spec/base/file.h"

static enum status no_memory(struct error *err)
{
	return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read the profile");
}

static enum status parse(struct text text, const char *name, struct arena *arena,
			 struct profile *ret_profile, struct error *err)
{
	struct json_doc *doc = arena_alloc(arena, sizeof(*doc));
	enum status st;

	if (doc == NULL)
		return no_memory(err);
	st = json_parse(arena, text, name, &profile_limits, doc, err);
	if (st != STATUS_OK)
		return st;
	return profile_parse(json_root(doc), PROFILE_IN_FILE, name, arena, ret_profile, err);
}

enum status load_profile_file(const char *path, struct arena *arena, struct profile *ret_profile,
			      struct error *err)
{
	AUTO(file_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct text text;
	enum status st;

	if (fd < 0)
		st = error_set(err, STATUS_SYSTEM, errno, "cannot open");
	else
		st = file_read_fd(fd, PROFILE_BYTES_MAX, arena, &text, err);
	if (st == STATUS_OK)
		st = parse(text, path, arena, ret_profile, err);
	return st == STATUS_OK ? st : error_in_file(err, path);
}

static enum status load_baseline(const struct policy *policy, struct arena *arena,
				 struct profile *ret_profile, struct error *err)
{
	char *path = text_dup(arena, policy->baseline_file);
	struct stat about;
	struct text text;
	enum status st;

	if (path == NULL)
		return no_memory(err);
	st = file_read(AT_FDCWD, path, PROFILE_BYTES_MAX, arena, &text, &about, err);
	if (st == STATUS_OK)
		st = file_check_owner(&about, err);
	if (st == STATUS_OK)
		st = parse(text, path, arena, ret_profile, err);
	return st == STATUS_OK ? st : error_in_file(err, path);
}

static enum status open_root(const struct policy *policy, struct arena *arena, int *ret_fd,
			     struct error *err)
{
	char *path = text_dup(arena, policy->profile_root);
	struct stat about;
	enum status st;

	if (path == NULL)
		return no_memory(err);
	st = file_open_dir(AT_FDCWD, path, ret_fd, err);
	if (st == STATUS_OK && fstat(*ret_fd, &about) != 0)
		st = error_set(err, STATUS_SYSTEM, errno, "cannot look at the directory");
	if (st == STATUS_OK)
		st = file_check_owner(&about, err);
	return st == STATUS_OK ? st : error_in_file(err, path);
}

/* "ROOT/NAME", for messages. */
static char *shown_path(const struct policy *policy, struct text name, struct arena *arena)
{
	struct buffer path = BUFFER_INIT(arena);

	buffer_add(&path, policy->profile_root);
	buffer_add_char(&path, '/');
	buffer_add(&path, name);
	buffer_add_char(&path, '\0');
	return path.failed ? NULL : path.ptr;
}

static enum status load_requested(const struct policy *policy, int root,
				  const struct request_profile *wanted, struct arena *arena,
				  struct profile *ret_profile, struct error *err)
{
	char *shown = shown_path(policy, wanted->name, arena);
	char *name = text_dup(arena, wanted->name);
	struct stat about;
	struct text text;
	enum status st;

	if (shown == NULL || name == NULL)
		return no_memory(err);
	st = file_read_beneath(root, name, PROFILE_BYTES_MAX, arena, &text, &about, err);
	if (st == STATUS_OK)
		st = file_check_owner(&about, err);
	if (st == STATUS_OK)
		st = file_check_way(root, name, err);
	if (st == STATUS_OK)
		st = parse(text, shown, arena, ret_profile, err);
	return st == STATUS_OK ? st : error_in_file(err, shown);
}

enum status load_profiles(const struct policy *policy, const struct request *request,
			  struct arena *arena, struct loaded_profiles *ret_profiles,
			  struct error *err)
{
	AUTO(file_close) int root = -1;
	enum status st = STATUS_OK;

	ret_profiles->requested_count = 0;
	if (policy->baseline == BASELINE_FILE)
		st = load_baseline(policy, arena, &ret_profiles->baseline, err);
	if (st == STATUS_OK && request->seccomp_count > 0)
		st = open_root(policy, arena, &root, err);
	for (size_t i = 0; i < request->seccomp_count && st == STATUS_OK; i++) {
		st = load_requested(policy, root, &request->seccomp[i], arena,
				    &ret_profiles->requested[i], err);
		ret_profiles->requested_count = i + 1;
	}
	return st;
}
