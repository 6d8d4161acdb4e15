/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OCI_SPEC_SECCOMP_NAMES_H
#define OCI_SPEC_SECCOMP_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "oci-spec/base/text.h"

/*
 * The words of linux.seccomp: runtime-spec, config-linux.md, "Seccomp".
 */

/* Strictest first, the kernel's own order for stacked filters (linux/seccomp.h). */
enum action {
	ACTION_KILL_PROCESS,
	ACTION_KILL_THREAD,
	ACTION_TRAP,
	ACTION_ERRNO,
	ACTION_NOTIFY,
	ACTION_TRACE,
	ACTION_LOG,
	ACTION_ALLOW,
	ACTION_COUNT_,
};

/* What happens to a call; data is the errno of ERRNO and the message of TRACE, else 0. */
struct verdict {
	uint8_t action; /* enum action */
	uint16_t data;
};

static inline bool verdict_equal(struct verdict a, struct verdict b)
{
	return a.action == b.action && a.data == b.data;
}

static inline bool action_has_data(enum action action)
{
	return action == ACTION_ERRNO || action == ACTION_TRACE;
}

enum compare {
	COMPARE_NE,
	COMPARE_LT,
	COMPARE_LE,
	COMPARE_EQ,
	COMPARE_GE,
	COMPARE_GT,
	COMPARE_MASKED_EQ
};

enum arch {
	ARCH_X86,
	ARCH_X86_64,
	ARCH_X32,
	ARCH_ARM,
	ARCH_AARCH64,
	ARCH_LOONGARCH64,
	ARCH_M68K,
	ARCH_MIPS,
	ARCH_MIPS64,
	ARCH_MIPS64N32,
	ARCH_MIPSEL,
	ARCH_MIPSEL64,
	ARCH_MIPSEL64N32,
	ARCH_PARISC,
	ARCH_PARISC64,
	ARCH_PPC,
	ARCH_PPC64,
	ARCH_PPC64LE,
	ARCH_RISCV64,
	ARCH_S390,
	ARCH_S390X,
	ARCH_SH,
	ARCH_SHEB,
	ARCH_COUNT_,
};
#define ARCH_BIT(arch) ((uint32_t)1 << (arch))
#define ARCH_ALL (ARCH_BIT(ARCH_COUNT_) - 1)

/*
 * What this program is built for, and Go's name of it in moby's profiles. A cross build sets
 * both for the build tools that make tables for another architecture.
 */
#if defined(ARCH_NATIVE)
#elif defined(__x86_64__)
#define ARCH_NATIVE ARCH_X86_64
#define ARCH_NATIVE_GO "amd64"
#elif defined(__aarch64__)
#define ARCH_NATIVE ARCH_AARCH64
#define ARCH_NATIVE_GO "arm64"
#else
#error "oci-confine is made for x86_64 and aarch64"
#endif

/* Those that a kernel for this machine runs programs of. */
#define ARCH_MACHINE                                                               \
	(ARCH_NATIVE == ARCH_X86_64                                                \
		 ? ARCH_BIT(ARCH_X86_64) | ARCH_BIT(ARCH_X86) | ARCH_BIT(ARCH_X32) \
		 : ARCH_BIT(ARCH_AARCH64) | ARCH_BIT(ARCH_ARM))

enum { FLAG_TSYNC = 1, FLAG_LOG = 2, FLAG_SPEC_ALLOW = 4, FLAG_WAIT_KILLABLE_RECV = 8 };

/* Each looks a word up, exact spelling; false and nothing written when it is unknown. */
bool action_parse(struct text word, enum action *ret_action);
bool compare_parse(struct text word, enum compare *ret_compare);
bool arch_parse(struct text word, enum arch *ret_arch);
bool flag_parse(struct text word, uint32_t *ret_flag);

/* "SCMP_ACT_ERRNO", "SCMP_CMP_EQ", "SCMP_ARCH_X86_64", "SECCOMP_FILTER_FLAG_LOG". */
const char *action_name(enum action action);
const char *compare_name(enum compare compare);
const char *arch_name(enum arch arch);
const char *flag_name(uint32_t flag);

/*
 * Where registers, or what libseccomp takes for them, have 32 bits: it then compares the low half
 * of an argument and cuts numbers and masks to it (src/arch-*.c, ARCH_SIZE_32).
 */
#define ARCHES_32BIT                                                                          \
	(ARCH_BIT(ARCH_X86) | ARCH_BIT(ARCH_X32) | ARCH_BIT(ARCH_ARM) | ARCH_BIT(ARCH_M68K) | \
	 ARCH_BIT(ARCH_MIPS) | ARCH_BIT(ARCH_MIPSEL) | ARCH_BIT(ARCH_MIPS64N32) |             \
	 ARCH_BIT(ARCH_MIPSEL64N32) | ARCH_BIT(ARCH_PARISC) | ARCH_BIT(ARCH_PPC) |            \
	 ARCH_BIT(ARCH_S390) | ARCH_BIT(ARCH_SH) | ARCH_BIT(ARCH_SHEB))

static inline bool arch_is_32bit(enum arch arch)
{
	return (ARCH_BIT(arch) & ARCHES_32BIT) != 0;
}

#endif
