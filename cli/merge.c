/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include <errno.h>

#define PROFILES_MAX 16

struct options {
	const char *caps;
	const char *profiles[PROFILES_MAX];
	size_t count;
};

static enum status parse(int argc, char **argv, struct options *options, struct error *err)
{
	for (int i = 0; i < argc; i++) {
		if (option_value(argc, argv, &i, "--caps", &options->caps, err)) {
			if (options->caps == NULL)
				return STATUS_INVALID;
			continue;
		}
		if (argv[i][0] == '-' && argv[i][1] != '\0')
			return unknown_option("merge", argv[i], err);
		if (options->count == PROFILES_MAX)
			return error_set(err, STATUS_INVALID, 0, "more than %d profiles",
					 PROFILES_MAX);
		options->profiles[options->count++] = argv[i];
	}
	if (options->count == 0)
		return error_set(err, STATUS_INVALID, 0,
				 "which profiles? see oci-confine merge --help");
	return STATUS_OK;
}

static enum status run(int argc, char **argv, struct arena *arena, struct error *err)
{
	struct options options = { .count = 0 };
	struct ruleset_context context;
	struct ruleset *inputs = arena_array(arena, PROFILES_MAX, sizeof(*inputs)), merged;
	struct notes notes = { .count = 0 };
	struct host host;
	enum status st = parse(argc, argv, &options, err);

	if (st == STATUS_OK && inputs == NULL)
		st = error_set(err, STATUS_SYSTEM, ENOMEM, "cannot start");
	if (st == STATUS_OK)
		st = host_read(&host, err);
	if (st == STATUS_OK)
		st = parse_caps(options.caps != NULL ? options.caps : "default", &context.bounding,
				err);
	if (st != STATUS_OK)
		return st;
	context.kernel = host.kernel;
	for (size_t i = 0; i < options.count && st == STATUS_OK; i++)
		st = resolve_profile(options.profiles[i], &context, arena, &notes, &inputs[i], err);
	if (st == STATUS_OK)
		st = merge_profiles(inputs, options.count, arena, &notes, &merged, err);
	if (st != STATUS_OK)
		return st;
	print_notes(&notes);
	return print_ruleset(&merged, arena, err);
}

const struct command command_merge = {
	"merge",
	"merge seccomp profiles into one that allows what all of them allow",
	"usage: oci-confine merge [--caps LIST] PROFILE...\n"
	"\n"
	"Writes one linux.seccomp object that allows a call only where every PROFILE allows it,\n"
	"and else answers as the strictest does. A PROFILE is a file (OCI form, Docker form, or\n"
	"the old form with \"name\"), \"-\" for standard input, runtime-default, or an older\n"
	"containerd's, as runtime-default@1.6.\n"
	"\n"
	"  --caps LIST   the container's bounding set, on which RuntimeDefault depends:\n"
	"                CAP_NET_RAW,SYS_ADMIN or ALL, none, default (what engines grant)\n"
	"\n"
	"Example:\n"
	"  oci-confine merge runtime-default prevent-chmod.json\n",
	run,
};
