/* SPDX-License-Identifier: Apache-2.0 */
#include "hook/options.h"

#include <errno.h>
#include <unistd.h>

#include "confine/policy.h"

static const struct {
	const char *name;
	enum stage stage;
} stages[] = {
	{ "prestart", STAGE_PRESTART },
	{ "createRuntime", STAGE_CREATE_RUNTIME },
	{ "createContainer", STAGE_CREATE_CONTAINER },
	{ "startContainer", STAGE_START_CONTAINER },
	{ "poststart", STAGE_POSTSTART },
	{ "poststop", STAGE_POSTSTOP },
};

const char hook_help[] =
	"usage: oci-confine-hook [--stage=STAGE] [--policy=FILE] < state\n"
	"\n"
	"An OCI hook: called by runc, crun and their kin, with the container's state on standard\n"
	"input. Before the start it confines the container that the runtime is making; afterwards\n"
	"it looks whether the kernel holds what was decided.\n"
	"\n"
	"  --stage=STAGE   prestart, createRuntime (both enforce) or poststart (attests); can be left\n"
	"                  out where the state document says it: creating, or running\n"
	"  --policy=FILE   instead of " POLICY_PATH_DEFAULT "\n"
	"  --version       what is built in\n"
	"  --help          this text\n"
	"\n"
	"Exit codes: 0 done, 1 the input is wrong, 2 the policy refuses the container, 3 this machine\n"
	"or stage cannot do it, 4 a system call failed. Each but 0 keeps the container from starting.\n";

static enum status parse_stage(const char *word, enum stage *ret_stage, struct error *err)
{
	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		if (strcmp(word, stages[i].name) == 0) {
			*ret_stage = stages[i].stage;
			return STATUS_OK;
		}
	}
	return error_set(err, STATUS_INVALID, 0, "--stage: there is no '%.60s'", word);
}

enum status hook_options_parse(int argc, char **argv, struct hook_options *ret_options,
			       struct error *err)
{
	struct hook_options options = { .stage = STAGE_FROM_STATE };
	enum status st = STATUS_OK;

	for (int i = 1; i < argc && st == STATUS_OK; i++) {
		const char *word = argv[i];

		if (strncmp(word, "--stage=", 8) == 0)
			st = parse_stage(word + 8, &options.stage, err);
		else if (strncmp(word, "--policy=", 9) == 0 && word[9] == '/')
			options.policy_path = word + 9;
		else if (strncmp(word, "--policy=", 9) == 0)
			st = error_set(err, STATUS_INVALID, 0,
				       "--policy: must be an absolute path");
		else if (strcmp(word, "--version") == 0)
			options.show_version = true;
		else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
			options.show_help = true;
		else
			st = error_set(err, STATUS_INVALID, 0,
				       "unknown option or word '%.100s'; see --help", word);
	}
	if (st == STATUS_OK)
		*ret_options = options;
	return st;
}

static enum status unsupported_stage(struct error *err)
{
	return error_set(err, STATUS_UNSUPPORTED, 0,
			 "createContainer and startContainer hooks run inside the container, from "
			 "where its init cannot be held: use createRuntime or prestart");
}

enum status hook_task_of(enum stage stage, const struct hook_state *state, enum hook_task *ret_task,
			 struct error *err)
{
	bool is_created = text_is(state->status, "created");

	switch (stage) {
	case STAGE_PRESTART:
	case STAGE_CREATE_RUNTIME:
		*ret_task = HOOK_ENFORCE;
		return STATUS_OK;
	case STAGE_POSTSTART:
		*ret_task = HOOK_ATTEST;
		return STATUS_OK;
	case STAGE_CREATE_CONTAINER:
	case STAGE_START_CONTAINER:
		return unsupported_stage(err);
	case STAGE_FROM_STATE:
		if (is_created)
			return error_set(err, STATUS_INVALID, 0,
					 "the state says 'created', as crun does before the start "
					 "and runc after it: say which by --stage=STAGE");
		*ret_task = text_is(state->status, "creating") ? HOOK_ENFORCE : HOOK_ATTEST;
		if (*ret_task == HOOK_ENFORCE || text_is(state->status, "running"))
			return STATUS_OK;
		break;
	case STAGE_POSTSTOP:
		break;
	}
	return error_set(err, STATUS_INVALID, 0,
			 "there is nothing to confine in a container whose status is '%.*s'",
			 TEXT_ARG(state->status));
}

enum status hook_check_pid(const struct hook_state *state, struct error *err)
{
	char self[24] = "", own[24];

	(void)snprintf(own, sizeof(own), "%d", (int)getpid());
	if (readlink("/proc/self", self, sizeof(self) - 1) < 0)
		return error_set(err, STATUS_UNSUPPORTED, errno, "there is no /proc");
	if (state->pid <= 0 || strcmp(self, own) != 0)
		return unsupported_stage(err);
	return STATUS_OK;
}
