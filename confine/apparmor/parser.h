/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_APPARMOR_PARSER_H
#define CONFINE_APPARMOR_PARSER_H

#include "oci-spec/base/text.h"

/*
 * apparmor_parser(8), the only compiler of profiles there is. It is run as it is, without a
 * shell, with nothing of our environment or descriptors, a limit of time, memory and output, and
 * gets the text on its standard input, so that what it compiles is what was read and checked.
 */
#define APPARMOR_PARSER_PATH "/usr/sbin/apparmor_parser"
#define APPARMOR_PARSER_SECONDS 30
#define APPARMOR_BLOB_BYTES_MAX ((size_t)16 * 1024 * 1024)

enum apparmor_parser_job {
	APPARMOR_PARSER_NAMES,	    /* the names of the profiles in the text, one a line */
	APPARMOR_PARSER_PREPROCESS, /* the text with what it includes in place */
	APPARMOR_PARSER_COMPILE,    /* what the kernel takes, for this kernel */
	APPARMOR_PARSER_COMPILE_COMPLAIN,
};

/*
 * STATUS_INVALID: the parser refuses the text, with its own last line as the reason;
 * STATUS_UNSUPPORTED: there is no parser; STATUS_SYSTEM: it could not be run, or took too long.
 */
enum status apparmor_parser_run(enum apparmor_parser_job job, struct text input,
				struct arena *arena, struct text *ret_output,
				struct error *err) MUST_CHECK;

#endif
