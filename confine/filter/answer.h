/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_FILTER_ANSWER_H
#define CONFINE_FILTER_ANSWER_H

#include <linux/seccomp.h>

#include "oci-spec/seccomp_names.h"

/*
 * Verdicts in the kernel's own language: what a filter returns, SECCOMP_RET_ACTION_FULL
 * with SECCOMP_RET_DATA. Values of SCMP_ACT_* are the same numbers.
 */
typedef uint32_t answer_t;

/* What a profile's verdict is as a filter's return value. */
static inline answer_t answer_of(struct verdict verdict)
{
	switch ((enum action)verdict.action) {
	case ACTION_KILL_PROCESS:
		return SECCOMP_RET_KILL_PROCESS;
	case ACTION_KILL_THREAD:
		return SECCOMP_RET_KILL_THREAD;
	case ACTION_TRAP:
		return SECCOMP_RET_TRAP;
	case ACTION_ERRNO:
		return SECCOMP_RET_ERRNO | verdict.data;
	case ACTION_NOTIFY:
		return SECCOMP_RET_USER_NOTIF;
	case ACTION_TRACE:
		return SECCOMP_RET_TRACE | verdict.data;
	case ACTION_LOG:
		return SECCOMP_RET_LOG;
	case ACTION_ALLOW:
	case ACTION_COUNT_:
		break;
	}
	return SECCOMP_RET_ALLOW;
}

static inline answer_t answer_action(answer_t answer)
{
	return answer & SECCOMP_RET_ACTION_FULL;
}

/* The kernel takes the smallest action as a signed number: linux/seccomp.h, kernel/seccomp.c. */
static inline bool answer_is_stricter(answer_t a, answer_t b)
{
	return (int32_t)answer_action(a) < (int32_t)answer_action(b);
}

/* "SCMP_ACT_ERRNO" for messages; the data is up to the caller. */
static inline const char *answer_name(answer_t answer)
{
	for (unsigned action = 0; action < ACTION_COUNT_; action++) {
		if (answer_of((struct verdict){ (uint8_t)action, 0 }) == answer_action(answer))
			return action_name((enum action)action);
	}
	return "no action";
}

#endif
