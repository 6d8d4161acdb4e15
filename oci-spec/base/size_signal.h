/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OCI_SPEC_BASE_SIZE_SIGNAL_H
#define OCI_SPEC_BASE_SIZE_SIGNAL_H

#include <signal.h>

#include "oci-spec/base/error.h"

/*
 * A write that RLIMIT_FSIZE ends fails with EFBIG, but first the kernel sends SIGXFSZ
 * (mm/filemap.c, generic_write_check_limits), which kills without a word. Between these two calls
 * the write only fails. What is done with a signal outlives execve(2), and the runtime shall have
 * the limit's effect as it was: what cannot be given back is STATUS_SYSTEM. `st` is what came of
 * the writing, and is returned if it is not STATUS_OK.
 */
enum status size_signal_ignore(struct sigaction *ret_before, struct error *err) MUST_CHECK;
enum status size_signal_give_back(const struct sigaction *before, enum status st,
				  struct error *err) MUST_CHECK;

/* For the last words of a program that executes no other one. Cannot fail. */
void size_signal_ignore_for_good(void);

#endif
