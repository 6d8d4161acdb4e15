/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/lint.h"

#include <errno.h>

#include "cli/command.h"

struct options {
	const char *caps;
	bool is_json;
	const char *names[INPUTS_MAX];
	size_t count;
};

static enum status parse(int argc, char **argv, struct options *options, struct error *err)
{
	enum status st = STATUS_OK;
	unsigned stdins = 0;

	for (int i = 0; i < argc && st == STATUS_OK; i++) {
		if (option_value(argc, argv, &i, "--caps", &options->caps, err)) {
			st = err->status;
			continue;
		}
		if (strcmp(argv[i], "--json") == 0) {
			options->is_json = true;
			continue;
		}
		if (argv[i][0] == '-' && argv[i][1] != '\0')
			st = unknown_option("lint", argv[i], err);
		else if (options->count == INPUTS_MAX)
			st = error_set(err, STATUS_INVALID, 0, "more than %d files", INPUTS_MAX);
		else if (strcmp(argv[i], "-") == 0 && stdins++ > 0)
			st = error_set(err, STATUS_INVALID, 0,
				       "standard input can be read only once");
		else
			options->names[options->count++] = argv[i];
	}
	if (st == STATUS_OK && options->count == 0)
		st = error_set(err, STATUS_INVALID, 0, "which files? see oci-confine lint --help");
	return st;
}

static enum status lint_one(const char *name, const char *caps, struct ruleset_context context,
			    struct arena *arena, struct lint *ret_lint, struct error *err)
{
	struct input *input = arena_alloc(arena, sizeof(*input));
	enum status st;

	if (input == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot start");
	st = input_open(name, arena, input, err);
	if (st == STATUS_OK && input->kind == INPUT_WORD)
		return error_set(
			err, STATUS_INVALID, 0,
			"'%.60s' is built in; lint reads files, and a file of that name as "
			"./%.60s",
			name, name);
	if (st != STATUS_OK)
		return st;
	if (caps == NULL && input->has_bounding)
		context.bounding = input->bounding;
	return lint_find(input, &context, arena, ret_lint, err);
}

static const char *severity_name(enum severity severity)
{
	static const char names[][8] = {
		[SEVERITY_ERROR] = "error",
		[SEVERITY_WARNING] = "warning",
		[SEVERITY_NOTE] = "note",
	};

	return names[severity];
}

static enum tone severity_tone(enum severity severity)
{
	switch (severity) {
	case SEVERITY_ERROR:
		return TONE_BAD;
	case SEVERITY_WARNING:
		return TONE_WARNING;
	case SEVERITY_NOTE:
	case SEVERITY_COUNT_:
		break;
	}
	return TONE_QUIET;
}

static void say_findings(const struct lint *lint, struct output *out)
{
	for (size_t i = 0; i < lint->count; i++) {
		const struct finding *f = &lint->findings[i];
		char path[256];

		json_path(f->at, path, sizeof(path));
		say_in(out, TONE_TITLE, "%s", lint->input->shown);
		say(out, ": %s%s", path, path[0] != '\0' ? ": " : "");
		say_in(out, severity_tone(f->check->severity), "%s",
		       severity_name(f->check->severity));
		say(out, ": %s\n", f->check->id);
		say_wrapped(out, 4, "", f->why);
		say_wrapped(out, 4, "fix: ", f->fix);
	}
}

static void say_counts(const size_t *counts, struct output *out)
{
	for (unsigned s = 0; s < SEVERITY_COUNT_; s++)
		say(out, "%s%zu %s%s", s > 0 ? ", " : "", counts[s],
		    severity_name((enum severity)s), counts[s] == 1 ? "" : "s");
	say(out, "\n");
}

static void put_counts(const size_t *counts, struct output *out)
{
	json_put_u64(out, "errors", counts[SEVERITY_ERROR]);
	json_put_u64(out, "warnings", counts[SEVERITY_WARNING]);
	json_put_u64(out, "notes", counts[SEVERITY_NOTE]);
}

static void put_findings(const struct lint *lint, struct output *out)
{
	json_open(out, NULL, '{');
	json_put_str(out, "file", lint->input->shown);
	put_counts(lint->counts, out);
	json_open(out, "findings", '[');
	for (size_t i = 0; i < lint->count; i++) {
		const struct finding *f = &lint->findings[i];
		char path[256];

		json_path(f->at, path, sizeof(path));
		json_open(out, NULL, '{');
		json_put_str(out, "path", path);
		json_put_str(out, "severity", severity_name(f->check->severity));
		json_put_str(out, "id", f->check->id);
		json_put_text(out, "why", f->why);
		json_put_text(out, "fix", f->fix);
		json_close(out, '}');
	}
	json_close(out, ']');
	json_close(out, '}');
}

static void print_all(const struct lint *lints, size_t count, const size_t *totals,
		      struct output *out)
{
	if (!out->is_json) {
		for (size_t i = 0; i < count; i++)
			say_findings(&lints[i], out);
		say_counts(totals, out);
		return;
	}
	json_open(out, NULL, '{');
	put_counts(totals, out);
	json_open(out, "files", '[');
	for (size_t i = 0; i < count; i++)
		put_findings(&lints[i], out);
	json_close(out, ']');
	json_close(out, '}');
}

static enum status run(int argc, char **argv, struct arena *arena, struct error *err)
{
	struct options options = { .count = 0 };
	struct ruleset_context context = { 0 };
	struct lint *lints = arena_array(arena, INPUTS_MAX, sizeof(*lints));
	size_t totals[SEVERITY_COUNT_] = { 0 };
	struct output out;
	struct host host;
	enum status st = parse(argc, argv, &options, err);

