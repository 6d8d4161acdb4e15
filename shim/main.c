/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oci-confine-runtime: stands where runc or crun stood. create, run and restore confine the
 * bundle's config.json, exec its process; then, and for every other command at once, the real
 * runtime takes this process over with all it was given.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "confine/confine.h"
#include "confine/log.h"
#include "confine/version.h" /* generated */
#include "oci-spec/base/file.h"
#include "shim/called_name.h"
#include "shim/container_state.h"
#include "shim/environment.h"
#include "shim/exec_flags.h"
#include "shim/real_runtime.h"
#include "shim/report.h"
#include "shim/runtime_args.h"

/* As much as a create of a usual size needs. */
#define FIRST_MEMORY (512 * 1024)

/*
 * A link oci-confine-runtime-NAME that an administrator has made chooses policy.d/NAME.json.
 * Who runs us set-uid could have made it himself.
 */
static enum status read_called_name(struct runtime_args *args, struct arena *arena,
				    struct error *err)
{
	struct buffer path = BUFFER_INIT(arena);
	const char *called = called_path(), *name;
	enum status st;

	/* nearly always */
	if (text_ends_with(text_of(called), "/oci-confine-runtime"))
		return STATUS_OK;
	st = called_name(called, "oci-confine-runtime", "", arena, &name, err);
	if (st != STATUS_OK || name == NULL)
		return st;
	if (getauxval(AT_SECURE) != 0)
		return error_set(err, STATUS_DENIED, 0,
				 "a set-uid program cannot choose a policy by its name");
	buffer_add_str(&path, POLICY_DIR_DEFAULT "/");
	buffer_add_str(&path, name);
	buffer_add_str(&path, ".json");
	buffer_add_char(&path, '\0');
	if (path.failed)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot start");
	args->named_policy = path.ptr;
	return STATUS_OK;
}

static bool is_overridden(const struct runtime_args *args)
{
	return args->runtime_path != NULL || args->policy_path != NULL;
}

/*
 * Overriding the policy or the runtime is for who can run programs as this user anyway; where
 * an administrator has let others run this one program (sudo), "runtime-override" forbids it.
 */
static enum status check_override(const struct runtime_args *args, const struct runtimes *runtimes,
				  struct error *err)
{
	if (!is_overridden(args) || runtimes->allow_override)
		return STATUS_OK;
	return error_set(err, STATUS_DENIED, 0,
			 "%s forbids to choose runtime or policy (\"runtime-override\": false)",
			 runtimes->policy);
}

/* The policy, which may be another one than the administrator's if that allows it. */
static enum status open_policy(const struct runtime_args *args, struct arena *arena,
			       struct confine *confine, struct error *err)
{
	struct runtimes *runtimes = arena_alloc(arena, sizeof(*runtimes));
	enum status st;

	if (runtimes == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot start");
	if (args->policy_path == NULL) {
		st = confine_open(confine, args->named_policy, arena, err);
		return st == STATUS_OK ? check_override(args, &confine->policy.runtimes, err) : st;
	}
	st = policy_read_runtimes(args->named_policy, arena, runtimes, err);
	if (st == STATUS_OK)
		st = check_override(args, runtimes, err);
	return st == STATUS_OK ? confine_open(confine, args->policy_path, arena, err) : st;
}

/*
 * CRI writes such a cgroup path, "kubepods-pod1.slice:cri-containerd:ID", when the kubelet's
 * driver is systemd, and tells the runtime by --systemd-cgroup. containerd can set that option
 * for runtime_type io.containerd.runc.v2 only, so under our own shim it is missing, and runc
 * would take the path for a directory's name. Later commands find the manager in the
 * container's state (runc: libcontainer, state.json; crun: libcrun/status.c).
 */
static bool wants_systemd(const struct container *container)
{
	struct text rest = json_text(json_get(container->linux_object, "cgroupsPath"));
	struct text slice = text_cut(&rest, ':'), prefix = text_cut(&rest, ':');
	size_t n = sizeof(".slice") - 1;

	return slice.len > n && memcmp(slice.ptr + slice.len - n, ".slice", n) == 0 &&
	       memchr(slice.ptr, '/', slice.len) == NULL && prefix.ptr != NULL && rest.len > 0 &&
	       memchr(rest.ptr, ':', rest.len) == NULL;
}

static struct log_origin origin_of(const struct runtime_args *args)
{
	return (struct log_origin){ "oci-confine-runtime",
				    args->id != NULL ? text_of(args->id) : TEXT_NONE };
}

static const char *effect_of(const struct confined *confined)
{
	if (confined->decision.privileges.untouched)
		return "left alone";
	return confined->changed ? "confined" : "carried by config.json";
}

static enum status confine_create(struct confine *confine, struct runtime_args *args,
				  struct error *err)
{
	const char *bundle = args->bundle != NULL ? args->bundle : ".", *name = "config.json";
	/* crun takes -f from the working directory, but "config.json" itself from the bundle */
	bool elsewhere = args->config != NULL && strcmp(args->config, name) != 0;
	AUTO(file_close) int dirfd = -1;
	struct buffer shown = BUFFER_INIT(confine->arena);
	struct confined *confined = arena_alloc(confine->arena, sizeof(*confined));
	enum status st;

