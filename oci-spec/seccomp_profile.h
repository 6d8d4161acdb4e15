/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OCI_SPEC_SECCOMP_PROFILE_H
#define OCI_SPEC_SECCOMP_PROFILE_H

#include "oci-spec/json.h"
#include "oci-spec/seccomp_names.h"

/*
 * A seccomp profile as it is declared, not yet resolved for a container. Three spellings:
 *
 *   OCI     linux.seccomp of a config.json (runtime-spec, config-linux.md)
 *   Docker  "archMap" instead of "architectures", rules with "includes" and "excludes"
 *           (moby, profiles/seccomp/seccomp.go)
 *   old     one "name" a rule instead of "names"; containerd reads such a rule as naming
 *           nothing, so that it vanishes
 */
enum profile_form {
	PROFILE_IN_CONFIG, /* OCI only */
	PROFILE_IN_FILE,   /* all three */
};

#define PROFILE_ARGS_MAX 6
#define PROFILE_RULES_MAX 16384
#define PROFILE_NAMES_MAX 65536
#define PROFILE_ERRNO_MAX 4094 /* what libseccomp takes; the kernel's MAX_ERRNO is one more */
#define PROFILE_BYTES_MAX ((size_t)1024 * 1024)

extern const struct json_limits profile_limits;

/* One condition: a is the number compared with, or the mask of MASKED_EQ and b the datum. */
struct profile_arg {
	uint8_t index; /* 0..5 */
	uint8_t op;    /* enum compare */
	uint64_t a, b;
};

/* When a rule of the Docker form counts at all; all zero: always. */
struct profile_when {
	uint64_t caps_all;     /* every one of these is in the bounding set */
	uint64_t caps_none;    /* none of these is */
	uint32_t kernel_min;   /* major << 16 | minor; 0 any */
	uint32_t kernel_below; /* 0 any */
};

struct profile_rule {
	struct verdict verdict;
	uint8_t arg_count;
	uint16_t number; /* in "syscalls", from 0 */
	uint32_t name_count;
	struct text *names;
	struct profile_arg *args; /* all must hold */
	struct profile_when when;
	struct json json; /* the rule in its document, for messages */
};

struct profile {
	const char *name; /* how messages call it */
	struct text text; /* the document that it stands in */
	struct verdict default_verdict;
	uint32_t arches;  /* ARCH_BITs; 0: none listed */
	uint32_t flags;	  /* FLAG_* */
	bool flags_given; /* absent is not empty: then runtimes set SPEC_ALLOW */
	struct text listener_path, listener_metadata;
	struct profile_rule *rules;
	size_t rule_count;
	size_t name_count; /* of all rules together, also of those that were left out */
};

/*
 * Reads a profile from its object. Everything is borrowed from the document and the arena.
 * Rules for other native architectures than this program's are left out.
 */
enum status profile_parse(struct json object, enum profile_form form, const char *name,
			  struct arena *arena, struct profile *ret_profile,
			  struct error *err) MUST_CHECK;

#endif
