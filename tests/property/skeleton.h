/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PROPERTY_SKELETON_H
#define TESTS_PROPERTY_SKELETON_H

#include "oci-spec/base/text.h"

/*
 * A second, minimal reader of JSON text, to hold the rewriting against: finds members by
 * counting brackets, and knows nothing of oci-spec/json. For documents that are sound.
 */
struct span {
	size_t start, end; /* bytes of the value */
	size_t key;	   /* where its key starts */
	bool found;
};

/* The member of the object that starts at `object`. Keys are compared with escapes decoded. */
struct span skeleton_member(struct text doc, size_t object, const char *key);

/* What we may change, wherever it is: .found tells whether it is there. */
enum owned { OWNED_CAPABILITIES, OWNED_NNP, OWNED_LABEL, OWNED_SECCOMP, OWNED_COUNT_ };

struct skeleton {
	struct span owned[OWNED_COUNT_];
	struct span process, linux_object;
};
void skeleton_read(struct text doc, struct skeleton *ret_skeleton);

/*
 * Whether every byte of `after` outside the owned values is as in `before`. Members that are
 * new in `after` may stand at the end of their object.
 */
bool skeleton_same(struct text before, struct text after, struct arena *arena);

#endif
