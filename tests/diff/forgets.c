/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/diff/forgets.h"

#include <linux/audit.h>
#include <stdlib.h>

static bool is_arch_token(uint32_t k)
{
	return k == AUDIT_ARCH_X86_64 || k == AUDIT_ARCH_I386 || k == AUDIT_ARCH_AARCH64 ||
	       k == AUDIT_ARCH_ARM;
}

bool bpf_forgets_number(const struct bpf *filter)
{
	/* whether the accumulator can hold the architecture before each instruction */
	uint8_t *is_arch = calloc(filter->count + 1, 1);
	bool forgets = is_arch == NULL;

	for (size_t i = 0; i < filter->count && !forgets; i++) {
		const struct sock_filter *insn = &filter->list[i];
		size_t on_true = i + 1 + insn->jt, on_false = i + 1 + insn->jf;
		bool held = is_arch[i] != 0;

		if (insn->code == (BPF_LD | BPF_W | BPF_ABS))
			held = insn->k == offsetof(struct seccomp_data, arch);
		if (insn->code == (BPF_JMP | BPF_JEQ | BPF_K))
			forgets = held && !is_arch_token(insn->k);
		if (BPF_CLASS(insn->code) == BPF_RET || !held)
			continue;
		if (BPF_CLASS(insn->code) != BPF_JMP || BPF_OP(insn->code) == BPF_JA)
			on_true = on_false =
				i + 1 + (BPF_CLASS(insn->code) == BPF_JMP ? insn->k : 0);
		if (on_true < filter->count)
			is_arch[on_true] = 1;
		if (on_false < filter->count)
			is_arch[on_false] = 1;
	}
	free(is_arch);
	return forgets;
}
