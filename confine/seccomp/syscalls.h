/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_SECCOMP_SYSCALLS_H
#define CONFINE_SECCOMP_SYSCALLS_H

#include "oci-spec/base/text.h"
#include "oci-spec/seccomp_names.h"

/*
 * System calls by name, from libseccomp's own tables at build time (and the newer ones of
 * confine/data/syscalls-newer.txt). Calls are numbered by the order of their names, 0 to
 * syscall_count() - 1; that number is no architecture's.
 */
unsigned syscall_count(void) __attribute__((const));

/* Writes *ret_call only when the name is known. */
bool syscall_find(struct text name, unsigned *ret_call);

struct text syscall_name(unsigned call);

/*
 * Its number on arch, -1 where it does not exist, is one of ARM's private calls, whose numbers are
 * far above all others, or arch has no table here.
 */
int syscall_number(unsigned call, enum arch arch) __attribute__((const));

/*
 * The number by which i386 programs make a call of socketcall or ipc directly, "socket" by 359; -1
 * where it has none. libseccomp makes every rule on such a call for both ways.
 */
int syscall_direct_number(unsigned call);

/* Whether there is a table of numbers for arch. */
bool syscall_arch_is_numbered(enum arch arch);

/* The numbered architectures that have the call, ARM with its private ones, as ARCH_BITs. */
uint32_t syscall_arches(unsigned call) __attribute__((const));

/* Such an architecture's calls by falling number. */
const uint16_t *syscall_by_number(enum arch arch, size_t *ret_count);

/* True when the libseccomp that we were built with cannot make a filter rule for it. */
bool syscall_is_newer(unsigned call) __attribute__((const));

/* The known name that looks most like this one, for "did you mean"; TEXT_NONE if none does. */
struct text syscall_nearest(struct text name);

/* The version of the libseccomp behind the table, "2.5.4". */
const char *syscall_table_version(void);

#endif
