/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include <errno.h>
#include <unistd.h>

#include "oci-spec/base/file.h"

static enum status run(int argc, char **argv, struct arena *arena, struct error *err)
{
	const char *policy = NULL;
	struct confine *confine = arena_alloc(arena, sizeof(*confine));
	struct confined *confined = arena_alloc(arena, sizeof(*confined));
	struct text text;
	enum status st;

	for (int i = 0; i < argc; i++) {
		if (!option_value(argc, argv, &i, "--policy", &policy, err))
			return unknown_option("filter", argv[i], err);
		if (policy == NULL)
			return STATUS_INVALID;
	}
	if (confine == NULL || confined == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot start");
	st = confine_open(confine, policy, arena, err);
	if (st == STATUS_OK)
		st = file_read_fd(STDIN_FILENO, CONTAINER_BYTES_MAX, arena, &text, err);
	if (st == STATUS_OK)
		st = confine_text(confine, text, "standard input", confined, err);
	/* in podman's precreate stage a container starts with it next */
	if (st == STATUS_OK)
		st = confine_prepare(confine, &confined->decision.privileges, err);
	if (st != STATUS_OK)
		return error_in_file(err, "standard input");
	print_notes(&confine->notes);
	return print_pieces(confined->pieces, confined->piece_count, err);
}

const struct command command_filter = {
	"filter",
	"confine a config.json from standard input to standard output",
	"usage: oci-confine filter [--policy FILE] < config.json > confined.json\n"
	"\n"
	"Reads the config.json of a container, decides, and writes it with the decision in it:\n"
	"process.capabilities, process.noNewPrivileges, process.apparmorProfile and linux.seccomp.\n"
	"Everything else stays as it is, byte for byte. Nothing is written when it is refused.\n"
	"\n"
	"  --policy FILE   instead of " POLICY_PATH_DEFAULT "\n"
	"\n"
	"Example:\n"
	"  oci-confine filter < config.json > confined.json\n",
	run,
};
