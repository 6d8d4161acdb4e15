/* SPDX-License-Identifier: Apache-2.0 */
#include "oci-spec/base/hash.h"
#include "support.h"

/* FIPS 180-4's own examples, and lengths around a block's end. */
static const struct hash_case {
	const char *name, *unit;
	size_t times;
	const char *hex;
} hash_cases[] = {
	{ "empty", "", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "one block", "abc", 1,
	  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "two blocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "55 bytes", "a", 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318" },
	{ "56 bytes", "a", 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a" },
	{ "64 bytes", "a", 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb" },
	{ "a million bytes", "a", 1000000,
	  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
};

START_TEST(hashes_as_the_standard)
{
	const struct hash_case *c = &hash_cases[_i];
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct buffer text = BUFFER_INIT(&arena);
	char hex[HASH_HEX_SIZE];
	struct hash hash;

	for (size_t i = 0; i < c->times; i++)
		buffer_add_str(&text, c->unit);
	ck_assert(!text.failed);
	hash = hash_of((struct text){ text.ptr, text.len });
	hash_hex(&hash, hex);
	ck_assert_msg(strcmp(hex, c->hex) == 0, "%s: %s", c->name, hex);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("hash");

	tcase_add_loop_test(support_case(suite, "vectors"), hashes_as_the_standard, 0,
			    ARRAY_LEN(hash_cases));
	return support_run(suite);
}
