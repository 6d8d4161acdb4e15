/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/apparmor/compile.h"

#include <errno.h>
#include <sys/file.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "confine/apparmor/includes.h"
#include "confine/apparmor/parser.h"
#include "confine/version.h" /* generated */
#include "oci-spec/base/dir.h"
#include "oci-spec/base/file.h"
#include "oci-spec/base/store.h"

/*
 * Without it the parser makes a profile for a kernel of long ago, which today's takes without a
 * word and then mediates files only: no mount, no signal, no ptrace.
 */
#define KERNEL_FEATURES "/sys/kernel/security/apparmor/features"

#define LOCK_STEP_NS 10000000
#define LOCK_STEPS_MAX (APPARMOR_LOCK_SECONDS * 100)

#define ENTRY_BYTES_MAX (APPARMOR_BLOB_BYTES_MAX + ((size_t)1024 * 1024))

/* False when there is no memory, or uname(2) fails: then nothing is cached. */
static bool entry_key(const struct apparmor_source *source, struct arena *arena,
		      struct text *ret_key)
{
	struct buffer parts = BUFFER_INIT(arena);
	struct utsname kernel;

	if (uname(&kernel) != 0)
		return false;
	buffer_add_str(&parts, "apparmor " VERSION "\n");
	buffer_add_str(&parts, kernel.release);
	buffer_add_char(&parts, '\n');
	buffer_add_str(&parts, kernel.version);
	buffer_add_char(&parts, '\n');
	buffer_add(&parts, source->name);
	buffer_add_char(&parts, '\n');
	buffer_add(&parts, source->text);
	*ret_key = (struct text){ parts.ptr, parts.len };
	return !parts.failed;
}

/* An entry: the stamp of the includes, the name of each on a line, an empty line, the blob. */
static bool entry_write(const struct apparmor_includes *includes, const struct fingerprint *stamp,
			struct text blob, struct arena *arena, struct text *ret_entry)
{
	struct buffer entry = BUFFER_INIT(arena);
	char hex[FINGERPRINT_HEX_SIZE];

	fingerprint_hex(stamp, hex);
	buffer_add_str(&entry, hex);
	buffer_add_char(&entry, '\n');
	for (size_t i = 0; i < includes->count; i++) {
		buffer_add(&entry, includes->names[i]);
		buffer_add_char(&entry, '\n');
	}
	buffer_add_char(&entry, '\n');
	buffer_add(&entry, blob);
	*ret_entry = (struct text){ entry.ptr, entry.len };
	return !entry.failed;
}

/* The blob of an entry, if what the profile includes is still what it was. */
static bool entry_read(struct text entry, struct apparmor_includes *includes, struct text *ret_blob)
{
	struct text stamp = text_cut(&entry, '\n'), name;
	struct fingerprint now;
	char hex[FINGERPRINT_HEX_SIZE];

	includes->count = 0;
	while ((name = text_cut(&entry, '\n')).len > 0) {
		if (includes->count == APPARMOR_INCLUDES_MAX)
			return false;
		includes->names[includes->count++] = name;
	}
	if (!apparmor_includes_stamp(includes, &now))
		return false;
	fingerprint_hex(&now, hex);
	*ret_blob = entry;
	return text_is(stamp, hex) && entry.len > 0;
}

static bool open_cache(const struct policy *policy, struct arena *arena, int *ret_fd)
{
	char *path = text_dup(arena, policy->apparmor.cache);
	struct error ignored;

	return path != NULL && dir_open_own(path, ret_fd, &ignored) == STATUS_OK;
}

static bool get(int dirfd, struct text key, struct arena *arena,
		struct apparmor_compiled *ret_compiled)
{
	struct apparmor_includes *includes = arena_alloc(arena, sizeof(*includes));
	struct text entry;

	ret_compiled->was_cached = true;
	return includes != NULL && store_get(dirfd, key, ENTRY_BYTES_MAX, arena, &entry) &&
	       entry_read(entry, includes, &ret_compiled->blob);
}

/* "name", or a child of it: "name//child". */
static bool belongs_to(struct text line, struct text name)
{
	if (line.len < name.len || memcmp(line.ptr, name.ptr, name.len) != 0)
		return false;
	line.ptr += name.len;
	line.len -= name.len;
	return line.len == 0 || text_starts_with(line, "//");
}

enum status apparmor_check_names(struct text text, struct text name, struct arena *arena,
				 struct error *err)
{
	struct text lines, line;
	bool found = false;
	enum status st = apparmor_parser_run(APPARMOR_PARSER_NAMES, text, arena, &lines, err);

