/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands where programs do that take long in an emulated machine; which one its file's name says:
 *   apparmor_parser      says what the real one said when it was asked: /tmp/said/{names,text,blob}
 *   runc ... --bundle DIR   does of a runtime's work what is about AppArmor: executes `labelled`
 *                        under the label in DIR's config.json
 *   labelled             a workload: writes its label to /tmp/record, and ends with 42
 *   without PROFILE PROGRAM [ARG...]   removes the profile from the kernel, executes the program
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ATTR "/proc/thread-self/attr/apparmor/"

static char text[1 << 20];

static ssize_t read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	(void)close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n;
}

/* In one write, as the kernel wants it. */
static int write_file(const char *path, int flags, const char *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0644);
	int failed = fd < 0 || write(fd, bytes, len) != (ssize_t)len;

	(void)close(fd);
	return failed;
}

static const char *word_behind(char **argv, const char *option)
{
	for (; *argv != NULL; argv++) {
		if (strcmp(*argv, option) == 0)
			return argv[1];
	}
	return NULL;
}

static int parser(char **argv)
{
	const char *said = "/tmp/said/blob";
	ssize_t n;

	for (char **word = argv; *word != NULL; word++) {
		if (strcmp(*word, "-N") == 0)
			said = "/tmp/said/names";
		if (strcmp(*word, "-p") == 0)
			said = "/tmp/said/text";
	}
	n = read_file(said);
	return n <= 0 || write(1, text, (size_t)n) != n;
}

static int runtime(char **argv)
{
	static const char key[] = "\"apparmorProfile\":";
	char path[256], words[512], name[] = "labelled", *self[] = { name, NULL };
	const char *bundle = word_behind(argv, "--bundle"), *at;

	(void)snprintf(path, sizeof(path), "%s/config.json", bundle != NULL ? bundle : ".");
	if (read_file(path) < 0)
		return 90;
	at = strstr(text, key);
	if (at != NULL && (at = strchr(at + sizeof(key) - 1, '"')) != NULL) {
		(void)snprintf(words, sizeof(words), "exec %.*s", (int)strcspn(at + 1, "\""), at + 1);
		if (write_file(ATTR "exec", 0, words, strlen(words)) != 0)
			return 91;
	}
	(void)execv("/vm/stand-in/labelled", self);
	return 92;
}

static int labelled(void)
{
	ssize_t n = read_file(ATTR "current");

	return n > 0 && write_file("/tmp/record", O_CREAT | O_TRUNC, text, (size_t)n) == 0 ? 42 : 93;
}

static int without(char **argv)
{
	/* it may not be there */
	(void)write_file("/sys/kernel/security/apparmor/.remove", 0, argv[1], strlen(argv[1]));
	(void)execv(argv[2], argv + 2);
	return 94;
}

int main(int argc, char **argv)
{
	char path[256];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	const char *name;

	path[n > 0 ? n : 0] = '\0';
	name = strrchr(path, '/');
	if (name != NULL && strcmp(name, "/apparmor_parser") == 0)
		return parser(argv);
	if (name != NULL && strcmp(name, "/runc") == 0)
		return runtime(argv);
	if (name != NULL && strcmp(name, "/labelled") == 0)
		return labelled();
	if (name != NULL && strcmp(name, "/without") == 0 && argc > 2)
		return without(argv);
	return 95;
}
