/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cli/doctor.h"
#include "cli/inputs.h"
#include "confine/apparmor/choose.h"
#include "confine/apparmor/loaded.h"
#include "confine/apparmor/parser.h"
#include "confine/host.h"
#include "oci-spec/base/file.h"

#define ACTIONS_PATH "/proc/sys/kernel/seccomp/actions_avail"
#define SMALL_FILE_BYTES ((size_t)4096)

static bool has_word(struct text list, char separator, const char *word)
{
	while (list.ptr != NULL) {
		if (text_is(text_trim(text_cut(&list, separator)), word))
			return true;
	}
	return false;
}

static void check_actions(struct doctor *doctor)
{
	static const char *const needed[] = { "kill_process", "kill_thread", "trap", "errno",
					      "trace",	      "log",	     "allow" };
	struct text actions;
	struct error err;

	if (file_read(AT_FDCWD, ACTIONS_PATH, SMALL_FILE_BYTES, doctor->arena, &actions, NULL,
		      &err) != STATUS_OK) {
		doctor_say_error(doctor, HEALTH_ERROR, "seccomp",
				 "a kernel with CONFIG_SECCOMP_FILTER", &err);
		return;
	}
	if (actions.len > 0 && actions.ptr[actions.len - 1] == '\n')
		actions.len--;
	for (unsigned i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (!has_word(actions, ' ', needed[i])) {
			doctor_say(doctor, HEALTH_ERROR, "seccomp", "a kernel from 4.14 on",
				   "the kernel has no action %s", needed[i]);
			return;
		}
	}
	if (!has_word(actions, ' ', "user_notif"))
		doctor_say(doctor, HEALTH_WARNING, "seccomp", "a kernel from 5.0 on",
			   "no action user_notif: profiles with SCMP_ACT_NOTIFY do not start");
	doctor_say(doctor, HEALTH_OK, "seccomp", NULL, "filters with the actions %.*s",
		   TEXT_ARG(actions));
}

void doctor_check_kernel(struct doctor *doctor)
{
	struct utsname name;
	unsigned major = 0, minor = 0;

	if (uname(&name) != 0 || sscanf(name.release, "%u.%u", &major, &minor) != 2)
		doctor_say(doctor, HEALTH_ERROR, "kernel", NULL, "its version cannot be told");
	else if (major < 5 || (major == 5 && minor < 6)) /* openat2(2) */
		doctor_say(doctor, HEALTH_ERROR, "kernel", "Linux 5.6 or later",
			   "Linux %.60s is too old", name.release);
	else
		doctor_say(doctor, HEALTH_OK, "kernel", NULL, "Linux %.60s, %.20s", name.release,
			   name.machine);
	check_actions(doctor);
}

static void check_named_policies(struct doctor *doctor)
{
	DIR *dir = opendir(POLICY_DIR_DEFAULT);
	struct policy *policy = arena_alloc(doctor->arena, sizeof(*policy));
	struct dirent *entry;

	if (dir == NULL)
		return;
	while (policy != NULL && (entry = readdir(dir)) != NULL) {
		struct buffer path = BUFFER_INIT(doctor->arena);
		struct error err = { 0 };

		if (entry->d_name[0] == '.')
			continue;
		buffer_add_str(&path, POLICY_DIR_DEFAULT "/");
		buffer_add_str(&path, entry->d_name);
		buffer_add_char(&path, '\0');
		if (path.failed)
			break;
		if (policy_read(path.ptr, doctor->arena, policy, &err) == STATUS_OK)
			doctor_say(doctor, HEALTH_OK, "policy", NULL, "%.300s", path.ptr);
		else
			doctor_say_error(doctor, HEALTH_ERROR, "policy",
					 "until then its containers are refused", &err);
	}
	(void)closedir(dir);
}

void doctor_check_policy(struct doctor *doctor, struct policy *ret_policy)
{
	struct error err = { 0 };

	if (policy_read(NULL, doctor->arena, ret_policy, &err) != STATUS_OK) {
		doctor_say_error(doctor, HEALTH_ERROR, "policy",
				 "until then every container is refused", &err);
		policy_init(ret_policy);
	} else if (ret_policy->audit) {
		doctor_say(doctor, HEALTH_WARNING, "policy",
			   "\"mode\": \"enforce\", when the logs are clean",
			   "%.200s is in audit mode: nothing is denied", ret_policy->path);
	} else {
		doctor_say(doctor, HEALTH_OK, "policy", NULL, "%.200s", ret_policy->path);
	}
	check_named_policies(doctor);
}

