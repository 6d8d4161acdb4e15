/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_LINT_H
#define CLI_LINT_H

#include "cli/inputs.h"
#include "cli/output.h"

/*
 * Lint looks at a profile as it stands in the file, also at one that the strict reader refuses:
 * what that would stop at are findings here. So it has a reader of its own, which takes what it
 * can and leaves out the rest.
 */
enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_NOTE, SEVERITY_COUNT_ };

struct lint_arg {
	struct json json;
	bool is_sound; /* arg is valid */
	struct profile_arg arg;
};

struct lint_rule {
	struct json json;
	struct json first_name; /* of "names", or the old "name"; not there: none */
	bool is_sound;	 /* action, names and conditions are known, so it is in the ruleset */
	bool is_foreign; /* "includes" or "excludes" say that it is for other architectures */
	bool has_action;
	struct verdict verdict; /* valid with has_action; errno 0 and too large ones as they are */
	struct lint_arg *args;
	size_t arg_count;
};

struct finding {
	struct json at;
	const struct lint_check *check;
	struct text why, fix;
	size_t number; /* in the order in which they were found */
};

struct lint {
	struct arena *arena;
	const struct input *input;
	struct json object; /* the profile */
	bool has_fallback;
	struct verdict fallback; /* of "defaultAction", ALLOW without a sound one */
	uint32_t arches;	 /* listed, and the native one */
	struct lint_rule *rules;
	size_t rule_count;
	struct ruleset ruleset; /* of the sound rules, with their number in origin */

	const struct lint_check *check; /* the one that runs */
	struct finding *findings;
	size_t count, size;
	size_t counts[SEVERITY_COUNT_];
	bool failed; /* no memory */
};

/* One rule of lint. */
struct lint_check {
	const char *id;
	enum severity severity;
	void (*check)(struct lint *lint);
};

/* Adds a finding of the running check. `fix` is one sentence, why another. */
void lint_add(struct lint *lint, struct json at, const char *fix, const char *why, ...)
	PRINTF_LIKE(4, 5);

/* The same with a name to be put into the fix: "did you mean '...'?". */
void lint_add_nearest(struct lint *lint, struct json at, struct text nearest, const char *why, ...)
	PRINTF_LIKE(4, 5);

/* Takes from the profile what it can. */
enum status lint_read(struct lint *lint, const struct ruleset_context *context,
		      struct error *err) MUST_CHECK;

/* Runs every check over one input and sorts the findings by their place in the file. */
enum status lint_find(const struct input *input, const struct ruleset_context *context,
		      struct arena *arena, struct lint *ret_lint, struct error *err) MUST_CHECK;

/* A rule object's place, by struct rule .origin. */
struct json lint_place(const struct lint *lint, const struct rule *rule);

/* The name behind this one in the same rule; first is .first_name. */
struct json lint_next_name(const struct lint_rule *rule, struct json name);

/* A name as a system call; false when it is none. */
bool lint_call(struct json name, unsigned *ret_call);

/*
 * What an argument is to the kernel: 'p' a pointer, 'i' 32 bits, 's' 16 bits (a file mode),
 * '-' a whole register or not known.
 */
char argument_kind(unsigned call, unsigned index);

/* Calls `visit` for each call that has rules. */
typedef void lint_call_fn(struct lint *lint, unsigned call, const struct rule *rules);
void lint_visit_calls(struct lint *lint, lint_call_fn *visit);

/* --- the checks, by the file they are in --- */

void check_no_profile(struct lint *lint);
void check_unknown_key(struct lint *lint);
void check_wrong_type(struct lint *lint);
void check_missing_key(struct lint *lint);
void check_unknown_word(struct lint *lint);
void check_bad_number(struct lint *lint);
void check_too_many_conditions(struct lint *lint);
void check_old_name(struct lint *lint);
void check_docker_key(struct lint *lint);

void check_unknown_call_denied(struct lint *lint);
void check_unknown_call(struct lint *lint);
void check_newer_call(struct lint *lint);
void check_errno_zero(struct lint *lint);
void check_errno_too_large(struct lint *lint);
void check_errno_ignored(struct lint *lint);
void check_repeated_index(struct lint *lint);
void check_mask_zero(struct lint *lint);
void check_datum_outside_mask(struct lint *lint);
void check_never_matches(struct lint *lint);
void check_pointer(struct lint *lint);
void check_same_as_default(struct lint *lint);
void check_no_architectures(struct lint *lint);
void check_some_architectures(struct lint *lint);
void check_flags(struct lint *lint);

void check_high_half(struct lint *lint);
void check_hidden_by_unconditional(struct lint *lint);
void check_beside_unconditional(struct lint *lint);
void check_contradiction(struct lint *lint);
void check_duplicate(struct lint *lint);
void check_overlap(struct lint *lint);
void check_range_above_32bit(struct lint *lint);
void check_several_arguments(struct lint *lint);
void check_never_compiles(struct lint *lint);
void check_cut_to_32bit(struct lint *lint);
void check_multiplexed(struct lint *lint);
void check_unanchored(struct lint *lint);

void check_sibling_open(struct lint *lint);
void check_refused(struct lint *lint);

#endif
