/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/apparmor/interface.h"

#include <errno.h>
#include <sys/apparmor.h>

#define APPARMORFS "/sys/kernel/security/apparmor"

/* security/apparmor/policy_unpack.c says why by these */
static enum status refused(int reason, struct error *err)
{
	if (reason == EPROTO || reason == EPROTONOSUPPORT)
		return error_set(err, STATUS_UNSUPPORTED, reason,
				 "the kernel does not understand the compiled AppArmor profile");
	return error_set(err, STATUS_SYSTEM, reason, "cannot load the AppArmor profile");
}

static enum status hand_over(struct text blob, bool replace, struct error *err)
{
	aa_features *features = NULL;
	aa_kernel_interface *interface = NULL;
	enum status st = STATUS_OK;
	int rc;

	/* empty: what they are asked for, sets of profiles, we do not load */
	if (aa_features_new_from_string(&features, "", 0) != 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot load the AppArmor profile");
	if (aa_kernel_interface_new(&interface, features, APPARMORFS) != 0) {
		st = error_set(err, STATUS_SYSTEM, errno, "cannot load the AppArmor profile");
		aa_features_unref(features);
		return st;
	}
	rc = replace ? aa_kernel_interface_replace_policy(interface, blob.ptr, blob.len)
		     : aa_kernel_interface_load_policy(interface, blob.ptr, blob.len);
	if (rc != 0 && (errno != EEXIST || replace))
		st = refused(errno, err);
	aa_kernel_interface_unref(interface);
	aa_features_unref(features);
	return st;
}

enum status apparmor_interface_add(struct text blob, struct error *err)
{
	return hand_over(blob, false, err);
}

enum status apparmor_interface_replace(struct text blob, struct error *err)
{
	return hand_over(blob, true, err);
}
