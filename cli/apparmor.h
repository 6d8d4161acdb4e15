/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_APPARMOR_H
#define CLI_APPARMOR_H

#include "cli/output.h"
#include "confine/apparmor/inventory.h"

/* `oci-confine apparmor status`: the table for people, or the JSON object. */
void apparmor_print_status(struct output *out, const struct apparmor_inventory *inventory,
			   const struct policy *policy);

/*
 * `oci-confine apparmor lint`: what a text would come to when a container asks for it. *ret_errors
 * counts findings that keep it from being loaded.
 */
enum status apparmor_lint(struct output *out, const char *path, struct arena *arena,
			  size_t *ret_errors, struct error *err) MUST_CHECK;

#endif
