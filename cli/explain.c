/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/explain.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "cli/command.h"

#define X32_BIT 0x40000000 /* asm/unistd.h, __X32_SYSCALL_BIT */

struct options {
	const char *caps, *arch;
	bool is_json;
	const char *words[INPUTS_MAX + 1]; /* the inputs and, last, the call */
	size_t count;
	const char *args[PROFILE_ARGS_MAX]; /* the values of a0= to a5=; NULL: not given */
};

/* Decimal, 0x or octal; a negative one in two's complement. The whole word, or false. */
static bool parse_number(const char *word, uint64_t *ret_number)
{
	const char *digits = word[0] == '-' ? word + 1 : word;
	unsigned long long number;
	char *end;

	if (!isdigit((unsigned char)digits[0]))
		return false;
	errno = 0;
	number = strtoull(digits, &end, 0);
	if (errno != 0 || *end != '\0' || (digits != word && number > (uint64_t)1 << 63))
		return false;
	*ret_number = digits == word ? number : 0 - number;
	return true;
}

static bool is_argument(const char *word)
{
	return word[0] == 'a' && word[1] >= '0' && word[1] <= '9' && word[2] == '=';
}

static enum status take_argument(const char *word, struct options *options, struct error *err)
{
	unsigned index = (unsigned)(word[1] - '0');

	if (index >= PROFILE_ARGS_MAX)
		return error_set(err, STATUS_INVALID, 0, "'%.60s': the arguments are a0 to a5",
				 word);
	if (options->args[index] != NULL)
		return error_set(err, STATUS_INVALID, 0, "a%u is given twice", index);
	options->args[index] = word + 3;
	return STATUS_OK;
}

static enum status parse(int argc, char **argv, struct options *options, struct error *err)
{
	enum status st = STATUS_OK;

	for (int i = 0; i < argc && st == STATUS_OK; i++) {
		if (option_value(argc, argv, &i, "--caps", &options->caps, err) ||
		    option_value(argc, argv, &i, "--arch", &options->arch, err))
			st = err->status;
		else if (strcmp(argv[i], "--json") == 0)
			options->is_json = true;
		else if (is_argument(argv[i]))
			st = take_argument(argv[i], options, err);
		else if (argv[i][0] == '-' && argv[i][1] != '\0')
			st = unknown_option("explain", argv[i], err);
		else if (options->count == INPUTS_MAX + 1)
			st = error_set(err, STATUS_INVALID, 0, "more than %d inputs", INPUTS_MAX);
		else
			options->words[options->count++] = argv[i];
	}
	if (st == STATUS_OK && options->count < 2)
		st = error_set(err, STATUS_INVALID, 0,
			       "which profile, and which call? see oci-confine explain --help");
	return st;
}

enum status parse_arch(const char *word, enum arch *ret_arch, struct error *err)
{
	static const struct {
		char word[8], name[10];
	} aliases[] = {
		{ "amd64", "X86_64" }, { "i386", "X86" },      { "386", "X86" },
		{ "i686", "X86" },     { "arm64", "AARCH64" },
	};
	char name[40] = "SCMP_ARCH_";
	size_t at = strlen(name);

	if (word == NULL) {
		*ret_arch = ARCH_NATIVE;
		return STATUS_OK;
	}
	if (strncmp(word, name, at) == 0)
		at = 0;
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
		if (strcmp(word, aliases[i].word) == 0)
			word = aliases[i].name;
	}
	if (strlen(word) < sizeof(name) - at) {
		for (size_t i = 0; i <= strlen(word); i++)
			name[at + i] = (char)toupper((unsigned char)word[i]);
		if (arch_parse(text_of(name), ret_arch))
			return STATUS_OK;
	}
	return error_set(
		err, STATUS_INVALID, 0,
		"--arch: unknown architecture '%.60s'; one is x86_64, x86, x32, aarch64 or "
		"another that seccomp profiles know",
		word);
}

static enum status find_by_number(const char *word, uint64_t number, enum arch arch,
				  unsigned *ret_call, struct error *err)
{
	if (!syscall_arch_is_numbered(arch))
		return error_set(err, STATUS_INVALID, 0,
				 "no table of numbers for %s here; name the call", arch_name(arch));
	if (arch == ARCH_X32 && number >= X32_BIT)
		number -= X32_BIT;
	for (unsigned call = 0; call < syscall_count(); call++) {
		int known = syscall_number(call, arch);

		if (known < 0 && arch == ARCH_X86)
			known = syscall_direct_number(call);
		if (known >= 0 && (uint64_t)known == number) {
			*ret_call = call;
			return STATUS_OK;
		}
	}
	return error_set(
		err, STATUS_INVALID, 0,
		"no system call known here has the number %.30s on %s; every profile gives "
		"it its default, and runc ENOSYS",
		word, arch_name(arch));
}

