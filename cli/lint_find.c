/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/lint.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

/* Beyond this many a check is not heard any more: a hostile file must not flood a log. */
#define FINDINGS_MAX 10000

static const struct lint_check checks[] = {
	{ "no-profile", SEVERITY_WARNING, check_no_profile },
	{ "unknown-key", SEVERITY_ERROR, check_unknown_key },
	{ "wrong-type", SEVERITY_ERROR, check_wrong_type },
	{ "missing-key", SEVERITY_ERROR, check_missing_key },
	{ "unknown-word", SEVERITY_ERROR, check_unknown_word },
	{ "bad-number", SEVERITY_ERROR, check_bad_number },
	{ "too-many-conditions", SEVERITY_ERROR, check_too_many_conditions },
	{ "old-name", SEVERITY_ERROR, check_old_name },
	{ "docker-key", SEVERITY_WARNING, check_docker_key },
	{ "unknown-call-denied", SEVERITY_ERROR, check_unknown_call_denied },
	{ "unknown-call", SEVERITY_WARNING, check_unknown_call },
	{ "newer-call", SEVERITY_WARNING, check_newer_call },
	{ "errno-zero", SEVERITY_ERROR, check_errno_zero },
	{ "errno-too-large", SEVERITY_ERROR, check_errno_too_large },
	{ "errno-ignored", SEVERITY_WARNING, check_errno_ignored },
	{ "repeated-index", SEVERITY_WARNING, check_repeated_index },
	{ "mask-zero", SEVERITY_ERROR, check_mask_zero },
	{ "datum-outside-mask", SEVERITY_WARNING, check_datum_outside_mask },
	{ "never-matches", SEVERITY_WARNING, check_never_matches },
	{ "pointer-condition", SEVERITY_ERROR, check_pointer },
	{ "same-as-default", SEVERITY_NOTE, check_same_as_default },
	{ "no-architectures", SEVERITY_WARNING, check_no_architectures },
	{ "some-architectures", SEVERITY_NOTE, check_some_architectures },
	{ "flags", SEVERITY_WARNING, check_flags },
	{ "high-half", SEVERITY_ERROR, check_high_half },
	{ "hidden-by-unconditional", SEVERITY_ERROR, check_hidden_by_unconditional },
	{ "beside-unconditional", SEVERITY_WARNING, check_beside_unconditional },
	{ "contradiction", SEVERITY_ERROR, check_contradiction },
	{ "duplicate", SEVERITY_NOTE, check_duplicate },
	{ "overlap", SEVERITY_WARNING, check_overlap },
	{ "range-above-32bit", SEVERITY_ERROR, check_range_above_32bit },
	{ "several-arguments", SEVERITY_WARNING, check_several_arguments },
	{ "never-compiles", SEVERITY_ERROR, check_never_compiles },
	{ "cut-to-32bit", SEVERITY_WARNING, check_cut_to_32bit },
	{ "multiplexed", SEVERITY_WARNING, check_multiplexed },
	{ "unanchored", SEVERITY_ERROR, check_unanchored },
	{ "sibling-open", SEVERITY_WARNING, check_sibling_open },
	{ "refused", SEVERITY_ERROR, check_refused },
};

static void add(struct lint *lint, struct json at, struct text fix, const char *why)
{
	struct finding *f;
	char *copy;

	lint->counts[lint->check->severity]++;
	if (lint->count == FINDINGS_MAX)
		return;
	if (lint->count == lint->size) {
		size_t size = lint->size == 0 ? 32 : lint->size * 2;
		struct finding *grown = arena_grow(lint->arena, lint->findings,
						   lint->size * sizeof(*grown),
						   size * sizeof(*grown));

		lint->failed = lint->failed || grown == NULL;
		if (grown == NULL)
			return;
		lint->findings = grown;
		lint->size = size;
	}
	copy = text_dup(lint->arena, text_of(why));
	lint->failed = lint->failed || copy == NULL;
	if (copy == NULL)
		return;
	f = &lint->findings[lint->count];
	*f = (struct finding){ at, lint->check, text_of(copy), fix, lint->count };
	lint->count++;
}

void lint_add(struct lint *lint, struct json at, const char *fix, const char *why, ...)
{
	char line[400];
	va_list ap;

	va_start(ap, why);
	(void)vsnprintf(line, sizeof(line), why, ap);
	va_end(ap);
	add(lint, at, text_of(fix), line);
}

void lint_add_nearest(struct lint *lint, struct json at, struct text nearest, const char *why, ...)
{
	char line[400], fix[200];
	char *copy;
	va_list ap;

	va_start(ap, why);
	(void)vsnprintf(line, sizeof(line), why, ap);
	va_end(ap);
	(void)snprintf(fix, sizeof(fix), "did you mean '%.*s'?", TEXT_ARG(nearest));
	copy = text_dup(lint->arena, text_of(fix));
	add(lint, at, copy != NULL ? text_of(copy) : TEXT_NONE, line);
}

static int by_place(const void *a, const void *b)
{
	const struct finding *fa = a, *fb = b;

	if (fa->at.at != fb->at.at)
		return fa->at.at < fb->at.at ? -1 : 1;
	return fa->number < fb->number ? -1 : fa->number > fb->number;
}

enum status lint_find(const struct input *input, const struct ruleset_context *context,
		      struct arena *arena, struct lint *ret_lint, struct error *err)
{
	struct lint lint = { .arena = arena, .input = input, .object = input->object };
	enum status st = lint_read(&lint, context, err);

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]) && st == STATUS_OK; i++) {
		lint.check = &checks[i];
		/* without a profile there is just that to say */
		if (i == 0 || json_exists(lint.object))
			checks[i].check(&lint);
		if (lint.failed)
			st = error_set(err, STATUS_SYSTEM, ENOMEM, "cannot list the findings");
	}
	if (st != STATUS_OK)
		return st;
	if (lint.count > 0)
		qsort(lint.findings, lint.count, sizeof(*lint.findings), by_place);
	*ret_lint = lint;
	return STATUS_OK;
}
