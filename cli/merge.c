/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "cli/inputs.h"
#include "cli/report.h"

struct options {
	const char *caps;
	bool is_json, report;
	const char *profiles[INPUTS_MAX];
	size_t count;
};

static enum status parse(int argc, char **argv, struct options *options, struct error *err)
{
	enum status st = STATUS_OK;

	for (int i = 0; i < argc && st == STATUS_OK; i++) {
		if (option_value(argc, argv, &i, "--caps", &options->caps, err))
			st = err->status;
		else if (strcmp(argv[i], "--json") == 0)
			options->is_json = true;
		else if (strcmp(argv[i], "--report") == 0)
			options->report = true;
		else if (argv[i][0] == '-' && argv[i][1] != '\0')
			st = unknown_option("merge", argv[i], err);
		else if (options->count == INPUTS_MAX)
			st = error_set(err, STATUS_INVALID, 0, "more than %d profiles", INPUTS_MAX);
		else
			options->profiles[options->count++] = argv[i];
	}
	if (st == STATUS_OK && options->count == 0)
		st = error_set(err, STATUS_INVALID, 0,
			       "which profiles? see oci-confine merge --help");
	return st;
}

static enum status run(int argc, char **argv, struct arena *arena, struct error *err)
{
	struct options options = { .count = 0 };
	struct notes notes = { .count = 0 };
	struct ruleset merged;
	struct inputs inputs;
	struct output out;
	enum status st = parse(argc, argv, &options, err);

	if (st == STATUS_OK)
		st = inputs_read(options.profiles, options.count, options.caps, arena, &notes,
				 &inputs, err);
	if (st == STATUS_OK)
		st = merge_profiles(inputs.rulesets, inputs.count, arena, &notes, &merged, err);
	if (st != STATUS_OK)
		return st;
	output_init(&out, options.is_json, arena);
	if (options.report)
		st = merge_report(&inputs, &merged, &notes, arena, &out, err);
	if (st != STATUS_OK)
		return st;
	if (options.report)
		return output_print(&out, err);
	print_notes(&notes);
	return print_ruleset(&merged, arena, err);
}

const struct command command_merge = {
	"merge",
	"merge seccomp profiles into one that allows what all of them allow",
	"usage: oci-confine merge [--caps LIST] [--report] [--json] PROFILE...\n"
	"\n"
	"Writes one linux.seccomp object that allows a call only where every PROFILE allows it,\n"
	"and else answers as the strictest does. A PROFILE is a file (OCI form, Docker form, or\n"
	"the old form with \"name\"), a config.json, a bundle's directory, \"-\" for standard input,\n"
	"runtime-default, or an older containerd's, as runtime-default@1.6.\n"
	"\n"
	"  --caps LIST   the container's bounding set, on which RuntimeDefault depends:\n"
	"                CAP_NET_RAW,SYS_ADMIN or ALL, none, default (what engines grant);\n"
	"                with a config.json or bundle, its own is used\n"
	"  --report      instead of the profile, what each PROFILE contributes, that is what would\n"
	"                be otherwise without it, and every place where the merged profile is not\n"
	"                just what they say together\n"
	"  --json        the report as one JSON object with the profile in it, oci-confine(1);\n"
	"                the profile alone is JSON anyway\n"
	"\n"
	"Example:\n"
	"  oci-confine merge runtime-default prevent-chmod.json\n"
	"  oci-confine merge --report runtime-default prevent-chmod.json\n",
	run,
};
