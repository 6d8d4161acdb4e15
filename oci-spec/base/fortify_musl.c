/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Debian builds its static libraries against glibc with _FORTIFY_SOURCE, so libseccomp.a and
 * libapparmor.a call glibc's checking forms of some functions (glibc's debug/), which musl
 * does not have. Here they are for programs that are linked against musl, with the same checks:
 * a buffer that would overflow, and an O_CREAT without a mode, end the program.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#define FORMAT(f, a) __attribute__((format(printf, f, a)))

int __fprintf_chk(FILE *out, int flag, const char *fmt, ...) FORMAT(3, 4);
int __vfprintf_chk(FILE *out, int flag, const char *fmt, va_list ap) FORMAT(3, 0);
int __sprintf_chk(char *s, int flag, size_t size, const char *fmt, ...) FORMAT(4, 5);
int __snprintf_chk(char *s, size_t max, int flag, size_t size, const char *fmt, ...) FORMAT(5, 6);
int __vsnprintf_chk(char *s, size_t max, int flag, size_t size, const char *fmt, va_list ap)
	FORMAT(5, 0);
int __asprintf_chk(char **ret, int flag, const char *fmt, ...) FORMAT(3, 4);
int __vasprintf_chk(char **ret, int flag, const char *fmt, va_list ap) FORMAT(3, 0);
void __vsyslog_chk(int priority, int flag, const char *fmt, va_list ap) FORMAT(3, 0);
ssize_t __read_chk(int fd, void *buffer, size_t count, size_t size);
int __open_2(const char *path, int flags);
int __openat_2(int dirfd, const char *path, int flags);

int __vfprintf_chk(FILE *out, int flag, const char *fmt, va_list ap)
{
	(void)flag;
	return vfprintf(out, fmt, ap);
}

int __fprintf_chk(FILE *out, int flag, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = __vfprintf_chk(out, flag, fmt, ap);
	va_end(ap);
	return n;
}

int __vsnprintf_chk(char *s, size_t max, int flag, size_t size, const char *fmt, va_list ap)
{
	(void)flag;
	if (max > size)
		__builtin_trap();
	return vsnprintf(s, max, fmt, ap);
}

int __snprintf_chk(char *s, size_t max, int flag, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = __vsnprintf_chk(s, max, flag, size, fmt, ap);
	va_end(ap);
	return n;
}

int __sprintf_chk(char *s, int flag, size_t size, const char *fmt, ...)
{
	size_t max = size > INT_MAX ? INT_MAX : size;
	va_list ap;
	int n;

	(void)flag;
	va_start(ap, fmt);
	n = vsnprintf(s, max, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n >= max)
		__builtin_trap();
	return n;
}

int __vasprintf_chk(char **ret, int flag, const char *fmt, va_list ap)
{
	(void)flag;
	return vasprintf(ret, fmt, ap);
}

int __asprintf_chk(char **ret, int flag, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = __vasprintf_chk(ret, flag, fmt, ap);
	va_end(ap);
	return n;
}

void __vsyslog_chk(int priority, int flag, const char *fmt, va_list ap)
{
	(void)flag;
	vsyslog(priority, fmt, ap);
}

ssize_t __read_chk(int fd, void *buffer, size_t count, size_t size)
{
	if (count > size)
		__builtin_trap();
	return read(fd, buffer, count);
}

int __open_2(const char *path, int flags)
{
	return __openat_2(AT_FDCWD, path, flags);
}

int __openat_2(int dirfd, const char *path, int flags)
{
	if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE)
		__builtin_trap();
	return openat(dirfd, path, flags);
}
