/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OCI_SPEC_CAPABILITY_H
#define OCI_SPEC_CAPABILITY_H

#include <stdbool.h>
#include <stdint.h>

#include "oci-spec/json.h"

/*
 * Capabilities by number, capabilities(7); bit n of a set is capability n. The names are
 * libcap-ng's, turned into a table when we are built: its constructor would cost every start
 * eight system calls.
 */
#define CAPABILITY_BIT(n) ((uint64_t)1 << (n))
#define CAPABILITY_MAX 63

enum { CAPABILITY_SYS_ADMIN = 21 };

/* How many this build knows: 0 .. capability_count() - 1. */
unsigned capability_count(void);

/* All that this build knows. */
uint64_t capability_all(void);

/* Looks up "CAP_NET_RAW", exact spelling. Writes *ret_number only when found. */
bool capability_number(struct text name, unsigned *ret_number);

/* "CAP_NET_RAW"; number must be below capability_count(). */
struct text capability_name(unsigned number);

/* process.capabilities: runtime-spec, config.md, "Linux process". */
struct capability_sets {
	uint64_t bounding, effective, inheritable, permitted, ambient;
};

bool capability_sets_equal(const struct capability_sets *a, const struct capability_sets *b);

/* Reads a list of names. STATUS_INVALID names the unknown one. */
enum status capability_set_parse(struct json array, uint64_t *ret_set,
				 struct error *err) MUST_CHECK;

/* Reads the object; an absent list is an empty set. */
enum status capability_sets_parse(struct json object, struct capability_sets *ret_sets,
				  struct error *err) MUST_CHECK;

/* Writes the object, empty sets left out, names by rising number. */
void capability_sets_write(const struct capability_sets *sets, struct buffer *out);

/* Writes "CAP_CHOWN, CAP_KILL" for people, "none" for the empty set. */
void capability_set_describe(uint64_t set, struct buffer *out);

#endif
