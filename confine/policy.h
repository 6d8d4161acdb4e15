/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_POLICY_H
#define CONFINE_POLICY_H

#include "confine/constraints.h"
#include "oci-spec/capability.h"
#include "oci-spec/json.h"

/*
 * What the administrator of the node has decided: oci-confine-policy(5). A file that is there
 * must be sound, root's own and not writable by others; without one the built-in defaults
 * hold. Texts point into the file, which lives in the arena.
 */
#define POLICY_PATH_DEFAULT "/etc/oci-confine/policy.json"
#define POLICY_DIR_DEFAULT "/etc/oci-confine/policy.d" /* NAME.json: for a link of that name */
#define POLICY_LIST_MAX 64

enum answer { ANSWER_CONFINE, ANSWER_REFUSE, ANSWER_PASS };

/* AUTO: where the kernel has AppArmor */
enum required { REQUIRED_AUTO, REQUIRED_YES, REQUIRED_NO };

enum baseline {
	BASELINE_RUNTIME_DEFAULT,
	BASELINE_FILE,
	BASELINE_NONE,
};

struct text_list {
	struct text items[POLICY_LIST_MAX];
	size_t count;
};

/* Which programs may be the runtime: all that counts for a command that confines nothing. */
struct runtimes {
	const char *policy;    /* what says so: as policy.path */
	struct text_list list; /* absolute paths; the first that is there is used */
	bool allow_override;   /* --oci-confine-runtime and OCI_CONFINE_RUNTIME count */
};

struct apparmor_policy {
	struct text baseline;		  /* a profile's name; empty: none */
	struct text profile_root;	  /* where texts of profiles are; absolute path */
	struct text cache;		  /* where compiled ones are kept; absolute path */
	bool load;			  /* what is needed and not in the kernel */
	enum required required;		  /* the baseline, when there is no AppArmor */
	struct text_list engine_defaults; /* names that say runtime/default; "*" at the end */
};

struct policy {
	const char *path; /* of the file, or "built-in policy" */
	struct text text; /* of the file; empty: built-in */
	struct runtimes runtimes;

	enum baseline baseline;
	struct text baseline_version; /* of runtime-default; empty for the newest */
	struct text baseline_file;    /* absolute path */
	struct text profile_root;     /* where localhost/... is; absolute path */
	bool native_arch_only;
	bool log_denials; /* SECCOMP_FILTER_FLAG_LOG */
	bool precompiled; /* crun gets the filter compiled: handover.h */

	struct apparmor_policy apparmor;
	bool log;   /* oci-confine-runtime too writes a line per container to the system's log */
	bool audit; /* nothing is denied that is not denied without us; all of it is logged */

	uint64_t drop_capabilities;
	uint64_t limit_capabilities; /* a container keeps none outside */
	bool no_new_privileges;

	enum answer unconfined; /* a container without seccomp profile */
	enum answer privileged;
	struct constraints constraints;
	enum answer restore; /* REFUSE or PASS: criu's image brings its own confinement */
	bool hook_adds_no_new_privileges; /* may oci-confine-hook set it where nobody asked? */

	struct text_list exempt_namespaces; /* believed only with the next */
	bool exempt_engine_is_containerd;
	struct text_list runtime_annotations; /* run.oci.* that may pass */
};

/*
 * Reads the policy at path. NULL: POLICY_PATH_DEFAULT, where a missing file means the
 * built-in one.
 */
enum status policy_read(const char *path, struct arena *arena, struct policy *ret_policy,
			struct error *err) MUST_CHECK;

/*
 * As policy_read(), but of the file only what it says of runtimes; what stands under other known
 * keys is not looked at. Every command that confines nothing pays for this one.
 */
enum status policy_read_runtimes(const char *path, struct arena *arena,
				 struct runtimes *ret_runtimes, struct error *err) MUST_CHECK;

/* The built-in list. */
void policy_init_runtimes(struct runtimes *runtimes);

/* The built-in policy. */
void policy_init(struct policy *policy);

/* Reads a parsed policy file on top of the built-in policy. */
enum status policy_parse(const struct json_doc *doc, struct policy *ret_policy,
			 struct error *err) MUST_CHECK;

bool text_list_has(const struct text_list *list, struct text item);

#endif
