/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_APPARMOR_H
#define CLI_APPARMOR_H

#include "cli/output.h"
#include "confine/apparmor/inventory.h"

/* `oci-confine apparmor status`: the table for people, or the JSON object. */
void apparmor_print_status(struct output *out, const struct apparmor_inventory *inventory,
			   const struct policy *policy);

#endif
