/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_CONSTRAINTS_H
#define CONFINE_CONSTRAINTS_H

#include "confine/notes.h"
#include "oci-spec/container.h"

/*
 * What the administrator demands of a container beside its confinement, each named as
 * Kubernetes calls it (Pod Security Standards, PodSpec). A constraint is off, warns, or refuses
 * the container. Nothing is changed in config.json: what a container asks for too much, its
 * author has to take back.
 */
enum strictness { STRICTNESS_OFF, STRICTNESS_WARN, STRICTNESS_REFUSE };

enum constraint {
	CONSTRAINT_RUN_AS_NON_ROOT,	 /* process.user.uid is not 0 */
	CONSTRAINT_PRIVILEGE_ESCALATION, /* no_new_privs is decided */
	CONSTRAINT_READ_ONLY_ROOT,	 /* root.readonly */
	CONSTRAINT_RESOURCE_LIMITS,	 /* linux.resources: memory.limit and cpu.quota */
	CONSTRAINT_SERVICE_ACCOUNT,	 /* no token is mounted */
	CONSTRAINT_RUNTIME_SOCKETS,	 /* no mount shows the socket of a container runtime */
	CONSTRAINT_HOST_PATH, /* no mount of the host's, but the engine's own and allowed ones */
	CONSTRAINT_COUNT_,
};

#define CONSTRAINT_PATHS_MAX 64

struct constraints {
	enum strictness strictness[CONSTRAINT_COUNT_];
	struct allowed_path {
		struct text prefix; /* absolute, without a slash at its end */
		bool read_only;
	} paths[CONSTRAINT_PATHS_MAX]; /* for CONSTRAINT_HOST_PATH */
	size_t path_count;
};

/* Reads the policy's object "constraints". */
enum status constraints_parse(struct json object, struct constraints *ret_constraints,
			      struct error *err) MUST_CHECK;

struct constraint_question {
	const struct constraints *constraints;
	const struct container *container;
	const char *policy_path; /* for messages */
	bool no_new_privileges;	 /* as decided */
};

/* STATUS_DENIED names the constraint and the field or mount; warnings go into the notes. */
enum status constraints_check(const struct constraint_question *question, struct arena *arena,
			      struct notes *notes, struct error *err) MUST_CHECK;

#endif
