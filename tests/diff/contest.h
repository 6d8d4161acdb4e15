/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_DIFF_CONTEST_H
#define TESTS_DIFF_CONTEST_H

#include "confine/seccomp/merge.h"
#include "tests/diff/calls.h"
#include "tests/diff/compile.h"
#include "tests/diff/points.h"

/*
 * One merge before all judges. The inputs are merged, the result written, read again and
 * compiled by libseccomp; then every call that matters is tried with adversarial arguments.
 */
#define CONTEST_INPUTS_MAX 4

/* What a merge can be guilty of, worst first. */
enum fault {
	FAULT_NONE,
	FAULT_LOOSER,	  /* allows what the strictest input does not */
	FAULT_STACKED,	  /* looser than the inputs' own filters one on the other */
	FAULT_NUMBER,	  /* libseccomp's filter forgets to load the number: bpf_forgets_number() */
	FAULT_HUNG,	  /* libseccomp never finished with the merged rules */
	FAULT_UNCOMPILED, /* libseccomp refused them */
	FAULT_LENGTH,	  /* more than the kernel's 4096 instructions */
	FAULT_MISCOMPILED, /* libseccomp makes something else of them than they declare */
	FAULT_TREE,	   /* or of the binary tree that runc 1.3 asks for, still strict enough */
	FAULT_OWN,	   /* the filter that we install is another, or its check is wrong */
	FAULT_REREAD,	   /* what was written cannot be read again */
	FAULT_UNNOTED,	   /* tighter than the strictest input, and no note says so */
	FAULT_DATA,	   /* an errno that none of the inputs has */
	FAULT_LIVE,	   /* the kernel did otherwise than the judges */
	FAULT_BROKEN,	   /* the test itself could not go on */
	FAULT_COUNT_
};

const char *fault_name(enum fault fault);

struct finding {
	enum fault fault;
	char text[400];
};

struct score {
	uint64_t sets, refused;		 /* merged; refused with a reason */
	uint64_t points, exact, tighter; /* tighter ones have a note */
	uint64_t x86_dropped;		 /* tighter, as SCMP_ARCH_X86 was dropped with a note */
	uint64_t multiplexed;		 /* tighter on socketcall and ipc */
	uint64_t other_errno;		 /* as strict, with the errno of another input */
	uint64_t kill_thread;		 /* architecture not listed: KILL_THREAD for KILL_PROCESS */
	uint64_t stacked_points, stacked_weaker; /* libseccomp made an input looser than declared */
	uint64_t stacked_stricter;		 /* or stricter */
	uint64_t input_hangs, input_refused, input_forgets; /* sets without judge three */
	uint64_t dead; /* sets whose default kills all calls of an architecture */
	uint64_t live_calls;
	uint64_t faults[FAULT_COUNT_];
};

struct contest_input {
	const struct profile *profile;
	const char *builtin; /* a version of runtime_default_resolve(); NULL: from the profile */
};

struct contest_rules {
	const struct calls *calls;
	struct walker_host host;
	bool sweep;  /* all calls; else those that the inputs name and a few others */
	bool strict; /* what libseccomp makes of the inputs is right: compare with it, too */
	bool live;   /* also load the filter into this kernel */
	size_t points_per_call;
	uint64_t seed; /* of the points */
};

/*
 * Tries one merge. *ret_finding is the worst found; *score goes up. Returns the fault, by its
 * order. A merge that is refused with a reason is no fault.
 */
enum fault contest_run(const struct contest_rules *rules, const struct contest_input *inputs,
		       size_t count, struct score *score, struct finding *ret_finding);

uint64_t score_faults(const struct score *score);

/* One line of all the numbers. */
void score_print(const char *what, const struct score *score, FILE *out);

#endif
