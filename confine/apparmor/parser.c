/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/apparmor/parser.h"

#include <unistd.h>

#include "oci-spec/base/program.h"

#define ADDRESS_SPACE_MAX ((uint64_t)2 << 30)

static const char *const *arguments(enum apparmor_parser_job job)
{
	static const char name[] = "apparmor_parser";
	static const char *const names[] = { name, "-q", "-N", NULL };
	static const char *const preprocess[] = { name, "-q", "-p", NULL };
	static const char *const compile[] = { name, "-q", "-Q", "-K", "-S", NULL };
	static const char *const complain[] = { name, "-q", "-Q", "-K", "-S", "-C", NULL };

	switch (job) {
	case APPARMOR_PARSER_NAMES:
		return names;
	case APPARMOR_PARSER_PREPROCESS:
		return preprocess;
	case APPARMOR_PARSER_COMPILE:
		return compile;
	case APPARMOR_PARSER_COMPILE_COMPLAIN:
		return complain;
	}
	return compile;
}

enum status apparmor_parser_run(enum apparmor_parser_job job, struct text input,
				struct arena *arena, struct text *ret_output, struct error *err)
{
	const struct program parser = {
		.path = APPARMOR_PARSER_PATH,
		.argv = arguments(job),
		.seconds = APPARMOR_PARSER_SECONDS,
		.output_max = APPARMOR_BLOB_BYTES_MAX,
		.memory_max = ADDRESS_SPACE_MAX,
	};

	if (access(APPARMOR_PARSER_PATH, X_OK) != 0)
		return error_set(err, STATUS_UNSUPPORTED, 0,
				 "there is no " APPARMOR_PARSER_PATH
				 " to compile AppArmor profiles (Debian: package apparmor)");
	return program_run(&parser, input, arena, ret_output, err);
}
