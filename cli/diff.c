/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/changes.h"
#include "cli/command.h"
#include "cli/inputs.h"

struct options {
	const char *caps, *arch;
	bool is_json;
	const char *names[2];
	size_t count;
};

/* All that two profiles can differ in. */
struct comparison {
	const struct inputs *inputs;
	const struct ruleset *from, *to;
	uint32_t arches; /* looked at: all, or that of --arch */
	bool same_default, same_flags, same_listener;
	struct changes changes;
};

static enum status parse(int argc, char **argv, struct options *options, struct error *err)
{
	enum status st = STATUS_OK;

	for (int i = 0; i < argc && st == STATUS_OK; i++) {
		if (option_value(argc, argv, &i, "--caps", &options->caps, err) ||
		    option_value(argc, argv, &i, "--arch", &options->arch, err))
			st = err->status;
		else if (strcmp(argv[i], "--json") == 0)
			options->is_json = true;
		else if (argv[i][0] == '-' && argv[i][1] != '\0')
			st = unknown_option("diff", argv[i], err);
		else if (options->count == 2)
			st = error_set(err, STATUS_INVALID, 0, "compares two profiles, not more");
		else
			options->names[options->count++] = argv[i];
	}
	if (st == STATUS_OK && options->count < 2)
		st = error_set(err, STATUS_INVALID, 0,
			       "which two profiles? see oci-confine diff --help");
	return st;
}

/* Without "flags" the runtimes set SPEC_ALLOW. */
static uint32_t flags_of(const struct ruleset *ruleset)
{
	return ruleset->flags_given ? ruleset->flags : FLAG_SPEC_ALLOW;
}

static enum status compare(const struct inputs *inputs, uint32_t arches, struct arena *arena,
			   struct comparison *ret, struct error *err)
{
	const struct ruleset *from = &inputs->rulesets[0], *to = &inputs->rulesets[1];
	struct comparison c = { .inputs = inputs, .from = from, .to = to, .arches = arches };
	struct stacks stacks = { { from, 1 }, { to, 1 }, (arches & ~ARCHES_32BIT) == 0 };
	enum status st;

	c.same_default = verdict_equal(from->default_verdict, to->default_verdict);
	c.same_flags = flags_of(from) == flags_of(to);
	c.same_listener = text_equal(from->listener_path, to->listener_path) &&
			  text_equal(from->listener_metadata, to->listener_metadata);
	st = changes_find(&stacks, from->arches & to->arches & arches, arena, &c.changes, err);
	if (st == STATUS_OK)
		*ret = c;
	return st;
}

static bool is_equal(const struct comparison *c)
{
	return c->same_default && c->same_flags && c->same_listener &&
	       ((c->from->arches ^ c->to->arches) & c->arches) == 0 && c->changes.total == 0;
}

/* --- for people --- */

static void say_arches(uint32_t arches, const char *what, struct output *out)
{
	struct buffer line = BUFFER_INIT(out->text.arena);

	if (arches == 0)
		return;
	for (unsigned arch = 0; arch < ARCH_COUNT_; arch++) {
		if ((arches & ARCH_BIT(arch)) == 0)
			continue;
		buffer_add_str(&line, line.len > 0 ? ", " : "");
		buffer_add_str(&line, arch_name((enum arch)arch));
	}
	buffer_add_str(&line, ": ");
	buffer_add_str(&line, what);
	say_wrapped(out, 2, "", (struct text){ line.ptr, line.len });
}

static void say_flags(const struct ruleset *ruleset, struct output *out)
{
	uint32_t flags = flags_of(ruleset);
	const char *comma = "";

	if (flags == 0)
		say(out, "none");
	for (uint32_t flag = 1; flag <= FLAG_WAIT_KILLABLE_RECV; flag <<= 1) {
		if ((flags & flag) == 0)
			continue;
		say(out, "%s%s", comma, flag_name(flag));
		comma = ", ";
	}
}

/* Of which architectures the calls are, and how wide their arguments. */
static void say_compared(const struct comparison *c, struct output *out)
{
	uint32_t both = c->from->arches & c->to->arches & c->arches;
	const char *comma = "compared: calls of ";

	if (both == 0) {
		say(out, "compared: no calls, as no architecture is listed by both\n");
		return;
	}
	for (unsigned arch = 0; arch < ARCH_COUNT_; arch++) {
		if ((both & ARCH_BIT(arch)) == 0)
			continue;
		say(out, "%s", comma);
		say_arch(out, (enum arch)arch);
		comma = ", ";
	}
	say(out, ", arguments in %d bits\n", (both & ~ARCHES_32BIT) == 0 ? 32 : 64);
}

