/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_SECCOMP_RULESET_H
#define CONFINE_SECCOMP_RULESET_H

#include "confine/notes.h"
#include "confine/seccomp/syscalls.h"
#include "oci-spec/seccomp_profile.h"

/*
 * A profile resolved for one container: for every system call its rules. What it means is what
 * the profile declares: a rule matches when all its conditions hold; of the matching rules the
 * strictest counts, of equally strict ones the first; when none matches, the default.
 */
#define RULES_PER_CALL_MAX 512 /* more than a merge writes: merge_call.h */

struct rule {
	struct rule *next; /* in the order of the profile */
	struct verdict verdict;
	uint8_t cond_count;	    /* 0: always matches */
	uint16_t origin;	    /* the rule of the profile it comes from, from 1; 0: merged */
	struct profile_arg conds[]; /* at most one for each argument, never trivially true */
};

struct ruleset {
	struct verdict default_verdict;
	uint32_t arches; /* ARCH_BITs, native included */
	uint32_t flags;
	bool flags_given;
	struct text listener_path, listener_metadata;
	struct rule **calls; /* by syscall number of syscalls.h; NULL: the default */
	bool reshaped;	     /* by a merge: some rule is in a form that no input had */
	uint8_t *named;	     /* by the same number: a rule names the call, whatever became of it */
	struct rule_end {
		struct rule *last;
		unsigned count;
	} * ends; /* by the same number, for calls with several rules; while rules are added */
};

/* What rules with conditions on capabilities and kernel are resolved against. */
struct ruleset_context {
	uint64_t bounding; /* the container's final bounding set */
	uint32_t kernel;   /* major << 16 | minor */
};

/* An empty set with this default: no call has a rule. */
enum status ruleset_init(struct ruleset *ruleset, struct verdict default_verdict,
			 struct arena *arena, struct error *err) MUST_CHECK;

/* Whether both lists say the same in the same words. */
bool rules_equal(const struct rule *a, const struct rule *b);

bool ruleset_applies(const struct profile_when *when, const struct ruleset_context *context);

/* A rule of a profile on its way into a ruleset. */
struct ruleset_source {
	struct verdict verdict;
	const struct profile_arg *args;
	size_t arg_count;
	uint16_t origin;     /* goes into struct rule */
	struct rule *shared; /* the rule without conditions, once it is made: start with NULL */
};

/* ruleset_add() in general: conditions, or not the first rule. */
enum status ruleset_add_any(struct ruleset *ruleset, unsigned call, struct ruleset_source *source,
			    struct arena *arena, struct error *err) MUST_CHECK;

/*
 * Adds a rule of a profile to one call. STATUS_INVALID when the call has too many; the caller
 * names the place.
 */
MUST_CHECK static inline enum status ruleset_add(struct ruleset *ruleset, unsigned call,
						 struct ruleset_source *source, struct arena *arena,
						 struct error *err)
{
	ruleset->named[call] = 1;
	/* nearly all rules: no conditions, and the first for their call */
	if (source->arg_count == 0 && source->shared != NULL && ruleset->calls[call] == NULL) {
		ruleset->calls[call] = source->shared;
		return STATUS_OK;
	}
	return ruleset_add_any(ruleset, call, source, arena, err);
}

/*
 * Resolves a profile. A name that is no system call is an error under a rule stricter than the
 * default (it would silently deny nothing) and otherwise left out with a note.
 */
enum status ruleset_resolve(const struct profile *profile, const struct ruleset_context *context,
			    struct arena *arena, struct notes *notes, struct ruleset *ret_ruleset,
			    struct error *err) MUST_CHECK;

/*
 * For audit mode: what the ruleset would answer with more than a log line, it logs and allows.
 * It says nothing any more about architectures: `arches` instead.
 */
void ruleset_log_instead(struct ruleset *ruleset, uint32_t arches);

#endif
