/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A workload that makes a forbidden call before anything else: keyctl(KEYCTL_GET_KEYRING_ID),
 * which RuntimeDefault denies and the kernel does not. If the call is let through, the file
 * /witness/unconfined gets a byte and the exit status is 66; if it is denied, 42. No C library:
 * nothing runs before _start. Built static, as PIE, and for i386.
 */
/* uapi/asm-generic/fcntl.h; the cross build for i386 has no headers */
#define AT_FDCWD (-100L)
#define WRITE_CREATE_APPEND 02101L

#define KEYRING_SESSION (-3L)
#define EPERM 1
#define EXIT_DENIED 42
#define EXIT_LET_THROUGH 66

/* The file is called by its path from the working directory, "/": no address to relocate. */
static const char witness[] = "witness/unconfined";

#ifdef __x86_64__
#define CALL_KEYCTL 250
#define CALL_OPENAT 257
#define CALL_WRITE 1
#define CALL_EXIT_GROUP 231
static inline long call(long number, long a, long b, long c, long d)
{
	long result;
	register long r10 __asm__("r10") = d;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
			 : "rcx", "r11", "memory");
	return result;
}
#else
#define CALL_KEYCTL 288
#define CALL_OPENAT 295
#define CALL_WRITE 4
#define CALL_EXIT_GROUP 252
static inline long call(long number, long a, long b, long c, long d)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d)
			 : "memory");
	return result;
}
#endif

void _start(void);
void _start(void)
{
	long result = call(CALL_KEYCTL, 0, KEYRING_SESSION, 1, 0);
	long fd;

	if (result == -EPERM)
		call(CALL_EXIT_GROUP, EXIT_DENIED, 0, 0, 0);
	fd = call(CALL_OPENAT, AT_FDCWD, (long)witness, WRITE_CREATE_APPEND, 0666);
	call(CALL_WRITE, fd, (long)witness, 1, 0);
	call(CALL_EXIT_GROUP, EXIT_LET_THROUGH, 0, 0, 0);
	__builtin_trap();
}
