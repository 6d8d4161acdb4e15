/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oci-spec/base/file.h"
#include "oci-spec/base/fingerprint.h"
#include "oci-spec/base/store.h"

/* --- keys whose fingerprints collide --- */

struct fingerprint __real_fingerprint_of(struct text text);
struct fingerprint __wrap_fingerprint_of(struct text text);

static bool collide;

/* What the linker gives everybody for fingerprint_of(): meson.build, --wrap. */
struct fingerprint __wrap_fingerprint_of(struct text text)
{
	return collide ? (struct fingerprint){ 1, 2 } : __real_fingerprint_of(text);
}

/* --- a store of our own --- */

struct scratch {
	char path[64];
	int fd;
};

static struct scratch scratch_open(void)
{
	struct scratch s = { .path = "store.XXXXXX" };

	ck_assert_ptr_nonnull(mkdtemp(s.path));
	s.fd = open(s.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(s.fd, 0);
	return s;
}

static unsigned scratch_count(const struct scratch *s, bool remove)
{
	DIR *dir = opendir(s->path);
	struct dirent *entry;
	unsigned count = 0;

	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.' && strlen(entry->d_name) < 3)
			continue;
		count++;
		if (remove)
			(void)unlinkat(s->fd, entry->d_name, 0);
	}
	(void)closedir(dir);
	return count;
}

static void scratch_done(struct scratch *s)
{
	(void)scratch_count(s, true);
	(void)close(s->fd);
	(void)rmdir(s->path);
}

/* The path, in the store, of the entry for a key. */
static void entry_name(struct text key, char name[FINGERPRINT_HEX_SIZE])
{
	struct fingerprint fingerprint = fingerprint_of(key);

	fingerprint_hex(&fingerprint, name);
}

static bool gives(const struct scratch *s, struct text key, struct text expected)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct text content = TEXT_NONE;

	if (!store_get(s->fd, key, 1000, &arena, &content))
		return false;
	ck_assert(text_equal(content, expected));
	ck_assert_uint_eq((uintptr_t)content.ptr % 16, 0);
	return true;
}

START_TEST(gives_back_what_was_put)
{
	AUTO(scratch_done) struct scratch s = scratch_open();
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct text content;

	ck_assert(!gives(&s, TEXT("key"), TEXT_NONE));
	ck_assert(store_put(s.fd, TEXT("key"), TEXT("con\0tent")));
	ck_assert(gives(&s, TEXT("key"), TEXT("con\0tent")));
	ck_assert(!gives(&s, TEXT("other"), TEXT_NONE));
	ck_assert(store_get(s.fd, TEXT("key"), 8, &arena, &content));
	ck_assert(!store_get(s.fd, TEXT("key"), 7, &arena, &content));
	ck_assert(store_put(s.fd, TEXT("key"), TEXT("")));
	ck_assert(gives(&s, TEXT("key"), TEXT("")));
	ck_assert_uint_eq(scratch_count(&s, false), 1);
}
END_TEST

/* Around the ends of a word and of the alignment; the last byte counts. */
START_TEST(tells_keys_of_every_length_apart)
{
	AUTO(scratch_done) struct scratch s = scratch_open();
	char bytes[64];

	memset(bytes, 'k', sizeof(bytes));
	for (size_t len = 0; len < 40; len++)
		ck_assert(store_put(s.fd, (struct text){ bytes, len },
				    (struct text){ bytes, len + 1 }));
	for (size_t len = 0; len < 40; len++) {
		ck_assert(gives(&s, (struct text){ bytes, len }, (struct text){ bytes, len + 1 }));
		if (len > 0) {
			bytes[len - 1] = 'K';
			ck_assert(!gives(&s, (struct text){ bytes, len }, TEXT_NONE));
			bytes[len - 1] = 'k';
		}
	}
}
END_TEST

/* Each is done to a sound entry, which then must be as good as not there. */
static const struct damage {
	const char *name;
	off_t at;	/* a byte there is flipped; -1: not */
	off_t truncate; /* to this length; -1: not */
	mode_t mode;	/* 0: stays */
	uid_t owner;	/* 0: stays */
} damages[] = {
	{ "magic", 0, -1, 0, 0 },
	{ "length of the key", 16, -1, 0, 0 },
	{ "length of the content", 24, -1, 0, 0 },
	{ "fingerprint", 32, -1, 0, 0 },
	{ "fingerprint's end", 47, -1, 0, 0 },
	{ "key", 48, -1, 0, 0 },
	{ "key's end", 50, -1, 0, 0 },
	{ "content", 64, -1, 0, 0 },
	{ "content's end", 70, -1, 0, 0 },
	{ "shorter", -1, 70, 0, 0 },
	{ "longer", -1, 72, 0, 0 },
	{ "no content", -1, 64, 0, 0 },
	{ "half a key", -1, 49, 0, 0 },
	{ "half a header", -1, 40, 0, 0 },
	{ "empty", -1, 0, 0, 0 },
	{ "group writes", -1, -1, 0620, 0 },
	{ "all write", -1, -1, 0602, 0 },
	{ "foreign", -1, -1, 0, 12345 },
};

