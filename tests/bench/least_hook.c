/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The least that a hook can do which enforces a filter from outside: our keeper, with all that it
 * puts on known beforehand. The filter lies in the bundle, beside config.json, which is not read;
 * capabilities and label stay as they are. What ours takes more is reading and deciding.
 */
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine/inject/keeper.h"

static void killed(const struct inject_plan *plan, const struct error *err)
{
	(void)plan;
	(void)err;
}

/* The value of a string or number in the state, up to its end. */
static bool value_of(const char *state, const char *key, char *value, size_t size)
{
	const char *start = strstr(state, key);
	size_t len = start != NULL ? strcspn(start + strlen(key), ",\"}") : size;

	if (len >= size)
		return false;
	memcpy(value, start + strlen(key), len);
	value[len] = '\0';
	return true;
}

int main(int argc, char **argv)
{
	static char state[4096], bundle[2048], path[2100], pid[16];
	static struct sock_filter code[BPF_MAXINSNS];
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { 0 };
	struct filter filter = { .code = code, .flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW };
	struct confinement decision = { .has_seccomp = true };
	struct keeper keeper = { .words = argv, .on_failure = killed };
	struct inject_plan *plan;
	struct error err = { 0 };
	uint64_t all;
	FILE *file;

	(void)argc;
	if (read(STDIN_FILENO, state, sizeof(state) - 1) <= 0 ||
	    !value_of(state, "\"pid\":", pid, sizeof(pid)) ||
	    !value_of(state, "\"bundle\":\"", bundle, sizeof(bundle)))
		return 2;
	(void)snprintf(path, sizeof(path), "%s/filter.bpf", bundle);
	file = fopen(path, "re");
	if (file == NULL || syscall(SYS_capget, &header, data) != 0)
		return 2;
	filter.count = fread(code, sizeof(code[0]), BPF_MAXINSNS, file);
	(void)fclose(file);
	all = (uint64_t)data[1].permitted << 32 | data[0].permitted;
	decision.privileges.capabilities = (struct capability_sets){
		.bounding = all, .effective = all, .permitted = all
	};
	if (inject_plan_make((pid_t)strtol(pid, NULL, 10), TEXT("least"), &decision, &filter, &plan,
			     &err) != STATUS_OK)
		return 3;
	keeper.plan = plan;
	return keeper_start(&keeper, &err) == STATUS_OK ? 0 : 3;
}
