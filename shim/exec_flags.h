/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_EXEC_FLAGS_H
#define SHIM_EXEC_FLAGS_H

#include "confine/confine.h"
#include "shim/runtime_args.h"

/*
 * Confines an exec that has no process.json: `exec [--cap C] [--apparmor P] ID COMMAND`.
 * Capabilities outside the container's bounding set are left out, no_new_privs and the
 * AppArmor label of the container are added, another profile is stacked on that label. In audit
 * mode capabilities and no_new_privs stay as asked. The result is in args->argv.
 */
enum status exec_flags_confine(struct confine *confine, const struct confined *container,
			       struct runtime_args *args, struct error *err) MUST_CHECK;

#endif