	if (st == STATUS_OK && lints == NULL)
		st = error_set(err, STATUS_SYSTEM, ENOMEM, "cannot start");
	if (st == STATUS_OK)
		st = host_read(arena, &host, err);
	if (st == STATUS_OK)
		st = parse_caps(options.caps != NULL ? options.caps : "default", &context.bounding,
				err);
	if (st != STATUS_OK)
		return st;
	context.kernel = host.kernel;
	for (size_t i = 0; i < options.count && st == STATUS_OK; i++) {
		st = lint_one(options.names[i], options.caps, context, arena, &lints[i], err);
		for (unsigned s = 0; s < SEVERITY_COUNT_ && st == STATUS_OK; s++)
			totals[s] += lints[i].counts[s];
	}
	if (st != STATUS_OK)
		return st;
	output_init(&out, options.is_json, arena);
	print_all(lints, options.count, totals, &out);
	st = output_print(&out, err);
	if (st == STATUS_OK && totals[SEVERITY_ERROR] > 0)
		st = quiet_failure(err);
	return st;
}

const struct command command_lint = {
	"lint",
	"find what a profile says and does not do, or does and does not say",
	"usage: oci-confine lint [--caps LIST] [--json] FILE...\n"
	"\n"
	"Looks for rules that do not mean what they seem to: names that are no system calls,\n"
	"siblings left open, conditions that the kernel reads otherwise, shapes that libseccomp\n"
	"turns into too permissive a filter, keys that runtimes drop. Each finding has its JSON\n"
	"path, a severity, the reason and the fix. A FILE is a profile of any of the three forms,\n"
	"a config.json, a bundle's directory, or \"-\" for standard input.\n"
	"\n"
	"  --caps LIST   which rules with \"includes\" and \"excludes\" count: CAP_NET_RAW,SYS_ADMIN\n"
	"                or ALL, none, default (what engines grant); a config.json brings its own\n"
	"  --json        one JSON object, oci-confine(1)\n"
	"\n"
	"Exit status: 0 without errors (warnings and notes may be), 1 with some. A file that is no\n"
	"JSON, or cannot be read, is an error as for every command: one line on standard error.\n"
	"\n"
	"Example:\n"
	"  oci-confine lint prevent-chmod.json\n",
	run,
};
