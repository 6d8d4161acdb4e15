/* SPDX-License-Identifier: Apache-2.0 */
#include "oci-spec/seccomp_names.h"

static const char actions[][24] = {
	[ACTION_KILL_PROCESS] = "SCMP_ACT_KILL_PROCESS",
	[ACTION_KILL_THREAD] = "SCMP_ACT_KILL_THREAD",
	[ACTION_TRAP] = "SCMP_ACT_TRAP",
	[ACTION_ERRNO] = "SCMP_ACT_ERRNO",
	[ACTION_NOTIFY] = "SCMP_ACT_NOTIFY",
	[ACTION_TRACE] = "SCMP_ACT_TRACE",
	[ACTION_LOG] = "SCMP_ACT_LOG",
	[ACTION_ALLOW] = "SCMP_ACT_ALLOW",
};

static const char compares[][24] = {
	[COMPARE_NE] = "SCMP_CMP_NE",
	[COMPARE_LT] = "SCMP_CMP_LT",
	[COMPARE_LE] = "SCMP_CMP_LE",
	[COMPARE_EQ] = "SCMP_CMP_EQ",
	[COMPARE_GE] = "SCMP_CMP_GE",
	[COMPARE_GT] = "SCMP_CMP_GT",
	[COMPARE_MASKED_EQ] = "SCMP_CMP_MASKED_EQ",
};

static const char arches[][24] = {
	[ARCH_X86] = "SCMP_ARCH_X86",
	[ARCH_X86_64] = "SCMP_ARCH_X86_64",
	[ARCH_X32] = "SCMP_ARCH_X32",
	[ARCH_ARM] = "SCMP_ARCH_ARM",
	[ARCH_AARCH64] = "SCMP_ARCH_AARCH64",
	[ARCH_LOONGARCH64] = "SCMP_ARCH_LOONGARCH64",
	[ARCH_M68K] = "SCMP_ARCH_M68K",
	[ARCH_MIPS] = "SCMP_ARCH_MIPS",
	[ARCH_MIPS64] = "SCMP_ARCH_MIPS64",
	[ARCH_MIPS64N32] = "SCMP_ARCH_MIPS64N32",
	[ARCH_MIPSEL] = "SCMP_ARCH_MIPSEL",
	[ARCH_MIPSEL64] = "SCMP_ARCH_MIPSEL64",
	[ARCH_MIPSEL64N32] = "SCMP_ARCH_MIPSEL64N32",
	[ARCH_PARISC] = "SCMP_ARCH_PARISC",
	[ARCH_PARISC64] = "SCMP_ARCH_PARISC64",
	[ARCH_PPC] = "SCMP_ARCH_PPC",
	[ARCH_PPC64] = "SCMP_ARCH_PPC64",
	[ARCH_PPC64LE] = "SCMP_ARCH_PPC64LE",
	[ARCH_RISCV64] = "SCMP_ARCH_RISCV64",
	[ARCH_S390] = "SCMP_ARCH_S390",
	[ARCH_S390X] = "SCMP_ARCH_S390X",
	[ARCH_SH] = "SCMP_ARCH_SH",
	[ARCH_SHEB] = "SCMP_ARCH_SHEB",
};

static const char flags[][40] = {
	"SECCOMP_FILTER_FLAG_TSYNC",
	"SECCOMP_FILTER_FLAG_LOG",
	"SECCOMP_FILTER_FLAG_SPEC_ALLOW",
	"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
};

#define LEN(table) (sizeof(table) / sizeof((table)[0]))

#define FIND(table, word, ret_index) \
	text_find_row((word), (table)[0], sizeof((table)[0]), LEN(table), (ret_index))

bool action_parse(struct text word, enum action *ret_action)
{
	unsigned index;

	/* the old word for what the kernel calls RET_KILL, which ends the thread */
	if (text_is(word, "SCMP_ACT_KILL"))
		index = ACTION_KILL_THREAD;
	else if (!FIND(actions, word, &index))
		return false;
	*ret_action = (enum action)index;
	return true;
}

bool compare_parse(struct text word, enum compare *ret_compare)
{
	unsigned index;

	if (!FIND(compares, word, &index))
		return false;
	*ret_compare = (enum compare)index;
	return true;
}

bool arch_parse(struct text word, enum arch *ret_arch)
{
	unsigned index;

	if (!FIND(arches, word, &index))
		return false;
	*ret_arch = (enum arch)index;
	return true;
}

bool flag_parse(struct text word, uint32_t *ret_flag)
{
	unsigned index;

	if (!FIND(flags, word, &index))
		return false;
	*ret_flag = (uint32_t)1 << index;
	return true;
}

const char *action_name(enum action action)
{
	return actions[action];
}

const char *compare_name(enum compare compare)
{
	return compares[compare];
}

const char *arch_name(enum arch arch)
{
	return arches[arch];
}

const char *flag_name(uint32_t flag)
{
	return flags[__builtin_ctz(flag)];
}
