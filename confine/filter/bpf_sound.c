/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/filter/bpf.h"

/* seccomp_check_filter(), with what bpf_check_classic() asks of single instructions. */
static bool instruction_is_sound(const struct sock_filter *insn)
{
	switch (insn->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		return insn->k % 4 == 0 && insn->k < sizeof(struct seccomp_data);
	case BPF_ALU | BPF_DIV | BPF_K:
		return insn->k != 0;
	case BPF_ALU | BPF_LSH | BPF_K:
	case BPF_ALU | BPF_RSH | BPF_K:
		return insn->k < 32;
	case BPF_LD | BPF_MEM:
	case BPF_LDX | BPF_MEM:
	case BPF_ST:
	case BPF_STX:
		return insn->k < BPF_MEMWORDS;
	case BPF_LD | BPF_W | BPF_LEN:
	case BPF_LDX | BPF_W | BPF_LEN:
	case BPF_LD | BPF_IMM:
	case BPF_LDX | BPF_IMM:
	case BPF_RET | BPF_K:
	case BPF_RET | BPF_A:
	case BPF_ALU | BPF_ADD | BPF_K:
	case BPF_ALU | BPF_ADD | BPF_X:
	case BPF_ALU | BPF_SUB | BPF_K:
	case BPF_ALU | BPF_SUB | BPF_X:
	case BPF_ALU | BPF_MUL | BPF_K:
	case BPF_ALU | BPF_MUL | BPF_X:
	case BPF_ALU | BPF_DIV | BPF_X:
	case BPF_ALU | BPF_AND | BPF_K:
	case BPF_ALU | BPF_AND | BPF_X:
	case BPF_ALU | BPF_OR | BPF_K:
	case BPF_ALU | BPF_OR | BPF_X:
	case BPF_ALU | BPF_XOR | BPF_K:
	case BPF_ALU | BPF_XOR | BPF_X:
	case BPF_ALU | BPF_LSH | BPF_X:
	case BPF_ALU | BPF_RSH | BPF_X:
	case BPF_ALU | BPF_NEG:
	case BPF_MISC | BPF_TAX:
	case BPF_MISC | BPF_TXA:
	case BPF_JMP | BPF_JA:
	case BPF_JMP | BPF_JEQ | BPF_K:
	case BPF_JMP | BPF_JEQ | BPF_X:
	case BPF_JMP | BPF_JGE | BPF_K:
	case BPF_JMP | BPF_JGE | BPF_X:
	case BPF_JMP | BPF_JGT | BPF_K:
	case BPF_JMP | BPF_JGT | BPF_X:
	case BPF_JMP | BPF_JSET | BPF_K:
	case BPF_JMP | BPF_JSET | BPF_X:
		return true;
	}
	return false;
}

/* `after`: how many instructions follow this one. */
static bool jump_stays_inside(const struct sock_filter *insn, size_t after)
{
	if (BPF_CLASS(insn->code) != BPF_JMP)
		return true;
	if (BPF_OP(insn->code) == BPF_JA)
		return insn->k < after;
	return insn->jt < after && insn->jf < after;
}

/* check_load_and_stores(): no word of scratch memory is read that was not written on every way. */
static bool memory_is_written_first(const struct bpf *filter)
{
	uint16_t masks[BPF_MAXINSNS], valid = 0;

	memset(masks, 0xff, sizeof(masks));
	for (size_t i = 0; i < filter->count; i++) {
		const struct sock_filter *insn = &filter->list[i];

		valid &= masks[i];
		if (BPF_CLASS(insn->code) == BPF_ST || BPF_CLASS(insn->code) == BPF_STX)
			valid |= (uint16_t)(1u << insn->k);
		else if ((insn->code == (BPF_LD | BPF_MEM) || insn->code == (BPF_LDX | BPF_MEM)) &&
			 (valid & 1u << insn->k) == 0)
			return false;
		else if (insn->code == (BPF_JMP | BPF_JA)) {
			masks[i + 1 + insn->k] &= valid;
			valid = UINT16_MAX;
		} else if (BPF_CLASS(insn->code) == BPF_JMP) {
			masks[i + 1 + insn->jt] &= valid;
			masks[i + 1 + insn->jf] &= valid;
			valid = UINT16_MAX;
		}
	}
	return true;
}

bool bpf_is_sound(const struct bpf *filter)
{
	if (filter->count == 0 || filter->count > BPF_MAXINSNS)
		return false;
	for (size_t i = 0; i < filter->count; i++) {
		if (!instruction_is_sound(&filter->list[i]) ||
		    !jump_stays_inside(&filter->list[i], filter->count - i - 1))
			return false;
	}
	return BPF_CLASS(filter->list[filter->count - 1].code) == BPF_RET &&
	       memory_is_written_first(filter);
}
