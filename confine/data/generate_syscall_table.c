/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Build tool: prints the table of confine/seccomp/syscalls.c: every system call that libseccomp
 * knows on any architecture, and the newer ones that the file given as argument lists, with
 * their numbers where oci-confine can be native.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confine/seccomp/name_hash.h"

#define COMMON_NUMBERS 424 /* scripts/syscall.tbl: from here on the same everywhere */
#define X32_BIT 0x40000000 /* asm/unistd.h, __X32_SYSCALL_BIT */
#define NAMES_MAX 2048
#define SLOTS 2048

/* all that libseccomp 2.5.4 has a table for, so that a foreign name is known as a name */
static const uint32_t every_arch[] = {
	SCMP_ARCH_X86,	 SCMP_ARCH_X86_64, SCMP_ARCH_X32,     SCMP_ARCH_ARM,   SCMP_ARCH_AARCH64,
	SCMP_ARCH_MIPS,	 SCMP_ARCH_MIPS64, SCMP_ARCH_PPC,     SCMP_ARCH_PPC64, SCMP_ARCH_S390,
	SCMP_ARCH_S390X, SCMP_ARCH_PARISC, SCMP_ARCH_RISCV64,
};

/* the order of enum arch's first five */
static const uint32_t numbered[] = { SCMP_ARCH_X86, SCMP_ARCH_X86_64, SCMP_ARCH_X32, SCMP_ARCH_ARM,
				     SCMP_ARCH_AARCH64 };
#define NUMBERED (sizeof(numbered) / sizeof(numbered[0]))

struct entry {
	char name[64];
	int newer; /* its number where libseccomp does not know it, 0 where it does */
};

static struct entry entries[NAMES_MAX];
static size_t count;

static void add(const char *name, int newer)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(entries[i].name, name) == 0)
			return;
	}
	if (count == NAMES_MAX || strlen(name) >= sizeof(entries[0].name)) {
		fprintf(stderr, "too many names, or too long: %s\n", name);
		exit(1);
	}
	memcpy(entries[count].name, name, strlen(name) + 1);
	entries[count++].newer = newer;
}

/* MIPS numbers start at 4000, 5000 and 6000, ARM's private ones at 0xf0000, pseudo ones below 0. */
static void add_known(uint32_t arch)
{
	for (int nr = -20000; nr < 7000; nr++) {
		char *name = seccomp_syscall_resolve_num_arch(arch, nr);

		if (name != NULL && strncmp(name, "UNKNOWN", 7) != 0)
			add(name, 0);
		free(name);
	}
	for (int nr = 0xf0000; nr < 0xf0010 && arch == SCMP_ARCH_ARM; nr++) {
		char *name = seccomp_syscall_resolve_num_arch(arch, nr);

		if (name != NULL)
			add(name, 0);
		free(name);
	}
	for (int nr = X32_BIT; nr < X32_BIT + 1000 && arch == SCMP_ARCH_X32; nr++) {
		char *name = seccomp_syscall_resolve_num_arch(arch, nr);

		if (name != NULL)
			add(name, 0);
		free(name);
	}
}

static void add_newer(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[128], name[64];
	int nr;

	if (file == NULL) {
		perror(path);
		exit(1);
	}
	while (fgets(line, sizeof(line), file) != NULL) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (sscanf(line, "%63s %d", name, &nr) != 2) {
			fprintf(stderr, "%s: not \"name number\": %s", path, line);
			exit(1);
		}
		add(name, nr);
	}
	fclose(file);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

/* Any number: ARM's private calls have some far above all others. */
static int any_number(const struct entry *entry, uint32_t arch)
{
	int nr = entry->newer;

	/* below that architectures have numbers of their own, the newer ones here x86_64's */
	if (nr != 0 && nr < COMMON_NUMBERS && arch != SCMP_ARCH_X86_64)
		return -1;
	if (nr == 0)
		nr = seccomp_syscall_resolve_name_arch(arch, entry->name);
	if (arch == SCMP_ARCH_X32 && nr >= X32_BIT)
		nr -= X32_BIT;
	return nr < 0 ? -1 : nr;
}

static int number(const struct entry *entry, uint32_t arch)
{
	int nr = any_number(entry, arch);

	return nr > 2000 ? -1 : nr;
}

static void print_names(void)
{
	size_t offset = 0;

	printf("#define SYSCALLS %zu\n\nstatic const char syscall_names[] =\n", count);
	for (size_t i = 0; i < count; i++)
		printf("\t\"%s\"\n", entries[i].name);
	printf("\t;\n\nstatic const uint16_t syscall_offsets[SYSCALLS + 1] = {");
	for (size_t i = 0; i < count; i++) {
		printf("%s%zu,", i % 12 == 0 ? "\n\t" : " ", offset);
		offset += strlen(entries[i].name);
	}
	printf(" %zu\n};\n\n", offset);
}

