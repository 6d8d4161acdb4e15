/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CONFIGURE_H
#define CLI_CONFIGURE_H

#include "cli/output.h"

/* `oci-confine configure`: makes a container engine start its containers through us. */
struct configure_options {
	const char *runtime; /* the engine: "containerd", "podman", "crio" */
	bool dry_run;	     /* say what would be done, change nothing */
	bool uninstall;

	/* containerd; of these podman and CRI-O take config_path alone */
	const char *handler; /* name in the configuration and of the RuntimeClass */
	const char *policy;  /* NAME of policy.d/NAME.json; NULL: the default policy */
	bool use_shim;	     /* our runtime type; else BinaryName with containerd's own */
	bool set_default;
	const char *program;	 /* containerd's; NULL: where it usually is */
	const char *config_path; /* of its configuration; NULL: where it usually is */
};

/* Does what the options say and says what it did in *out. */
enum status configure_containerd(const struct configure_options *options, struct arena *arena,
				 struct output *out, struct error *err) MUST_CHECK;

/* podman and CRI-O alike; config_path is their directory of hooks. */
enum status configure_hooks(const struct configure_options *options, struct arena *arena,
			    struct output *out, struct error *err) MUST_CHECK;

#endif
