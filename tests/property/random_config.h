/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PROPERTY_RANDOM_CONFIG_H
#define TESTS_PROPERTY_RANDOM_CONFIG_H

#include "oci-spec/base/text.h"
#include "confine/filter/prng.h"

/*
 * Writes a config.json that an engine could have written, and much that none would: unknown
 * keys, keys and strings with escapes, odd numbers, deep nesting, several ways to put white
 * space, our own keys present or not, in any order. Never a key twice.
 */
void random_config(struct prng *prng, struct arena *arena, struct buffer *out);

#endif
