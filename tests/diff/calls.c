/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/diff/calls.h"

#include <linux/audit.h>
#include <seccomp.h>
#include <stdlib.h>

#define NUMBERS_MAX 1024
#define X32_BIT 0x40000000
#define ARM_PRIVATE 0xf0000 /* asm/unistd.h, __ARM_NR_BASE */
#define ARM_PRIVATE_MAX 16

static const struct judged {
	enum arch arch, machine;
	uint32_t token, audit;
} judged[] = {
	{ ARCH_X86_64, ARCH_X86_64, SCMP_ARCH_X86_64, AUDIT_ARCH_X86_64 },
	{ ARCH_X86, ARCH_X86_64, SCMP_ARCH_X86, AUDIT_ARCH_I386 },
	{ ARCH_X32, ARCH_X86_64, SCMP_ARCH_X32, AUDIT_ARCH_X86_64 },
	{ ARCH_AARCH64, ARCH_AARCH64, SCMP_ARCH_AARCH64, AUDIT_ARCH_AARCH64 },
	{ ARCH_ARM, ARCH_AARCH64, SCMP_ARCH_ARM, AUDIT_ARCH_ARM },
};
#define JUDGED (sizeof(judged) / sizeof(judged[0]))

uint32_t calls_arches(void)
{
	uint32_t arches = 0;

	for (size_t a = 0; a < JUDGED; a++)
		arches |= judged[a].machine == ARCH_NATIVE ? ARCH_BIT(judged[a].arch) : 0;
	return arches;
}

uint32_t calls_token(enum arch arch)
{
	for (size_t a = 0; a < JUDGED; a++) {
		if (judged[a].arch == arch)
			return judged[a].token;
	}
	return 0;
}

static void add_numbers(struct calls *calls, const struct judged *on, int first, int count)
{
	for (int nr = first; nr < first + count; nr++) {
		char *name = seccomp_syscall_resolve_num_arch(on->token, nr);
		struct call *call = &calls->list[calls->count];

		if (name != NULL && strlen(name) < sizeof(call->name)) {
			*call = (struct call){ on->arch, nr, "" };
			memcpy(call->name, name, strlen(name));
			calls->count++;
		}
		free(name);
	}
}

bool calls_init(struct calls *calls, struct arena *arena)
{
	*calls = (struct calls){
		arena_array(arena, JUDGED * (size_t)(NUMBERS_MAX + ARM_PRIVATE_MAX),
			    sizeof(*calls->list)),
		0
	};
	if (calls->list == NULL)
		return false;
	for (size_t a = 0; a < JUDGED; a++) {
		if (judged[a].machine != ARCH_NATIVE)
			continue;
		add_numbers(calls, &judged[a], judged[a].arch == ARCH_X32 ? X32_BIT : 0,
			    NUMBERS_MAX);
		if (judged[a].arch == ARCH_ARM)
			add_numbers(calls, &judged[a], ARM_PRIVATE, ARM_PRIVATE_MAX);
	}
	return true;
}

const struct call *calls_find(const struct calls *calls, enum arch arch, struct text name)
{
	for (size_t i = 0; i < calls->count; i++) {
		if (calls->list[i].arch == arch && text_is(name, calls->list[i].name))
			return &calls->list[i];
	}
	return NULL;
}

struct seccomp_data call_data(const struct call *call, const uint64_t args[6])
{
	struct seccomp_data data = {
		.nr = call->nr,
		.instruction_pointer = 0x400000,
	};

	for (size_t a = 0; a < JUDGED; a++)
		data.arch = judged[a].arch == call->arch ? judged[a].audit : data.arch;
	for (unsigned i = 0; i < 6; i++)
		data.args[i] = args[i];
	return data;
}
