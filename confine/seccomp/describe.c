/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/seccomp/describe.h"

#include <errno.h>
#include <stdlib.h>

#define TERMS_MAX 12

/* --- verdicts --- */

const char *errno_name(unsigned number)
{
	static const struct {
		int number;
		char name[16];
	} names[] = {
		{ EPERM, "EPERM" },
		{ ENOENT, "ENOENT" },
		{ EIO, "EIO" },
		{ EBADF, "EBADF" },
		{ EAGAIN, "EAGAIN" },
		{ ENOMEM, "ENOMEM" },
		{ EACCES, "EACCES" },
		{ EFAULT, "EFAULT" },
		{ EBUSY, "EBUSY" },
		{ EEXIST, "EEXIST" },
		{ ENODEV, "ENODEV" },
		{ EINVAL, "EINVAL" },
		{ EROFS, "EROFS" },
		{ ENOSYS, "ENOSYS" },
		{ EOPNOTSUPP, "EOPNOTSUPP" },
		{ EAFNOSUPPORT, "EAFNOSUPPORT" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if ((unsigned)names[i].number == number)
			return names[i].name;
	}
	return NULL;
}

void describe_verdict(struct verdict verdict, struct buffer *out)
{
	switch ((enum action)verdict.action) {
	case ACTION_KILL_PROCESS:
		buffer_add_str(out, "kills the process");
		break;
	case ACTION_KILL_THREAD:
		buffer_add_str(out, "kills the thread");
		break;
	case ACTION_TRAP:
		buffer_add_str(out, "denied, SIGSYS");
		break;
	case ACTION_ERRNO:
		buffer_add_str(out, "denied, ");
		if (errno_name(verdict.data) != NULL) {
			buffer_add_str(out, errno_name(verdict.data));
		} else {
			buffer_add_str(out, "errno ");
			buffer_add_u64(out, verdict.data);
		}
		break;
	case ACTION_NOTIFY:
		buffer_add_str(out, "up to the seccomp listener");
		break;
	case ACTION_TRACE:
		buffer_add_str(out, "up to the tracer");
		break;
	case ACTION_LOG:
		buffer_add_str(out, "allowed and logged");
		break;
	case ACTION_ALLOW:
		buffer_add_str(out, "allowed");
		break;
	case ACTION_COUNT_:
		break;
	}
}

/* --- numbers and conditions --- */

static void add_hex(struct buffer *out, uint64_t value)
{
	char digits[24];

	(void)snprintf(digits, sizeof(digits), "0x%llx", (unsigned long long)value);
	buffer_add_str(out, digits);
}

/* Small numbers as people write them, flags and addresses in hex. */
static void add_number(struct buffer *out, uint64_t value)
{
	if (value < 65536)
		buffer_add_u64(out, value);
	else
		add_hex(out, value);
}

static void add_arg(struct buffer *out, unsigned index, uint64_t mask)
{
	buffer_add_char(out, 'a');
	buffer_add_u64(out, index);
	if (mask != UINT64_MAX) {
		buffer_add_str(out, " & ");
		add_hex(out, mask);
	}
}

void describe_condition(const struct profile_arg *cond, struct buffer *out)
{
	static const char *const signs[] = {
		[COMPARE_NE] = " != ",	      [COMPARE_LT] = " < ",  [COMPARE_LE] = " <= ",
		[COMPARE_EQ] = " == ",	      [COMPARE_GE] = " >= ", [COMPARE_GT] = " > ",
		[COMPARE_MASKED_EQ] = " == ",
	};
	bool masked = cond->op == COMPARE_MASKED_EQ;

	add_arg(out, cond->index, masked ? cond->a : UINT64_MAX);
	buffer_add_str(out, signs[cond->op]);
	add_number(out, masked ? cond->b : cond->a);
}

void describe_rule(const struct rule *rule, struct buffer *out)
{
	if (rule->cond_count == 0)
		buffer_add_str(out, "always");
	for (unsigned c = 0; c < rule->cond_count; c++) {
		if (c > 0)
			buffer_add_str(out, " and ");
		describe_condition(&rule->conds[c], out);
	}
}

/* --- sets on one argument, as ranges --- */

struct range {
	uint64_t low, high;
};

struct ranges {
	unsigned index;
	uint64_t width; /* the bits that are looked at: all, or the low half */
	struct range *list;
	size_t count;
};

static int by_low(const void *a, const void *b)
{
	const struct range *ra = a, *rb = b;

	return ra->low < rb->low ? -1 : ra->low > rb->low;
}

static bool uses_one_index(const struct regions *set, unsigned *ret_index, uint64_t *ret_bits)
{
	unsigned index = PROFILE_ARGS_MAX;
	uint64_t bits = 0;

	for (size_t r = 0; r < set->count; r++) {
		for (unsigned i = 0; i < PROFILE_ARGS_MAX; i++) {
			if (set->list[r].cube.mask[i] == 0)
				continue;
			if (index != PROFILE_ARGS_MAX && index != i)
				return false;
			index = i;
			bits |= set->list[r].cube.mask[i];
		}
	}
	*ret_index = index;
	*ret_bits = bits;
	return index != PROFILE_ARGS_MAX;
}

/* False when a cube is no range of the numbers that are looked at. */
static bool find_ranges(const struct regions *set, struct ranges *out)
{
	uint64_t bits;
	size_t n = 0;

	if (!uses_one_index(set, &out->index, &bits))
		return false;
	out->width = bits <= UINT32_MAX ? UINT32_MAX : UINT64_MAX;
	out->list = arena_array(set->arena, set->count, sizeof(*out->list));
	if (out->list == NULL)
		return false;
	for (size_t r = 0; r < set->count; r++) {
		uint64_t free_bits = ~set->list[r].cube.mask[out->index] & out->width;
		uint64_t low = set->list[r].cube.value[out->index];

		if ((free_bits & (free_bits + 1)) != 0)
			return false;
		out->list[r] = (struct range){ low, low | free_bits };
	}
	qsort(out->list, set->count, sizeof(*out->list), by_low);
	for (size_t r = 1; r < set->count; r++) {
		if (out->list[r].low == out->list[n].high + 1)
			out->list[n].high = out->list[r].high;
		else
			out->list[++n] = out->list[r];
	}
	out->count = n + 1;
	return true;
}

static void add_range(struct buffer *out, const struct ranges *set, struct range range,
		      bool is_32bit)
{
	add_arg(out, set->index, is_32bit ? UINT64_MAX : set->width);
	if (range.low == range.high) {
		buffer_add_str(out, " == ");
		add_number(out, range.low);
	} else if (range.low == 0) {
		buffer_add_str(out, " <= ");
		add_number(out, range.high);
	} else if (range.high == set->width) {
		buffer_add_str(out, " >= ");
		add_number(out, range.low);
	} else {
		buffer_add_str(out, " in ");
		add_number(out, range.low);
		buffer_add_str(out, "..");
		add_number(out, range.high);
	}
}

static bool all_single(const struct ranges *set)
{
	for (size_t i = 0; i < set->count; i++) {
		if (set->list[i].low != set->list[i].high)
			return false;
	}
	return true;
}

/* Ranges, or the few numbers that are not in the set. */
static bool describe_ranges(const struct regions *in, const struct regions *others, bool is_32bit,
			    struct buffer *out)
{
	struct ranges set = { .count = 0 }, rest = { .count = 0 };

	if (!find_ranges(in, &set))
		return false;
	if (find_ranges(others, &rest) && rest.width == set.width && rest.count <= set.count &&
	    rest.count <= TERMS_MAX && all_single(&rest) && !all_single(&set)) {
		for (size_t i = 0; i < rest.count; i++) {
			buffer_add_str(out, i > 0 ? " and " : "");
			add_arg(out, set.index, is_32bit ? UINT64_MAX : set.width);
			buffer_add_str(out, " != ");
			add_number(out, rest.list[i].low);
		}
		return true;
	}
	if (set.count > TERMS_MAX)
		return false;
	for (size_t i = 0; i < set.count; i++) {
		if (i > 0)
			buffer_add_str(out, " or ");
		add_range(out, &set, set.list[i], is_32bit);
	}
	return true;
}

/* --- any sets, as cubes --- */

static unsigned fixed_args(const struct cube *cube)
{
	unsigned count = 0;

	for (unsigned i = 0; i < PROFILE_ARGS_MAX; i++)
		count += cube->mask[i] != 0;
	return count;
}

static void add_cube(struct buffer *out, const struct cube *cube, bool is_32bit, const char *sign)
{
	const char *and = "";

	for (unsigned i = 0; i < PROFILE_ARGS_MAX; i++) {
		bool whole = is_32bit && cube->mask[i] == UINT32_MAX;

		if (cube->mask[i] == 0)
			continue;
		buffer_add_str(out, and);
		add_arg(out, i, whole ? UINT64_MAX : cube->mask[i]);
		buffer_add_str(out, sign);
		add_number(out, cube->value[i]);
		and = " and ";
	}
}

static bool describe_cubes(const struct regions *in, bool is_32bit, struct buffer *out)
{
	if (in->count > TERMS_MAX)
		return false;
	for (size_t i = 0; i < in->count; i++) {
		bool several = in->count > 1 && fixed_args(&in->list[i].cube) > 1;

		buffer_add_str(out, i > 0 ? " or " : "");
		buffer_add_str(out, several ? "(" : "");
		add_cube(out, &in->list[i].cube, is_32bit, " == ");
		buffer_add_str(out, several ? ")" : "");
	}
	return true;
}

static bool describe_all_but(const struct regions *others, bool is_32bit, struct buffer *out)
{
	if (others->count > TERMS_MAX)
		return false;
	for (size_t i = 0; i < others->count; i++) {
		const struct cube *cube = &others->list[i].cube;
		bool one = fixed_args(cube) == 1;

		buffer_add_str(out, i > 0 ? " and " : "");
		buffer_add_str(out, one ? "" : "not (");
		add_cube(out, cube, is_32bit, one ? " != " : " == ");
		buffer_add_str(out, one ? "" : ")");
	}
	return true;
}

/* A 32-bit ABI has no high halves, so that they are 0 need not be said. */
static void forget_high_halves(struct regions *set)
{
	for (size_t r = 0; r < set->count; r++) {
		for (unsigned i = 0; i < PROFILE_ARGS_MAX; i++)
			set->list[r].cube.mask[i] &= UINT32_MAX;
	}
}

bool describe_set(struct regions *in, struct regions *out, bool is_32bit, struct budget *budget,
		  struct buffer *text)
{
	if (is_32bit) {
		forget_high_halves(in);
		forget_high_halves(out);
	}
	if (in->count == 0 || out->count == 0) {
		buffer_add_str(text, in->count == 0 ? "never" : "always");
		return true;
	}
	/* joining cubes can make of two numbers a mask, which is harder to read */
	if (describe_ranges(in, out, is_32bit, text))
		return true;
	if (!regions_compact(in, budget) || !regions_compact(out, budget))
		return false;
	if (describe_ranges(in, out, is_32bit, text))
		return true;
	if (out->count < in->count && describe_all_but(out, is_32bit, text))
		return true;
	return describe_cubes(in, is_32bit, text);
}
