/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_ATTEST_H
#define CONFINE_ATTEST_H

#include "confine/decide.h"
#include "confine/filter/judge.h"
#include "confine/live.h"
#include "confine/process/filters.h"

/*
 * Whether the kernel really holds a process to what was decided. Reading it and comparing are
 * apart: the first touches the process, the second is pure.
 */

#define ATTEST_LABEL_MAX 4096

/* What the kernel holds of a running process's first thread. */
struct attested {
	struct live live;
	char label[ATTEST_LABEL_MAX]; /* "A//&B (enforce)"; empty without AppArmor */
	struct live_filters filters;
};

/*
 * STATUS_INVALID: the process has ended. Filters that cannot be had are no error, but hidden.
 */
enum status attest_read(const struct process_handle *process, struct arena *arena,
			struct attested *ret_attested, struct error *err) MUST_CHECK;

/*
 * Cuts the next member off a label, "A" of "A//&B", whose mode may follow it. False at the end.
 */
bool attest_next_member(struct text *rest, struct text *ret_member);

/* What a label ends in: "enforce" of "A//&B (enforce)", empty for "unconfined". */
struct text attest_label_mode(const char *label);

enum attest_subject {
	ATTEST_CAPABILITIES,
	ATTEST_NO_NEW_PRIVILEGES,
	ATTEST_APPARMOR,
	ATTEST_SECCOMP,
};

/* Something that is looser than decided, in a sentence. */
struct attest_finding {
	enum attest_subject subject;
	char text[320];
};

#define ATTEST_FINDINGS_MAX 16

struct attest_findings {
	struct attest_finding list[ATTEST_FINDINGS_MAX];
	size_t count; /* 0: the process is held to all that was decided */
	/*
	 * The live filters were run against the decision; without it, being hidden, only that
	 * there are some is known.
	 */
	bool filters_judged;
	struct judgement judgement; /* valid with filters_judged */
};

/* What a comparison goes by besides the decision. */
struct attest_terms {
	/*
	 * The workload runs already: it may have raised inheritable and ambient capabilities
	 * itself, within the bounding set.
	 */
	bool has_run;
	bool audit;		       /* AppArmor profiles only complain, as decided */
	struct text apparmor_profiles; /* struct host: tells apart whose mode a "mixed" one is */
	/*
	 * oci-confine-hook has confined it: the bounding set of a workload without CAP_SETPCAP
	 * stays as it was, and no_new_privs keeps anything from coming of it.
	 */
	bool bounding_may_stay;
};

/*
 * Holds what was read against a decision: never looser. What is stricter, as another filter or
 * profile on top, is no finding. A container that the policy leaves alone has none.
 * STATUS_UNSUPPORTED and STATUS_SYSTEM as judge_filters().
 */
enum status attest_compare(const struct attested *attested, const struct confinement *decision,
			   const struct attest_terms *terms, struct arena *arena,
			   struct attest_findings *ret_findings, struct error *err) MUST_CHECK;

#endif
