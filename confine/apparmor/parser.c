/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/apparmor/parser.h"

#include <unistd.h>

#include "oci-spec/base/program.h"

#define ADDRESS_SPACE_MAX ((uint64_t)2 << 30)

#define ARGUMENTS_MAX 8

/* On the caller's stack: tables of pointers cost a relocation each in every start. */
static void set_arguments(enum apparmor_parser_job job, const char *arguments[ARGUMENTS_MAX])
{
	bool compiles = job == APPARMOR_PARSER_COMPILE || job == APPARMOR_PARSER_COMPILE_COMPLAIN;
	unsigned n = 0;

	arguments[n++] = "apparmor_parser";
	arguments[n++] = "-q";
	if (job == APPARMOR_PARSER_NAMES)
		arguments[n++] = "-N";
	if (job == APPARMOR_PARSER_PREPROCESS)
		arguments[n++] = "-p";
	if (compiles) {
		arguments[n++] = "-Q";
		arguments[n++] = "-K";
		arguments[n++] = "-S";
	}
	if (job == APPARMOR_PARSER_COMPILE_COMPLAIN)
		arguments[n++] = "-C";
	arguments[n] = NULL;
}

enum status apparmor_parser_run(enum apparmor_parser_job job, struct text input,
				struct arena *arena, struct text *ret_output, struct error *err)
{
	const char *argv[ARGUMENTS_MAX];
	const struct program parser = {
		.path = APPARMOR_PARSER_PATH,
		.argv = argv,
		.seconds = APPARMOR_PARSER_SECONDS,
		.output_max = APPARMOR_BLOB_BYTES_MAX,
		.memory_max = ADDRESS_SPACE_MAX,
	};

	if (access(APPARMOR_PARSER_PATH, X_OK) != 0)
		return error_set(err, STATUS_UNSUPPORTED, 0,
				 "there is no " APPARMOR_PARSER_PATH
				 " to compile AppArmor profiles (Debian: package apparmor)");
	set_arguments(job, argv);
	return program_run(&parser, input, arena, ret_output, err);
}