START_TEST(believes_no_damaged_entry)
{
	AUTO(scratch_done) struct scratch s = scratch_open();
	const struct damage *d = &damages[_i];
	char name[FINGERPRINT_HEX_SIZE], byte;
	int fd;

	if (d->owner != 0 && geteuid() != 0)
		return; /* only root can give a file away */
	entry_name(TEXT("key"), name);
	ck_assert(store_put(s.fd, TEXT("key"), TEXT("content")));
	fd = openat(s.fd, name, O_RDWR | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	if (d->at >= 0) {
		ck_assert_int_eq(pread(fd, &byte, 1, d->at), 1);
		byte ^= 1;
		ck_assert_int_eq(pwrite(fd, &byte, 1, d->at), 1);
	}
	ck_assert(d->truncate < 0 || ftruncate(fd, d->truncate) == 0);
	ck_assert(d->mode == 0 || fchmod(fd, d->mode) == 0);
	ck_assert(d->owner == 0 || fchown(fd, d->owner, (gid_t)-1) == 0);
	(void)close(fd);
	ck_assert_msg(!gives(&s, TEXT("key"), TEXT("content")), "%s", d->name);
	ck_assert(store_put(s.fd, TEXT("key"), TEXT("content")));
	ck_assert(gives(&s, TEXT("key"), TEXT("content")));
}
END_TEST

START_TEST(takes_no_link_and_no_other_key)
{
	AUTO(scratch_done) struct scratch s = scratch_open();
	char name[FINGERPRINT_HEX_SIZE], other[FINGERPRINT_HEX_SIZE];

	entry_name(TEXT("key"), name);
	entry_name(TEXT("yek"), other);
	ck_assert(store_put(s.fd, TEXT("key"), TEXT("content")));
	ck_assert_int_eq(linkat(s.fd, name, s.fd, other, 0), 0);
	ck_assert(!gives(&s, TEXT("yek"), TEXT("content")));
	(void)unlinkat(s.fd, other, 0);
	ck_assert_int_eq(renameat(s.fd, name, s.fd, "aside"), 0);
	ck_assert_int_eq(symlinkat("aside", s.fd, name), 0);
	ck_assert(!gives(&s, TEXT("key"), TEXT("content")));
}
END_TEST

/* Keys of one fingerprint take the place from each other, and never each other's content. */
START_TEST(gives_no_content_of_a_colliding_key)
{
	AUTO(scratch_done) struct scratch s = scratch_open();

	collide = true;
	ck_assert(store_put(s.fd, TEXT("allow nothing"), TEXT("strict")));
	ck_assert(!gives(&s, TEXT("allow everyth"), TEXT_NONE));
	ck_assert(!gives(&s, TEXT("allow nothin"), TEXT_NONE));
	ck_assert(!gives(&s, TEXT("allow nothing!"), TEXT_NONE));
	ck_assert(!gives(&s, TEXT(""), TEXT_NONE));
	ck_assert(gives(&s, TEXT("allow nothing"), TEXT("strict")));
	ck_assert(store_put(s.fd, TEXT("allow everyth"), TEXT("loose")));
	ck_assert(!gives(&s, TEXT("allow nothing"), TEXT_NONE));
	ck_assert(gives(&s, TEXT("allow everyth"), TEXT("loose")));
	ck_assert_uint_eq(scratch_count(&s, false), 1);
	collide = false;
}
END_TEST

START_TEST(stays_within_bounds)
{
	AUTO(scratch_done) struct scratch s = scratch_open();
	struct text key = TEXT_NONE;
	unsigned i;

	for (i = 0; i < STORE_ENTRIES_MAX + 10; i++) {
		key = (struct text){ (const char *)&i, sizeof(i) };
		ck_assert(store_put(s.fd, key, TEXT("content")));
		ck_assert(gives(&s, key, TEXT("content")));
	}
	ck_assert_uint_eq(scratch_count(&s, false), STORE_ENTRIES_MAX);
}
END_TEST

/* What writers at the same moment put beyond the limit does not stay. */
START_TEST(comes_back_into_bounds)
{
	AUTO(scratch_done) struct scratch s = scratch_open();

	for (unsigned i = 0; i < STORE_ENTRIES_MAX + 40; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "%u", i);
		support_write_file(s.path, name, "content");
	}
	ck_assert(store_put(s.fd, TEXT("another"), TEXT("content")));
	ck_assert_uint_eq(scratch_count(&s, false), STORE_ENTRIES_MAX);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("base store");
	TCase *tc = support_case(suite, "store");

	tcase_add_test(tc, gives_back_what_was_put);
	tcase_add_test(tc, tells_keys_of_every_length_apart);
	tcase_add_loop_test(tc, believes_no_damaged_entry, 0, ARRAY_LEN(damages));
	tcase_add_test(tc, takes_no_link_and_no_other_key);
	tcase_add_test(tc, gives_no_content_of_a_colliding_key);
	tcase_add_test(tc, stays_within_bounds);
	tcase_add_test(tc, comes_back_into_bounds);
	return support_run(suite);
}
