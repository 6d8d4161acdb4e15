/* SPDX-License-Identifier: Apache-2.0 */
#include "oci-spec/runtime_state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "oci-spec/base/file.h"
#include "oci-spec/container.h"

#define BUNDLE_LABEL "bundle="

bool runtime_state_id_is_plain(const char *id)
{
	return id[0] != '\0' && strcmp(id, ".") != 0 && strcmp(id, "..") != 0 &&
	       strchr(id, '/') == NULL;
}

enum status runtime_state_open(const char *dir, int *ret_fd, struct error *err)
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

static enum status read_document(int dirfd, const char *dir, const char *name, struct arena *arena,
				 struct json_doc **ret_doc, struct error *err)
{
	struct buffer shown = BUFFER_INIT(arena);
	struct json_doc *doc = arena_alloc(arena, sizeof(*doc));
	struct text text;
	enum status st;

	buffer_add_str(&shown, dir);
	buffer_add_char(&shown, '/');
	buffer_add_str(&shown, name);
	buffer_add_char(&shown, '\0');
	if (doc == NULL || shown.failed)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read the container's state");
	st = file_read(dirfd, name, CONTAINER_BYTES_MAX, arena, &text, NULL, err);
	if (st == STATUS_OK)
		st = json_parse(arena, text, shown.ptr, &container_limits, doc, err);
	if (st != STATUS_OK)
		return error_in_file(err, shown.ptr);
	*ret_doc = doc;
	return STATUS_OK;
}

/* Both may be absent: a container that has stopped has no process. */
static enum status read_process(struct json object, const char *pid_key, const char *start_key,
				struct runtime_state *state, struct error *err)
{
	struct json pid = json_get(object, pid_key), start = json_get(object, start_key);
	uint64_t number = 0;
	enum status st = STATUS_OK;

	if (json_exists(pid))
		st = json_u64(pid, INT_MAX, &number, err);
	if (st == STATUS_OK && json_exists(start))
		st = json_u64(start, UINT64_MAX, &state->start_time, err);
	state->pid = (pid_t)number;
	return st;
}

static enum status read_labels(const struct json_doc *doc, struct runtime_state *state,
			       struct error *err)
{
	struct text first = TEXT_NONE, last = TEXT_NONE;

	state->labels = json_get(json_get(json_root(doc), "config"), "labels");
	for (struct json l = json_first(state->labels); json_exists(l); l = json_next(l)) {
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
	state->bundle = last;
	state->bundle_is_disputed = !text_equal(first, last);
	return STATUS_OK;
}

enum status runtime_state_read_runc(int dirfd, const char *dir, struct arena *arena,
				    struct runtime_state *ret_state, struct error *err)
{
	struct runtime_state state = { .is_crun = false };
	struct json_doc *doc;
	enum status st = read_document(dirfd, dir, "state.json", arena, &doc, err);

	if (st == STATUS_OK)
		st = read_labels(doc, &state, err);
	if (st == STATUS_OK)
		st = read_process(json_root(doc), "init_process_pid", "init_process_start", &state,
				  err);
	if (st == STATUS_OK)
		*ret_state = state;
	return st;
}

static enum status read_crun(int dirfd, const char *dir, struct arena *arena,
			     struct runtime_state *ret_state, struct error *err)
{
	struct runtime_state state = { .is_crun = true };
	struct json bundle;
	struct json_doc *doc;
	enum status st = read_document(dirfd, dir, "status", arena, &doc, err);

	if (st == STATUS_OK)
		st = json_require(json_root(doc), "bundle", JSON_STRING, &bundle, err);
	if (st != STATUS_OK)
		return st;
	state.bundle = json_text(bundle);
	if (state.bundle.len == 0 || state.bundle.ptr[0] != '/')
		return json_fail(bundle, STATUS_INVALID, err, "is no absolute path");
	st = read_process(json_root(doc), "pid", "process-start-time", &state, err);
	if (st == STATUS_OK)
		*ret_state = state;
	return st;
}

enum status runtime_state_read(int dirfd, const char *dir, struct arena *arena,
			       struct runtime_state *ret_state, struct error *err)
{
	if (faccessat(dirfd, "state.json", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return runtime_state_read_runc(dirfd, dir, arena, ret_state, err);
	if (faccessat(dirfd, "status", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return read_crun(dirfd, dir, arena, ret_state, err);
	return error_set(err, STATUS_INVALID, 0,
			 "'%.300s' has neither runc's state.json nor crun's status", dir);
}
