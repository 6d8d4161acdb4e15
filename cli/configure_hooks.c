/* SPDX-License-Identifier: Apache-2.0 */
/* podman and CRI-O: two files in hooks.d, one for each stage (oci-hooks(5), schema 1.0.0). */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cli/configure.h"
#include "confine/paths.h" /* generated */
#include "oci-spec/base/file.h"

#define HOOKS_DIR "/etc/containers/oci/hooks.d" /* where both look, before /usr/share */

/* The same as examples/hooks.d. */
static const struct hook_file {
	const char *name, *stage;
} hook_files[] = {
	{ "oci-confine.json", "createRuntime" },
	{ "oci-confine-attest.json", "poststart" },
};
#define HOOK_FILES (sizeof(hook_files) / sizeof(hook_files[0]))

static enum status check_options(const struct configure_options *options, struct error *err)
{
	if (options->policy != NULL || options->use_shim || options->set_default ||
	    options->program != NULL)
		return error_set(err, STATUS_INVALID, 0,
				 "--policy, --shim, --set-default and --containerd are for "
				 "containerd; a hook follows the one policy");
	if (options->config_path != NULL && options->config_path[0] != '/')
		return error_set(err, STATUS_INVALID, 0, "--config: must be an absolute path");
	/* a file that names a program that is not there would stop every container */
	if (!options->uninstall && !options->dry_run && access(HOOK_PATH, X_OK) != 0)
		return error_set(err, STATUS_UNSUPPORTED, errno, "install %s first", HOOK_PATH);
	return STATUS_OK;
}

static enum status write_content(const struct hook_file *file, struct arena *arena,
				 struct text *ret_content, struct error *err)
{
	struct buffer out = BUFFER_INIT(arena);

	buffer_add_str(&out, "{\n  \"version\": \"1.0.0\",\n  \"hook\": {\n    \"path\": ");
	buffer_add_json_string(&out, TEXT(HOOK_PATH));
	buffer_add_str(&out, ",\n    \"args\": [\"oci-confine-hook\", \"--stage=");
	buffer_add_str(&out, file->stage);
	buffer_add_str(&out,
		       "\"],\n    \"timeout\": 10\n  },\n  \"when\": {\n    \"always\": true\n"
		       "  },\n  \"stages\": [\"");
	buffer_add_str(&out, file->stage);
	buffer_add_str(&out, "\"]\n}\n");
	return buffer_text(&out, ret_content, err);
}

/* Opens the directory; missing ones are made for all to read, as both engines do. */
static enum status open_hooks_dir(const char *path, bool make, struct arena *arena, int *ret_fd,
				  struct error *err)
{
	char *part = make ? text_dup(arena, text_of(path)) : NULL;
	struct stat about;
	enum status st;

	if (make && part == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot open '%.200s'", path);
	for (char *at = part; at != NULL && *at != '\0';) {
		at = strchr(at + 1, '/');
		if (at != NULL)
			*at = '\0';
		if (mkdir(part, 0755) != 0 && errno != EEXIST)
			return error_set(err, STATUS_SYSTEM, errno, "cannot make '%.200s'", part);
		if (at != NULL)
			*at = '/';
	}
	st = file_open_dir(AT_FDCWD, path, ret_fd, err);
	if (st == STATUS_OK && fstat(*ret_fd, &about) != 0)
		st = error_set(err, STATUS_SYSTEM, errno, "cannot look at '%.200s'", path);
	/* who can write there starts programs as root already, but not by our doing */
	return st == STATUS_OK ? file_check_owner(&about, err) : st;
}

static enum status install(const char *path, const struct configure_options *options,
			   struct arena *arena, struct output *out, struct error *err)
{
	AUTO(file_close) int dirfd = -1;
	const struct stat like = { .st_mode = S_IFREG | 0644,
				   .st_uid = geteuid(),
				   .st_gid = getegid() };
	enum status st = STATUS_OK;

	if (!options->dry_run)
		st = open_hooks_dir(path, true, arena, &dirfd, err);
	for (size_t i = 0; i < HOOK_FILES && st == STATUS_OK; i++) {
		struct text content;
		struct iovec piece;

		st = write_content(&hook_files[i], arena, &content, err);
		if (st != STATUS_OK)
			break;
		say(out, "%s %s/%s\n", options->dry_run ? "would write" : "wrote", path,
		    hook_files[i].name);
		if (options->dry_run) {
			buffer_add(&out->text, content);
			continue;
		}
		memcpy(&piece.iov_base, &content.ptr, sizeof(content.ptr));
		piece.iov_len = content.len;
		st = file_replace(dirfd, hook_files[i].name, &piece, 1, &like, err);
	}
	return st == STATUS_OK ? st : error_in_file(err, path);
}

static enum status uninstall(const char *path, const struct configure_options *options,
			     struct output *out, struct error *err)
{
	AUTO(file_close) int dirfd = -1;
	enum status st = open_hooks_dir(path, false, NULL, &dirfd, err);

	if (st == STATUS_SYSTEM && err->sys_errno == ENOENT) {
		say(out, "%s is not there\n", path);
		return STATUS_OK;
	}
	for (size_t i = 0; i < HOOK_FILES && st == STATUS_OK; i++) {
		const char *name = hook_files[i].name;
		int done = options->dry_run ? faccessat(dirfd, name, F_OK, 0)
					    : unlinkat(dirfd, name, 0);

		if (done == 0)
			say(out, "%s %s/%s\n", options->dry_run ? "would remove" : "removed", path,
			    name);
		else if (errno != ENOENT)
			st = error_set(err, STATUS_SYSTEM, errno, "cannot remove '%s'", name);
	}
	return st == STATUS_OK ? st : error_in_file(err, path);
}

enum status configure_hooks(const struct configure_options *options, struct arena *arena,
			    struct output *out, struct error *err)
{
	const char *path = options->config_path != NULL ? options->config_path : HOOKS_DIR;
	enum status st = check_options(options, err);

	if (st != STATUS_OK)
		return st;
	return options->uninstall ? uninstall(path, options, out, err)
				  : install(path, options, arena, out, err);
}
