/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/filter/bpf.h"

/* What is asked of an instruction beside that there is such a one. */
enum kind {
	NONE, /* there is not */
	PLAIN,
	LOAD, /* of a word of struct seccomp_data */
	DIVIDE,
	SHIFT,
	WRITE_MEMORY,
	READ_MEMORY,
	JUMP,
	BRANCH,
};

/* seccomp_check_filter(), with what bpf_check_classic() asks of single instructions. */
static const uint8_t kinds[256] = {
	[BPF_LD | BPF_W | BPF_ABS] = LOAD,
	[BPF_LD | BPF_W | BPF_LEN] = PLAIN,
	[BPF_LDX | BPF_W | BPF_LEN] = PLAIN,
	[BPF_LD | BPF_IMM] = PLAIN,
	[BPF_LDX | BPF_IMM] = PLAIN,
	[BPF_RET | BPF_K] = PLAIN,
	[BPF_RET | BPF_A] = PLAIN,
	[BPF_ALU | BPF_ADD | BPF_K] = PLAIN,
	[BPF_ALU | BPF_ADD | BPF_X] = PLAIN,
	[BPF_ALU | BPF_SUB | BPF_K] = PLAIN,
	[BPF_ALU | BPF_SUB | BPF_X] = PLAIN,
	[BPF_ALU | BPF_MUL | BPF_K] = PLAIN,
	[BPF_ALU | BPF_MUL | BPF_X] = PLAIN,
	[BPF_ALU | BPF_DIV | BPF_X] = PLAIN,
	[BPF_ALU | BPF_AND | BPF_K] = PLAIN,
	[BPF_ALU | BPF_AND | BPF_X] = PLAIN,
	[BPF_ALU | BPF_OR | BPF_K] = PLAIN,
	[BPF_ALU | BPF_OR | BPF_X] = PLAIN,
	[BPF_ALU | BPF_XOR | BPF_K] = PLAIN,
	[BPF_ALU | BPF_XOR | BPF_X] = PLAIN,
	[BPF_ALU | BPF_LSH | BPF_X] = PLAIN,
	[BPF_ALU | BPF_RSH | BPF_X] = PLAIN,
	[BPF_ALU | BPF_NEG] = PLAIN,
	[BPF_MISC | BPF_TAX] = PLAIN,
	[BPF_MISC | BPF_TXA] = PLAIN,
	[BPF_ALU | BPF_DIV | BPF_K] = DIVIDE,
	[BPF_ALU | BPF_LSH | BPF_K] = SHIFT,
	[BPF_ALU | BPF_RSH | BPF_K] = SHIFT,
	[BPF_LD | BPF_MEM] = READ_MEMORY,
	[BPF_LDX | BPF_MEM] = READ_MEMORY,
	[BPF_ST] = WRITE_MEMORY,
	[BPF_STX] = WRITE_MEMORY,
	[BPF_JMP | BPF_JA] = JUMP,
	[BPF_JMP | BPF_JEQ | BPF_K] = BRANCH,
	[BPF_JMP | BPF_JEQ | BPF_X] = BRANCH,
	[BPF_JMP | BPF_JGE | BPF_K] = BRANCH,
	[BPF_JMP | BPF_JGE | BPF_X] = BRANCH,
	[BPF_JMP | BPF_JGT | BPF_K] = BRANCH,
	[BPF_JMP | BPF_JGT | BPF_X] = BRANCH,
	[BPF_JMP | BPF_JSET | BPF_K] = BRANCH,
	[BPF_JMP | BPF_JSET | BPF_X] = BRANCH,
};

static inline enum kind kind_of(const struct sock_filter *insn)
{
	return insn->code < sizeof(kinds) ? (enum kind)kinds[insn->code] : NONE;
}

/* `after`: how many instructions follow this one. */
static inline bool instruction_is_sound(const struct sock_filter *insn, enum kind kind,
					size_t after)
{
	switch (kind) {
	case NONE:
		break;
	case PLAIN:
		return true;
	case LOAD:
		return insn->k % 4 == 0 && insn->k < sizeof(struct seccomp_data);
	case DIVIDE:
		return insn->k != 0;
	case SHIFT:
		return insn->k < 32;
	case WRITE_MEMORY:
	case READ_MEMORY:
		return insn->k < BPF_MEMWORDS;
	case JUMP:
		return insn->k < after;
	case BRANCH:
		return insn->jt < after && insn->jf < after;
	}
	return false;
}

/* check_load_and_stores(): no word of scratch memory is read that was not written on every way. */
static bool memory_is_written_first(const struct bpf *filter)
{
	uint16_t masks[BPF_MAXINSNS], valid = 0;

	memset(masks, 0xff, sizeof(masks));
	for (size_t i = 0; i < filter->count; i++) {
		const struct sock_filter *insn = &filter->list[i];
		enum kind kind = kind_of(insn);

		valid &= masks[i];
		if (kind == WRITE_MEMORY) {
			valid |= (uint16_t)(1u << insn->k);
		} else if (kind == READ_MEMORY && (valid & 1u << insn->k) == 0) {
			return false;
		} else if (kind == JUMP) {
			masks[i + 1 + insn->k] &= valid;
			valid = UINT16_MAX;
		} else if (kind == BRANCH) {
			masks[i + 1 + insn->jt] &= valid;
			masks[i + 1 + insn->jf] &= valid;
			valid = UINT16_MAX;
		}
	}
	return true;
}

bool bpf_is_sound(const struct bpf *filter)
{
	bool reads = false; /* libseccomp's filters never do */

	if (filter->count == 0 || filter->count > BPF_MAXINSNS)
		return false;
	for (size_t i = 0; i < filter->count; i++) {
		enum kind kind = kind_of(&filter->list[i]);

		if (!instruction_is_sound(&filter->list[i], kind, filter->count - i - 1))
			return false;
		reads = reads || kind == READ_MEMORY;
	}
	return BPF_CLASS(filter->list[filter->count - 1].code) == BPF_RET &&
	       (!reads || memory_is_written_first(filter));
}

bool bpf_gives(const struct bpf *filter, answer_t action)
{
	for (size_t i = 0; i < filter->count; i++) {
		if (filter->list[i].code == (BPF_RET | BPF_K) &&
		    answer_action(filter->list[i].k) == action)
			return true;
	}
	return false;
}