	while (st == STATUS_OK && lines.len > 0) {
		line = text_cut(&lines, '\n');
		if (line.len == 0)
			continue;
		if (!belongs_to(line, name))
			return error_set(err, STATUS_INVALID, 0,
					 "defines the AppArmor profile '%.*s': expected only "
					 "'%.*s', as the file is called",
					 TEXT_ARG(line), TEXT_ARG(name));
		found = found || line.len == name.len;
	}
	if (st == STATUS_OK && !found)
		return error_set(err, STATUS_INVALID, 0,
				 "does not define the AppArmor profile '%.*s'", TEXT_ARG(name));
	return st;
}

/* What a new blob was made of, as it was before it was made. */
struct making {
	struct apparmor_includes includes;
	struct fingerprint stamp;
	bool can_be_kept;
};

static enum status make(const struct apparmor_source *source, struct arena *arena,
			struct making *making, struct text *ret_blob, struct error *err)
{
	enum apparmor_parser_job job = source->audit ? APPARMOR_PARSER_COMPILE_COMPLAIN
						     : APPARMOR_PARSER_COMPILE;
	struct text preprocessed, text;
	enum status st;

	if (access(KERNEL_FEATURES, F_OK) != 0)
		return error_set(err, STATUS_UNSUPPORTED, 0,
				 "cannot be compiled here: there is no " KERNEL_FEATURES
				 " to tell what this kernel knows");
	st = apparmor_check_names(source->text, source->base, arena, err);
	if (st == STATUS_OK)
		st = apparmor_parser_run(APPARMOR_PARSER_PREPROCESS, source->text, arena,
					 &preprocessed, err);
	if (st != STATUS_OK)
		return st;
	making->can_be_kept = apparmor_includes_find(preprocessed, &making->includes) &&
			      apparmor_includes_stamp(&making->includes, &making->stamp);
	st = apparmor_source_form(source, preprocessed, arena, &text, err);
	if (st == STATUS_OK)
		st = apparmor_check_names(text, source->name, arena, err);
	if (st == STATUS_OK)
		st = apparmor_parser_run(job, text, arena, ret_blob, err);
	if (st == STATUS_OK && ret_blob->len == 0)
		st = error_set(err, STATUS_SYSTEM, 0, "apparmor_parser wrote nothing");
	return st;
}

/* What changed while it was compiled is not kept. */
static void keep(int dirfd, struct text key, const struct making *making, struct text blob,
		 struct arena *arena)
{
	struct fingerprint now;
	struct text entry;

	if (making->can_be_kept && apparmor_includes_stamp(&making->includes, &now) &&
	    fingerprint_equal(&now, &making->stamp) &&
	    entry_write(&making->includes, &making->stamp, blob, arena, &entry))
		(void)store_put(dirfd, key, entry);
}

/*
 * Until nobody else compiles. Whoever does may have been stopped, or frozen with its cgroup: what it
 * makes can be made twice, so nobody waits for ever.
 */
static void wait_for_others(int dirfd)
{
	const struct timespec step = { 0, LOCK_STEP_NS };

	for (unsigned i = 0; i < LOCK_STEPS_MAX; i++) {
		if (flock(dirfd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
			return;
		(void)nanosleep(&step, NULL);
	}
}

enum status apparmor_compile(const struct apparmor_source *source, const struct policy *policy,
			     struct arena *arena, struct apparmor_compiled *ret_compiled,
			     struct error *err)
{
	AUTO(file_close) int dirfd = -1;
	struct making *making = arena_alloc(arena, sizeof(*making));
	struct text key;
	bool has_cache = open_cache(policy, arena, &dirfd) && entry_key(source, arena, &key);
	enum status st;

	if (making == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot compile the AppArmor profile");
	if (has_cache && get(dirfd, key, arena, ret_compiled))
		return STATUS_OK;
	/* another start may be compiling the same: then it is there once that has ended */
	if (has_cache)
		wait_for_others(dirfd);
	if (has_cache && get(dirfd, key, arena, ret_compiled))
		return STATUS_OK;
	ret_compiled->was_cached = false;
	st = make(source, arena, making, &ret_compiled->blob, err);
	if (st != STATUS_OK)
		return error_in_file(err, source->file);
	if (has_cache)
		keep(dirfd, key, making, ret_compiled->blob, arena);
	return STATUS_OK;
}
