/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_DIFF_SAMPLES_H
#define TESTS_DIFF_SAMPLES_H

#include <stddef.h>

/* Profiles in the shapes that people write, to be merged with each RuntimeDefault. */
struct sample_profile {
	const char *name, *json;
};

extern const struct sample_profile sample_profiles[];
extern const size_t sample_profile_count;

#endif
