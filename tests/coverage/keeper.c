/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linked into the hook by tests/coverage.sh alone. The keeper shares the hook's memory, so gcov's
 * counters as well, and ends without exit handlers (clone(2)): what it reaches nobody would write
 * down. __wrap_clone() (ld's --wrap) has both write theirs, each from nought.
 */
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

struct life {
	int (*live)(void *);
	void *arg;
};

void __gcov_dump(void);
void __gcov_reset(void);
int __real_clone(int (*live)(void *), void *stack, int flags, void *arg);
int __wrap_clone(int (*live)(void *), void *stack, int flags, void *arg);

static int live_and_write(void *arg)
{
	const struct life *life = arg;
	int status = life->live(life->arg);

	__gcov_dump();
	return status;
}

/* gcov's own handler would take the counters away from the keeper as well. */
static void write_and_end(int status, void *unused)
{
	(void)unused;
	__gcov_dump();
	__gcov_reset();
	_exit(status);
}

int __wrap_clone(int (*live)(void *), void *stack, int flags, void *arg)
{
	static struct life life;

	life.live = live;
	life.arg = arg;
	(void)on_exit(write_and_end, NULL);
	return __real_clone(live_and_write, stack, flags, &life);
}
