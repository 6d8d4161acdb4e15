/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/live.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "oci-spec/base/file.h"

#define STATUS_BYTES_MAX 8192 /* groups and masks are the long lines: a page is common */

/* Reads what a file in /proc/PID gives; it is one piece, made when it is opened or read. */
static enum status read_all(int procfd, const char *name, char *text, size_t size, size_t *ret_len,
			    struct error *err)
{
	AUTO(file_close) int fd = openat(procfd, name, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = 1;

	if (fd < 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot read the process's '%s'", name);
	while (n > 0 && len < size - 1) {
		n = read(fd, text + len, size - 1 - len);
		if (n < 0 && errno != EINTR)
			return error_set(err, STATUS_SYSTEM, errno,
					 "cannot read the process's '%s'", name);
		len += n > 0 ? (size_t)n : 0;
		n = n < 0 ? 1 : n;
	}
	if (n != 0)
		return error_set(err, STATUS_INVALID, 0, "the process's '%s' is too long", name);
	text[len] = '\0';
	*ret_len = len;
	return STATUS_OK;
}

/* The number behind "\nKEY:\t"; keys are the kernel's and a process's name has \n escaped. */
static bool find_number(const char *text, const char *key, unsigned base, uint64_t *ret_number)
{
	const char *at = strstr(text, key);
	uint64_t number = 0;

	if (at == NULL)
		return false;
	at += strlen(key);
	while (*at == '\t' || *at == ' ')
		at++;
	for (; *at != '\n' && *at != '\0'; at++) {
		unsigned digit = *at >= 'a' ? (unsigned)(*at - 'a') + 10 : (unsigned)(*at - '0');

		if (digit >= base)
			return false;
		number = number * base + digit;
	}
	*ret_number = number;
	return true;
}

enum status live_read(int procfd, struct live *ret_live, struct error *err)
{
	struct live live = { 0 };
	const struct {
		const char *key;
		uint64_t *set;
	} sets[] = { { "\nCapInh:", &live.capabilities.inheritable },
		     { "\nCapPrm:", &live.capabilities.permitted },
		     { "\nCapEff:", &live.capabilities.effective },
		     { "\nCapBnd:", &live.capabilities.bounding },
		     { "\nCapAmb:", &live.capabilities.ambient } };
	char text[STATUS_BYTES_MAX];
	uint64_t no_new_privileges, mode, filters, tracer;
	size_t len;
	enum status st = read_all(procfd, "status", text, sizeof(text), &len, err);

	if (st != STATUS_OK)
		return st;
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		if (!find_number(text, sets[i].key, 16, sets[i].set))
			return error_set(err, STATUS_UNSUPPORTED, 0,
					 "the kernel does not tell a process's capabilities");
	}
	if (!find_number(text, "\nNoNewPrivs:", 10, &no_new_privileges) ||
	    !find_number(text, "\nSeccomp:", 10, &mode) ||
	    !find_number(text, "\nSeccomp_filters:", 10, &filters)) /* since Linux 5.9 */
		return error_set(
			err, STATUS_UNSUPPORTED, 0,
			"the kernel does not tell a process's seccomp filters (Linux 5.9)");
	if (find_number(text, "\nTracerPid:", 10, &tracer))
		live.tracer = (pid_t)tracer;
	live.no_new_privileges = no_new_privileges != 0;
	live.seccomp_mode = (unsigned)mode;
	live.seccomp_filters = (unsigned)filters;
	*ret_live = live;
	return STATUS_OK;
}

enum status live_read_label(int procfd, char *label, size_t size, struct error *err)
{
	size_t len;
	enum status st = read_all(procfd, "attr/apparmor/current", label, size, &len, err);

	if (st == STATUS_SYSTEM && (err->sys_errno == ENOENT || err->sys_errno == EINVAL)) {
		label[0] = '\0';
		return STATUS_OK;
	}
	if (st == STATUS_OK && len > 0 && label[len - 1] == '\n')
		label[len - 1] = '\0';
	return st;
}
