/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/apparmor/includes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "confine/apparmor/parser.h"
#include "oci-spec/base/file.h"

#define INCLUDED "##included "

static bool add(struct apparmor_includes *includes, struct text name)
{
	for (size_t i = 0; i < includes->count; i++) {
		if (text_equal(includes->names[i], name))
			return true;
	}
	if (includes->count == APPARMOR_INCLUDES_MAX)
		return false;
	includes->names[includes->count++] = name;
	return true;
}

bool apparmor_includes_find(struct text text, struct apparmor_includes *ret_includes)
{
	ret_includes->count = 0;
	while (text.len > 0) {
		struct text line = text_trim(text_cut(&text, '\n'));

		if (!text_starts_with(line, INCLUDED))
			continue;
		line.ptr += strlen(INCLUDED);
		line.len -= strlen(INCLUDED);
		/* <below the root> or "a path" */
		if (line.len < 3 || !add(ret_includes, (struct text){ line.ptr + 1, line.len - 2 }))
			return false;
	}
	return true;
}

/* What tells one state of a file from another. */
struct stamp {
	uint64_t device, inode, size;
	int64_t modified_s, modified_ns, changed_s, changed_ns;
	uint32_t mode, owner;
};

static void mix(struct fingerprint *sum, const void *bytes, size_t size)
{
	struct fingerprint one = fingerprint_of((struct text){ bytes, size });

	/* a sum, as the order in which a directory lists its files means nothing */
	sum->low ^= one.low;
	sum->high ^= one.high;
}

/* `place` tells apart what could otherwise cancel itself out of the sum. */
static void mix_stat(struct fingerprint *sum, const struct stat *about, uint64_t place)
{
	struct {
		uint64_t place;
		struct stamp stamp;
	} both;

	memset(&both, 0, sizeof(both)); /* padding is hashed too */
	both.place = place;
	both.stamp = (struct stamp){
		.device = about->st_dev,
		.inode = about->st_ino,
		.size = (uint64_t)about->st_size,
		.modified_s = about->st_mtim.tv_sec,
		.modified_ns = about->st_mtim.tv_nsec,
		.changed_s = about->st_ctim.tv_sec,
		.changed_ns = about->st_ctim.tv_nsec,
		.mode = about->st_mode,
		.owner = about->st_uid,
	};
	mix(sum, &both, sizeof(both));
}

static bool mix_directory(struct fingerprint *sum, int fd, uint64_t place)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	unsigned count = 0;

	if (dir == NULL) {
		file_close(&fd);
		return false;
	}
	while ((entry = readdir(dir)) != NULL && count < APPARMOR_INCLUDES_MAX) {
		struct stat about;

		if (fstatat(dirfd(dir), entry->d_name, &about, 0) == 0 && S_ISREG(about.st_mode))
			mix_stat(sum, &about, place);
		count++;
	}
	(void)closedir(dir);
	return count < APPARMOR_INCLUDES_MAX;
}

static bool mix_path(struct fingerprint *sum, int root, struct text name, uint64_t place)
{
	char path[4096];
	struct stat about;
	int fd;

	if (name.len >= sizeof(path))
		return false;
	memcpy(path, name.ptr, name.len);
	path[name.len] = '\0';
	/* an "include if exists" is named although nothing is there: as long as that is so */
	if (fstatat(root, path, &about, 0) != 0)
		return errno == ENOENT;
	mix_stat(sum, &about, place);
	if (!S_ISDIR(about.st_mode))
		return true;
	fd = openat(root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && mix_directory(sum, fd, place);
}

/* What the parser reads on its own account: Debian's parser.conf names the second. */
static void mix_parser(struct fingerprint *sum)
{
	static const char files[][48] = { APPARMOR_PARSER_PATH, "/etc/apparmor/parser.conf",
					  "/usr/share/apparmor-features/features" };
	struct stat about;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (stat(files[i], &about) == 0)
			mix_stat(sum, &about, APPARMOR_INCLUDES_MAX + i);
	}
}

bool apparmor_includes_stamp(const struct apparmor_includes *includes,
			     struct fingerprint *ret_stamp)
{
	static const char places[][16] = { ".", "abstractions", "tunables", "local" };
	AUTO(file_close)
	int root = open(APPARMOR_INCLUDE_ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct fingerprint sum = { 0 };
	uint64_t place = 0;
	struct stat about;

	for (size_t i = 0; i < includes->count; i++) {
		if (root < 0 || !mix_path(&sum, root, includes->names[i], ++place))
			return false;
	}
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && includes->count > 0; i++) {
		place++;
		if (fstatat(root, places[i], &about, 0) == 0)
			mix_stat(&sum, &about, place);
	}
	mix_parser(&sum);
	*ret_stamp = sum;
	return true;
}
