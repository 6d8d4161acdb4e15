/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that do what a denied one does. */
#include "cli/lint.h"

#include <errno.h>

#include "confine/seccomp/compare.h"

/* Denying any of the first is in vain while one of the second is open. Words with spaces. */
struct family {
	char denied[120], open[120];
};

static const struct family families[] = {
	{ "chmod fchmod fchmodat fchmodat2", "chmod fchmod fchmodat fchmodat2" },
	{ "chown lchown fchown fchownat chown32 lchown32 fchown32",
	  "chown lchown fchown fchownat chown32 lchown32 fchown32" },
	{ "open openat openat2 creat", "open openat openat2 creat" },
	{ "open_by_handle_at", "open_by_handle_at" },
	{ "access faccessat faccessat2", "access faccessat faccessat2" },
	{ "mkdir mkdirat", "mkdir mkdirat" },
	{ "mknod mknodat", "mknod mknodat" },
	{ "link linkat", "link linkat" },
	{ "symlink symlinkat", "symlink symlinkat" },
	{ "readlink readlinkat", "readlink readlinkat" },
	{ "unlink unlinkat", "unlink unlinkat" },
	{ "rmdir", "unlinkat" },
	{ "rename renameat renameat2", "rename renameat renameat2" },
	{ "truncate truncate64 ftruncate ftruncate64",
	  "truncate truncate64 ftruncate ftruncate64" },
	{ "utime utimes utimensat utimensat_time64 futimesat",
	  "utime utimes utimensat utimensat_time64 futimesat" },
	{ "setxattr lsetxattr fsetxattr setxattrat", "setxattr lsetxattr fsetxattr setxattrat" },
	{ "getxattr lgetxattr fgetxattr getxattrat", "getxattr lgetxattr fgetxattr getxattrat" },
	{ "listxattr llistxattr flistxattr listxattrat",
	  "listxattr llistxattr flistxattr listxattrat" },
	{ "removexattr lremovexattr fremovexattr removexattrat",
	  "removexattr lremovexattr fremovexattr removexattrat" },
	{ "execve execveat", "execve execveat" },
	{ "fork vfork clone clone3", "fork vfork clone clone3" },
	{ "unshare", "clone clone3" },
	{ "mount", "fsmount move_mount" },
	{ "umount umount2", "umount umount2" },
	{ "pivot_root", "move_mount" },
	{ "socket", "socketcall" },
	{ "bind connect listen accept accept4 sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg",
	  "socketcall" },
	{ "accept accept4", "accept accept4" },
	{ "sendto sendmsg sendmmsg send", "sendto sendmsg sendmmsg send" },
	{ "recvfrom recvmsg recvmmsg recv recvmmsg_time64",
	  "recvfrom recvmsg recvmmsg recv recvmmsg_time64" },
	{ "kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal",
	  "kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal" },
	{ "ptrace", "process_vm_readv process_vm_writev" },
	{ "init_module finit_module", "init_module finit_module" },
	{ "kexec_load kexec_file_load", "kexec_load kexec_file_load" },
	{ "settimeofday stime clock_settime clock_settime64 adjtimex clock_adjtime",
	  "settimeofday stime clock_settime clock_settime64" },
	{ "setuid setuid32 setreuid setreuid32 setresuid setresuid32",
	  "setuid setuid32 setreuid setreuid32 setresuid setresuid32" },
	{ "setgid setgid32 setregid setregid32 setresgid setresgid32",
	  "setgid setgid32 setregid setregid32 setresgid setresgid32" },
	{ "setrlimit prlimit64", "setrlimit prlimit64" },
	{ "sched_setscheduler sched_setattr", "sched_setscheduler sched_setattr" },
	{ "mprotect pkey_mprotect", "mprotect pkey_mprotect" },
	{ "open openat openat2 statx unlinkat renameat renameat2 mkdirat symlinkat linkat",
	  "io_uring_setup" },
	{ "socket connect accept accept4 bind listen sendmsg recvmsg sendto recvfrom shutdown",
	  "io_uring_setup" },
	{ "read write readv writev splice tee setxattr fsetxattr getxattr fgetxattr fallocate",
	  "io_uring_setup" },
};

static bool has_word(const char *words, struct text word)
{
	struct text rest = text_of(words);

	while (rest.ptr != NULL) {
		if (text_equal(text_cut(&rest, ' '), word))
			return true;
	}
	return false;
}

/* The strictest rule without conditions, which is what such a call gets. */
static const struct rule *constant_rule(const struct rule *rules)
{
	const struct rule *found = NULL;

	for (const struct rule *r = rules; r != NULL; r = r->next) {
		if (r->cond_count == 0 &&
		    (found == NULL || r->verdict.action < found->verdict.action))
			found = r;
	}
	return found;
}

/* Whether every argument goes through. */
static bool is_open(const struct lint *lint, unsigned call)
{
	const struct rule *rules = lint->ruleset.calls[call];
	const struct rule *always = constant_rule(rules);

	if (!call_exists(call, lint->arches))
		return false;
	for (const struct rule *r = rules; r != NULL; r = r->next) {
		if (!verdict_lets_through(r->verdict))
			return false;
	}
	return verdict_lets_through(always != NULL ? always->verdict : lint->fallback);
}

/* The open ones of a family, "fchmodat, fchmodat2"; empty when there is none. */
static void list_open(const struct lint *lint, const struct family *family, struct text denied,
		      struct buffer *out)
{
	struct text rest = text_of(family->open);

	while (rest.ptr != NULL) {
		struct text word = text_cut(&rest, ' ');
		unsigned call;

		if (text_equal(word, denied) || !syscall_find(word, &call) || !is_open(lint, call))
			continue;
		buffer_add_str(out, out->len > 0 ? ", " : "");
		buffer_add(out, word);
	}
}

static void check_name(struct lint *lint, struct json name)
{
	struct text denied = json_text(name);

	for (size_t f = 0; f < sizeof(families) / sizeof(families[0]); f++) {
		struct buffer open = BUFFER_INIT(lint->arena);
		bool ring = strcmp(families[f].open, "io_uring_setup") == 0;

		if (!has_word(families[f].denied, denied))
			continue;
		list_open(lint, &families[f], denied, &open);
		if (open.len == 0)
			continue;
		lint_add(
			lint, name,
			ring ? "deny io_uring_setup, io_uring_enter and io_uring_register too"
			     : "deny them too, or deny by default and list what is allowed",
			ring ? "%.*s is denied, but io_uring does it without that call, and %.*s is "
			       "open"
			     : "%.*s is denied, but these do the same and are open: %.*s",
			TEXT_ARG(denied), TEXT_ARG(((struct text){ open.ptr, open.len })));
	}
}

/* Only rules that deny a call by name and for all arguments: those mean to. */
void check_sibling_open(struct lint *lint)
{
	for (size_t r = 0; r < lint->rule_count; r++) {
		const struct lint_rule *rule = &lint->rules[r];

		if (!rule->is_sound || rule->is_foreign || rule->arg_count > 0 ||
		    verdict_lets_through(rule->verdict))
			continue;
		/* "there is no such call" sends programs to the sibling, and is meant to */
		if (rule->verdict.action == ACTION_ERRNO && rule->verdict.data == ENOSYS)
			continue;
		for (struct json n = rule->first_name; json_exists(n);
		     n = lint_next_name(rule, n)) {
			unsigned call;

			if (lint_call(n, &call) && call_exists(call, lint->arches) &&
			    !is_open(lint, call))
				check_name(lint, n);
		}
	}
}
