/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/faults/faults.h"

#include <errno.h>
#include <fnmatch.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Pages of section 2 of the manual; a filter of an outer container can give EPERM and ENOSYS. */
static const struct {
	const char *calls, *faults; /* words; the first line that names the call counts */
} table[] = {
	{ "open openat",
	  "EACCES EMFILE ENFILE ENOMEM EIO EINTR ENOENT ELOOP ENOTDIR EPERM ESTALE" },
	{ "openat2", "EACCES EMFILE ENFILE ENOMEM EIO EINTR ENOENT ELOOP EXDEV EAGAIN ENOSYS" },
	{ "read", "EIO EINTR EAGAIN ESTALE zero short" },
	{ "write writev", "ENOSPC EDQUOT EFBIG EIO EINTR EAGAIN short zero" },
	{ "close", "EIO EINTR ENOSPC" },
	{ "stat fstat lstat newfstatat statx", "EACCES EIO ENOMEM ENOENT EOVERFLOW ESTALE" },
	{ "access faccessat faccessat2", "EACCES EIO ENOMEM" },
	{ "mmap brk mremap mprotect munmap madvise", "ENOMEM" },
	{ "getrandom", "EINTR EAGAIN ENOSYS short" },
	{ "fchmod fchown", "EPERM EIO EROFS ENOMEM" },
	{ "rename renameat renameat2",
	  "ENOSPC EDQUOT EROFS EACCES EIO ENOENT EBUSY ENOMEM EXDEV lost:EIO" },
	{ "unlink unlinkat mkdir mkdirat", "EROFS EACCES EIO ENOSPC ENOENT ENOMEM" },
	{ "uname capget prctl sysinfo", "EPERM ENOSYS EINVAL" },
	{ "socket", "EMFILE ENFILE EACCES EAFNOSUPPORT ENOMEM EPERM" },
	{ "connect", "ECONNREFUSED ENOENT EACCES EAGAIN EINTR" },
	{ "sendto sendmsg", "EAGAIN ENOBUFS EMSGSIZE ECONNREFUSED ENOMEM EPIPE EINTR" },
	{ "execve", "ENOENT EACCES ENOMEM EIO ETXTBSY ENOEXEC E2BIG EAGAIN" },
	{ "clone fork vfork", "EAGAIN ENOMEM ENOSYS EPERM" },
	{ "pipe pipe2", "EMFILE ENFILE" },
	{ "ptrace", "ESRCH EPERM EIO EINVAL" },
	{ "wait4 waitid", "ECHILD EINTR" },
	{ "dup dup2 dup3", "EMFILE EBUSY EINTR" },
	{ "pidfd_open", "EMFILE ENODEV ESRCH ENOSYS EPERM" },
	{ "process_vm_readv process_vm_writev", "EPERM ESRCH EFAULT ENOMEM" },
	{ "poll ppoll", "EINTR ENOMEM" },
	{ "close_range", "ENOSYS EPERM EINVAL" },
	{ "readlink readlinkat", "ENOENT EACCES EIO ENOMEM" },
	{ "getdents64", "EIO ENOENT ENOMEM" },
	{ "clock_gettime", "EPERM ENOSYS clock:0 clock:4102444800" },
	{ "arch_prctl set_tid_address rt_sigprocmask", "EPERM ENOSYS" },
	{ "getpid getuid geteuid getegid getgid gettid exit exit_group", "" }, /* never fail */
	{ NULL, "EIO ENOMEM EPERM ENOSYS" },
};

static bool has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = words; (at = strstr(at, word)) != NULL; at += n) {
		if ((at == words || at[-1] == ' ') && (at[n] == '\0' || at[n] == ' '))
			return true;
	}
	return false;
}

static int errno_of(const char *name)
{
	for (int i = 1; i < 134; i++) {
		const char *known = strerrorname_np(i);

		if (known != NULL && strcmp(known, name) == 0)
			return i;
	}
	return 0;
}

