/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_INPUTS_H
#define CLI_INPUTS_H

#include "confine/notes.h"
#include "confine/seccomp/ruleset.h"
#include "oci-spec/capability.h"

/*
 * A profile as people name it: "runtime-default", "runtime-default@1.7", a file with a profile
 * in any of the three forms, a config.json (an object with "process" or "linux"), a bundle's
 * directory, or "-", standard input, which is a profile or a config.json.
 */
#define INPUTS_MAX 16

enum input_kind {
	INPUT_WORD, /* runtime-default */
	INPUT_PROFILE,
	INPUT_CONFIG, /* a config.json; its profile is linux.seccomp */
};

struct input {
	const char *name;  /* as it was named */
	const char *shown; /* for messages: the file's name */
	enum input_kind kind;
	struct text version; /* of INPUT_WORD */
	struct json
		object; /* the profile's own; not there for INPUT_WORD or without linux.seccomp */
	struct profile profile; /* valid after input_parse() when object is there */
	bool has_bounding;	/* of INPUT_CONFIG with "process" */
	uint64_t bounding;
};

/*
 * The text of a file, of a bundle's config.json, or of standard input for "-". *ret_shown is how
 * messages call it, also when it cannot be read.
 */
enum status input_read_text(const char *name, struct arena *arena, const char **ret_shown,
			    struct text *ret_text, struct error *err) MUST_CHECK;

/*
 * Reads the file and finds what it is; the profile itself is not looked at. STATUS_INVALID and
 * STATUS_SYSTEM name the file.
 */
enum status input_open(const char *name, struct arena *arena, struct input *ret_input,
		       struct error *err) MUST_CHECK;

/* The strict reader over the profile. */
enum status input_parse(struct input *input, struct arena *arena, struct error *err) MUST_CHECK;

/*
 * A config.json without linux.seccomp comes out as what it means: everything allowed, on every
 * architecture.
 */
enum status input_resolve(const struct input *input, const struct ruleset_context *context,
			  struct arena *arena, struct notes *notes, struct ruleset *ret_ruleset,
			  struct error *err) MUST_CHECK;

/* Several inputs, and what they are resolved against. */
struct inputs {
	struct input *list;
	size_t count;
	struct ruleset_context context;
	struct ruleset *rulesets; /* one for each */
};

/*
 * Opens, parses and resolves all of them. `caps` is the value of --caps; NULL: the bounding set
 * of the first config.json, or what engines grant.
 */
enum status inputs_read(const char *const *names, size_t count, const char *caps,
			struct arena *arena, struct notes *notes, struct inputs *ret_inputs,
			struct error *err) MUST_CHECK;

/*
 * Where a rule of the input number `by` stands, "syscalls[3]" or "linux.seccomp.syscalls[3]"; of
 * runtime-default in what `oci-confine defaults` writes for the same capabilities. With rule NULL
 * where the default stands. Empty for a config.json without linux.seccomp.
 */
void inputs_rule_path(const struct inputs *inputs, size_t by, const struct rule *rule, char *path,
		      size_t size);

#endif
