/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/apparmor/inventory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "confine/apparmor/choose.h"
#include "confine/apparmor/compile.h"
#include "confine/apparmor/loaded.h"
#include "confine/apparmor/parser.h"
#include "confine/apparmor/peers.h"
#include "oci-spec/base/file.h"

#define LOADED_DIR "/sys/kernel/security/apparmor/policy/profiles"
#define SMALL_FILE ((size_t)8192)

static enum status no_memory(struct error *err)
{
	return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot take stock of AppArmor profiles");
}

/* A file of the kernel's, whose length nobody knows before. */
static bool read_kernel_file(int dirfd, const char *path, size_t max, struct arena *arena,
			     struct text *ret_text)
{
	AUTO(file_close) int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	struct error ignored;

	return fd >= 0 && file_read_fd(fd, max, arena, ret_text, &ignored) == STATUS_OK;
}

/* --- what the kernel was given --- */

/* The directory of a profile is called as it is, with a number behind: its file `name` tells. */
static bool is_profile_dir(int dirfd, const char *entry, struct text name, struct arena *arena)
{
	char path[300];
	struct text found;

	if (strncmp(entry, name.ptr, name.len < 64 ? name.len : 64) != 0)
		return false;
	(void)snprintf(path, sizeof(path), "%s/name", entry);
	return read_kernel_file(dirfd, path, SMALL_FILE, arena, &found) &&
	       text_equal(text_cut(&found, '\n'), name);
}

bool apparmor_loaded_blob(struct text name, struct arena *arena, struct text *ret_blob)
{
	DIR *dir = opendir(LOADED_DIR);
	struct dirent *entry;
	bool found = false;

	while (dir != NULL && !found && (entry = readdir(dir)) != NULL) {
		char path[300];

		if (!is_profile_dir(dirfd(dir), entry->d_name, name, arena))
			continue;
		(void)snprintf(path, sizeof(path), "%s/raw_data", entry->d_name);
		found = read_kernel_file(dirfd(dir), path, APPARMOR_BLOB_BYTES_MAX, arena,
					 ret_blob);
	}
	if (dir != NULL)
		(void)closedir(dir);
	return found;
}

/* --- who runs under what --- */

static bool read_label(int proc, const char *pid, struct arena *arena, struct text *ret_label)
{
	char path[64];
	struct text line;
	size_t n;

	(void)snprintf(path, sizeof(path), "%.20s/attr/apparmor/current", pid);
	if (!read_kernel_file(proc, path, SMALL_FILE, arena, &line))
		return false;
	line = text_cut(&line, '\n');
	/* "A//&B (enforce)", or "unconfined" */
	for (n = line.len; n > 2 && !(line.ptr[n - 1] == '(' && line.ptr[n - 2] == ' '); n--)
		;
	*ret_label = n > 2 ? (struct text){ line.ptr, n - 2 } : line;
	return true;
}

/* A directory of /proc that is a process's; 0 for all others. */
static int process_id(const char *name)
{
	int pid = 0;

	for (; *name >= '0' && *name <= '9' && pid < 100000000; name++)
		pid = pid * 10 + (*name - '0');
	return *name == '\0' ? pid : 0;
}

static enum status read_users(struct arena *arena, struct apparmor_inventory *inventory,
			      struct error *err)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	inventory->users = arena_array(arena, APPARMOR_USERS_MAX, sizeof(*inventory->users));
	if (dir == NULL || inventory->users == NULL) {
		if (dir != NULL)
			(void)closedir(dir);
		return no_memory(err);
	}
	while ((entry = readdir(dir)) != NULL && inventory->user_count < APPARMOR_USERS_MAX) {
		struct apparmor_user user = { .pid = process_id(entry->d_name) };

		if (user.pid == 0)
			continue;
		if (!read_label(dirfd(dir), entry->d_name, arena, &user.label))
			inventory->unread++;
		else if (!text_is(user.label, "unconfined"))
			inventory->users[inventory->user_count++] = user;
	}
	(void)closedir(dir);
	return STATUS_OK;
}

bool apparmor_user_has(const struct apparmor_user *user, struct text name)
{
	struct text rest = user->label;

	while (rest.len >= name.len && rest.len > 0) {
		const char *next = text_find(rest, "//&");
		size_t n = next != NULL ? (size_t)(next - rest.ptr) : rest.len;

		if (text_equal((struct text){ rest.ptr, n }, name))
			return true;
		n = next != NULL ? n + 3 : n;
		rest = (struct text){ rest.ptr + n, rest.len - n };
	}
	return false;
}

/* --- the items --- */

static enum status add_item(struct apparmor_inventory *inventory, struct text name,
			    struct error *err)
{
	for (size_t i = 0; i < inventory->count; i++) {
		if (text_equal(inventory->items[i].name, name))
			return STATUS_OK;
	}
	if (inventory->count == APPARMOR_INVENTORY_MAX)
		return error_set(err, STATUS_INVALID, 0, "there are more than %d AppArmor profiles",
				 APPARMOR_INVENTORY_MAX);
	inventory->items[inventory->count++] = (struct apparmor_item){ .name = name };
	return STATUS_OK;
}

static enum status add_texts(const struct policy *policy, struct arena *arena,
			     struct apparmor_inventory *inventory, struct error *err)
{
	char *path = text_dup(arena, policy->apparmor.profile_root);
	DIR *dir = path != NULL ? opendir(path) : NULL;
	enum status st = STATUS_OK;
	struct dirent *entry;

