/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Build tool: reads runtime-default*.json with the parser that reads every other profile and
 * prints them as the tables of confine/seccomp/runtime_default.c.
 * Arguments: pairs of a version ("" for our own) and a file.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>

#include "confine/seccomp/runtime_default_table.h"
#include "confine/seccomp/syscalls.h"
#include "oci-spec/base/file.h"
#include "oci-spec/seccomp_profile.h"

struct output {
	struct arena *arena;
	struct buffer calls, args, rules;
	unsigned call_count, arg_count, rule_count;
};

static void die(struct error *err, const char *file)
{
	char line[1024];

	(void)error_in_file(err, file);
	error_format(err, line, sizeof(line));
	fprintf(stderr, "generate_runtime_default: %s\n", line);
	exit(1);
}

static void add_line(struct buffer *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void add_line(struct buffer *b, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	buffer_add_str(b, line);
}

static void add_rule(struct output *out, const struct profile_rule *rule, const char *file)
{
	struct error err;

	add_line(&out->rules,
		 "\t{ { %u, %u }, %u, %u, %u, %u, %u, { %#llxull, %#llxull, %#xu, %#xu } },\n",
		 rule->verdict.action, rule->verdict.data, out->call_count, rule->name_count,
		 out->arg_count, rule->arg_count, rule->number,
		 (unsigned long long)rule->when.caps_all, (unsigned long long)rule->when.caps_none,
		 rule->when.kernel_min, rule->when.kernel_below);
	for (uint32_t i = 0; i < rule->name_count; i++) {
		unsigned call;

		if (!syscall_find(rule->names[i], &call)) {
			(void)error_set(&err, STATUS_INVALID, 0,
					"'%.*s' is missing in syscalls-newer.txt",
					TEXT_ARG(rule->names[i]));
			die(&err, file);
		}
		add_line(&out->calls, "\t%u, /* %.*s */\n", call, TEXT_ARG(rule->names[i]));
	}
	for (unsigned i = 0; i < rule->arg_count; i++)
		add_line(&out->args, "\t{ %u, %u, %#llxull, %#llxull },\n", rule->args[i].index,
			 rule->args[i].op, (unsigned long long)rule->args[i].a,
			 (unsigned long long)rule->args[i].b);
	out->call_count += rule->name_count;
	out->arg_count += rule->arg_count;
	out->rule_count++;
}

static void add_profile(struct output *out, struct buffer *profiles, const char *version,
			const char *file)
{
	struct profile profile;
	struct json_doc doc;
	struct text text;
	struct error err;
	unsigned first = out->rule_count;

	if (file_read(AT_FDCWD, file, PROFILE_BYTES_MAX, out->arena, &text, NULL, &err) !=
		    STATUS_OK ||
	    json_parse(out->arena, text, file, &profile_limits, &doc, &err) != STATUS_OK ||
	    profile_parse(json_root(&doc), PROFILE_IN_FILE, file, out->arena, &profile, &err) !=
		    STATUS_OK)
		die(&err, file);
	for (size_t i = 0; i < profile.rule_count; i++)
		add_rule(out, &profile.rules[i], file);
	add_line(profiles, "\t{ \"%s\", { %u, %u }, %#xu, %u, %u },\n", version,
		 profile.default_verdict.action, profile.default_verdict.data, profile.arches,
		 first, out->rule_count - first);
}

static void print(const char *head, const struct buffer *body)
{
	printf("%s[] = {\n%.*s};\n\n", head, (int)body->len, body->ptr != NULL ? body->ptr : "");
}

int main(int argc, char **argv)
{
	struct arena arena = ARENA_INIT;
	struct output out = { .arena = &arena,
			      .calls = BUFFER_INIT(&arena),
			      .args = BUFFER_INIT(&arena),
			      .rules = BUFFER_INIT(&arena) };
	struct buffer profiles = BUFFER_INIT(&arena);
	const char *comma = "";

	if (argc < 3 || argc % 2 == 0) {
		fprintf(stderr, "usage: generate_runtime_default VERSION FILE...\n");
		return 2;
	}
	for (int i = 1; i < argc; i += 2)
		add_profile(&out, &profiles, argv[i], argv[i + 1]);
	/* a build for another machine's judges has its own before this one is asked for */
	printf("/* generated from confine/data by generate_runtime_default */\n"
	       "#ifndef RUNTIME_DEFAULT_DATA_H\n#define RUNTIME_DEFAULT_DATA_H\n\n"
	       "#include \"confine/seccomp/runtime_default_table.h\"\n\n");
	print("static const uint16_t builtin_calls", &out.calls);
	print("static const struct profile_arg builtin_args", &out.args);
	print("static const struct builtin_rule builtin_rules", &out.rules);
	print("static const struct builtin_profile builtin_profiles", &profiles);
	printf("static const char builtin_versions[] = \"");
	for (int i = 1; i < argc; i += 2) {
		if (argv[i][0] == '\0')
			continue;
		printf("%s%s", comma, argv[i]);
		comma = ", ";
	}
	printf("\";\n\n#endif\n");
	arena_done(&arena);
	return 0;
}
