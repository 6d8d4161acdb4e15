/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/diff/excuse.h"

#include <errno.h>
#include <stdio.h>

static bool is_never_implemented(const char *name)
{
	static const char *const names[] = { "afs_syscall", "getpmsg", "putpmsg", "nfsservctl" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

static bool has_high_argument(const struct point *point)
{
	for (unsigned i = 0; i < PROFILE_ARGS_MAX; i++) {
		if (point->args[i] > UINT32_MAX)
			return true;
	}
	return false;
}

static bool note_accounts(const char *note, const struct excuse *e, bool named_by_all,
			  answer_t merged_default)
{
	char strictest[80], low_only[80];

	(void)snprintf(strictest, sizeof(strictest), " on %s cannot be merged exactly",
		       e->call->name);
	(void)snprintf(low_only, sizeof(low_only), " on %s cannot be said exactly", e->call->name);
	if (strstr(note, strictest) != NULL)
		return true;
	if (strstr(note, low_only) != NULL)
		return has_high_argument(e->point);
	return strstr(note, "system calls newer than a profile knows") != NULL && !named_by_all &&
	       e->got == merged_default && answer_action(e->want) == SECCOMP_RET_ERRNO;
}

bool excuse_accepted(const struct excuse *e, bool named_by_all, answer_t merged_default)
{
	if (is_never_implemented(e->call->name) && answer_action(e->got) == SECCOMP_RET_ERRNO)
		return true;
	for (size_t i = 0; i < e->notes->count; i++) {
		char note[NOTE_BYTES_MAX + 1];

		(void)snprintf(note, sizeof(note), "%.*s", (int)e->notes->list[i].len,
			       e->notes->list[i].ptr);
		if (note_accounts(note, e, named_by_all, merged_default))
			return true;
	}
	return e->notes->dropped > 0;
}
