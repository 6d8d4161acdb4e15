/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OCI_SPEC_BASE_ERROR_H
#define OCI_SPEC_BASE_ERROR_H

#include <stdio.h>

/*
 * The one error type. A function that can fail returns enum status and fills the caller's
 * struct error, which lives in main() and is never allocated. The five values are also the
 * exit codes of every program here; every value but STATUS_OK keeps a container from starting.
 */
enum status {
	STATUS_OK = 0,
	STATUS_INVALID = 1,	/* input malformed or over a limit: fix the file */
	STATUS_DENIED = 2,	/* input sound, policy forbids it: fix the request */
	STATUS_UNSUPPORTED = 3, /* kernel, runtime or library lacks what is needed */
	STATUS_SYSTEM = 4,	/* a system or library call failed: see sys_errno */
};

struct error {
	enum status status;
	int sys_errno;	 /* 0 when no system call is to blame */
	char file[256];	 /* "/b/config.json" or empty */
	char where[256]; /* "linux.seccomp.syscalls[3].args[0].op" or empty */
	char what[384];	 /* one line, lower case, no final dot */
};

#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define MUST_CHECK __attribute__((warn_unused_result))
#define AUTO(fn) __attribute__((cleanup(fn)))

/* Sets status, errno and the sentence; file and where are cleared. Returns st. */
enum status error_set(struct error *err, enum status st, int sys_errno, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* Names the file the error is about, unless an inner function named one. Returns the status. */
enum status error_in_file(struct error *err, const char *file);

/* Names the JSON path the error is about. Returns the status. */
enum status error_where(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/*
 * Writes the error as one line without newline: "file: where: what: strerror". Bytes outside
 * printable ASCII become \xNN, since names and values come from strangers. Always terminated;
 * cut at size.
 */
void error_format(const struct error *err, char *line, size_t size);

/*
 * Analyzers look at one file at a time, and would go on after a failure as if its status could be
 * STATUS_OK. No compiler defines this.
 */
#ifdef __clang_analyzer__
static inline enum status error_failed(enum status st)
{
	return st != STATUS_OK ? st : STATUS_INVALID;
}
#define error_set(...) error_failed(error_set(__VA_ARGS__))
#define error_in_file(...) error_failed(error_in_file(__VA_ARGS__))
#define error_where(...) error_failed(error_where(__VA_ARGS__))
#endif

#endif
