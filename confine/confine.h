/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_CONFINE_H
#define CONFINE_CONFINE_H

#include <sys/stat.h>
#include <sys/uio.h>

#include "confine/handover.h"

/*
 * The engine's door for the programs in hook, shim and cli: from bytes to decision to effect.
 * Everything a call builds lives in `arena`.
 */

/* What one run works on. Zero it, then fill it by confine_open(). */
struct confine {
	struct arena *arena;
	struct policy policy;
	struct host host;
	struct handover handover; /* to nobody, unless the program says so */
	struct notes notes;	  /* warnings so far; the program prints them */
};

/* Reads policy (NULL: the default path) and host. */
enum status confine_open(struct confine *confine, const char *policy_path, struct arena *arena,
			 struct error *err) MUST_CHECK;

/* A config.json as it was, what was decided, and how it reads now. */
struct confined {
	struct json_doc doc;
	struct container container;
	struct request request;
	struct loaded_profiles profiles;
	struct confinement decision;
	struct iovec *pieces; /* the rewritten document */
	size_t piece_count;
	bool changed; /* the pieces differ from the document */
};

/*
 * Decides about the text of a config.json; nothing on disk is changed but, where a filter is handed
 * over, the cache of these. `name` is for messages.
 */
enum status confine_text(struct confine *confine, struct text text, const char *name,
			 struct confined *ret_confined, struct error *err) MUST_CHECK;

/*
 * Brings into the kernel what a decision needs and the kernel does not have: AppArmor profiles.
 * Before the container starts, whoever starts it.
 */
enum status confine_prepare(struct confine *confine, const struct privileges *privileges,
			    struct error *err) MUST_CHECK;

/*
 * Confines a bundle in place: `file` ("config.json") in dirfd is rewritten atomically unless it
 * carries the decision already. On any failure it is as it was. `shown` is for messages.
 */
enum status confine_bundle(struct confine *confine, int dirfd, const char *file, const char *shown,
			   struct confined *ret_confined, struct error *err) MUST_CHECK;

/* Reads a config.json without deciding: what an exec is held against. */
enum status confine_read_container(struct confine *confine, int dirfd, const char *file,
				   const char *shown, struct confined *ret_confined,
				   struct error *err) MUST_CHECK;

/*
 * Confines a process.json of an exec in place, held against a container that
 * confine_read_container() has read.
 */
enum status confine_process_file(struct confine *confine, const struct confined *container,
				 const char *path, struct error *err) MUST_CHECK;

/*
 * What an exec without process.json may have: the container's own privileges, decided anew, and
 * prepared. apparmor is the profile that it asks for besides, or NULL.
 */
enum status confine_container_privileges(struct confine *confine, const struct confined *container,
					 const char *apparmor, struct privileges *ret_privileges,
					 struct error *err) MUST_CHECK;

#endif
