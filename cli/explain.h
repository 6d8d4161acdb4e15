/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_EXPLAIN_H
#define CLI_EXPLAIN_H

#include "cli/inputs.h"
#include "cli/output.h"
#include "confine/seccomp/ruling.h"

/* One verdict and the arguments that get it. */
struct part {
	struct verdict verdict;
	size_t by;		 /* the input that decides */
	const struct rule *rule; /* its rule, the first of `rules`; NULL: its default */
	unsigned rules;
	bool always;	  /* for all arguments asked about */
	struct text when; /* else: for these; empty when that takes too many words */
};

struct parts {
	struct part *list;
	size_t count;
};

/* What one input says, or all of them together. */
struct reply {
	bool arch_missing; /* `by` of the only part does not list the architecture */
	bool too_complex;  /* there are no parts then */
	struct parts parts;
	bool passes;	       /* goes through, whatever arguments */
	uint64_t caps;	       /* capabilities each of which would let it through */
	struct text elsewhere; /* other arguments than those given that go through */
};

struct explanation {
	const struct inputs *inputs;
	struct question question;
	enum arch arch;
	bool given[PROFILE_ARGS_MAX]; /* arguments that were given, in question.asked */
	struct reply *replies;	      /* one for each input */
	struct reply together;
	const char *through; /* "socketcall" or "ipc", by which x86 makes the call too; or NULL */
	bool through_passes; /* all together let some call of that through */
};

/* The call's number on its architecture, -1 for none. */
int explain_number(const struct explanation *explanation);

/* Fills in replies and together. */
enum status explain_find(struct explanation *explanation, struct arena *arena,
			 struct error *err) MUST_CHECK;

void explain_print_text(const struct explanation *explanation, struct output *out);
void explain_print_json(const struct explanation *explanation, struct output *out);

#endif