static void say_comparison(const struct comparison *c, struct output *out)
{
	const struct input *names = c->inputs->list;

	say_in(out, TONE_TITLE, "%s -> %s", names[0].name, names[1].name);
	say(out, "\n");
	say_compared(c, out);
	if (is_equal(c)) {
		say(out, "equal: every call gets the same answer\n");
		return;
	}
	if (!c->same_default) {
		say(out, "default: ");
		say_verdict(out, c->from->default_verdict);
		say(out, " -> ");
		say_verdict(out, c->to->default_verdict);
		say(out, "\n");
	}
	if (((c->from->arches ^ c->to->arches) & c->arches) != 0) {
		say(out, "architectures:\n");
		say_arches(c->from->arches & ~c->to->arches & c->arches,
			   "no longer listed, so their programs are killed", out);
		say_arches(c->to->arches & ~c->from->arches & c->arches,
			   "listed now, so their programs can run", out);
	}
	if (!c->same_flags) {
		say(out, "flags: ");
		say_flags(c->from, out);
		say(out, " -> ");
		say_flags(c->to, out);
		say(out, "\n");
	}
	if (!c->same_listener)
		say(out, "listener: '%.*s' -> '%.*s'\n", TEXT_ARG(c->from->listener_path),
		    TEXT_ARG(c->to->listener_path));
	changes_say(&c->changes, out);
}

/* --- JSON --- */

static void put_flags(const char *key, const struct ruleset *ruleset, struct output *out)
{
	uint32_t flags = flags_of(ruleset);

	json_open(out, key, '[');
	for (uint32_t flag = 1; flag <= FLAG_WAIT_KILLABLE_RECV; flag <<= 1) {
		if ((flags & flag) != 0)
			json_put_str(out, NULL, flag_name(flag));
	}
	json_close(out, ']');
}

static void put_side(const char *key, const struct input *input, const struct ruleset *ruleset,
		     struct output *out)
{
	json_open(out, key, '{');
	json_put_str(out, "name", input->name);
	json_put_verdict(out, "default", ruleset->default_verdict);
	json_put_arches(out, "architectures", ruleset->arches);
	put_flags("flags", ruleset, out);
	json_put_text(out, "listener", ruleset->listener_path);
	json_close(out, '}');
}

static void put_comparison(const struct comparison *c, struct output *out)
{
	json_open(out, NULL, '{');
	json_put_bool(out, "equal", is_equal(c));
	json_put_arches(out, "compared", c->from->arches & c->to->arches & c->arches);
	put_side("from", &c->inputs->list[0], c->from, out);
	put_side("to", &c->inputs->list[1], c->to, out);
	changes_put(&c->changes, out);
	json_close(out, '}');
}

static enum status run(int argc, char **argv, struct arena *arena, struct error *err)
{
	struct options options = { .count = 0 };
	struct notes notes = { .count = 0 };
	struct comparison comparison;
	struct inputs inputs;
	struct output out;
	enum arch arch = ARCH_NATIVE;
	enum status st = parse(argc, argv, &options, err);

	if (st == STATUS_OK)
		st = parse_arch(options.arch, &arch, err);
	if (st == STATUS_OK)
		st = inputs_read(options.names, 2, options.caps, arena, &notes, &inputs, err);
	if (st == STATUS_OK)
		st = compare(&inputs, options.arch != NULL ? ARCH_BIT(arch) : ARCH_ALL, arena,
			     &comparison, err);
	if (st != STATUS_OK)
		return st;
	output_init(&out, options.is_json, arena);
	if (options.is_json)
		put_comparison(&comparison, &out);
	else
		say_comparison(&comparison, &out);
	print_notes(&notes);
	st = output_print(&out, err);
	if (st == STATUS_OK && !is_equal(&comparison))
		st = quiet_failure(err);
	return st;
}

const struct command command_diff = {
	"diff",
	"show the calls that one profile opens and closes against another",
	"usage: oci-confine diff [--caps LIST] [--arch NAME] [--json] A B\n"
	"\n"
	"Lists the calls that B opens (A denies them, B lets them through), closes, and answers\n"
	"otherwise, by argument where only some arguments make the difference, and what else\n"
	"differs: the default, architectures, flags. Profiles are compared by what they declare,\n"
	"exactly, and only calls that exist on an architecture that both list.\n"
	"What a runtime adds, as runc's ENOSYS for calls above all that a profile names, is no part\n"
	"of a profile and not compared.\n"
	"\n"
	"A and B are files of any of the three forms, a config.json, a bundle's directory, \"-\" for\n"
	"standard input, runtime-default, or an older containerd's, as runtime-default@1.6.\n"
	"\n"
	"  --caps LIST   the container's bounding set, on which RuntimeDefault depends:\n"
	"                CAP_NET_RAW,SYS_ADMIN or ALL, none, default (what engines grant);\n"
	"                with a config.json or bundle, its own is used\n"
	"  --arch NAME   the calls of this architecture alone, its arguments as wide as they are:\n"
	"                x86_64, x86, x32, aarch64, arm, or SCMP_ARCH_...\n"
	"  --json        one JSON object, oci-confine(1)\n"
	"\n"
	"Exit status: 0 when they are equal, 1 when they differ. An error is 1 to 4 as for every\n"
	"command, with a line on standard error and nothing on standard output.\n"
	"\n"
	"Example:\n"
	"  oci-confine diff runtime-default prevent-chmod.json || true\n",
	run,
};
