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

/* The lines of proc_pid_status(5) that are wanted; sets of capabilities are hexadecimal. */
enum field {
	CAP_INH,
	CAP_PRM,
	CAP_EFF,
	CAP_BND,
	CAP_AMB,
	NO_NEW_PRIVS,
	SECCOMP,
	SECCOMP_FILTERS, /* since Linux 5.9 */
	TRACER_PID,
	FIELDS
};

static const char keys[FIELDS][20] = {
	[CAP_INH] = "CapInh:",	     [CAP_PRM] = "CapPrm:",
	[CAP_EFF] = "CapEff:",	     [CAP_BND] = "CapBnd:",
	[CAP_AMB] = "CapAmb:",	     [NO_NEW_PRIVS] = "NoNewPrivs:",
	[SECCOMP] = "Seccomp:",	     [SECCOMP_FILTERS] = "Seccomp_filters:",
	[TRACER_PID] = "TracerPid:",
};

struct numbers {
	uint64_t value[FIELDS];
	bool found[FIELDS];
};

static bool read_number(struct text digits, unsigned base, uint64_t *ret_number)
{
	uint64_t number = 0;
	size_t i = 0;

	while (i < digits.len && (digits.ptr[i] == '\t' || digits.ptr[i] == ' '))
		i++;
	for (; i < digits.len; i++) {
		char c = digits.ptr[i];
		unsigned digit = c >= 'a' ? (unsigned)(c - 'a') + 10 : (unsigned)(c - '0');

		if (digit >= base)
			return false;
		number = number * base + digit;
	}
	*ret_number = number;
	return true;
}

static void read_line(struct text line, struct numbers *numbers)
{
	for (size_t i = 0; i < FIELDS; i++) {
		size_t len;

		if (line.len == 0 || line.ptr[0] != keys[i][0])
			continue;
		len = strlen(keys[i]);
		if (line.len <= len || memcmp(line.ptr, keys[i], len) != 0)
			continue;
		line.ptr += len;
		line.len -= len;
		numbers->found[i] = read_number(line, i <= CAP_AMB ? 16 : 10, &numbers->value[i]);
		return;
	}
}

enum status live_read(int procfd, struct live *ret_live, struct error *err)
{
	struct numbers numbers = { 0 };
	const uint64_t *value = numbers.value;
	char text[STATUS_BYTES_MAX];
	struct text rest = { text, 0 };
	enum status st = read_all(procfd, "status", text, sizeof(text), &rest.len, err);

	if (st != STATUS_OK)
		return st;
	/* keys are the kernel's, and a process's name has its newlines escaped */
	while (rest.len > 0)
		read_line(text_cut(&rest, '\n'), &numbers);
	for (size_t i = CAP_INH; i <= CAP_AMB; i++) {
		if (!numbers.found[i])
			return error_set(err, STATUS_UNSUPPORTED, 0,
					 "the kernel does not tell a process's capabilities");
	}
	if (!numbers.found[NO_NEW_PRIVS] || !numbers.found[SECCOMP] ||
	    !numbers.found[SECCOMP_FILTERS])
		return error_set(
			err, STATUS_UNSUPPORTED, 0,
			"the kernel does not tell a process's seccomp filters (Linux 5.9)");
	*ret_live = (struct live){
		.capabilities = { .bounding = value[CAP_BND],
				  .effective = value[CAP_EFF],
				  .inheritable = value[CAP_INH],
				  .permitted = value[CAP_PRM],
				  .ambient = value[CAP_AMB] },
		.no_new_privileges = value[NO_NEW_PRIVS] != 0,
		.seccomp_mode = (unsigned)value[SECCOMP],
		.seccomp_filters = (unsigned)value[SECCOMP_FILTERS],
		.tracer = (pid_t)value[TRACER_PID],
	};
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
