/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_MOUNTS_H
#define CONFINE_MOUNTS_H

#include "confine/constraints.h"

/*
 * What an entry of config.json's "mounts" (runtime-spec, config.md) shows a container of its
 * host. Paths are compared by their components as they are written, "/var/run" being "/run"; a
 * link on the host that leads elsewhere is the administrator's.
 */

/* Keys in another case: json_check_keys(). */
enum status mounts_check_spelling(struct json mounts, struct error *err) MUST_CHECK;

/* Whether the path has no empty component, "." or "..". */
bool mount_path_is_plain(struct text path);

/* The place where the kubelet puts the token of a pod's service account. */
bool mount_is_service_account(struct json mount);

/* The socket of docker, containerd, CRI-O, podman or the kubelet, or a directory that has it. */
bool mount_shows_runtime(struct json mount);

/*
 * Whether it is no mount of the host's at all, one of the engine's own for this pod (below the
 * engine's or the kubelet's directories, with the pod's id as a component, as CRI's annotations
 * say it), or below a path that is allowed.
 */
bool mount_is_allowed(struct json mount, const struct container *container,
		      const struct constraints *constraints);

#endif
