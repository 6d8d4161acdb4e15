/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_SUPPORT_H
#define TESTS_UNIT_SUPPORT_H

#include <check.h>

#include "oci-spec/base/error.h"
#include "oci-spec/base/text.h"
#include "oci-spec/json.h"

/* An int, as tcase_add_loop_test() takes it. */
#define ARRAY_LEN(a) ((int)(sizeof(a) / sizeof((a)[0])))

/* Holds what one test allocates: AUTO(arena_done) struct arena arena = ARENA_INIT; */

#define ASSERT_OK(call, err)                                                                   \
	ck_assert_msg((call) == STATUS_OK, "%s: %s: %s: %s", #call, (err).file, (err).where,     \
		      (err).what)

/* For loop tests: every message starts with the case's name. */
#define ASSERT_CASE(condition, name, err)                                                      \
	ck_assert_msg((condition), "%s: %s (%s: %s: %s)", (name), #condition, (err).file,         \
		      (err).where, (err).what)

/* For hot loops: check's own assertions write to a pipe each time they are passed. */
#define REQUIRE(condition, ...)                                                                \
	do {                                                                                   \
		if (!(condition))                                                              \
			ck_abort_msg(__VA_ARGS__);                                             \
	} while (0)

#define ASSERT_TEXT(text, literal)                                                             \
	ck_assert_msg(text_is((text), (literal)), "found '%.*s', expected '%s'", TEXT_ARG(text), \
		      (literal))

/* A document as generous as there is. The test fails when it does not parse. */
struct json support_json(struct arena *arena, const char *text);

/* A terminated copy. */
char *support_str(struct arena *arena, struct text text);

/* The pieces as one terminated string. */
struct iovec;
char *support_join(struct arena *arena, const struct iovec *pieces, size_t count);

/* A new empty directory, and its removal with the files in it. */
char *support_temp_dir(struct arena *arena);
void support_remove_dir(const char *path);

/* Writes or reads a whole file in a directory; NULL when there is none. */
void support_write_file(const char *dir, const char *name, const char *content);
char *support_read_file(struct arena *arena, const char *dir, const char *name);

/* How many entries a directory has. */
int support_count_entries(const char *dir);

/* Adds one test case of a suite; fixtures are not used. */
TCase *support_case(Suite *suite, const char *name);

/* Runs the suite; the exit code of main(). */
int support_run(Suite *suite);

#endif
