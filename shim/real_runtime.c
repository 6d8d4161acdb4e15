/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/real_runtime.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oci-spec/base/file.h"

/* A policy that names us as the runtime would start us for ever. Unless known, it may be. */
static bool is_ourselves(const struct stat *runtime)
{
	struct stat self;

	return stat("/proc/self/exe", &self) != 0 ||
	       (self.st_dev == runtime->st_dev && self.st_ino == runtime->st_ino);
}

static bool is_usable(const char *path, struct stat *about)
{
	return stat(path, about) == 0 && S_ISREG(about->st_mode) && access(path, X_OK) == 0 &&
	       !is_ourselves(about);
}

static enum status use_override(const char *path, struct error *err)
{
	struct stat about;
	enum status st;

	if (path[0] != '/')
		return error_set(err, STATUS_INVALID, 0,
				 "the runtime '%.200s' must be an absolute path", path);
	if (!is_usable(path, &about))
		return error_set(
			err, STATUS_UNSUPPORTED, 0,
			"the runtime '%.200s' is not an executable file, or is this program", path);
	st = file_check_owner(&about, err);
	return st == STATUS_OK ? st : error_in_file(err, path);
}

static enum status none_found(const struct runtimes *runtimes, struct arena *arena,
			      struct error *err)
{
	struct buffer tried = BUFFER_INIT(arena);

	for (size_t i = 0; i < runtimes->list.count; i++) {
		buffer_add_str(&tried, i > 0 ? ", " : "");
		buffer_add(&tried, runtimes->list.items[i]);
	}
	return error_set(err, STATUS_UNSUPPORTED, 0,
			 "no runtime found: none of %.*s of %s is an executable file",
			 TEXT_ARG(((struct text){ tried.ptr, tried.len })), runtimes->policy);
}

enum status real_runtime_find(const struct runtimes *runtimes, const char *override,
			      struct arena *arena, const char **ret_path, struct error *err)
{
	enum status st;

	if (override != NULL) {
		st = use_override(override, err);
		if (st == STATUS_OK)
			*ret_path = override;
		return st;
	}
	for (size_t i = 0; i < runtimes->list.count; i++) {
		char *path = text_dup(arena, runtimes->list.items[i]);
		struct stat about;

		if (path == NULL)
			return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot look for a runtime");
		if (is_usable(path, &about)) {
			*ret_path = path;
			return STATUS_OK;
		}
	}
	return none_found(runtimes, arena, err);
}

bool real_runtime_is_crun(const char *path)
{
	const char *base = strrchr(path, '/');

	return base != NULL && strstr(base, "crun") != NULL;
}
