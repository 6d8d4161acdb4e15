/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_HOST_H
#define CONFINE_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "oci-spec/base/text.h"

/*
 * Facts about this machine, read once and passed as data, so that deciding is pure and can be
 * tested anywhere.
 */
struct host {
	uint32_t kernel;       /* major << 16 | minor of uname(2) */
	uint64_t capabilities; /* those that the kernel knows: bits 0 to cap_last_cap */
	uint64_t grantable;    /* those that this process, and so the engine, has to give away */

	bool has_apparmor;	       /* the kernel has it, and enabled */
	bool apparmor_hidden;	       /* we have no right to see its profiles */
	struct text apparmor_profiles; /* apparmor/loaded.h; absent when it cannot be read */
};

enum status host_read(struct arena *arena, struct host *ret_host, struct error *err) MUST_CHECK;

#endif
