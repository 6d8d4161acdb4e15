/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_FILTER_STUB_H
#define CONFINE_FILTER_STUB_H

#include <linux/filter.h>

#include "confine/seccomp/ruleset.h"

#define STUB_MAX 16

/*
 * Writes the instructions that answer ENOSYS to calls above the boundary of each architecture
 * that the ruleset lists and that runs here, and go on behind themselves for all others; what
 * libcontainer/seccomp/patchbpf/enosys_linux.go puts before a filter. Returns how many they are,
 * at most STUB_MAX; 0 where there is no boundary.
 */
size_t stub_write(const struct ruleset *ruleset, struct sock_filter code[STUB_MAX]);

#endif
