/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OCI_SPEC_BASE_PROGRAM_H
#define OCI_SPEC_BASE_PROGRAM_H

#include "oci-spec/base/text.h"

/*
 * Another program, run as it is for what it prints: no shell, none of our environment or
 * descriptors, the root as directory, limits on time and output, killed when we die.
 */
struct program {
	const char *path;	 /* absolute */
	const char *const *argv; /* ends with NULL; argv[0] is how messages call it */
	unsigned seconds;	 /* of time, and of CPU */
	size_t output_max;	 /* bytes of standard output, and of standard error */
	uint64_t memory_max;	 /* bytes of address space; 0: no limit */
};

/*
 * Gives it `input` on standard input and hands out its standard output, in the arena.
 * STATUS_UNSUPPORTED: there is no such program; STATUS_INVALID: it ended with a failure, its
 * last line of standard error is the reason; STATUS_SYSTEM: it could not be run, was ended by a
 * signal or took too long.
 */
enum status program_run(const struct program *program, struct text input, struct arena *arena,
			struct text *ret_output, struct error *err) MUST_CHECK;

#endif
