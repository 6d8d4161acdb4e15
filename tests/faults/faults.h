/* SPDX-License-Identifier: Apache-2.0 */
/* What can go wrong with a system call, and what is known to do no harm. */
#ifndef TESTS_FAULTS_FAULTS_H
#define TESTS_FAULTS_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

#define FAULTS_MAX 24 /* for one call */

/* "EIO", "zero", "clock:0", ...: what a person reads; `word` is inject's KIND[:WHAT]. */
struct fault {
	char name[24];
	char word[32];
};

/*
 * What the system call `number` can really say when it fails (its manual page), with the path
 * that it is about or "". Cannot fail.
 */
size_t faults_of(long number, const char *where, struct fault faults[FAULTS_MAX]);

/* "openat"; "call 451" for one that libseccomp does not know. Static storage. */
const char *call_name(long number);

/* How a fault may end other than by a refusal with a sentence. */
enum outcome {
	OUTCOME_REFUSED = 0, /* nothing is listed: one line, exit code 1 to 4 */
	OUTCOME_STARTS, /* the container starts, confined */
	OUTCOME_SILENT, /* refused, but nobody can be told */
	OUTCOME_DIES, /* a signal of its own making, before main() */
};

/*
 * The list of failures that are not refused with a sentence. One a line:
 *   SCENARIO CALL FAULT WHERE OUTCOME WHY...
 * the first four are patterns of fnmatch(3), WHERE of the call's path or file. # comments.
 */
struct listed {
	char scenario[64], call[32], fault[32], where[128];
	enum outcome outcome;
	bool was_used;
};

struct list {
	struct listed *items;
	size_t count;
};

/* False, and said on standard error, when the file is not as above. */
bool list_read(const char *path, struct list *ret_list);

/* Whether one matches; the first that does is marked as used. */
bool list_find(struct list *list, const char *scenario, const char *call, const char *fault,
	       const char *where, enum outcome outcome);

#endif
