/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a workload sees of itself when it starts: its registers, the whole of its stack above the
 * stack pointer (argc, argv, environ, auxv, strings) and the page below, and the files of
 * /proc/self named on the command line. No C library: nothing has run before. x86_64.
 */
#include <linux/fcntl.h>

#define CALL_READ 0
#define CALL_WRITE 1
#define CALL_OPEN 2
#define CALL_CLOSE 3
#define CALL_EXIT_GROUP 231
#define BELOW 16384 /* bytes looked at below the stack pointer */

struct entry {
	unsigned long registers[17]; /* in the order that _start saves them */
};

static long call(long number, long a, long b, long c)
{
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return result;
}

static unsigned long length(const char *s)
{
	unsigned long n = 0;

	while (s[n] != '\0')
		n++;
	return n;
}

static void say(const char *s)
{
	call(CALL_WRITE, 1, (long)s, (long)length(s));
}

static void say_hex(unsigned long value, char end)
{
	static const char digits[] = "0123456789abcdef";
	char text[17];

	for (int i = 15; i >= 0; i--, value >>= 4)
		text[i] = digits[value & 15];
	text[16] = end;
	call(CALL_WRITE, 1, (long)text, 17);
}

static void say_file(const char *name)
{
	char bytes[1024];
	long fd = call(CALL_OPEN, (long)name, O_RDONLY, 0), n;

	say(name);
	say(":\n");
	while ((n = call(CALL_READ, fd, (long)bytes, sizeof(bytes))) > 0)
		call(CALL_WRITE, 1, (long)bytes, n);
	call(CALL_CLOSE, fd, 0, 0);
}

/* AT_RANDOM's bytes are random; all else is compared. */
static void say_auxv(const unsigned long *at)
{
	for (; at[0] != 0; at += 2) {
		say("auxv ");
		say_hex(at[0], ' ');
		say_hex(at[1], '\n');
	}
}

static void say_stack(unsigned long *top)
{
	unsigned long *below = top - BELOW / sizeof(*top);
	unsigned long garbage = 0;
	char **argv = (char **)(top + 1), **word = argv;

	for (; *word != 0; word++) {
		say("arg ");
		say(*word);
		say("\n");
	}
	for (word++; *word != 0; word++) {
		say("env ");
		say(*word);
		say("\n");
	}
	say_auxv((const unsigned long *)(word + 1));
	/* our own frames are in the first page */
	for (; below < top - 4096 / sizeof(*top); below++)
		garbage += *below != 0;
	say("words below the stack: ");
	say_hex(garbage, '\n');
}

void view(const struct entry *entry);
__attribute__((used)) void view(const struct entry *entry)
{
	static const char *const names[] = { "rsp", "rflags", "rax", "rbx", "rcx", "rdx",
					     "rsi", "rdi",    "rbp", "r8",  "r9",  "r10",
					     "r11", "r12",    "r13", "r14", "r15" };
	unsigned long *top = (unsigned long *)entry->registers[0];
	char **argv = (char **)(top + 1);

	for (int i = 0; i < 17; i++) {
		say(names[i]);
		say(" ");
		say_hex(entry->registers[i], '\n');
	}
	say_stack(top);
	for (int i = 1; argv[i] != 0; i++)
		say_file(argv[i]);
	call(CALL_EXIT_GROUP, 0, 0, 0);
}

__asm__(".globl _start\n"
	"_start:\n"
	"	mov %rax, saved+16(%rip)\n"
	"	mov %rsp, saved(%rip)\n"
	"	pushf\n"
	"	pop %rax\n"
	"	mov %rax, saved+8(%rip)\n"
	"	mov %rbx, saved+24(%rip)\n"
	"	mov %rcx, saved+32(%rip)\n"
	"	mov %rdx, saved+40(%rip)\n"
	"	mov %rsi, saved+48(%rip)\n"
	"	mov %rdi, saved+56(%rip)\n"
	"	mov %rbp, saved+64(%rip)\n"
	"	mov %r8, saved+72(%rip)\n"
	"	mov %r9, saved+80(%rip)\n"
	"	mov %r10, saved+88(%rip)\n"
	"	mov %r11, saved+96(%rip)\n"
	"	mov %r12, saved+104(%rip)\n"
	"	mov %r13, saved+112(%rip)\n"
	"	mov %r14, saved+120(%rip)\n"
	"	mov %r15, saved+128(%rip)\n"
	"	lea saved(%rip), %rdi\n"
	"	and $-16, %rsp\n"
	"	call view\n"
	".local saved\n"
	".comm saved,136,16\n");
