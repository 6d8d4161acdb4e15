/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_REQUEST_H
#define CONFINE_REQUEST_H

#include "confine/policy.h"
#include "oci-spec/container.h"

/*
 * What a pod asks for on top of its config.json, by annotation:
 *
 *   oci-confine.io/seccomp             localhost/a.json,localhost/b.json
 *   oci-confine.io/apparmor            localhost/k8s-apparmor-example-deny-write
 *   oci-confine.io/drop-capabilities   NET_RAW,MKNOD   or ALL
 *   oci-confine.io/no-new-privileges   true
 *
 * each also with ".CONTAINER" behind it, which then counts instead of the pod-wide one, and
 * the old Kubernetes forms seccomp.security.alpha.kubernetes.io/pod,
 * container.seccomp.security.alpha.kubernetes.io/CONTAINER and
 * container.apparmor.security.beta.kubernetes.io/CONTAINER.
 *
 * All of it can only tighten. What is not understood is an error, never ignored.
 */
#define REQUEST_PROFILES_MAX 16

struct request_profile {
	struct text name; /* below the profile root for seccomp, a profile's name for AppArmor */
	struct json annotation;
};

struct request {
	struct request_profile seccomp[REQUEST_PROFILES_MAX];
	size_t seccomp_count;
	struct request_profile apparmor[REQUEST_PROFILES_MAX];
	size_t apparmor_count;
	uint64_t drop_capabilities;
	bool no_new_privileges;
	bool unconfined_seccomp;      /* an old annotation says "unconfined" */
	bool unconfined_apparmor;     /* one does for AppArmor */
	bool default_seccomp;	      /* one says "runtime/default" */
	struct json default_apparmor; /* the one that does so for AppArmor */
	struct json compiled_filter;  /* handover.h: there, and for others to judge */
	bool is_sandbox; /* a pod's pause container, which profiles are not meant for */
};

/*
 * Reads the annotations. STATUS_DENIED for those of crun that would weaken confinement
 * (run.oci.*), unless the policy lets them pass; a compiled filter is only found, and whoever lets
 * a container start must judge it. STATUS_INVALID for what is not understood. A container in an
 * exempt namespace asks for nothing.
 */
enum status request_read(const struct container *container, const struct policy *policy,
			 struct request *ret_request, struct error *err) MUST_CHECK;

/* Whether the policy exempts the container's namespace. */
bool request_is_exempt(const struct container *container, const struct policy *policy);

#endif