static enum status find_call(const char *word, enum arch arch, unsigned *ret_call,
			     struct error *err)
{
	struct text nearest;
	uint64_t number;

	if (parse_number(word, &number))
		return find_by_number(word, number, arch, ret_call, err);
	if (syscall_find(text_of(word), ret_call))
		return STATUS_OK;
	nearest = syscall_nearest(text_of(word));
	return error_set(err, STATUS_INVALID, 0, "unknown system call '%.60s'%s%.*s%s", word,
			 nearest.len > 0 ? "; did you mean '" : "", TEXT_ARG(nearest),
			 nearest.len > 0 ? "'?" : "");
}

static enum status set_arguments(const struct options *options, struct explanation *e,
				 struct error *err)
{
	for (unsigned i = 0; i < PROFILE_ARGS_MAX; i++) {
		uint64_t number;

		if (options->args[i] == NULL)
			continue;
		if (!parse_number(options->args[i], &number))
			return error_set(err, STATUS_INVALID, 0,
					 "a%u: '%.60s' is no number of 64 bits", i,
					 options->args[i]);
		e->given[i] = true;
		if (e->question.is_32bit)
			number = (uint32_t)number;
		e->question.asked.mask[i] = UINT64_MAX;
		e->question.asked.value[i] = number;
	}
	return STATUS_OK;
}

static enum status run(int argc, char **argv, struct arena *arena, struct error *err)
{
	struct options options = { .count = 0 };
	struct explanation e = { .arch = ARCH_NATIVE };
	struct notes notes = { .count = 0 };
	struct inputs inputs;
	struct output out;
	enum status st = parse(argc, argv, &options, err);

	if (st == STATUS_OK)
		st = parse_arch(options.arch, &e.arch, err);
	if (st == STATUS_OK)
		st = find_call(options.words[options.count - 1], e.arch, &e.question.call, err);
	e.question.is_32bit = arch_is_32bit(e.arch);
	if (st == STATUS_OK)
		st = set_arguments(&options, &e, err);
	if (st == STATUS_OK)
		st = inputs_read(options.words, options.count - 1, options.caps, arena, &notes,
				 &inputs, err);
	if (st != STATUS_OK)
		return st;
	e.inputs = &inputs;
	st = explain_find(&e, arena, err);
	if (st != STATUS_OK)
		return st;
	output_init(&out, options.is_json, arena);
	if (options.is_json)
		explain_print_json(&e, &out);
	else
		explain_print_text(&e, &out);
	print_notes(&notes);
	return output_print(&out, err);
}

const struct command command_explain = {
	"explain",
	"say what profiles answer to one system call, and why",
	"usage: oci-confine explain [--caps LIST] [--arch NAME] [--json] PROFILE... CALL [aN=VALUE]...\n"
	"\n"
	"Says for each PROFILE and for all together what becomes of CALL: the verdict, the rule or\n"
	"default that decides, what would allow it (a capability, other arguments), and why the\n"
	"call is worth denying. Arguments that are not given may be anything.\n"
	"\n"
	"A PROFILE is a file of any of the three forms, a config.json, a bundle's directory, \"-\"\n"
	"for standard input, runtime-default, or an older containerd's, as runtime-default@1.6.\n"
	"CALL is a name or a number; VALUE decimal, 0x hexadecimal, 0 octal, or negative.\n"
	"\n"
	"  --caps LIST   the container's bounding set, on which RuntimeDefault depends:\n"
	"                CAP_NET_RAW,SYS_ADMIN or ALL, none, default (what engines grant);\n"
	"                with a config.json or bundle, its own is used\n"
	"  --arch NAME   whose numbers, and how wide arguments are: x86_64, x86, x32, aarch64, or\n"
	"                SCMP_ARCH_...; this machine's by default\n"
	"  --json        one JSON object, oci-confine(1)\n"
	"\n"
	"Example:\n"
	"  oci-confine explain runtime-default prevent-chmod.json unshare\n"
	"  oci-confine explain /tmp/bundle socket a0=40\n",
	run,
};
