/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OCI_SPEC_CONTAINER_H
#define OCI_SPEC_CONTAINER_H

#include "oci-spec/capability.h"
#include "oci-spec/json.h"
#include "oci-spec/seccomp_profile.h"

/*
 * What a config.json says about confinement: runtime-spec, config.md and config-linux.md.
 * Everything else in it is never looked at and never changed.
 */
#define CONTAINER_BYTES_MAX ((size_t)16 * 1024 * 1024)

extern const struct json_limits container_limits;

/* The process object of config.json, or a process.json of `exec`: they are the same type. */
struct process {
	struct json json;
	bool capabilities_given; /* absent means none in config.json, inherited in exec */
	struct capability_sets capabilities;
	bool no_new_privileges;
	struct text apparmor_profile; /* empty when absent */
};

struct container {
	const struct json_doc *doc;
	struct json linux_object; /* not there: no "linux" */
	struct json annotations;
	struct process process;
	bool has_seccomp;
	struct profile seccomp; /* valid when has_seccomp */
	bool has_masked_paths; /* /proc and /sys are partly hidden, as in all but privileged ones */
	bool all_devices;      /* linux.resources.devices allows every device */
};

enum status process_parse(struct json object, struct process *ret_process,
			  struct error *err) MUST_CHECK;

/* Borrows the document. */
enum status container_parse(const struct json_doc *doc, struct arena *arena,
			    struct container *ret_container, struct error *err) MUST_CHECK;

/* The annotation's value, TEXT_NONE when there is none. */
struct text container_annotation(const struct container *container, const char *key);

#endif