static void add(struct fault faults[FAULTS_MAX], size_t *count, const char *name)
{
	struct fault *fault = &faults[*count];
	bool is_lost = strncmp(name, "lost:", 5) == 0;
	int number = errno_of(is_lost ? name + 5 : name);

	if (*count == FAULTS_MAX)
		return;
	(void)snprintf(fault->name, sizeof(fault->name), "%s", name);
	if (number != 0)
		(void)snprintf(fault->word, sizeof(fault->word), "%s:%d",
			       is_lost ? "lost" : "error", number);
	else
		(void)snprintf(fault->word, sizeof(fault->word), "%s", name);
	(*count)++;
}

size_t faults_of(long number, const char *where, struct fault faults[FAULTS_MAX])
{
	const char *name = call_name(number);
	char words[256], *rest = NULL;
	size_t i = 0, count = 0;

	while (table[i].calls != NULL && !has_word(table[i].calls, name))
		i++;
	(void)snprintf(words, sizeof(words), "%s", table[i].faults);
	for (char *word = strtok_r(words, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest)) {
		/* a pipe ends when nobody can write to it any more, which is no failure */
		if (strcmp(word, "zero") != 0 || strncmp(where, "pipe:", 5) != 0)
			add(faults, &count, word);
	}
	/* one that is made beside another */
	if (strcmp(name, "openat") == 0 && strstr(where, ".oci-confine-") != NULL) {
		add(faults, &count, "ENOSPC");
		add(faults, &count, "EROFS");
		add(faults, &count, "EEXIST");
		add(faults, &count, "EDQUOT");
	}
	return count;
}

const char *call_name(long number)
{
	static char name[64];
	char *known = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)number);

	if (known != NULL)
		(void)snprintf(name, sizeof(name), "%s", known);
	else
		(void)snprintf(name, sizeof(name), "call %ld", number);
	free(known);
	return name;
}

static bool parse_line(char *line, struct listed *item)
{
	static const struct {
		const char *word;
		enum outcome outcome;
	} outcomes[] = {
		{ "starts", OUTCOME_STARTS },
		{ "silent", OUTCOME_SILENT },
		{ "dies", OUTCOME_DIES },
	};
	char outcome[16];
	int why = 0;

	if (sscanf(line, "%63s %31s %31s %127s %15s %n", item->scenario, item->call, item->fault,
		   item->where, outcome, &why) != 5 ||
	    why == 0 || strlen(line + why) < 8)
		return false;
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		if (strcmp(outcome, outcomes[i].word) == 0)
			item->outcome = outcomes[i].outcome;
	}
	return item->outcome != OUTCOME_REFUSED;
}

bool list_read(const char *path, struct list *ret_list)
{
	FILE *in = fopen(path, "re");
	struct list list = { calloc(1024, sizeof(*list.items)), 0 };
	char line[1024];
	unsigned number = 0;

	if (in == NULL || list.items == NULL)
		return false;
	while (fgets(line, sizeof(line), in) != NULL && list.count < 1024) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		if (!parse_line(line, &list.items[list.count])) {
			(void)fprintf(stderr, "%s:%u: SCENARIO CALL FAULT WHERE OUTCOME WHY\n",
				      path, number);
			return false;
		}
		list.count++;
	}
	(void)fclose(in);
	*ret_list = list;
	return true;
}

bool list_find(struct list *list, const char *scenario, const char *call, const char *fault,
	       const char *where, enum outcome outcome)
{
	for (size_t i = 0; i < list->count; i++) {
		struct listed *item = &list->items[i];

		if (item->outcome == outcome && fnmatch(item->scenario, scenario, 0) == 0 &&
		    fnmatch(item->call, call, 0) == 0 && fnmatch(item->fault, fault, 0) == 0 &&
		    fnmatch(item->where, where, 0) == 0) {
			item->was_used = true;
			return true;
		}
	}
	return false;
}
