/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/diff/calls.h"

#include <linux/audit.h>
#include <seccomp.h>
#include <stdlib.h>

#define NUMBERS_MAX 1024
#define X32_BIT 0x40000000

const enum arch judged_arches[JUDGED_ARCHES] = { ARCH_X86_64, ARCH_X86, ARCH_X32 };

static uint32_t token_of(enum arch arch)
{
	if (arch == ARCH_X86)
		return SCMP_ARCH_X86;
	return arch == ARCH_X32 ? SCMP_ARCH_X32 : SCMP_ARCH_X86_64;
}

bool calls_init(struct calls *calls, struct arena *arena)
{
	*calls = (struct calls){
		arena_array(arena, JUDGED_ARCHES * (size_t)NUMBERS_MAX, sizeof(*calls->list)), 0
	};
	if (calls->list == NULL)
		return false;
	for (unsigned a = 0; a < JUDGED_ARCHES; a++) {
		enum arch arch = judged_arches[a];

		for (int i = 0; i < NUMBERS_MAX; i++) {
			int nr = arch == ARCH_X32 ? X32_BIT | i : i;
			char *name = seccomp_syscall_resolve_num_arch(token_of(arch), nr);
			struct call *call = &calls->list[calls->count];

			if (name != NULL && strlen(name) < sizeof(call->name)) {
				*call = (struct call){ arch, nr, "" };
				memcpy(call->name, name, strlen(name));
				calls->count++;
			}
			free(name);
		}
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
		.arch = call->arch == ARCH_X86 ? AUDIT_ARCH_I386 : AUDIT_ARCH_X86_64,
		.instruction_pointer = 0x400000,
	};

	for (unsigned i = 0; i < 6; i++)
		data.args[i] = args[i];
	return data;
}
