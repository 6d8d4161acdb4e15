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

/* What the profiles that one pod names have together. */
struct sums {
	size_t bytes, rules, names;
};

static enum status add(size_t *sum, size_t more, size_t max, const char *of_what, struct error *err)
{
	*sum += more;
	if (*sum <= max)
		return STATUS_OK;
	return error_set(err, STATUS_INVALID, 0,
			 "with this one the profiles that the annotations name have %zu %s "
			 "together, at most %zu are read",
			 *sum, of_what, max);
}

/* A profile of a pod's choice. */
struct wanted {
	char *name;  /* below the root */
	char *shown; /* for messages */
};

static enum status read_requested(int root, const struct wanted *wanted, struct arena *arena,
				  struct sums *sums, struct profile *ret_profile, struct error *err)
{
	struct stat about;
	struct text text;
	enum status st =
		file_read_beneath(root, wanted->name, PROFILE_BYTES_MAX, arena, &text, &about, err);

	if (st == STATUS_OK)
		st = file_check_owner(&about, err);
	if (st == STATUS_OK)
		st = file_check_way(root, wanted->name, err);
	if (st == STATUS_OK)
		st = add(&sums->bytes, text.len, PROFILE_BYTES_MAX, "bytes", err);
	if (st == STATUS_OK)
		st = parse(text, wanted->shown, arena, ret_profile, err);
	if (st == STATUS_OK)
		st = add(&sums->rules, ret_profile->rule_count, PROFILE_RULES_MAX, "rules", err);
	if (st == STATUS_OK)
		st = add(&sums->names, ret_profile->name_count, PROFILE_NAMES_MAX, "names", err);
	return st;
}

static enum status load_requested(const struct policy *policy, const struct request *request,
				  struct arena *arena, struct loaded_profiles *ret_profiles,
				  struct error *err)
{
	AUTO(file_close) int root = -1;
	struct sums sums = { 0, 0, 0 };
	enum status st = open_root(policy, arena, &root, err);

	for (size_t i = 0; i < request->seccomp_count && st == STATUS_OK; i++) {
		struct text name = request->seccomp[i].name;
		struct wanted wanted = { text_dup(arena, name), shown_path(policy, name, arena) };

		if (wanted.name == NULL || wanted.shown == NULL)
			return no_memory(err);
		st = read_requested(root, &wanted, arena, &sums, &ret_profiles->requested[i], err);
		if (st != STATUS_OK)
			return error_in_file(err, wanted.shown);
		ret_profiles->requested_count = i + 1;
	}
	return st;
}

enum status load_profiles(const struct policy *policy, const struct request *request,
			  struct arena *arena, struct loaded_profiles *ret_profiles,
			  struct error *err)
{
	enum status st = STATUS_OK;

	ret_profiles->requested_count = 0;
	if (policy->baseline == BASELINE_FILE)
		st = load_baseline(policy, arena, &ret_profiles->baseline, err);
	if (st == STATUS_OK && request->seccomp_count > 0)
		st = load_requested(policy, request, arena, ret_profiles, err);
	return st;
}
