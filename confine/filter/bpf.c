/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/filter/bpf.h"

#define ARGUMENTS_AT offsetof(struct seccomp_data, args)

/* --- running --- */

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
	}
	return false;
}

/* Shifts by 32 and more and division by zero are what the kernel refuses of constants, `k`. */
static bool compute(uint16_t code, uint32_t operand, uint32_t *a)
{
	switch (BPF_OP(code)) {
	case BPF_ADD:
		*a += operand;
		return true;
	case BPF_SUB:
		*a -= operand;
		return true;
	case BPF_MUL:
		*a *= operand;
		return true;
	case BPF_DIV:
		*a = operand != 0 ? *a / operand : 0;
		return operand != 0;
	case BPF_AND:
		*a &= operand;
		return true;
	case BPF_OR:
		*a |= operand;
		return true;
	case BPF_XOR:
		*a ^= operand;
		return true;
	case BPF_LSH:
		*a = operand < 32 ? *a << operand : 0;
		return operand < 32;
	case BPF_RSH:
		*a = operand < 32 ? *a >> operand : 0;
		return operand < 32;
	case BPF_NEG:
		*a = 0 - *a;
		return true;
	}
	return false;
}

/* False for what is no comparison. */
static bool compare(uint16_t code, uint32_t a, uint32_t operand, bool *ret_taken)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		*ret_taken = a == operand;
		return true;
	case BPF_JGT:
		*ret_taken = a > operand;
		return true;
	case BPF_JGE:
		*ret_taken = a >= operand;
		return true;
	case BPF_JSET:
		*ret_taken = (a & operand) != 0;
		return true;
	}
	return false;
}

static bool jump(struct machine *m, const struct sock_filter *insn)
{
	uint32_t operand = BPF_SRC(insn->code) == BPF_X ? m->x : insn->k;
	bool taken;

	if (BPF_OP(insn->code) == BPF_JA) {
		m->at += insn->k;
		return true;
	}
	if (!compare(insn->code, m->a, operand, &taken))
		return false;
	m->at += taken ? insn->jt : insn->jf;
	return true;
}

/* Of X only the bits that a shift of 32 bits looks at count: ___bpf_prog_run(), kernel/bpf/core.c. */
static uint32_t operand_of(const struct machine *m, const struct sock_filter *insn)
{
	bool shifts = BPF_OP(insn->code) == BPF_LSH || BPF_OP(insn->code) == BPF_RSH;

	if (BPF_SRC(insn->code) != BPF_X)
		return insn->k;
	return shifts ? m->x & 31 : m->x;
}

/* Then the program ends and returns 0: bpf_convert_filter(), net/core/filter.c. */
static bool divides_by_zero(const struct machine *m, const struct sock_filter *insn)
{
	return insn->code == (BPF_ALU | BPF_DIV | BPF_X) && m->x == 0;
}

static bool step(struct machine *m, const struct sock_filter *insn, const struct seccomp_data *call)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_LD:
	case BPF_LDX:
	case BPF_ST:
	case BPF_STX:
		return load(m, insn, call);
	case BPF_ALU:
		return compute(insn->code, operand_of(m, insn), &m->a);
	case BPF_JMP:
		return jump(m, insn);
	case BPF_MISC:
		if (BPF_MISCOP(insn->code) == BPF_TAX)
			m->x = m->a;
		else
			m->a = m->x;
		return true;
	}
	return false;
}

bool bpf_run(const struct bpf *filter, const struct seccomp_data *call, answer_t *ret_answer)
{
	struct machine m = { 0 };

	while (m.at < filter->count) {
		const struct sock_filter *insn = &filter->list[m.at++];

		if (BPF_CLASS(insn->code) == BPF_RET) {
			*ret_answer = BPF_RVAL(insn->code) == BPF_A ? m.a : insn->k;
			return true;
		}
		if (divides_by_zero(&m, insn)) {
			*ret_answer = SECCOMP_RET_KILL_THREAD;
			return true;
		}
		if (!step(&m, insn, call))
			return false;
	}
	return false;
}

bool bpf_run_stacked(const struct bpf *filters, size_t count, const struct seccomp_data *call,
		     answer_t *ret_answer)
{
	answer_t strictest = SECCOMP_RET_ALLOW;

	/* as the kernel: from the last one installed to the first, only stricter ones replace */
	for (size_t i = count; i > 0; i--) {
		answer_t answer;

		if (!bpf_run(&filters[i - 1], call, &answer))
			return false;
		if (i == count || answer_is_stricter(answer, strictest))
			strictest = answer;
	}
	*ret_answer = strictest;
	return true;
}

/* --- what it looks at --- */

/* What is known of the accumulator: a number, a half of an argument behind a mask, or nothing. */
struct known {
	enum { KNOWN_NOTHING, KNOWN_NUMBER, KNOWN_HALF } what;
	uint32_t value; /* the number, or the mask */
	uint32_t half;	/* 0 to 11: twice the argument's index, and one for its high half */
};

struct bpf_step {
	uint32_t walk; /* in which it was reached last */
	struct known a;
};

struct look {
	const struct bpf *filter;
	struct bpf_view *view;
	int nr;
	uint32_t audit_arch;
};

static void reach(struct look *look, size_t at, struct known a)
{
	struct bpf_step *s;

	if (at >= look->filter->count)
		return;
	s = &look->view->steps[at];
	if (s->walk != look->view->walk) {
		*s = (struct bpf_step){ look->view->walk, a };
		return;
	}
	if (s->a.what != a.what || s->a.value != a.value || s->a.half != a.half)
		s->a = (struct known){ KNOWN_NOTHING, 0, 0 };
}

