/* SPDX-License-Identifier: Apache-2.0 */
/* make.c: which of the two shapes is taken, for every outcome that either can have. */
#include "support.h"

#include <errno.h>

#include "confine/filter/compile.h"
#include "confine/filter/judge.h"
#include "confine/filter/make.h"

/* What becomes of a shape. */
struct fate {
	bool is_refused, is_unsound, is_looser;
	uint64_t tighter;
};

/* In the place of libseccomp and of the judge: programs that say which shape they are. */
static struct fate fates[2];
static unsigned compiled, judged; /* bits by shape */

enum status __wrap_filter_compile(const struct ruleset *ruleset, enum filter_shape shape,
				  struct arena *arena, struct bpf *ret_bpf, struct error *err);
enum status __wrap_judge_filters(const struct ruleset *ruleset, const struct bpf *filters,
				 size_t count, struct arena *arena,
				 struct judgement *ret_judgement, struct error *err);

static const struct fate *fate_of(enum filter_shape shape)
{
	return &fates[shape - FILTER_CHAIN];
}

enum status __wrap_filter_compile(const struct ruleset *ruleset, enum filter_shape shape,
				  struct arena *arena, struct bpf *ret_bpf, struct error *err)
{
	struct sock_filter *code = arena_array(arena, 1, sizeof(*code));

	ck_assert_ptr_nonnull(ruleset);
	ck_assert_ptr_nonnull(code);
	compiled |= 1u << shape;
	if (fate_of(shape)->is_refused)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "shape %d is refused", (int)shape);
	code->code = fate_of(shape)->is_unsound ? UINT16_MAX : BPF_RET | BPF_K;
	code->k = shape;
	*ret_bpf = (struct bpf){ code, 1 };
	return STATUS_OK;
}

enum status __wrap_judge_filters(const struct ruleset *ruleset, const struct bpf *filters,
				 size_t count, struct arena *arena,
				 struct judgement *ret_judgement, struct error *err)
{
	enum filter_shape shape = filters[0].list[0].k;

	ck_assert_ptr_nonnull(ruleset);
	ck_assert_ptr_nonnull(arena);
	ck_assert_ptr_nonnull(err);
	ck_assert_uint_eq(count, 1);
	judged |= 1u << shape;
	*ret_judgement = (struct judgement){ .is_looser = fate_of(shape)->is_looser,
					     .tighter = fate_of(shape)->tighter };
	return STATUS_OK;
}

#define REFUSED { true, false, false, 0 }
#define UNSOUND { false, true, false, 0 }
#define LOOSER { false, false, true, 0 }
#define TIGHTER(n) { false, false, false, n }
#define EXACT TIGHTER(0)
#define NEITHER 0

static const struct shape_case {
	struct fate chain, tree;
	int taken; /* FILTER_CHAIN, FILTER_TREE, NEITHER */
	bool chain_is_tried;
} shape_cases[] = {
	/* the tree, and no time for anything else, where it says exactly what the rules say */
	{ EXACT, EXACT, FILTER_TREE, false },
	{ REFUSED, EXACT, FILTER_TREE, false },
	/* else the nearer one, and of two as near the tree */
	{ EXACT, TIGHTER(1), FILTER_CHAIN, true },
	{ TIGHTER(1), TIGHTER(2), FILTER_CHAIN, true },
	{ TIGHTER(2), TIGHTER(2), FILTER_TREE, true },
	{ TIGHTER(3), TIGHTER(2), FILTER_TREE, true },
	/* never one that is none, or looser, however near it is */
	{ LOOSER, TIGHTER(5), FILTER_TREE, true },
	{ UNSOUND, TIGHTER(5), FILTER_TREE, true },
	{ REFUSED, TIGHTER(5), FILTER_TREE, true },
	{ TIGHTER(5), LOOSER, FILTER_CHAIN, true },
	{ TIGHTER(5), UNSOUND, FILTER_CHAIN, true },
	{ TIGHTER(5), REFUSED, FILTER_CHAIN, true },
	{ LOOSER, LOOSER, NEITHER, true },
	{ UNSOUND, LOOSER, NEITHER, true },
	{ LOOSER, UNSOUND, NEITHER, true },
	{ REFUSED, LOOSER, NEITHER, true },
	{ REFUSED, REFUSED, NEITHER, true },
};

START_TEST(takes_the_tree_unless_the_chain_is_nearer)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct shape_case *c = &shape_cases[_i];
	static const struct ruleset ruleset;
	struct bpf made = { NULL, 0 };
	struct error err = { 0 };
	enum status st;

	fates[0] = c->chain;
	fates[1] = c->tree;
	compiled = judged = 0;
	st = filter_make(&ruleset, &arena, &made, &err);
	ck_assert_int_eq((compiled & 1u << FILTER_CHAIN) != 0, c->chain_is_tried);
	if (c->taken == NEITHER) {
		ck_assert_int_eq(st, c->chain.is_refused ? STATUS_SYSTEM : STATUS_UNSUPPORTED);
		ck_assert_ptr_null(made.list);
		ck_assert_str_ne(err.what, "");
		return;
	}
	ASSERT_OK(st, err);
	ck_assert_uint_eq(made.count, 1);
	ck_assert_uint_eq(made.list[0].k, (unsigned)c->taken);
	ck_assert_uint_ne(judged & 1u << c->taken, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("filter make");
	TCase *tc = support_case(suite, "make");

	tcase_add_loop_test(tc, takes_the_tree_unless_the_chain_is_nearer, 0, ARRAY_LEN(shape_cases));
	return support_run(suite);
}
