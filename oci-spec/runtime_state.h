/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OCI_SPEC_RUNTIME_STATE_H
#define OCI_SPEC_RUNTIME_STATE_H

#include <sys/types.h>

#include "oci-spec/json.h"

/*
 * What runc and crun remember of a container, in ROOT/ID: runc's state.json (libcontainer,
 * container_linux.go, State), crun's status (libcrun, status.c). Runtimes' own files, but read as
 * strictly as any: what they say is acted upon.
 */
struct runtime_state {
	bool is_crun;
	pid_t pid;	     /* of the first process; 0: none */
	uint64_t start_time; /* when it started, as in /proc/PID/stat: tells it from a later one */
	struct text bundle;  /* absolute path */
	/*
	 * runc keeps the bundle's path as the label "bundle=...", behind those that it makes of
	 * annotations. One of these has another path: runc's exec without --process reads the
	 * process from there (utils.SearchLabels), all else is about its own.
	 */
	bool bundle_is_disputed;
	struct json labels; /* for messages */
};

/* An id is one name in a directory; both runtimes refuse others too. */
bool runtime_state_id_is_plain(const char *id);

/*
 * Opens ROOT/ID, which must be root's or the caller's own: whoever can write it decides what a
 * container is taken for. STATUS_INVALID when there is no such container. dir is the path.
 */
enum status runtime_state_open(const char *dir, int *ret_fd, struct error *err) MUST_CHECK;

/* Reads state.json of an open directory. `dir` is for messages. */
enum status runtime_state_read_runc(int dirfd, const char *dir, struct arena *arena,
				    struct runtime_state *ret_state, struct error *err) MUST_CHECK;

/* Reads whichever of the two files is there. STATUS_INVALID with neither. */
enum status runtime_state_read(int dirfd, const char *dir, struct arena *arena,
			       struct runtime_state *ret_state, struct error *err) MUST_CHECK;

#endif
