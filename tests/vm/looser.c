/* SPDX-License-Identifier: Apache-2.0 */
/*
 * looser OURS THEIRS...: asks the kernel whether the AppArmor label OURS allows something to a
 * file that the label THEIRS forbids; every path on standard input, and every string of up to
 * three characters that matter to such profiles beneath the directories they speak of.
 *
 * Prints "LABEL: PATH: allowed BITS" for what is looser, at most 20 lines, then "N questions, N
 * looser". Exit status 0, 1 when anything is looser, 2 when the kernel does not answer.
 *
 * The question is a write to apparmor's .access file: "label", 0, the label, 0, the class, the
 * path; the answer is read from the same descriptor (security/apparmor/apparmorfs.c,
 * query_label()).
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ACCESS "/sys/kernel/security/apparmor/.access"
#define CLASS_FILE 2
#define SHOWN_MAX 20

struct tally {
	unsigned long asked, looser;
};

/* What the label allows to the path: bits of security/apparmor/include/file.h. */
static unsigned allowed(int fd, const char *label, const char *path)
{
	char text[8192];
	size_t head = strlen("label") + 1, n = strlen(label) + 1, tail = strlen(path);
	unsigned allow = 0, deny = 0;
	ssize_t got;

	if (head + n + 1 + tail > sizeof(text)) {
		fprintf(stderr, "looser: too long: %s\n", path);
		exit(2);
	}
	memcpy(text, "label", head);
	memcpy(text + head, label, n);
	text[head + n] = CLASS_FILE;
	memcpy(text + head + n + 1, path, tail);
	n += head + 1 + tail;
	got = write(fd, text, n) == (ssize_t)n ? pread(fd, text, sizeof(text) - 1, 0) : -1;
	if (got <= 0) {
		fprintf(stderr, "looser: no answer for %s: %m\n", label);
		exit(2);
	}
	text[got] = '\0';
	if (sscanf(text, "allow %x deny %x", &allow, &deny) != 2) {
		fprintf(stderr, "looser: not understood: %s\n", text);
		exit(2);
	}
	return allow & ~deny;
}

static void compare(int fd, char **labels, const char *path, struct tally *tally)
{
	unsigned ours = allowed(fd, labels[0], path);

	tally->asked++;
	for (size_t i = 1; labels[i]; i++) {
		unsigned more = ours & ~allowed(fd, labels[i], path);

		tally->asked++;
		if (more == 0)
			continue;
		if (tally->looser++ < SHOWN_MAX)
			printf("%s: %s: allowed %#x\n", labels[i], path, more);
	}
}

/* Every string of up to three of these behind the directory. */
static void compare_beneath(int fd, char **labels, const char *directory, struct tally *tally)
{
	static const char letters[] = "19skyhmfcgrx/";
	size_t n = strlen(letters);
	char path[64];

	for (size_t a = 0; a < n; a++) {
		snprintf(path, sizeof(path), "%s%c", directory, letters[a]);
		compare(fd, labels, path, tally);
		for (size_t b = 0; b < n; b++) {
			snprintf(path, sizeof(path), "%s%c%c", directory, letters[a], letters[b]);
			compare(fd, labels, path, tally);
			for (size_t c = 0; c < n; c++) {
				snprintf(path, sizeof(path), "%s%c%c%c", directory, letters[a],
					 letters[b], letters[c]);
				compare(fd, labels, path, tally);
			}
		}
	}
}

int main(int argc, char **argv)
{
	static const char *const directories[] = { "/proc/", "/proc/sys/", "/proc/sys/kernel/",
						   "/sys/", "/sys/fs/", "/sys/fs/c" };
	struct tally tally = { 0 };
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	int fd;

	if (argc < 3) {
		fprintf(stderr, "usage: looser OURS THEIRS... <PATHS\n");
		return 2;
	}
	fd = open(ACCESS, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		fprintf(stderr, "looser: %s: %m\n", ACCESS);
		return 2;
	}
	while ((n = getline(&line, &size, stdin)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		compare(fd, argv + 1, line, &tally);
	}
	free(line);
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
		compare_beneath(fd, argv + 1, directories[i], &tally);
	close(fd);
	printf("%lu questions, %lu looser\n", tally.asked, tally.looser);
	return tally.looser > 0;
}
