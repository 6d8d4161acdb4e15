/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_HANDOVER_H
#define CONFINE_HANDOVER_H

#include "confine/decide.h"

/*
 * The compiled filter, handed to crun in config.json. crun takes one in base64 from the annotation
 * run.oci.seccomp_bpf_data and then does not compile linux.seccomp (libcrun, src/libcrun/container.c,
 * setup_seccomp() and seccomp_generation()); an exec installs the same one, which crun keeps with
 * the container's state. The flags of seccomp(2) and a listener it takes from linux.seccomp as
 * ever, which is written all the same: a crun without the annotation compiles that.
 *
 * A filter comes from the cache (filter/cache.h) and from nowhere else. What is not there
 * oci-confine-filter makes, a program of its own, as compiling takes libseccomp and that has no
 * place in the start path. Without one nothing is handed over, and crun compiles.
 */
#define HANDOVER_ANNOTATION "run.oci.seccomp_bpf_data"

struct handover {
	bool to_runtime;       /* the runtime that comes next is crun */
	const char *cache_dir; /* FILTER_CACHE_DIR; NULL: there is none */
	const char *maker;     /* oci-confine-filter, absolute path */
};

/*
 * Sets decision->filter, the annotation's value; empty where config.json is to stay as it is. Why
 * there is none, where there could be one, is a note.
 *
 * STATUS_DENIED: the annotation is there already and is not byte for byte what this gives: with
 * crun it would stand in the place of the decision. Whoever decides, for whatever runtime, asks.
 */
enum status handover_decide(const struct handover *handover, const struct confine_inputs *inputs,
			    struct confinement *decision, struct arena *arena, struct notes *notes,
			    struct error *err) MUST_CHECK;

#endif