	if (!elsewhere) {
		buffer_add_str(&shown, bundle);
		buffer_add_char(&shown, '/');
	}
	buffer_add_str(&shown, elsewhere ? args->config : name);
	buffer_add_char(&shown, '\0');
	if (shown.failed || confined == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read the bundle");
	if (elsewhere)
		st = file_open_parent(AT_FDCWD, args->config, confine->arena, &dirfd, &name, err);
	else
		st = file_open_dir(AT_FDCWD, bundle, &dirfd, err);
	if (st == STATUS_OK)
		st = confine_bundle(confine, dirfd, name, shown.ptr, confined, err);
	if (st == STATUS_OK && confine->policy.log) {
		const struct log_origin origin = origin_of(args);

		log_decision(&origin, effect_of(confined), confine, confined);
	}
	if (st == STATUS_OK && !args->cgroup_manager_given && wants_systemd(&confined->container))
		st = runtime_args_add_global(args, "--systemd-cgroup", confine->arena, err);
	return st;
}

static enum status confine_exec(struct confine *confine, struct runtime_args *args,
				const char *runtime, struct error *err)
{
	AUTO(file_close) int dirfd = -1;
	const char *file, *shown;
	struct confined *container = arena_alloc(confine->arena, sizeof(*container));
	enum status st;

	if (container == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read the container");
	st = container_state_find(args, runtime, confine->arena, &dirfd, &file, &shown, err);
	if (st == STATUS_OK)
		st = confine_read_container(confine, dirfd, file, shown, container, err);
	if (st != STATUS_OK)
		return st;
	if (args->process != NULL)
		return confine_process_file(confine, container, args->process, err);
	return exec_flags_confine(confine, container, args, err);
}

/*
 * A restored process gets capabilities, seccomp filters and label from the checkpoint's image,
 * which in a cluster a pod's author can name; its config.json decides nothing about them.
 */
static enum status check_restore(const struct policy *policy, struct error *err)
{
	if (policy->restore == ANSWER_PASS)
		return STATUS_OK;
	return error_set(err, STATUS_DENIED, 0,
			 "restore is refused by %s: a checkpoint brings its own confinement; "
			 "\"restore\": \"pass\" trusts it",
			 policy->path);
}

static enum status confine_command(struct runtime_args *args, struct arena *arena,
				   const char **ret_runtime, struct error *err)
{
	struct confine *confine = arena_alloc(arena, sizeof(*confine));
	enum status st;

	if (confine == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot start");
	st = open_policy(args, arena, confine, err);
	if (st == STATUS_OK)
		st = real_runtime_find(&confine->policy.runtimes, args->runtime_path, arena,
				       ret_runtime, err);
	/* a restore has its filters from criu's image */
	confine->handover.to_runtime =
		st == STATUS_OK &&
		(args->command == COMMAND_CREATE || args->command == COMMAND_RUN) &&
		real_runtime_is_crun(*ret_runtime);
	if (st == STATUS_OK && args->command == COMMAND_RESTORE)
		st = check_restore(&confine->policy, err);
	if (st == STATUS_OK && args->command == COMMAND_EXEC)
		st = confine_exec(confine, args, *ret_runtime, err);
	else if (st == STATUS_OK)
		st = confine_create(confine, args, err);
	if (st == STATUS_OK)
		st = report_notes(args, &confine->notes, err);
	if (st != STATUS_OK && confine->policy.log) {
		const struct log_origin origin = origin_of(args);

		log_failure(&origin, "refused", err);
	}
	return st;
}

/*
 * Which runtime takes over a command that is not ours. A container must be stopped and deleted
 * also while the policy is broken, so then the built-in list is used.
 */
static enum status pass_on(const struct runtime_args *args, struct arena *arena,
			   const char **ret_runtime, struct error *err)
{
	struct runtimes *runtimes = arena_alloc(arena, sizeof(*runtimes));
	enum status st;

	if (runtimes == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot start");
	st = policy_read_runtimes(args->named_policy, arena, runtimes, err);
	if (st == STATUS_OK)
		st = check_override(args, runtimes, err);
	if (st != STATUS_OK && is_overridden(args))
		return st;
	if (args->policy_path != NULL && args->runtime_path == NULL)
		st = policy_read_runtimes(args->policy_path, arena, runtimes, err);
	if (st != STATUS_OK)
		policy_init_runtimes(runtimes);
	return real_runtime_find(runtimes, args->runtime_path, arena, ret_runtime, err);
}

static enum status run(struct runtime_args *args, struct arena *arena, struct error *err)
{
	const char *runtime;
	enum status st = args->command == COMMAND_OTHER
				 ? pass_on(args, arena, &runtime, err)
				 : confine_command(args, arena, &runtime, err);

	if (st == STATUS_OK)
		st = environment_widen_path(args->saved_path, err);
	if (st != STATUS_OK)
		return st;
	(void)execv(runtime, args->argv);
	return error_set(err, STATUS_SYSTEM, errno, "cannot execute '%.200s'", runtime);
}

int main(int argc, char **argv)
{
	static _Alignas(16) char first_memory[FIRST_MEMORY];
	struct arena arena = ARENA_IN(first_memory);
	struct runtime_args args;
	struct error *err = arena_alloc(&arena, sizeof(*err)); /* large, and seldom needed */
	enum status st;

	if (err == NULL)
		return STATUS_SYSTEM;
	st = runtime_args_parse(argc, argv, &arena, &args, err);
	if (st == STATUS_OK && args.show_version) {
		(void)fputs("oci-confine-runtime " VERSION_TEXT, stdout);
		return 0;
	}
	if (st == STATUS_OK)
		st = read_called_name(&args, &arena, err);
	if (st == STATUS_OK)
		st = run(&args, &arena, err);
	report_error(&args, err);
	arena_done(&arena);
	return (int)st;
}
