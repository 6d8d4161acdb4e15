/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include "confine/seccomp/runtime_default.h"

static enum status run(int argc, char **argv, struct arena *arena, struct error *err)
{
	const char *caps = "default", *version = RUNTIME_DEFAULT_NEWEST;
	struct ruleset_context context;
	struct ruleset ruleset;
	struct host host;
	enum status st;

	for (int i = 0; i < argc; i++) {
		if (option_value(argc, argv, &i, "--caps", &caps, err)) {
			if (err->status != STATUS_OK)
				return err->status;
		} else if (argv[i][0] != '-' && version[0] == '\0') {
			version = argv[i];
		} else {
			return unknown_option("defaults", argv[i], err);
		}
	}
	st = host_read(arena, &host, err);
	if (st == STATUS_OK)
		st = parse_caps(caps, &context.bounding, err);
	if (st != STATUS_OK)
		return st;
	context.kernel = host.kernel;
	st = runtime_default_resolve(text_of(version), &context, arena, &ruleset, err);
	if (st != STATUS_OK)
		return st;
	return print_ruleset(&ruleset, arena, err);
}

const struct command command_defaults = {
	"defaults",
	"print the RuntimeDefault seccomp profile for a set of capabilities",
	"usage: oci-confine defaults [--caps LIST] [VERSION]\n"
	"\n"
	"Writes RuntimeDefault as one linux.seccomp object, resolved for this kernel and a\n"
	"bounding set. Without VERSION it is the floor that oci-confine uses, containerd 2.1's\n"
	"with one hole closed; with 1.6, 1.7 or 2.1 it is what that containerd writes.\n"
	"\n"
	"  --caps LIST   CAP_NET_RAW,SYS_ADMIN or ALL, none, default (what engines grant)\n"
	"\n"
	"Example:\n"
	"  oci-confine defaults --caps SYS_ADMIN 1.7\n",
	run,
};
