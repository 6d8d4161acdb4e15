/* SPDX-License-Identifier: Apache-2.0 */
#include "oci-spec/base/store.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "oci-spec/base/file.h"
#include "oci-spec/base/fingerprint.h"

#define REMOVALS_MAX 64 /* for one put */

#define ALIGNMENT 16 /* of the content in the file, as the arena aligns what is read */

static const char magic[16] = "oci-confine 2\n";

/* At the file's start; the key follows, zeros up to the next multiple of ALIGNMENT, the content. */
struct header {
	char magic[16];
	uint64_t key_len, content_len;
	struct fingerprint content;
};

_Static_assert(sizeof(struct header) == 48, "the header has no holes, and the key is aligned");

static size_t padding_behind(size_t key_len)
{
	return -key_len % ALIGNMENT;
}

/* The content of a file, if it is whole and its key is this one. */
static bool read_entry(struct text file, struct text key, struct text *ret_content)
{
	struct fingerprint found;
	struct header header;
	struct text content;
	size_t before = sizeof(header) + key.len + padding_behind(key.len);

	if (file.len < before)
		return false;
	memcpy(&header, file.ptr, sizeof(header));
	content = (struct text){ file.ptr + before, file.len - before };
	if (memcmp(header.magic, magic, sizeof(magic)) != 0 || header.key_len != key.len ||
	    header.content_len != content.len ||
	    !bytes_equal(file.ptr + sizeof(header), key.ptr, key.len))
		return false;
	found = fingerprint_of(content);
	if (!fingerprint_equal(&header.content, &found))
		return false;
	*ret_content = content;
	return true;
}

static void name_of(struct text key, char name[FINGERPRINT_HEX_SIZE])
{
	struct fingerprint fingerprint = fingerprint_of(key);

	fingerprint_hex(&fingerprint, name);
}

bool store_get(int dirfd, struct text key, size_t max_bytes, struct arena *arena,
	       struct text *ret_content)
{
	char name[FINGERPRINT_HEX_SIZE];
	struct stat about;
	struct text file;
	struct error ignored;

	name_of(key, name);
	return file_read(dirfd, name,
			 sizeof(struct header) + key.len + padding_behind(key.len) + max_bytes,
			 arena, &file, &about, &ignored) == STATUS_OK &&
	       file_check_owner(&about, &ignored) == STATUS_OK &&
	       read_entry(file, key, ret_content);
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

bool store_put(int dirfd, struct text key, struct text content)
{
	static const char zeros[ALIGNMENT];
	struct header header = { .key_len = key.len,
				 .content_len = content.len,
				 .content = fingerprint_of(content) };
	/* iovec has no const; these are only ever written from */
	struct iovec pieces[] = {
		{ &header, sizeof(header) },
		{ (char *)(uintptr_t)key.ptr, key.len },
		{ (char *)(uintptr_t)zeros, padding_behind(key.len) },
		{ (char *)(uintptr_t)content.ptr, content.len },
	};
	struct stat like = { .st_uid = geteuid(), .st_gid = getegid(), .st_mode = 0600 };
	char name[FINGERPRINT_HEX_SIZE];
	struct error ignored;

	memcpy(header.magic, magic, sizeof(magic));
	name_of(key, name);
	make_room(dirfd);
	return file_replace(dirfd, name, pieces, sizeof(pieces) / sizeof(pieces[0]), &like,
			    &ignored) == STATUS_OK;
}
