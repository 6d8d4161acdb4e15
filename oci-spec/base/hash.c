/* SPDX-License-Identifier: Apache-2.0 */
#include "oci-spec/base/hash.h"

#include <sha2.h>

_Static_assert(HASH_BYTES == SHA256_DIGEST_LENGTH, "a hash holds what libmd gives");

struct hash hash_of(struct text text)
{
	struct hash hash;
	SHA2_CTX context;

	SHA256Init(&context);
	if (text.len > 0)
		SHA256Update(&context, (const uint8_t *)text.ptr, text.len);
	SHA256Final(hash.bytes, &context);
	return hash;
}

void hash_hex(const struct hash *hash, char ret_hex[HASH_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < HASH_BYTES; i++) {
		ret_hex[2 * i] = digits[hash->bytes[i] >> 4];
		ret_hex[2 * i + 1] = digits[hash->bytes[i] & 15];
	}
	ret_hex[2 * HASH_BYTES] = '\0';
}
