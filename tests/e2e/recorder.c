/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands in for the real runtime where a test is about what the wrapper hands over: writes its
 * command line, working directory, environment, open descriptors and signals to $RECORD as lines
 * "argv[0]=...", "cwd=...", "env=...", "fd=N TARGET", "SigIgn:...". Started at all is visible by
 * that file.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void write_descriptors(FILE *out)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		char path[300], target[4096];
		ssize_t n;
		long fd = strtol(entry->d_name, NULL, 10);

		if (entry->d_name[0] == '.' || fd == dirfd(dir) || fd == fileno(out))
			continue;
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%ld", fd);
		n = readlink(path, target, sizeof(target) - 1);
		if (n < 0)
			continue;
		target[n] = '\0';
		(void)fprintf(out, "fd=%ld %s\n", fd, target);
	}
	(void)closedir(dir);
}

/* What is pending, blocked and ignored outlives execve(2): signal(7). */
static void write_signals(FILE *out)
{
	FILE *in = fopen("/proc/self/status", "re");
	char line[256];

	while (in != NULL && fgets(line, sizeof(line), in) != NULL) {
		if (strncmp(line, "Sig", 3) == 0 || strncmp(line, "ShdPnd", 6) == 0)
			(void)fputs(strncmp(line, "SigQ", 4) == 0 ? "" : line, out);
	}
	if (in != NULL)
		(void)fclose(in);
}

int main(int argc, char **argv, char **envp)
{
	const char *path = getenv("RECORD");
	char cwd[4096];
	FILE *out = path != NULL ? fopen(path, "we") : NULL;

	if (out == NULL) {
		perror("recorder: RECORD");
		return 90;
	}
	(void)fprintf(out, "argc=%d\n", argc);
	(void)fprintf(out, "pid=%ld\n", (long)getpid());
	for (int i = 0; i < argc; i++)
		(void)fprintf(out, "argv[%d]=%s\n", i, argv[i]);
	(void)fprintf(out, "cwd=%s\n", getcwd(cwd, sizeof(cwd)) != NULL ? cwd : "?");
	for (char **e = envp; *e != NULL; e++)
		(void)fprintf(out, "env=%s\n", *e);
	write_descriptors(out);
	write_signals(out);
	if (fclose(out) != 0)
		return 90;
	return 0;
}
