/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdint.h>
#include <stdlib.h>

#include "confine/confine.h"

/*
 * A target is one file, fuzz_NAME.c, with the function that libFuzzer calls. With libFuzzer it
 * becomes a program that makes up inputs (run.sh); with replay.c one that runs corpus/NAME, which
 * every test run does. What must hold is asked by fuzz_require(): breaking it is a crash.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program as a finding, with the sentence. */
_Noreturn void fuzz_found(const char *file, int line, const char *what);

#define fuzz_require(condition) \
	((condition) ? (void)0 : fuzz_found(__FILE__, __LINE__, "does not hold: " #condition))

static inline struct text fuzz_text(const uint8_t *data, size_t size)
{
	return (struct text){ (const char *)data, size };
}

/* Bytes that choose; 0 for ever when they are used up. */
struct fuzz_bytes {
	const uint8_t *at, *end;
};

static inline uint8_t fuzz_byte(struct fuzz_bytes *bytes)
{
	return bytes->at < bytes->end ? *bytes->at++ : 0;
}

uint64_t fuzz_u64(struct fuzz_bytes *bytes);

/*
 * What every failure must be: its status, and a reason in one printable line. No input may lead
 * to a failing system call; where files are read that may be missing, may_lack_file allows that.
 */
void fuzz_check_error(enum status st, const struct error *err, bool may_lack_file);

/* Warnings are kept within their limits; programs escape them when they print. */
void fuzz_check_notes(const struct notes *notes);

/*
 * An engine as on a node with AppArmor and everything loaded that we know by name. `kind` chooses
 * one of a few policies, whose profile root is tests/fuzz/profiles.
 */
struct confine fuzz_confine(struct arena *arena, size_t kind);

/* The pieces as one text. */
struct text fuzz_joined(const struct iovec *pieces, size_t count, struct arena *arena);

#endif
