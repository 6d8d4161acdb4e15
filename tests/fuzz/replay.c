/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a target on files, without libFuzzer: replay_NAME FILE-OR-DIRECTORY... Ends with 1 when
 * there was none: an empty corpus would prove nothing.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "oci-spec/base/file.h"
#include "tests/fuzz/fuzz.h"

#define FILE_MAX_BYTES ((size_t)16 * 1024 * 1024)

/* The bytes end where the allocation does, so that a step beyond is seen by the sanitizers. */
static void run_bytes(struct text text)
{
	uint8_t *copy = malloc(text.len > 0 ? text.len : 1);

	fuzz_require(copy != NULL);
	if (text.len > 0)
		memcpy(copy, text.ptr, text.len);
	(void)LLVMFuzzerTestOneInput(copy, text.len);
	free(copy);
}

static unsigned run_file(int dirfd, const char *name)
{
	struct arena arena = ARENA_INIT;
	struct error err = { 0 };
	struct text text;

	if (file_read(dirfd, name, FILE_MAX_BYTES, &arena, &text, NULL, &err) != STATUS_OK) {
		(void)fprintf(stderr, "%s: %s\n", name, err.what);
		exit(1);
	}
	(void)printf("%s\n", name);
	(void)fflush(stdout); /* the last line names the file that ends us */
	run_bytes(text);
	arena_done(&arena);
	return 1;
}

static unsigned run_directory(int fd)
{
	DIR *dir = fdopendir(fd);
	unsigned count = 0;

	fuzz_require(dir != NULL);
	for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
		if (entry->d_name[0] != '.')
			count += run_file(fd, entry->d_name);
	}
	(void)closedir(dir);
	return count;
}

int main(int argc, char **argv)
{
	unsigned count = 0;

	for (int i = 1; i < argc; i++) {
		int fd = open(argv[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		count += fd >= 0 ? run_directory(fd) : run_file(AT_FDCWD, argv[i]);
	}
	(void)printf("%u inputs\n", count);
	return count > 0 ? 0 : 1;
}
