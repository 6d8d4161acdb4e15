/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_SECCOMP_RUNTIME_DEFAULT_H
#define CONFINE_SECCOMP_RUNTIME_DEFAULT_H

#include "confine/seccomp/ruleset.h"

/*
 * RuntimeDefault, from confine/data/runtime-default*.json, turned into tables when we are
 * built. confine/data/SOURCES.md has origin and version of each.
 */

/* The newest, with our own corrections: what "runtime-default" in a policy means. */
#define RUNTIME_DEFAULT_NEWEST ""

/*
 * Resolves a version, "1.7" or RUNTIME_DEFAULT_NEWEST, for one container. STATUS_INVALID for
 * a version that there is not.
 */
enum status runtime_default_resolve(struct text version, const struct ruleset_context *context,
				    struct arena *arena, struct ruleset *ret_ruleset,
				    struct error *err) MUST_CHECK;

/* Whether there is this version. */
bool runtime_default_exists(struct text version);

/* The versions there are, "1.6, 1.7, 2.1", for messages. */
const char *runtime_default_versions(void);

#endif
