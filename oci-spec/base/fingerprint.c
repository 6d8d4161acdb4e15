/* SPDX-License-Identifier: Apache-2.0 */
#include "oci-spec/base/fingerprint.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

struct fingerprint fingerprint_of(struct text text)
{
	XXH128_hash_t hash = XXH3_128bits(text.ptr, text.len);

	return (struct fingerprint){ hash.low64, hash.high64 };
}

bool fingerprint_equal(const struct fingerprint *a, const struct fingerprint *b)
{
	return a->low == b->low && a->high == b->high;
}

void fingerprint_hex(const struct fingerprint *fingerprint, char ret_hex[FINGERPRINT_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (unsigned i = 0; i < 16; i++) {
		ret_hex[i] = digits[fingerprint->high >> (60 - 4 * i) & 15];
		ret_hex[16 + i] = digits[fingerprint->low >> (60 - 4 * i) & 15];
	}
	ret_hex[FINGERPRINT_HEX_SIZE - 1] = '\0';
}
