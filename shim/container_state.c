/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/container_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "oci-spec/base/file.h"
#include "oci-spec/container.h"

#define BUNDLE_LABEL "bundle="
#define STATE_ROOTS_MAX 4

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

/*
 * Where the runtime keeps its state when --root does not say: runc in /run/runc, or for a user
 * in $XDG_RUNTIME_DIR/runc (libcontainer, rootless.go); crun in $XDG_RUNTIME_DIR/crun if that is
 * set, else in /run/crun (libcrun, status.c).
 */
static size_t state_roots(const struct runtime_args *args, const char *runtime_path,
			  struct arena *arena, const char **roots)
{
	const char *base = strrchr(runtime_path, '/');
	const char *name = base != NULL && strstr(base, "crun") != NULL ? "crun" : "runc";
	const char *user_dir = getenv("XDG_RUNTIME_DIR");
	size_t count = 0;

	if (args->root != NULL) {
		roots[0] = args->root;
		return 1;
	}
	if (user_dir != NULL && user_dir[0] == '/')
		roots[count++] = join(arena, user_dir, name, NULL);
	roots[count++] = join(arena, "/run", name, NULL);
	return count;
}

/* runc: config.labels holds annotations first, then "bundle=DIR": the last one is runc's own. */
static struct text runc_bundle(const struct json_doc *doc)
{
	struct json labels = json_get(json_get(json_root(doc), "config"), "labels");
	struct text bundle = TEXT_NONE;

	for (struct json l = json_first(labels); json_exists(l); l = json_next(l)) {
		struct text label = json_text(l);

		if (text_starts_with(label, BUNDLE_LABEL))
			bundle = (struct text){ label.ptr + strlen(BUNDLE_LABEL),
						label.len - strlen(BUNDLE_LABEL) };
	}
	return bundle;
}

/* The bundle that the runtime's own record names. */
static enum status open_recorded_bundle(int state_fd, const char *shown, struct arena *arena,
					int *ret_dirfd, const char **ret_shown, struct error *err)
{
	struct json_doc doc;
	struct text text, bundle;
	char *path;
	enum status st = file_read(state_fd, "state.json", CONTAINER_BYTES_MAX, arena, &text, NULL,
				   err);

	if (st == STATUS_OK)
		st = json_parse(arena, text, shown, &container_limits, &doc, err);
	if (st != STATUS_OK)
		return error_in_file(err, shown);
	bundle = runc_bundle(&doc);
	path = text_dup(arena, bundle);
	if (path == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read the container's state");
	if (bundle.len == 0 || bundle.ptr[0] != '/')
		return json_fail(json_root(&doc), STATUS_INVALID, err,
				 "names no bundle in config.labels");
	*ret_shown = join(arena, path, "config.json", NULL);
	return file_open_dir(AT_FDCWD, path, ret_dirfd, err);
}

enum status container_state_find(const struct runtime_args *args, const char *runtime_path,
				 struct arena *arena, int *ret_dirfd, const char **ret_file,
				 const char **ret_shown, struct error *err)
{
	const char *roots[STATE_ROOTS_MAX];
	size_t count;

	if (args->id == NULL || !is_plain_id(args->id))
		return error_set(err, STATUS_INVALID, 0, "exec names no container id");
	count = state_roots(args, runtime_path, arena, roots);
	for (size_t i = 0; i < count; i++) {
		AUTO(file_close) int fd = -1;
		char *dir = roots[i] == NULL ? NULL : join(arena, roots[i], args->id, NULL);

		if (dir == NULL)
			return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot look for the container");
		fd = open(dir, O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW);
		if (fd < 0)
			continue;
		*ret_file = "config.json";
		if (faccessat(fd, "config.json", F_OK, 0) == 0) {
			*ret_dirfd = fd;
			fd = -1;
			*ret_shown = join(arena, dir, "config.json", NULL);
			return STATUS_OK;
		}
		return open_recorded_bundle(fd, join(arena, dir, "state.json", NULL), arena,
					    ret_dirfd, ret_shown, err);
	}
	return error_set(err, STATUS_INVALID, 0, "no container '%.120s' in %.200s", args->id,
			 roots[count - 1]);
}
