/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_DIFF_LIVE_H
#define TESTS_DIFF_LIVE_H

#include "confine/filter/bpf.h"
#include "tests/diff/calls.h"
#include "tests/diff/points.h"

/* Whether the judged machine is this one. */
bool live_is_possible(void);

/*
 * The fourth judge: this kernel. A forked child loads the filter and makes a sample of harmless
 * native calls; each must end as bpf_run() says. The last one may kill the child. False when
 * one did not; *ret_tried counts the calls. Needs no privilege.
 */
bool live_compare(const struct bpf *filter, const struct walker *const *walkers,
		  size_t walker_count, const struct calls *calls, uint64_t seed, size_t *ret_tried,
		  char *wrong, size_t wrong_size);

#endif
