/* SPDX-License-Identifier: Apache-2.0 */
/*
 * containerd-shim-confine-v2: what containerd starts for the runtime type io.containerd.confine.v2.
 * Executes the real containerd-shim-runc-v2 in the same process, with the same command line,
 * descriptors and directory, but with a PATH of one private directory. The real shim looks there
 * for `runc`, and finds oci-confine-runtime or nothing: what is missing stops the container.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "confine/paths.h"   /* generated */
#include "confine/version.h" /* generated */
#include "oci-spec/base/file.h"
#include "shim/called_name.h"
#include "shim/environment.h"

#define REAL_SHIM "containerd-shim-runc-v2"

/* The private directory and its `runc`; SHIM_DIR/NAME for a policy of its own. */
struct private
{
	const char *dir, *runc;
};

static enum status private_paths(const char *name, struct arena *arena, struct private *ret_private,
				 struct error *err)
{
	struct buffer dir = BUFFER_INIT(arena), runc = BUFFER_INIT(arena);

	buffer_add_str(&dir, SHIM_DIR);
	if (name != NULL) {
		buffer_add_char(&dir, '/');
		buffer_add_str(&dir, name);
	}
	buffer_add(&runc, (struct text){ dir.ptr, dir.len });
	buffer_add_str(&runc, "/runc");
	buffer_add_char(&dir, '\0');
	buffer_add_char(&runc, '\0');
	if (dir.failed || runc.failed)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot start");
	*ret_private = (struct private){ dir.ptr, runc.ptr };
	return STATUS_OK;
}

/* Whoever can write one of the directories could put another `runc` there. */
static enum status check_directories(const struct private *private, struct error *err)
{
	AUTO(file_close) int fd = open(SHIM_DIR, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat about;
	enum status st;

	if (fd < 0)
		return error_set(err, STATUS_UNSUPPORTED, errno,
				 "cannot open the private directory " SHIM_DIR);
	if (fstat(fd, &about) != 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot look at " SHIM_DIR);
	st = file_check_owner(&about, err);
	if (st != STATUS_OK)
		return error_in_file(err, SHIM_DIR);
	st = file_check_way(fd, private->runc + strlen(SHIM_DIR "/"), err);
	return st == STATUS_OK ? st : error_in_file(err, private->dir);
}

static enum status wrong_link(const char *runc, const char *name, int sys_errno, struct error *err)
{
	return error_set(err, STATUS_UNSUPPORTED, sys_errno, "%.200s must be a link to %s%s%s",
			 runc, RUNTIME_PATH, name != NULL ? "-" : "", name != NULL ? name : "");
}

/* Whether `runc` is oci-confine-runtime, asked for the same policy as we are. */
static enum status check_runc(const char *runc, const char *name, struct arena *arena,
			      struct error *err)
{
	struct stat about, ours;
	const char *its_name;
	enum status st;

	if (stat(RUNTIME_PATH, &ours) != 0)
		return error_set(err, STATUS_UNSUPPORTED, errno, "cannot find %s", RUNTIME_PATH);
	st = file_check_owner(&ours, err);
	if (st != STATUS_OK)
		return error_in_file(err, RUNTIME_PATH);
	if (stat(runc, &about) != 0)
		return wrong_link(runc, name, errno, err);
	if (about.st_dev != ours.st_dev || about.st_ino != ours.st_ino || access(runc, X_OK) != 0)
		return wrong_link(runc, name, 0, err);
	st = called_name(runc, "oci-confine-runtime", "", arena, &its_name, err);
	if (st != STATUS_OK)
		return error_in_file(err, runc);
	if (name == NULL ? its_name != NULL : its_name == NULL || strcmp(name, its_name) != 0)
		return wrong_link(runc, name, 0, err);
	return STATUS_OK;
}

static bool is_real_shim(const char *path, struct stat *about)
{
	struct stat self;

	return stat(path, about) == 0 && S_ISREG(about->st_mode) && access(path, X_OK) == 0 &&
	       stat("/proc/self/exe", &self) == 0 &&
	       (self.st_dev != about->st_dev || self.st_ino != about->st_ino);
}

/* The real shim in `dir`; NULL in *ret_path when it is not there. */
static enum status look_in(struct text dir, struct arena *arena, const char **ret_path,
			   struct error *err)
{
	struct buffer path = BUFFER_INIT(arena);
	struct stat about;
	enum status st;

	*ret_path = NULL;
	if (!text_starts_with(dir, "/"))
		return STATUS_OK;
	buffer_add(&path, dir);
	buffer_add_str(&path, "/" REAL_SHIM);
	buffer_add_char(&path, '\0');
	if (path.failed)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot look for " REAL_SHIM);
	if (!is_real_shim(path.ptr, &about))
		return STATUS_OK;
	st = file_check_owner(&about, err);
	if (st != STATUS_OK)
		return error_in_file(err, path.ptr);
	*ret_path = path.ptr;
	return STATUS_OK;
}

/*
 * As containerd itself looks for a shim: in its PATH, which is ours so far, then beside, which
 * for containerd is its own directory and for us the one that we were found in.
 */
static enum status find_real_shim(const char *search, struct arena *arena, const char **ret_path,
				  struct error *err)
{
	struct text rest = search != NULL ? text_of(search) : TEXT_NONE;
	const char *called = called_path(), *slash = strrchr(called, '/');
	const char *found = NULL;
	enum status st = STATUS_OK;

	while (st == STATUS_OK && found == NULL && rest.ptr != NULL)
		st = look_in(text_cut(&rest, ':'), arena, &found, err);
	if (st == STATUS_OK && found == NULL && slash != NULL)
		st = look_in((struct text){ called, (size_t)(slash - called) }, arena, &found, err);
	if (st != STATUS_OK)
		return st;
	if (found == NULL)
		return error_set(err, STATUS_UNSUPPORTED, 0,
				 "cannot find " REAL_SHIM " in PATH (%.200s)",
				 search != NULL ? search : "not set");
	*ret_path = found;
	return STATUS_OK;
}

static enum status run(char **argv, struct arena *arena, struct error *err)
{
	const char *name, *real = "", *search = environment_search_path();
	struct private private = { "", "" };
	enum status st;

	st = called_name(called_path(), "containerd-shim-confine", "-v2", arena, &name, err);
	if (st == STATUS_OK)
		st = private_paths(name, arena, &private, err);
	if (st == STATUS_OK)
		st = check_directories(&private, err);
	if (st == STATUS_OK)
		st = check_runc(private.runc, name, arena, err);
	if (st == STATUS_OK)
		st = find_real_shim(search, arena, &real, err);
	if (st == STATUS_OK)
		st = environment_narrow_path(private.dir, err);
	if (st != STATUS_OK)
		return st;
	(void)execv(real, argv);
	return error_set(err, STATUS_SYSTEM, errno, "cannot execute %.200s", real);
}

int main(int argc, char **argv)
{
	struct arena arena = ARENA_INIT;
	struct error err = { 0 };
	char line[1200];
	enum status st;

	if (argc == 2 && strcmp(argv[1], "--oci-confine-version") == 0) {
		(void)fputs("containerd-shim-confine-v2 " VERSION_TEXT, stdout);
		return 0;
	}
	st = run(argv, &arena, &err);
	error_format(&err, line, sizeof(line));
	(void)fprintf(stderr, "containerd-shim-confine-v2: %s\n", line);
	arena_done(&arena);
	return (int)st;
}
