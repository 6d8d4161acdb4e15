/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_APPARMOR_INTERFACE_H
#define CONFINE_APPARMOR_INTERFACE_H

#include "oci-spec/base/text.h"

/*
 * Hands a compiled profile to the kernel: libapparmor's, behind this file alone. There is no way
 * to remove one: that would leave running containers with a hole in their label.
 */

/*
 * Adds a profile. One that is there already stays as it is, which is no failure: another start
 * may have been faster. STATUS_UNSUPPORTED: the kernel does not take it, or we were built
 * without libapparmor.
 */
enum status apparmor_interface_add(struct text blob, struct error *err) MUST_CHECK;

/* Puts a profile in the place of the one with its name; running containers get it at once. */
enum status apparmor_interface_replace(struct text blob, struct error *err) MUST_CHECK;

#endif
