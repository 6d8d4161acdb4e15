/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line of the hook, and the name by which the wrapper was called, which chooses a
 * policy. The input is the words, one a line; the last one is the name, too.
 */
#include "hook/options.h"
#include "shim/called_name.h"
#include "tests/fuzz/fuzz.h"

#define WORDS_MAX 16

static void check_name(const char *called, struct arena *arena)
{
	const char *name = NULL;
	struct error err = { 0 };
	enum status st;

	if (strchr(called, '/') != NULL)
		return; /* no link of this machine is followed */
	st = called_name(called, "oci-confine-runtime", "", arena, &name, &err);
	if (st != STATUS_OK) {
		fuzz_check_error(st, &err, true);
		return;
	}
	if (name == NULL)
		return;
	fuzz_require(strlen(name) > 0 && strlen(name) <= 64 && name[0] != '.');
	for (const char *c = name; *c != '\0'; c++)
		fuzz_require(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-",
				    *c) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char program[] = "oci-confine-hook";
	struct arena arena = ARENA_INIT;
	struct hook_options options = { .policy_path = NULL };
	char *text = text_dup(&arena, fuzz_text(data, size)), *argv[WORDS_MAX + 1] = { program };
	struct error err = { 0 };
	int argc = 1;
	enum status st;

	fuzz_require(text != NULL);
	while (text != NULL && argc < WORDS_MAX)
		argv[argc++] = strsep(&text, "\n");
	st = hook_options_parse(argc, argv, &options, &err);
	if (st != STATUS_OK)
		fuzz_check_error(st, &err, false);
	else
		fuzz_require(options.policy_path == NULL || options.policy_path[0] == '/');
	check_name(argv[argc - 1], &arena);
	arena_done(&arena);
	return 0;
}