	if (path == NULL)
		return no_memory(err);
	if (dir == NULL && errno != ENOENT) {
		error_set(err, STATUS_SYSTEM, errno, "cannot open the directory");
		return error_in_file(err, path);
	}
	while (dir != NULL && st == STATUS_OK && (entry = readdir(dir)) != NULL) {
		char *name = text_dup(arena, text_of(entry->d_name));

		if (name == NULL)
			st = no_memory(err);
		else if (apparmor_name_is_plain(text_of(name)))
			st = add_item(inventory, text_of(name), err);
	}
	if (dir != NULL)
		(void)closedir(dir);
	return st;
}

static bool is_an_engines(const struct policy *policy, struct text name)
{
	const struct text_list *list = &policy->apparmor.engine_defaults;
	bool found = false;

	for (size_t i = 0; i < list->count && !found; i++)
		found = apparmor_name_matches(list->items[i], name);
	return found;
}

static enum status add_loaded(const struct policy *policy, const struct host *host,
			      struct apparmor_inventory *inventory, struct error *err)
{
	struct text list = host->apparmor_profiles;
	struct apparmor_loaded loaded;
	enum status st = STATUS_OK;

	while (st == STATUS_OK && apparmor_loaded_next(&list, &loaded)) {
		if (text_starts_with(loaded.name, APPARMOR_AUDIT_PREFIX) ||
		    text_equal(loaded.name, policy->apparmor.baseline) ||
		    is_an_engines(policy, loaded.name))
			st = add_item(inventory, loaded.name, err);
	}
	return st;
}

static int by_name(const void *a, const void *b)
{
	struct text x = ((const struct apparmor_item *)a)->name;
	struct text y = ((const struct apparmor_item *)b)->name;
	int order = memcmp(x.ptr, y.ptr, x.len < y.len ? x.len : y.len);

	return order != 0 ? order : (x.len > y.len) - (x.len < y.len);
}

static struct text sentence(const struct error *err, struct arena *arena)
{
	char line[1200];
	char *copy;

	error_format(err, line, sizeof(line));
	copy = text_dup(arena, text_of(line));
	return copy != NULL ? text_of(copy) : TEXT("no memory");
}

static bool is_deaf(const struct apparmor_source *source, struct arena *arena)
{
	struct text preprocessed, form;
	struct error ignored;

	return apparmor_parser_run(APPARMOR_PARSER_PREPROCESS, source->text, arena, &preprocessed,
				   &ignored) == STATUS_OK &&
	       apparmor_source_form(source, preprocessed, arena, &form, &ignored) == STATUS_OK &&
	       !apparmor_text_signals_in_stack(form);
}

/* What the text has to say: compiles it, and compares with what the kernel was given. */
static void look_at_text(const struct policy *policy, struct arena *arena,
			 struct apparmor_item *item)
{
	struct apparmor_source source = { .file = NULL };
	struct apparmor_compiled compiled;
	struct error err = { 0 };
	struct text loaded;
	enum status st = apparmor_source_read(item->name, policy, arena, &source, &err);

	item->freshness = item->mode.len > 0 ? APPARMOR_UNKNOWN : APPARMOR_NOT_LOADED;
	if (st == STATUS_UNSUPPORTED && source.file == NULL)
		return; /* an engine's own, say: it has no text here */
	item->file = source.file;
	if (st == STATUS_OK)
		st = apparmor_compile(&source, policy, arena, &compiled, &err);
	if (st != STATUS_OK) {
		item->freshness = APPARMOR_BROKEN;
		item->problem = sentence(&err, arena);
		return;
	}
	item->compiled = true;
	item->deaf = is_deaf(&source, arena);
	if (item->mode.len > 0 && apparmor_loaded_blob(item->name, arena, &loaded))
		item->freshness = text_equal(loaded, compiled.blob) ? APPARMOR_CURRENT
								    : APPARMOR_STALE;
}

static void look(const struct policy *policy, const struct host *host, struct arena *arena,
		 struct apparmor_inventory *inventory)
{
	for (size_t i = 0; i < inventory->count; i++) {
		struct apparmor_item *item = &inventory->items[i];

		item->mode = apparmor_loaded_mode(host->apparmor_profiles, item->name);
		item->is_baseline = text_equal(item->name, policy->apparmor.baseline);
		look_at_text(policy, arena, item);
		item->is_engines = item->file == NULL && is_an_engines(policy, item->name);
		for (size_t u = 0; u < inventory->user_count; u++)
			item->user_count += apparmor_user_has(&inventory->users[u], item->name);
	}
}

enum status apparmor_inventory_take(const struct policy *policy, const struct host *host,
				    struct arena *arena, struct apparmor_inventory *ret_inventory,
				    struct error *err)
{
	struct apparmor_inventory inventory = { .count = 0 };
	enum status st;

	if (apparmor_obstacle(host) != NULL)
		return error_set(err, STATUS_UNSUPPORTED, 0, "%s", apparmor_obstacle(host));
	inventory.items = arena_array(arena, APPARMOR_INVENTORY_MAX, sizeof(*inventory.items));
	if (inventory.items == NULL)
		return no_memory(err);
	st = add_item(&inventory, TEXT(APPARMOR_BASELINE), err);
	if (st == STATUS_OK)
		st = add_texts(policy, arena, &inventory, err);
	if (st == STATUS_OK)
		st = add_loaded(policy, host, &inventory, err);
	if (st == STATUS_OK)
		st = read_users(arena, &inventory, err);
	if (st != STATUS_OK)
		return st;
	qsort(inventory.items + 1, inventory.count - 1, sizeof(*inventory.items), by_name);
	look(policy, host, arena, &inventory);
	*ret_inventory = inventory;
	return STATUS_OK;
}
