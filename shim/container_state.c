/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/container_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "oci-spec/base/file.h"
#include "oci-spec/runtime_state.h"
#include "shim/real_runtime.h"

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

/* The bundle that runc's own record names. */
static enum status open_recorded_bundle(int state_fd, bool has_process, const char *dir,
					struct arena *arena, int *ret_dirfd, const char **ret_shown,
					struct error *err)
{
	struct runtime_state state;
	char *path;
	enum status st = runtime_state_read_runc(state_fd, dir, arena, &state, err);

	if (st != STATUS_OK)
		return st;
	if (!has_process && state.bundle_is_disputed)
		return json_fail(
			state.labels, STATUS_DENIED, err,
			"the container's annotations name another bundle, from which runc would "
			"take the process; use --process");
	path = text_dup(arena, state.bundle);
	if (path == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read the container's state");
	*ret_shown = join(arena, path, "config.json", NULL);
	return file_open_dir(AT_FDCWD, path, ret_dirfd, err);
}

enum status container_state_find(const struct runtime_args *args, const char *runtime_path,
				 struct arena *arena, int *ret_dirfd, const char **ret_file,
				 const char **ret_shown, struct error *err)
{
	bool crun = real_runtime_is_crun(runtime_path);
	AUTO(file_close) int fd = -1;
	char *dir;
	enum status st;

	if (args->id == NULL || !runtime_state_id_is_plain(args->id))
		return error_set(err, STATUS_INVALID, 0, "exec names no container id");
	dir = state_directory(args, crun, arena);
	if (dir == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot look for the container");
	st = runtime_state_open(dir, &fd, err);
	if (st != STATUS_OK)
		return st;
	*ret_file = "config.json";
	if (!crun)
		return open_recorded_bundle(fd, args->process != NULL, dir, arena, ret_dirfd,
					    ret_shown, err);
	*ret_shown = join(arena, dir, "config.json", NULL);
	*ret_dirfd = fd;
	fd = -1;
	return STATUS_OK;
}
