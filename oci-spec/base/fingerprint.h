/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OCI_SPEC_BASE_FINGERPRINT_H
#define OCI_SPEC_BASE_FINGERPRINT_H

#include "oci-spec/base/text.h"

/*
 * 128 bits that stand for bytes: XXH3 of xxHash, which stands behind this file alone. Two
 * thousandths of what a cryptographic hash costs, and no more than that: chance never makes two
 * texts alike, but who wants to can. So it finds things and shows damage; what a stranger may
 * have written is compared whole besides (store.h).
 */
#define FINGERPRINT_HEX_SIZE 33

struct fingerprint {
	uint64_t low, high;
};

/* Cannot fail. The empty text has one too. */
struct fingerprint fingerprint_of(struct text text);

bool fingerprint_equal(const struct fingerprint *a, const struct fingerprint *b);

/* Lower case, terminated. */
void fingerprint_hex(const struct fingerprint *fingerprint, char ret_hex[FINGERPRINT_HEX_SIZE]);

#endif
