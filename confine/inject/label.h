/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_INJECT_LABEL_H
#define CONFINE_INJECT_LABEL_H

#include "confine/inject/remote.h"

/* How much of the remote memory label_inject() writes on. */
#define LABEL_MEMORY_BYTES ((size_t)2048)

/*
 * Makes a traced process run under the AppArmor label "A//&B", where it does not already, which
 * it can from an unconfined one alone, also under no_new_privs. "" asks for nothing.
 * STATUS_UNSUPPORTED: it is confined otherwise, or the kernel has no AppArmor. offset is into
 * the remote memory.
 */
enum status label_inject(struct remote *remote, size_t offset, int procfd, const char *label,
			 struct error *err) MUST_CHECK;

/* Whether every member of the label is in what the process runs under: STATUS_SYSTEM if not. */
enum status label_check(int procfd, const char *label, struct error *err) MUST_CHECK;

#endif
