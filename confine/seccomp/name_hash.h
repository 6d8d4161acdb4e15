/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_SECCOMP_NAME_HASH_H
#define CONFINE_SECCOMP_NAME_HASH_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Where a system call's name is looked for first, in generate_syscall_table.c when we are built
 * and in syscalls.c: eight bytes at a time, the last ones perhaps twice. Every start hashes some
 * 400 names. The names are ours and spread well; a foreign one is only ever looked for.
 */
static inline uint32_t name_hash(const char *name, size_t len)
{
	uint64_t h = len, word = 0;

	for (size_t i = 0; i + 8 < len; i += 8) {
		memcpy(&word, name + i, 8);
		h = (h ^ le64toh(word)) * 0x9e3779b97f4a7c15u;
		h ^= h >> 32;
	}
	if (len >= 8) {
		memcpy(&word, name + len - 8, 8);
		word = le64toh(word);
	} else {
		word = 0;
		for (size_t i = 0; i < len; i++)
			word = word << 8 | (unsigned char)name[i];
	}
	h = (h ^ word) * 0x9e3779b97f4a7c15u;
	return (uint32_t)(h >> 32);
}

#endif
