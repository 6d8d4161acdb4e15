/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_DIFF_FORGETS_H
#define TESTS_DIFF_FORGETS_H

#include "confine/filter/bpf.h"

/*
 * Whether the filter somewhere compares the architecture with what can only be a system call's
 * number. libseccomp 2.5 forgets to load the number when the first call of an architecture does
 * not exist there; all rules for that architecture are then dead.
 */
bool bpf_forgets_number(const struct bpf *filter);

#endif