static struct known look_at_load(struct look *look, const struct sock_filter *insn)
{
	static const struct known nothing = { KNOWN_NOTHING, 0, 0 };

	if (insn->code == (BPF_LD | BPF_IMM))
		return (struct known){ KNOWN_NUMBER, insn->k, 0 };
	if (insn->code != (BPF_LD | BPF_W | BPF_ABS))
		return nothing;
	if (insn->k == offsetof(struct seccomp_data, nr))
		return (struct known){ KNOWN_NUMBER, (uint32_t)look->nr, 0 };
	if (insn->k == offsetof(struct seccomp_data, arch))
		return (struct known){ KNOWN_NUMBER, look->audit_arch, 0 };
	look->view->sees_arguments = true;
	/* the instruction pointer is no argument, but no less unknown */
	if (insn->k < ARGUMENTS_AT)
		return nothing;
	return (struct known){ KNOWN_HALF, UINT32_MAX, (uint32_t)((insn->k - ARGUMENTS_AT) / 4) };
}

static struct known look_at_compute(const struct sock_filter *insn, struct known a)
{
	if (a.what == KNOWN_HALF && insn->code == (BPF_ALU | BPF_AND | BPF_K)) {
		a.value &= insn->k;
		return a;
	}
	if (a.what == KNOWN_NUMBER && BPF_SRC(insn->code) == BPF_K &&
	    compute(insn->code, insn->k, &a.value))
		return a;
	return (struct known){ KNOWN_NOTHING, 0, 0 };
}

static void keep_constant(struct bpf_view *view, struct known a, const struct sock_filter *insn)
{
	struct bpf_constant c = { (uint8_t)(a.half / 2), a.half % 2 != 0, insn->k, a.value };

	if (BPF_OP(insn->code) == BPF_JSET)
		c.mask &= insn->k;
	for (size_t i = 0; i < view->count; i++) {
		const struct bpf_constant *other = &view->list[i];

		if (other->index == c.index && other->is_high == c.is_high &&
		    other->value == c.value && other->mask == c.mask)
			return;
	}
	if (view->count < BPF_CONSTANTS_MAX)
		view->list[view->count++] = c;
}

static void look_at_jump(struct look *look, size_t at, const struct sock_filter *insn,
			 struct known a)
{
	bool taken, is_known = a.what == KNOWN_NUMBER && BPF_SRC(insn->code) == BPF_K;

	if (BPF_OP(insn->code) == BPF_JA) {
		reach(look, at + 1 + insn->k, a);
		return;
	}
	if (a.what == KNOWN_HALF && BPF_SRC(insn->code) == BPF_K)
		keep_constant(look->view, a, insn);
	if (is_known && compare(insn->code, a.value, insn->k, &taken)) {
		reach(look, at + 1 + (taken ? insn->jt : insn->jf), a);
		return;
	}
	reach(look, at + 1 + insn->jt, a);
	reach(look, at + 1 + insn->jf, a);
}

static void look_at(struct look *look, size_t at)
{
	const struct sock_filter *insn = &look->filter->list[at];
	struct known a = look->view->steps[at].a;

	switch (BPF_CLASS(insn->code)) {
	case BPF_RET:
		return;
	case BPF_JMP:
		look_at_jump(look, at, insn, a);
		return;
	case BPF_LD:
		a = look_at_load(look, insn);
		break;
	case BPF_ALU:
		a = look_at_compute(insn, a);
		break;
	case BPF_MISC:
		if (BPF_MISCOP(insn->code) == BPF_TXA)
			a = (struct known){ KNOWN_NOTHING, 0, 0 };
		break;
	}
	reach(look, at + 1, a);
}

/*
 * Goes from the start to the first instruction that loads more than number and architecture, which
 * every such call reaches; false when there is none before the end.
 */
static bool find_first_load(const struct look *look, size_t *ret_at)
{
	struct seccomp_data call = { .nr = look->nr, .arch = look->audit_arch };
	struct machine m = { 0 };

	while (m.at < look->filter->count) {
		const struct sock_filter *insn = &look->filter->list[m.at];

		if (BPF_CLASS(insn->code) == BPF_RET)
			return false;
		*ret_at = m.at++;
		if ((insn->code == (BPF_LD | BPF_W | BPF_ABS) &&
		     insn->k > offsetof(struct seccomp_data, arch)) ||
		    !step(&m, insn, &call))
			return true;
	}
	return false;
}

bool bpf_look(const struct bpf *filter, int nr, uint32_t audit_arch, struct arena *arena,
	      struct bpf_view *view)
{
	struct look look = { filter, view, nr, audit_arch };
	size_t start;

	view->count = 0;
	view->sees_arguments = false;
	if (!find_first_load(&look, &start))
		return true;
	if (view->step_count < filter->count) {
		view->steps = arena_array(arena, filter->count, sizeof(*view->steps));
		view->step_count = view->steps != NULL ? filter->count : 0;
		view->walk = 0;
		if (view->steps == NULL)
			return false;
	}
	view->walk++;
	reach(&look, start, (struct known){ KNOWN_NOTHING, 0, 0 });
	for (size_t at = start; at < filter->count; at++) {
		if (view->steps[at].walk == view->walk)
			look_at(&look, at);
	}
	return true;
}
