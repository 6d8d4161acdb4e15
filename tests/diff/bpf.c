/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/diff/bpf.h"

#include <linux/audit.h>
#include <stdlib.h>
#include <string.h>

struct machine {
	uint32_t a, x, memory[BPF_MEMWORDS];
	size_t at; /* of the next instruction */
};

static bool load(struct machine *m, const struct sock_filter *insn, const struct seccomp_data *call)
{
	switch (insn->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		if (insn->k % 4 != 0 || insn->k > sizeof(*call) - 4)
			return false;
		memcpy(&m->a, (const char *)call + insn->k, 4);
		return true;
	case BPF_LD | BPF_W | BPF_LEN:
		m->a = sizeof(*call);
		return true;
	case BPF_LDX | BPF_W | BPF_LEN:
		m->x = sizeof(*call);
		return true;
	case BPF_LD | BPF_IMM:
		m->a = insn->k;
		return true;
	case BPF_LDX | BPF_IMM:
		m->x = insn->k;
		return true;
	default:
		break;
	}
	if (insn->k >= BPF_MEMWORDS)
		return false;
	switch (insn->code) {
	case BPF_LD | BPF_MEM:
		m->a = m->memory[insn->k];
		return true;
	case BPF_LDX | BPF_MEM:
		m->x = m->memory[insn->k];
		return true;
	case BPF_ST:
		m->memory[insn->k] = m->a;
		return true;
	case BPF_STX:
		m->memory[insn->k] = m->x;
		return true;
	default:
		return false;
	}
}

static bool compute(struct machine *m, const struct sock_filter *insn)
{
	uint32_t operand = BPF_SRC(insn->code) == BPF_X ? m->x : insn->k;

	switch (BPF_OP(insn->code)) {
	case BPF_ADD:
		m->a += operand;
		return true;
	case BPF_SUB:
		m->a -= operand;
		return true;
	case BPF_MUL:
		m->a *= operand;
		return true;
	case BPF_AND:
		m->a &= operand;
		return true;
	case BPF_OR:
		m->a |= operand;
		return true;
	case BPF_XOR:
		m->a ^= operand;
		return true;
	case BPF_LSH:
		m->a = operand < 32 ? m->a << operand : 0;
		return operand < 32;
	case BPF_RSH:
		m->a = operand < 32 ? m->a >> operand : 0;
		return operand < 32;
	case BPF_NEG:
		m->a = 0 - m->a;
		return true;
	default:
		return false;
	}
}

static bool jump(struct machine *m, const struct sock_filter *insn)
{
	uint32_t operand = BPF_SRC(insn->code) == BPF_X ? m->x : insn->k;
	bool taken;

	switch (BPF_OP(insn->code)) {
	case BPF_JA:
		m->at += insn->k;
		return true;
	case BPF_JEQ:
		taken = m->a == operand;
		break;
	case BPF_JGT:
		taken = m->a > operand;
		break;
	case BPF_JGE:
		taken = m->a >= operand;
		break;
	case BPF_JSET:
		taken = (m->a & operand) != 0;
		break;
	default:
		return false;
	}
	m->at += taken ? insn->jt : insn->jf;
	return true;
}

bool bpf_run(const struct bpf *filter, const struct seccomp_data *call, answer_t *ret_answer)
{
	struct machine m = { 0 };

	while (m.at < filter->count) {
		const struct sock_filter *insn = &filter->list[m.at++];
		bool ok = true;

		switch (BPF_CLASS(insn->code)) {
		case BPF_LD:
		case BPF_LDX:
		case BPF_ST:
		case BPF_STX:
			ok = load(&m, insn, call);
			break;
		case BPF_ALU:
			ok = compute(&m, insn);
			break;
		case BPF_JMP:
			ok = jump(&m, insn);
			break;
		case BPF_MISC:
			if (BPF_MISCOP(insn->code) == BPF_TAX)
				m.x = m.a;
			else
				m.a = m.x;
			break;
		case BPF_RET:
			*ret_answer = BPF_RVAL(insn->code) == BPF_A ? m.a : insn->k;
			return true;
		default:
			ok = false;
		}
		if (!ok)
			return false;
	}
	return false;
}

bool bpf_run_stacked(const struct bpf *const *filters, size_t count,
		     const struct seccomp_data *call, answer_t *ret_answer)
{
	answer_t strictest = SECCOMP_RET_ALLOW;

	/* as the kernel: from the last one installed to the first, only stricter ones replace */
	for (size_t i = count; i > 0; i--) {
		answer_t answer;

		if (!bpf_run(filters[i - 1], call, &answer))
			return false;
		if (i == count || answer_is_stricter(answer, strictest))
			strictest = answer;
	}
	*ret_answer = strictest;
	return true;
}

static bool is_arch_token(uint32_t k)
{
	return k == AUDIT_ARCH_X86_64 || k == AUDIT_ARCH_I386;
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
