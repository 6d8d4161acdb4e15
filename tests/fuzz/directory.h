/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FUZZ_DIRECTORY_H
#define TESTS_FUZZ_DIRECTORY_H

#include "oci-spec/base/text.h"

/* A directory of our own with one file; for parsers that open what they read. */
int fuzz_directory(const char *name, struct text content);

/* Removes both. */
void fuzz_directory_done(int dirfd, const char *name);

#endif
