/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/inspect.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "oci-spec/base/file.h"

/* Where the runtimes keep their containers, and below what engines have a directory of their own. */
static const char *const state_roots[] = {
	"/run/runc", "/run/crun",
	"/run/user/0/crun" /* root's XDG_RUNTIME_DIR, where crun prefers it (status.c); runc does not */
};
static const char *const state_root_parents[] = { "/run/containerd/runc",
						  "/run/docker/runtime-runc" };

static enum status no_memory(struct error *err)
{
	return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot look for containers");
}

static const char *join(struct arena *arena, const char *dir, const char *name)
{
	struct buffer path = BUFFER_INIT(arena);

	buffer_add_str(&path, dir);
	buffer_add_char(&path, '/');
	buffer_add_str(&path, name);
	buffer_add_char(&path, '\0');
	return path.failed ? NULL : path.ptr;
}

static enum status read_container(const char *root, const char *id, struct arena *arena,
				  struct found_container *container, struct error *err)
{
	AUTO(file_close) int fd = -1;
	struct error why = { 0 };
	char line[600];
	enum status st;

	container->id = text_dup(arena, text_of(id));
	container->dir = join(arena, root, id);
	if (container->id == NULL || container->dir == NULL)
		return no_memory(err);
	st = runtime_state_open(container->dir, &fd, &why);
	if (st == STATUS_OK)
		st = runtime_state_read(fd, container->dir, arena, &container->state, &why);
	if (st == STATUS_OK)
		return STATUS_OK;
	error_format(&why, line, sizeof(line));
	container->why = text_dup(arena, text_of(line));
	return container->why != NULL ? STATUS_OK : no_memory(err);
}

static void dir_close(DIR **dir)
{
	if (*dir != NULL)
		(void)closedir(*dir);
}

/* The next directory that is not hidden; NULL at the end. */
static const char *next_directory(DIR *dir)
{
	struct dirent *entry;
	struct stat about;

	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.' &&
		    fstatat(dirfd(dir), entry->d_name, &about, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISDIR(about.st_mode))
			return entry->d_name;
	}
	return NULL;
}

static enum status read_root(const char *root, struct arena *arena, struct found_containers *found,
			     struct error *err)
{
	AUTO(dir_close) DIR *dir = opendir(root);
	const char *id;
	enum status st = STATUS_OK;

	if (dir == NULL && errno == ENOENT)
		return STATUS_OK;
	if (dir == NULL)
		return error_set(err, STATUS_SYSTEM, errno, "cannot read '%.300s'", root);
	while (st == STATUS_OK && (id = next_directory(dir)) != NULL) {
		if (found->count == INSPECT_CONTAINERS_MAX)
			return error_set(err, STATUS_INVALID, 0,
					 "'%.300s' has more than %d entries", root,
					 INSPECT_CONTAINERS_MAX);
		st = read_container(root, id, arena, &found->list[found->count], err);
		found->count += st == STATUS_OK;
	}
	return st;
}

static enum status read_roots_below(const char *parent, struct arena *arena,
				    struct found_containers *found, struct error *err)
{
	AUTO(dir_close) DIR *dir = opendir(parent);
	const char *name;
	enum status st = STATUS_OK;

	if (dir == NULL)
		return errno == ENOENT ? STATUS_OK
				       : error_set(err, STATUS_SYSTEM, errno,
						   "cannot read '%.300s'", parent);
	while (st == STATUS_OK && (name = next_directory(dir)) != NULL) {
		const char *root = join(arena, parent, name);

		st = root != NULL ? read_root(root, arena, found, err) : no_memory(err);
	}
	return st;
}

/*
 * Only the names: the directory is root's, what stands in those is their users' word, and a file
 * system of theirs could keep us for ever.
 */
static enum status find_users(struct arena *arena, struct found_containers *found,
			      struct error *err)
{
	AUTO(dir_close) DIR *dir = opendir(INSPECT_USERS_DIR);
	struct buffer users = BUFFER_INIT(arena);
	const struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (strspn(entry->d_name, "0123456789") != strlen(entry->d_name) ||
		    strcmp(entry->d_name, "0") == 0)
			continue;
		buffer_add_str(&users, users.len > 0 ? " " : "");
		buffer_add_str(&users, entry->d_name);
	}
	return buffer_text(&users, &found->users, err);
}

static int by_id(const void *a, const void *b)
{
	const struct found_container *x = a, *y = b;

	return strcmp(x->id, y->id);
}

enum status containers_find(const char *root, struct arena *arena,
			    struct found_containers *ret_containers, struct error *err)
{
	struct found_containers found = { .list = arena_array(arena, INSPECT_CONTAINERS_MAX,
							      sizeof(*found.list)) };
	enum status st = STATUS_OK;

	if (found.list == NULL)
		return no_memory(err);
	if (root != NULL)
		st = read_root(root, arena, &found, err);
	for (size_t i = 0; i < sizeof(state_roots) / sizeof(state_roots[0]) && root == NULL; i++) {
		if (st == STATUS_OK)
			st = read_root(state_roots[i], arena, &found, err);
	}
	for (size_t i = 0;
	     i < sizeof(state_root_parents) / sizeof(state_root_parents[0]) && root == NULL; i++) {
		if (st == STATUS_OK)
			st = read_roots_below(state_root_parents[i], arena, &found, err);
	}
	if (st == STATUS_OK && root == NULL)
		st = find_users(arena, &found, err);
	if (st != STATUS_OK)
		return st;
	qsort(found.list, found.count, sizeof(*found.list), by_id);
	*ret_containers = found;
	return STATUS_OK;
}

/* What a namespace is told by; false when it cannot be looked at. */
static bool mount_namespace(int procfd, struct stat *ret_about)
{
	return fstatat(procfd, "ns/mnt", ret_about, 0) == 0;
}

const struct found_container *containers_owner(const struct found_containers *containers,
					       const struct process_handle *process)
{
	struct stat mine, theirs;
	bool has_mine = mount_namespace(process->procfd, &mine);

	for (size_t i = 0; i < containers->count; i++) {
		const struct found_container *c = &containers->list[i];

		if (c->why == NULL && c->state.pid == process->pid)
			return c;
	}
	for (size_t i = 0; i < containers->count && has_mine; i++) {
		const struct found_container *c = &containers->list[i];
		AUTO(process_close) struct process_handle first = PROCESS_HANDLE_NONE;
		struct error ignored;

		if (c->why == NULL && c->state.pid > 0 &&
		    process_open(c->state.pid, &first, &ignored) == STATUS_OK &&
		    process_is(&first, c->state.start_time) &&
		    mount_namespace(first.procfd, &theirs) && mine.st_ino == theirs.st_ino &&
		    mine.st_dev == theirs.st_dev)
			return c;
	}
	return NULL;
}
