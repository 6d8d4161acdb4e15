/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/filter/stub.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>

#include "confine/filter/decided.h"
#include "confine/seccomp/boundary.h"

/* Jumps whose distance is known at the end. */
enum { TO_ENOSYS = 254, TO_FILTER = 255 };

struct stub {
	struct sock_filter *code;
	size_t count;
};

static void add(struct stub *stub, uint16_t code, uint32_t k, uint8_t jt, uint8_t jf)
{
	stub->code[stub->count++] = (struct sock_filter){ code, jt, jf, k };
}

static bool has_boundary(const struct ruleset *ruleset, enum arch arch, uint32_t *ret_number)
{
	int number;

	if ((ruleset->arches & runnable_arches() & ARCH_BIT(arch)) == 0 ||
	    !boundary_of(ruleset, arch, &number))
		return false;
	*ret_number = (uint32_t)number | (arch == ARCH_X32 ? X32_CALL_BIT : 0);
	return true;
}

/* x86_64 and x32 share a number space, told apart by a bit. */
static void add_x86_64(const struct ruleset *ruleset, struct stub *stub)
{
	uint32_t wide = 0, x32 = 0;
	bool has_wide = has_boundary(ruleset, ARCH_X86_64, &wide);
	bool has_x32 = has_boundary(ruleset, ARCH_X32, &x32);

	if (!has_wide && !has_x32)
		return;
	add(stub, BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 4);
	add(stub, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	add(stub, BPF_JMP | BPF_JSET | BPF_K, X32_CALL_BIT, 1, 0);
	add(stub, BPF_JMP | BPF_JGT | BPF_K, wide, has_wide ? TO_ENOSYS : TO_FILTER, TO_FILTER);
	add(stub, BPF_JMP | BPF_JGT | BPF_K, x32, has_x32 ? TO_ENOSYS : TO_FILTER, TO_FILTER);
}

static void add_other(const struct ruleset *ruleset, enum arch arch, struct stub *stub)
{
	uint32_t number;

	if (!has_boundary(ruleset, arch, &number))
		return;
	add(stub, BPF_JMP | BPF_JEQ | BPF_K, audit_arch_of(arch), 0, 2);
	add(stub, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	add(stub, BPF_JMP | BPF_JGT | BPF_K, number, TO_ENOSYS, TO_FILTER);
}

size_t stub_write(const struct ruleset *ruleset, struct sock_filter code[STUB_MAX])
{
	struct stub stub = { code, 0 };
	size_t enosys;

	add(&stub, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	add_x86_64(ruleset, &stub);
	add_other(ruleset, ARCH_X86, &stub);
	add_other(ruleset, ARCH_AARCH64, &stub);
	add_other(ruleset, ARCH_ARM, &stub);
	if (stub.count == 1)
		return 0;
	add(&stub, BPF_JMP | BPF_JA, 1, 0, 0); /* another architecture */
	enosys = stub.count;
	add(&stub, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS, 0, 0);
	for (size_t i = 0; i < enosys; i++) {
		struct sock_filter *insn = &code[i];
		uint8_t distance = (uint8_t)(enosys - i - 1);

		insn->jt = insn->jt == TO_ENOSYS   ? distance
			   : insn->jt == TO_FILTER ? (uint8_t)(distance + 1)
						   : insn->jt;
		insn->jf = insn->jf == TO_FILTER ? (uint8_t)(distance + 1) : insn->jf;
	}
	return stub.count;
}
