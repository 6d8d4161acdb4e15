/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/seccomp/syscalls.h"

#include "confine/data/syscall_table.h" /* generated */
#include "confine/seccomp/name_hash.h"

#define NUMBERED (sizeof(syscall_numbers[0]) / sizeof(syscall_numbers[0][0]))

_Static_assert(ARCH_X86 == 0 && ARCH_X86_64 == 1 && ARCH_X32 == 2 && ARCH_ARM == 3 &&
		       ARCH_AARCH64 == 4,
	       "the generated table counts on this order");

unsigned syscall_count(void)
{
	return SYSCALLS;
}

struct text syscall_name(unsigned call)
{
	return (struct text){ syscall_names + syscall_offsets[call],
			      (size_t)(syscall_offsets[call + 1] - syscall_offsets[call]) };
}

bool syscall_find(struct text name, unsigned *ret_call)
{
	uint32_t slot = name_hash(name.ptr, name.len) % SYSCALL_SLOTS;

	while (syscall_slots[slot] != 0) {
		unsigned call = syscall_slots[slot] - 1u;

		if (text_equal(name, syscall_name(call))) {
			*ret_call = call;
			return true;
		}
		slot = (slot + 1) % SYSCALL_SLOTS;
	}
	return false;
}

bool syscall_arch_is_numbered(enum arch arch)
{
	return (size_t)arch < NUMBERED;
}

int syscall_number(unsigned call, enum arch arch)
{
	return syscall_arch_is_numbered(arch) ? syscall_numbers[call][arch] : -1;
}

int syscall_direct_number(unsigned call)
{
	for (size_t i = 0; i < sizeof(syscall_direct) / sizeof(syscall_direct[0]); i++) {
		if (syscall_direct[i].call == call)
			return syscall_direct[i].number;
	}
	return -1;
}

uint32_t syscall_arches(unsigned call)
{
	return syscall_numbered_on[call];
}

const uint16_t *syscall_by_number(enum arch arch, size_t *ret_count)
{
	*ret_count = syscall_falling_counts[arch];
	return syscall_falling[arch];
}

bool syscall_is_newer(unsigned call)
{
	return syscall_newer[call] != 0;
}

/* Levenshtein distance of two short words; a word of 32 bytes and more is far from all. */
static unsigned distance(struct text a, struct text b)
{
	unsigned row[33];

	if (a.len > 32 || b.len > 32)
		return 99;
	for (unsigned j = 0; j <= b.len; j++)
		row[j] = j;
	for (size_t i = 0; i < a.len; i++) {
		unsigned corner = row[0];

		row[0]++;
		for (size_t j = 0; j < b.len; j++) {
			unsigned best = corner + (a.ptr[i] != b.ptr[j]);

			corner = row[j + 1];
			best = best < corner + 1 ? best : corner + 1;
			best = best < row[j] + 1 ? best : row[j] + 1;
			row[j + 1] = best;
		}
	}
	return row[b.len];
}

struct text syscall_nearest(struct text name)
{
	struct text nearest = TEXT_NONE;
	unsigned best = 4;

	for (unsigned call = 0; call < SYSCALLS; call++) {
		unsigned d = distance(name, syscall_name(call));

		if (d < best) {
			best = d;
			nearest = syscall_name(call);
		}
	}
	return nearest;
}

const char *syscall_table_version(void)
{
	return SYSCALL_TABLE_LIBSECCOMP;
}