static void print_numbers(void)
{
	printf("/* x86, x86_64, x32, arm, aarch64; -1: not there */\n"
	       "static const int16_t syscall_numbers[SYSCALLS][%zu] = {\n",
	       NUMBERED);
	for (size_t i = 0; i < count; i++) {
		printf("\t{");
		for (size_t j = 0; j < NUMBERED; j++)
			printf(" %d,", number(&entries[i], numbered[j]));
		printf(" }, /* %s */\n", entries[i].name);
	}
	printf("};\n\n/* bit n: column n's architecture has the call */\n"
	       "static const uint8_t syscall_numbered_on[SYSCALLS] = {");
	for (size_t i = 0; i < count; i++) {
		unsigned bits = 0;

		for (size_t j = 0; j < NUMBERED; j++)
			bits |= any_number(&entries[i], numbered[j]) >= 0 ? 1u << j : 0;
		printf("%s%u,", i % 24 == 0 ? "\n\t" : " ", bits);
	}
	printf("\n};\n\n/* 1: newer than the libseccomp we were built with */\n"
	       "static const uint8_t syscall_newer[SYSCALLS] = {");
	for (size_t i = 0; i < count; i++)
		printf("%s%d,", i % 24 == 0 ? "\n\t" : " ", entries[i].newer != 0);
	printf("\n};\n\n");
}

/* For qsort: which column to look at. */
static uint32_t sort_arch;

static int by_falling_number(const void *a, const void *b)
{
	int x = number(&entries[*(const uint16_t *)a], sort_arch);
	int y = number(&entries[*(const uint16_t *)b], sort_arch);

	return x > y ? -1 : x < y;
}

static void print_falling(void)
{
	size_t counts[NUMBERED];

	printf("/* each architecture's calls by falling number */\n"
	       "static const uint16_t syscall_falling[%zu][SYSCALLS] = {\n",
	       NUMBERED);
	for (size_t j = 0; j < NUMBERED; j++) {
		uint16_t calls[NAMES_MAX];

		counts[j] = 0;
		for (size_t i = 0; i < count; i++) {
			if (number(&entries[i], numbered[j]) >= 0)
				calls[counts[j]++] = (uint16_t)i;
		}
		sort_arch = numbered[j];
		qsort(calls, counts[j], sizeof(calls[0]), by_falling_number);
		printf("\t{");
		for (size_t i = 0; i < counts[j]; i++)
			printf("%s%u,", i % 16 == 0 ? "\n\t\t" : " ", calls[i]);
		printf("\n\t},\n");
	}
	printf("};\nstatic const uint16_t syscall_falling_counts[] = {");
	for (size_t j = 0; j < NUMBERED; j++)
		printf(" %zu,", counts[j]);
	printf(" };\n\n");
}

/* libseccomp gives calls of socketcall and ipc no number on x86, and makes rules for it all the same. */
static void print_direct(void)
{
	printf("/* calls that x86 has by number and through socketcall or ipc */\n"
	       "static const struct { uint16_t call, number; } syscall_direct[] = {\n");
	for (size_t i = 0; i < count; i++) {
		int named = seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86, entries[i].name);

		for (int nr = 0; nr < 1000 && entries[i].newer == 0 && named < 0; nr++) {
			char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86, nr);

			if (name != NULL && strcmp(name, entries[i].name) == 0)
				printf("\t{ %zu, %d }, /* %s */\n", i, nr, name);
			free(name);
		}
	}
	printf("};\n\n");
}

static void print_slots(void)
{
	static uint16_t slots[SLOTS];

	for (size_t i = 0; i < count; i++) {
		uint32_t slot = name_hash(entries[i].name, strlen(entries[i].name)) % SLOTS;

		while (slots[slot] != 0)
			slot = (slot + 1) % SLOTS;
		slots[slot] = (uint16_t)(i + 1);
	}
	printf("/* open addressing by hash; the call's place + 1, 0 empty */\n"
	       "#define SYSCALL_SLOTS %d\nstatic const uint16_t syscall_slots[SYSCALL_SLOTS] = {",
	       SLOTS);
	for (size_t i = 0; i < SLOTS; i++)
		printf("%s%u,", i % 16 == 0 ? "\n\t" : " ", slots[i]);
	printf("\n};\n");
}

int main(int argc, char **argv)
{
	const struct scmp_version *v = seccomp_version();

	if (argc != 2) {
		fprintf(stderr, "usage: generate_syscall_table NEWER-FILE\n");
		return 2;
	}
	for (size_t i = 0; i < sizeof(every_arch) / sizeof(every_arch[0]); i++)
		add_known(every_arch[i]);
	add_newer(argv[1]);
	qsort(entries, count, sizeof(entries[0]), by_name);
	printf("/* generated from libseccomp by generate_syscall_table */\n"
	       "#define SYSCALL_TABLE_LIBSECCOMP \"%u.%u.%u\"\n",
	       v->major, v->minor, v->micro);
	print_names();
	print_numbers();
	print_falling();
	print_direct();
	print_slots();
	return 0;
}
