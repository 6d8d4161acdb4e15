/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include <errno.h>
#include <fcntl.h>

#include "oci-spec/base/file.h"

static enum status report(const char *shown, const struct confined *confined, struct arena *arena,
			  struct error *err)
{
	const struct privileges *now = &confined->decision.privileges;
	struct buffer out = BUFFER_INIT(arena);
	struct iovec piece;
	struct text text;
	enum status st;

	buffer_add_printable(&out, text_of(shown));
	if (now->untouched)
		buffer_add_str(&out, ": left alone, as the policy says");
	else if (!confined->changed)
		buffer_add_str(&out, ": carries the decision already");
	else
		buffer_add_str(&out, ": confined");
	if (!now->untouched) {
		buffer_add_str(&out, "\n  capabilities  ");
		capability_set_describe(now->capabilities.bounding, &out);
		buffer_add_str(&out, "\n  taken away    ");
		capability_set_describe(confined->decision.dropped, &out);
		buffer_add_str(&out, "\n  no_new_privs  ");
		buffer_add_str(&out, now->no_new_privileges ? "on" : "off");
		buffer_add_str(&out, "\n  AppArmor      ");
		buffer_add_printable(&out, now->apparmor_profile.len > 0 ?
						   now->apparmor_profile :
						   TEXT("as the runtime has it"));
		buffer_add_str(&out, "\n  seccomp       default ");
		buffer_add_str(&out, confined->decision.has_seccomp ?
					     action_name(confined->decision.seccomp.default_verdict.action) :
					     "none");
	}
	buffer_add_char(&out, '\n');
	st = buffer_text(&out, &text, err);
	if (st != STATUS_OK)
		return st;
	piece = (struct iovec){ out.ptr, out.len };
	return print_pieces(&piece, 1, err);
}

static enum status run(int argc, char **argv, struct arena *arena, struct error *err)
{
	const char *policy = NULL, *bundle = NULL;
	struct confine *confine = arena_alloc(arena, sizeof(*confine));
	struct confined *confined = arena_alloc(arena, sizeof(*confined));
	struct buffer shown = BUFFER_INIT(arena);
	AUTO(file_close) int dirfd = -1;
	enum status st;

	for (int i = 0; i < argc; i++) {
		if (option_value(argc, argv, &i, "--policy", &policy, err)) {
			if (policy == NULL)
				return STATUS_INVALID;
		} else if (argv[i][0] != '-' && bundle == NULL) {
			bundle = argv[i];
		} else {
			return unknown_option("apply", argv[i], err);
		}
	}
	if (bundle == NULL)
		return error_set(err, STATUS_INVALID, 0, "which bundle? see oci-confine apply --help");
	buffer_add_str(&shown, bundle);
	buffer_add_str(&shown, "/config.json");
	buffer_add_char(&shown, '\0');
	if (confine == NULL || confined == NULL || shown.failed)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot start");
	st = confine_open(confine, policy, arena, err);
	if (st == STATUS_OK)
		st = file_open_dir(AT_FDCWD, bundle, &dirfd, err);
	if (st == STATUS_OK)
		st = confine_bundle(confine, dirfd, "config.json", shown.ptr, confined, err);
	if (st != STATUS_OK)
		return st;
	print_notes(&confine->notes);
	return report(shown.ptr, confined, arena, err);
}

const struct command command_apply = {
	"apply",
	"confine a bundle in place",
	"usage: oci-confine apply [--policy FILE] BUNDLE\n"
	"\n"
	"Rewrites BUNDLE/config.json as oci-confine-runtime does at the start of a container:\n"
	"atomically, and not at all when it carries the decision already or is refused.\n"
	"\n"
	"  --policy FILE   instead of " POLICY_PATH_DEFAULT "\n"
	"\n"
	"Example:\n"
	"  oci-confine apply /tmp/bundle && runc run --bundle /tmp/bundle demo\n",
	run,
};
