/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/container_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "oci-spec/base/file.h"
#include "oci-spec/container.h"

#define BUNDLE_LABEL "bundle="

static char *join(struct arena *arena, const char *a, const char *b, const char *c)
{
	struct buffer path = BUFFER_INIT(arena);

	buffer_add_str(&path, a);
	buffer_add_char(&path, '/');
	buffer_add_str(&path, b);
	if (c != NULL) {
		buffer_add_char(&path, '/');
		buffer_add_str(&path, c);
	}
	buffer_add_char(&path, '\0');
	return path.failed ? NULL : path.ptr;
}

/* An id is one name in a directory; both runtimes refuse others too. */
static bool is_plain_id(const char *id)
{
	return id[0] != '\0' && strcmp(id, ".") != 0 && strcmp(id, "..") != 0 &&
	       strchr(id, '/') == NULL;
}

static bool is_crun(const char *runtime_path)
{
	const char *base = strrchr(runtime_path, '/');

	return base != NULL && strstr(base, "crun") != NULL;
}

/* In a user namespace only a part of the host's users is mapped: user_namespaces(7). */
static bool in_user_namespace(void)
{
	AUTO(file_close) int fd = open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
	char map[64];
	ssize_t n = fd >= 0 ? read(fd, map, sizeof(map) - 1) : -1;

	if (n <= 0)
		return false;
	map[n] = '\0';
	return strstr(map, "4294967295") == NULL;
}

/*
 * $XDG_RUNTIME_DIR, where the runtime looks there: crun whenever it is set (libcrun, status.c),
 * runc for a user, or in a user namespace unless $USER is root (main.go,
 * shouldHonorXDGRuntimeDir).
 */
static const char *user_directory(bool crun)
{
	const char *dir = getenv("XDG_RUNTIME_DIR"), *user = getenv("USER");

	if (dir == NULL || dir[0] == '\0')
		return NULL;
	if (crun || geteuid() != 0)
		return dir;
	if (user != NULL && strcmp(user, "root") == 0)
		return NULL;
	return in_user_namespace() ? dir : NULL;
}

/* ROOT/ID, as the runtime itself will look for it. */
static char *state_directory(const struct runtime_args *args, bool crun, struct arena *arena)
{
	const char *user = user_directory(crun), *name = crun ? "crun" : "runc";
	char *root;

	if (args->root != NULL)
		return join(arena, args->root, args->id, NULL);
	root = join(arena, user != NULL ? user : "/run", name, NULL);
	return root == NULL ? NULL : join(arena, root, args->id, NULL);
}

/* The state must be the runtime's own: whoever can write it decides what an exec may have. */
static enum status open_state(const char *dir, int *ret_fd, struct error *err)
{
	AUTO(file_close) int fd = open(dir, O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW);
	struct stat about;
	enum status st;

	if (fd < 0)
		return error_set(err, errno == ENOENT ? STATUS_INVALID : STATUS_SYSTEM, errno,
				 "cannot find the container's state '%.300s'", dir);
	if (fstat(fd, &about) != 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot look at '%.300s'", dir);
	st = file_check_owner(&about, err);
	if (st != STATUS_OK)
		return error_in_file(err, dir);
	*ret_fd = fd;
	fd = -1;
	return STATUS_OK;
}

/*
 * runc keeps the bundle's path in config.labels, behind the annotations. Without --process
 * its exec reads the process from the first label "bundle=..." (utils.SearchLabels), which can
 * be an annotation's; all else is about the last, its own.
 */
static enum status runc_bundle(const struct json_doc *doc, bool has_process,
			       struct text *ret_bundle, struct error *err)
{
	struct json labels = json_get(json_get(json_root(doc), "config"), "labels");
	struct text first = TEXT_NONE, last = TEXT_NONE;

	for (struct json l = json_first(labels); json_exists(l); l = json_next(l)) {
		struct text label = json_text(l);

		if (!text_starts_with(label, BUNDLE_LABEL))
			continue;
		last = (struct text){ label.ptr + strlen(BUNDLE_LABEL),
				      label.len - strlen(BUNDLE_LABEL) };
		first = first.ptr == NULL ? last : first;
	}
	if (last.len == 0 || last.ptr[0] != '/')
		return json_fail(json_root(doc), STATUS_INVALID, err,
				 "names no bundle in config.labels");
	if (!has_process && !text_equal(first, last))
		return json_fail(
			labels, STATUS_DENIED, err,
			"the container's annotations name another bundle, from which runc would "
			"take the process; use --process");
	*ret_bundle = last;
	return STATUS_OK;
}

/* The bundle that runc's own record names. */
static enum status open_recorded_bundle(int state_fd, bool has_process, const char *shown,
					struct arena *arena, int *ret_dirfd, const char **ret_shown,
					struct error *err)
{
	struct json_doc doc;
	struct text text, bundle;
	char *path;
	enum status st =
		file_read(state_fd, "state.json", CONTAINER_BYTES_MAX, arena, &text, NULL, err);

	if (st == STATUS_OK)
		st = json_parse(arena, text, shown, &container_limits, &doc, err);
	if (st == STATUS_OK)
		st = runc_bundle(&doc, has_process, &bundle, err);
	if (st != STATUS_OK)
		return error_in_file(err, shown);
	path = text_dup(arena, bundle);
	if (path == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read the container's state");
	*ret_shown = join(arena, path, "config.json", NULL);
	return file_open_dir(AT_FDCWD, path, ret_dirfd, err);
}

enum status container_state_find(const struct runtime_args *args, const char *runtime_path,
				 struct arena *arena, int *ret_dirfd, const char **ret_file,
				 const char **ret_shown, struct error *err)
{
	bool crun = is_crun(runtime_path);
	AUTO(file_close) int fd = -1;
	char *dir;
	enum status st;

	if (args->id == NULL || !is_plain_id(args->id))
		return error_set(err, STATUS_INVALID, 0, "exec names no container id");
	dir = state_directory(args, crun, arena);
	if (dir == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot look for the container");
	st = open_state(dir, &fd, err);
	if (st != STATUS_OK)
		return st;
	*ret_file = "config.json";
	if (!crun)
		return open_recorded_bundle(fd, args->process != NULL,
					    join(arena, dir, "state.json", NULL), arena, ret_dirfd,
					    ret_shown, err);
	*ret_shown = join(arena, dir, "config.json", NULL);
	*ret_dirfd = fd;
	fd = -1;
	return STATUS_OK;
}