/* The name of a profile that an engine brings: such a one cannot be stacked, choose.h. */
static bool is_an_engines(const struct policy *policy, struct text name)
{
	for (size_t i = 0; i < policy->apparmor.engine_defaults.count; i++) {
		if (apparmor_name_matches(policy->apparmor.engine_defaults.items[i], name))
			return true;
	}
	return false;
}

static void check_baseline(struct doctor *doctor, const struct policy *policy,
			   const struct host *host)
{
	struct text baseline = policy->apparmor.baseline;
	struct text mode = apparmor_loaded_mode(host->apparmor_profiles, baseline);

	if (baseline.len == 0)
		return;
	if (is_an_engines(policy, baseline))
		doctor_say(
			doctor, HEALTH_WARNING, "AppArmor",
			"\"baseline\": \"" APPARMOR_BASELINE "\"",
			"baseline %.*s: its rules for signals name only itself, so that a container "
			"under it and another profile cannot end its own children",
			TEXT_ARG(baseline));
	else
		doctor_say(doctor, HEALTH_OK, "AppArmor", NULL, "baseline %.*s, %s",
			   TEXT_ARG(baseline),
			   mode.len > 0 ? "loaded" : "loaded when it is first needed");
}

void doctor_check_apparmor(struct doctor *doctor, const struct policy *policy)
{
	struct host host;
	struct error err = { 0 };

	if (host_read(doctor->arena, &host, &err) != STATUS_OK) {
		doctor_say_error(doctor, HEALTH_ERROR, "AppArmor", NULL, &err);
		return;
	}
	if (!host.has_apparmor) {
		doctor_say(doctor, HEALTH_OK, "AppArmor", NULL,
			   "not in this kernel: a container that asks for a profile is refused");
		return;
	}
	if (host.apparmor_profiles.ptr == NULL) {
		doctor_say(doctor, HEALTH_WARNING, "AppArmor",
			   "run as root, with securityfs mounted",
			   "the kernel has it, but " APPARMOR_LOADED_PATH " cannot be read");
		return;
	}
	if (access(APPARMOR_PARSER_PATH, X_OK) != 0)
		doctor_say(doctor, HEALTH_WARNING, "AppArmor", "install apparmor_parser (apparmor)",
			   "profiles cannot be compiled: one that is not loaded or cached refuses "
			   "the container");
	check_baseline(doctor, policy, &host);
}

static bool is_json_name(const char *name)
{
	size_t n = strlen(name);

	return name[0] != '.' && n > 5 && strcmp(name + n - 5, ".json") == 0;
}

/* What a container would be refused for: an owner, a writer, a form that is not understood. */
static void check_profile(struct doctor *doctor, const char *path)
{
	struct input *input = arena_alloc(doctor->arena, sizeof(*input));
	struct error err = { 0 };
	struct stat about;
	enum status st = STATUS_SYSTEM;

	if (input == NULL || lstat(path, &about) != 0)
		return;
	if (!S_ISREG(about.st_mode))
		return;
	st = file_check_owner(&about, &err);
	if (st == STATUS_OK)
		st = input_open(path, doctor->arena, input, &err);
	if (st == STATUS_OK)
		st = input_parse(input, doctor->arena, &err);
	if (st == STATUS_OK) {
		doctor_say(doctor, HEALTH_OK, "profile", NULL, "%.300s", path);
		return;
	}
	(void)error_in_file(&err, path);
	doctor_say_error(doctor, HEALTH_ERROR, "profile", "oci-confine lint says more", &err);
}

void doctor_check_profiles(struct doctor *doctor, const struct policy *policy)
{
	const char *root = text_dup(doctor->arena, policy->profile_root);
	DIR *dir = root != NULL ? opendir(root) : NULL;
	struct dirent *entry;

	if (dir == NULL) {
		doctor_say(doctor, HEALTH_OK, "profile", NULL, "none: %.200s is not there",
			   root != NULL ? root : "the directory");
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		struct buffer path = BUFFER_INIT(doctor->arena);

		if (!is_json_name(entry->d_name))
			continue;
		buffer_add(&path, policy->profile_root);
		buffer_add_char(&path, '/');
		buffer_add_str(&path, entry->d_name);
		buffer_add_char(&path, '\0');
		if (!path.failed)
			check_profile(doctor, path.ptr);
	}
	(void)closedir(dir);
}
