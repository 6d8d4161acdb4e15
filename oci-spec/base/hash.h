/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OCI_SPEC_BASE_HASH_H
#define OCI_SPEC_BASE_HASH_H

#include "oci-spec/base/text.h"

/*
 * SHA-256 (FIPS 180-4) of bytes: says in a log line what was decided from. libmd's, which stands
 * behind this file alone. What only has to be found again has a fingerprint.h.
 */
#define HASH_BYTES 32
#define HASH_HEX_SIZE (2 * HASH_BYTES + 1)

struct hash {
	uint8_t bytes[HASH_BYTES];
};

/* Cannot fail. The empty text has a hash too. */
struct hash hash_of(struct text text);

/* Lower case, terminated. */
void hash_hex(const struct hash *hash, char ret_hex[HASH_HEX_SIZE]);

#endif
