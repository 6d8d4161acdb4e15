/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_INSPECT_H
#define CLI_INSPECT_H

#include "cli/output.h"
#include "confine/attest.h"
#include "confine/confine.h"
#include "oci-spec/runtime_state.h"

/* --- containers of this node --- */

#define INSPECT_CONTAINERS_MAX 4096
#define INSPECT_USERS_DIR "/run/user" /* XDG_RUNTIME_DIR of each: pam_systemd(8) */

/* One that a runtime remembers. */
struct found_container {
	const char *id;
	const char *dir; /* ROOT/ID */
	const char *why; /* its state cannot be read; NULL: `state` is valid */
	struct runtime_state state;
};

struct found_containers {
	struct found_container *list;
	size_t count;
	/*
	 * Who may have containers of their own, where nobody looks: user numbers with a space
	 * between. A user's state could say that any process is a container, and not held.
	 */
	struct text users;
};

/*
 * All containers in the directory `root`, or with NULL in those that runc, crun, containerd and
 * docker use; podman and CRI-O leave it to the runtime. A place that is not there has none. Of users
 * it only finds that they are there.
 */
enum status containers_find(const char *root, struct arena *arena,
			    struct found_containers *ret_containers, struct error *err) MUST_CHECK;

/*
 * The container whose first process this is, or which has the same mount namespace; NULL when
 * none has.
 */
const struct found_container *containers_owner(const struct found_containers *containers,
					       const struct process_handle *process);

/* --- looking at one --- */

enum verdict_held {
	HELD_YES,
	HELD_NO,
	HELD_UNKNOWN, /* nothing to compare with, or the filters are hidden */
};

struct inspection {
	const struct found_container *container; /* NULL: of none that is known */
	pid_t pid;
	bool is_read; /* `attested` is valid */
	struct attested attested;
	bool is_decided; /* `confined` is valid */
	struct confined confined;
	enum verdict_held held;
	struct attest_findings findings; /* valid when both are */
	char why[600];			 /* why not */
};

/*
 * Looks at a process, and where `container` is given decides about it again and compares. What
 * cannot be had is said in .why. STATUS_SYSTEM: no memory.
 */
enum status inspect_process(struct confine *confine, const struct found_container *container,
			    const struct process_handle *process, struct inspection *inspection,
			    struct error *err) MUST_CHECK;

/* The same for a container's first process. */
enum status inspect_container(struct confine *confine, const struct found_container *container,
			      struct inspection *inspection, struct error *err) MUST_CHECK;

/* --- telling: for people in inspect_say.c, as JSON in inspect_put.c --- */

/* "runc", "crun", or "?". */
const char *inspect_runtime_name(const struct found_container *container);

/* The mode of a label's member: the label's own, or where they differ what the kernel lists. */
struct text inspect_member_mode(const struct confine *confine, const char *label,
				struct text member);

/* Calls tell() for each input of the decision. */
void inspect_each_input(const struct confine *confine, const struct confined *confined,
			struct output *out, void (*tell)(struct output *out, struct text name));

void say_inspection(const struct confine *confine, const struct inspection *inspection,
		    struct output *out);
void put_inspection(const struct confine *confine, const char *key,
		    const struct inspection *inspection, struct output *out);

/* A line of the table of all; with NULL its head. */
void say_inspection_row(const struct inspection *inspection, struct output *out);

/* Whose containers are not in the table, and how to see them; nothing when there are no users. */
void say_users(struct text users, struct output *out);
void put_users(struct text users, struct output *out);

#endif
