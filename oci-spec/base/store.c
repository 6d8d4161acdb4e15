/* SPDX-License-Identifier: Apache-2.0 */
#include "oci-spec/base/store.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "oci-spec/base/file.h"

#define REMOVALS_MAX 64 /* for one put */

static const char magic[16] = "oci-confine 1\n";

struct header {
	char magic[16];
	struct hash key, content;
};

_Static_assert(sizeof(struct header) == STORE_HEADER_BYTES, "the header has no holes");

bool store_get(int dirfd, const struct hash *key, size_t max_bytes, struct arena *arena,
	       struct text *ret_content)
{
	char name[HASH_HEX_SIZE];
	struct header header;
	struct hash found;
	struct stat about;
	struct text text;
	struct error ignored;

	hash_hex(key, name);
	if (file_read(dirfd, name, max_bytes + sizeof(header), arena, &text, &about, &ignored) !=
		    STATUS_OK ||
	    file_check_owner(&about, &ignored) != STATUS_OK || text.len < sizeof(header))
		return false;
	memcpy(&header, text.ptr, sizeof(header));
	text.ptr += sizeof(header);
	text.len -= sizeof(header);
	found = hash_of(text);
	if (memcmp(header.magic, magic, sizeof(magic)) != 0 || !hash_equal(&header.key, key) ||
	    !hash_equal(&header.content, &found))
		return false;
	*ret_content = text;
	return true;
}

static bool is_older(const struct stat *a, const struct stat *b)
{
	if (a->st_mtim.tv_sec != b->st_mtim.tv_sec)
		return a->st_mtim.tv_sec < b->st_mtim.tv_sec;
	return a->st_mtim.tv_nsec < b->st_mtim.tv_nsec;
}

/* Removes the oldest file when there are as many as there may be; false when there is room. */
static bool remove_oldest(int dirfd)
{
	char oldest[NAME_MAX + 1] = "";
	struct stat about, age = { 0 };
	unsigned count = 0;
	struct dirent *entry;
	int copy = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;

	if (dir == NULL) {
		file_close(&copy);
		return false;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (fstatat(dirfd, entry->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0 ||
		    !S_ISREG(about.st_mode))
			continue;
		count++;
		if (oldest[0] == '\0' || is_older(&about, &age)) {
			(void)snprintf(oldest, sizeof(oldest), "%s", entry->d_name);
			age = about;
		}
	}
	(void)closedir(dir);
	return count >= STORE_ENTRIES_MAX && unlinkat(dirfd, oldest, 0) == 0;
}

/*
 * Many writers at once all see the same oldest entry and add one each: who comes later removes
 * what they were too many.
 */
static void make_room(int dirfd)
{
	for (unsigned i = 0; i < REMOVALS_MAX && remove_oldest(dirfd); i++)
		;
}

bool store_put(int dirfd, const struct hash *key, struct text content)
{
	struct header header = { .key = *key, .content = hash_of(content) };
	struct iovec pieces[2] = {
		{ &header, sizeof(header) },
		{ (char *)(uintptr_t)content.ptr, content.len },
	};
	struct stat like = { .st_uid = geteuid(), .st_gid = getegid(), .st_mode = 0600 };
	char name[HASH_HEX_SIZE];
	struct error ignored;

	memcpy(header.magic, magic, sizeof(magic));
	hash_hex(key, name);
	make_room(dirfd);
	return file_replace(dirfd, name, pieces, 2, &like, &ignored) == STATUS_OK;
}
