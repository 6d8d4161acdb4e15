/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OCI_SPEC_JSON_NODE_H
#define OCI_SPEC_JSON_NODE_H

#include <stdint.h>

#include "oci-spec/base/text.h"

/* Inside of struct json_doc, for json.c, json_parse.c and what is inline in json.h only. */

#define JSON_DEPTH_MAX 64 /* a limit on json_limits.max_depth, so that paths have a fixed size */

/*
 * One value or key. Children follow their container directly, so the first child of an object
 * at n is the key n+1 with its value n+2, of an array n+1. `next` is the next key of the same
 * object or the next element of the same array, 0 at the end.
 */
struct json_node {
	uint32_t start, end; /* byte offsets; strings with their quotes */
	uint32_t next;
	uint32_t parent : 27;
	uint32_t type : 3;
	uint32_t escaped : 1; /* the string has escapes: see json_doc.decoded */
	uint32_t child : 1;   /* the container is not empty */
};

#define JSON_NODES_MAX ((size_t)1 << 27)

struct json_decoded {
	uint32_t node;
	struct text text;
};

#endif
