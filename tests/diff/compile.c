/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/diff/compile.h"

#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILTER_BYTES_MAX ((size_t)16 * 1024 * 1024)

static const enum scmp_compare operators[] = {
	[COMPARE_NE] = SCMP_CMP_NE,
	[COMPARE_LT] = SCMP_CMP_LT,
	[COMPARE_LE] = SCMP_CMP_LE,
	[COMPARE_EQ] = SCMP_CMP_EQ,
	[COMPARE_GE] = SCMP_CMP_GE,
	[COMPARE_GT] = SCMP_CMP_GT,
	[COMPARE_MASKED_EQ] = SCMP_CMP_MASKED_EQ,
};

static bool applies(const struct profile_when *when, const struct walker_host *host)
{
	return (when->caps_all & ~host->bounding) == 0 && (when->caps_none & host->bounding) == 0 &&
	       host->kernel >= when->kernel_min &&
	       (when->kernel_below == 0 || host->kernel < when->kernel_below);
}

static bool repeats_index(const struct profile_rule *rule)
{
	unsigned seen = 0;

	for (size_t i = 0; i < rule->arg_count; i++) {
		if ((seen & 1u << rule->args[i].index) != 0)
			return true;
		seen |= 1u << rule->args[i].index;
	}
	return false;
}

/* runc, seccomp_linux.go matchCall(); crun, seccomp.c libcrun_generate_seccomp(). */
static int add_rule(scmp_filter_ctx filter, int nr, const struct profile_rule *rule)
{
	struct scmp_arg_cmp args[PROFILE_ARGS_MAX];
	uint32_t action = answer_of(rule->verdict);
	int failed = 0;

	for (size_t i = 0; i < rule->arg_count; i++)
		args[i] = (struct scmp_arg_cmp){ rule->args[i].index, operators[rule->args[i].op],
						 rule->args[i].a, rule->args[i].b };
	if (!repeats_index(rule))
		return seccomp_rule_add_array(filter, action, nr, rule->arg_count, args);
	for (size_t i = 0; i < rule->arg_count && failed == 0; i++)
		failed = seccomp_rule_add_array(filter, action, nr, 1, &args[i]);
	return failed;
}

static int add_rules(scmp_filter_ctx filter, const struct profile *profile,
		     const struct walker_host *host)
{
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct profile_rule *rule = &profile->rules[i];

		if (!applies(&rule->when, host) ||
		    verdict_equal(rule->verdict, profile->default_verdict))
			continue;
		for (size_t n = 0; n < rule->name_count; n++) {
			char name[80];
			int nr, failed;

			(void)snprintf(name, sizeof(name), "%.*s", TEXT_ARG(rule->names[n]));
			nr = seccomp_syscall_resolve_name(name);
			if (nr == __NR_SCMP_ERROR)
				continue;
			failed = add_rule(filter, nr, rule);
			if (failed != 0)
				return failed;
		}
	}
	return 0;
}

size_t compile_rule_count(const struct profile *profile, const struct walker_host *host)
{
	size_t count = 0;

	for (size_t i = 0; i < profile->rule_count; i++) {
		if (applies(&profile->rules[i].when, host))
			count += profile->rules[i].name_count;
	}
	return count;
}

/* libseccomp's number of an architecture; 0: newer than this libseccomp. */
static uint32_t token_of(enum arch arch)
{
	char name[32];

	/* libseccomp's word is the part behind SCMP_ARCH_, in lower case */
	(void)snprintf(name, sizeof(name), "%s", arch_name(arch) + strlen("SCMP_ARCH_"));
	for (char *c = name; *c != '\0'; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c + ('a' - 'A') : *c);
	return seccomp_arch_resolve_name(name);
}

/* The listed ones, and the judged machine's own instead of that of this one. */
static int add_arches(scmp_filter_ctx filter, uint32_t arches)
{
	arches |= ARCH_BIT(ARCH_NATIVE);
	for (unsigned arch = 0; arch < ARCH_COUNT_; arch++) {
		uint32_t token = (arches & ARCH_BIT(arch)) != 0 ? token_of((enum arch)arch) : 0;
		int failed = token != 0 ? seccomp_arch_add(filter, token) : 0;

		if (failed != 0 && failed != -EEXIST)
			return failed;
	}
	for (unsigned arch = 0; arch < ARCH_COUNT_; arch++) {
		if (token_of((enum arch)arch) == seccomp_arch_native() &&
		    (arches & ARCH_BIT(arch)) == 0)
			return seccomp_arch_remove(filter, seccomp_arch_native());
	}
	return 0;
}

static int generate(const struct profile *profile, const struct walker_host *host, bool optimize,
		    int fd)
{
	scmp_filter_ctx filter;
	int failed;

	/* everything that this libseccomp knows, whatever the kernel here */
	(void)seccomp_api_set(6);
	filter = seccomp_init(answer_of(profile->default_verdict));
	if (filter == NULL)
		return -EINVAL;
	failed = add_arches(filter, profile->arches);
	if (failed == 0 && optimize)
		failed = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (failed == 0)
		failed = add_rules(filter, profile, host);
	if (failed == 0)
		failed = seccomp_export_bpf(filter, fd);
	return failed;
}

/* Never returns: the profile goes to libseccomp and the filter to fd. */
static _Noreturn void child(const struct profile *profile, const struct walker_host *host,
			    bool optimize, unsigned cpu_ms, int fd)
{
	struct itimerval timer = { .it_value = { cpu_ms / 1000, (cpu_ms % 1000) * 1000 } };
	struct rlimit cpu = { cpu_ms / 1000 + 1, cpu_ms / 1000 + 2 };
	struct rlimit core = { 0, 0 };

	if (setrlimit(RLIMIT_CPU, &cpu) != 0 || setrlimit(RLIMIT_CORE, &core) != 0 ||
	    setitimer(ITIMER_PROF, &timer, NULL) != 0)
		_exit(2);
	_exit(generate(profile, host, optimize, fd) == 0 ? 0 : 1);
}

static bool read_filter(int fd, struct arena *arena, struct bpf *ret_filter)
{
	off_t size = lseek(fd, 0, SEEK_END);
	struct sock_filter *list;
	size_t count;

	if (size <= 0 || (size_t)size > FILTER_BYTES_MAX ||
	    (size_t)size % sizeof(*list) != 0)
		return false;
	count = (size_t)size / sizeof(*list);
	list = arena_array(arena, count, sizeof(*list));
	if (list == NULL || pread(fd, list, (size_t)size, 0) != size)
		return false;
	*ret_filter = (struct bpf){ list, count };
	return true;
}

enum compiled compile_profile(const struct profile *profile, const struct walker_host *host,
			      bool optimize, unsigned cpu_ms, struct arena *arena,
			      struct bpf *ret_filter)
{
	int fd = memfd_create("filter", MFD_CLOEXEC), status = 0;
	enum compiled result = COMPILE_NO_CHILD;
	pid_t pid;

	if (fd < 0)
		return COMPILE_NO_CHILD;
	pid = fork();
	if (pid == 0)
		child(profile, host, optimize, cpu_ms, fd);
	if (pid > 0 && waitpid(pid, &status, 0) == pid) {
		if (!WIFEXITED(status))
			result = COMPILE_HUNG;
		else if (WEXITSTATUS(status) == 1)
			result = COMPILE_REFUSED;
		else if (WEXITSTATUS(status) == 0 && read_filter(fd, arena, ret_filter))
			result = COMPILED;
	}
	(void)close(fd);
	return result;
}
