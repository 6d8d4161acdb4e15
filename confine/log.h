/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_LOG_H
#define CONFINE_LOG_H

#include "confine/confine.h"

/*
 * The system's log: one datagram to /dev/log, which journald, rsyslog and busybox read alike
 * (RFC 3164 without the time, which they put in themselves). It never waits and never fails a
 * start: where nobody listens or the queue is full, the line is lost.
 */
struct log_origin {
	const char *program; /* "oci-confine-hook" */
	struct text id;	     /* of the container */
};

/*
 * What was decided for one container, as one line of JSON in printable ASCII: its id, what came
 * of it (`effect`, a word of the caller's), what is taken away, and the SHA-256 of everything
 * that the decision was made from. Whatever a stranger wrote has bytes outside printable ASCII
 * as \xNN.
 */
void log_decision(const struct log_origin *origin, const char *effect,
		  const struct confine *confine, const struct confined *confined);

/* Why a container is not let run: {"id": ..., "effect": ..., "error": ...}. */
void log_failure(const struct log_origin *origin, const char *effect, const struct error *err);

#endif
