/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/diff/samples.h"

/* clang-format off: rules read better one a line */
#define ALL_ARCHES "\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"]"
#define RULE(names, action) "{\"names\":[" names "],\"action\":\"SCMP_ACT_" action "\"}"
#define RULE_IF(names, action, args) \
	"{\"names\":[" names "],\"action\":\"SCMP_ACT_" action "\",\"args\":[" args "]}"
#define ERRNO(names, number) \
	"{\"names\":[" names "],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":" number "}"
#define ARG(index, op, value) \
	"{\"index\":" index ",\"op\":\"SCMP_CMP_" op "\",\"value\":" value "}"
#define MASKED(index, mask, value) \
	"{\"index\":" index ",\"op\":\"SCMP_CMP_MASKED_EQ\",\"value\":" mask ",\"valueTwo\":" value "}"
#define CHMODS "\"chmod\",\"fchmod\",\"fchmodat\",\"fchmodat2\""
#define ALLOW_ALL "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":["
#define ALLOW_ALL_ARCHES "{\"defaultAction\":\"SCMP_ACT_ALLOW\"," ALL_ARCHES ",\"syscalls\":["
#define COMMON_CALLS                                                                             \
	"\"read\",\"write\",\"close\",\"openat\",\"mmap\",\"mprotect\",\"munmap\",\"brk\","      \
	"\"rt_sigaction\",\"rt_sigprocmask\",\"rt_sigreturn\",\"execve\",\"exit\","              \
	"\"exit_group\",\"wait4\",\"getpid\",\"getppid\",\"getuid\",\"fstat\",\"newfstatat\","   \
	"\"futex\",\"socketcall\",\"ipc\""

const struct sample_profile sample_profiles[] = {
	{ "prevent-chmod", ALLOW_ALL RULE(CHMODS, "ERRNO") "]}" },
	{ "prevent-chmod, three architectures", ALLOW_ALL_ARCHES RULE(CHMODS, "ERRNO") "]}" },
	{ "allows all", ALLOW_ALL_ARCHES "]}" },
	{ "logs all", "{\"defaultAction\":\"SCMP_ACT_LOG\"," ALL_ARCHES "}" },
	{ "denies all", "{\"defaultAction\":\"SCMP_ACT_ERRNO\"," ALL_ARCHES "}" },
	{ "like podman's: ENOSYS, and EPERM by name",
	  "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38," ALL_ARCHES ",\"syscalls\":["
	  ERRNO("\"bdflush\",\"io_pgetevents\",\"kexec_load\",\"kexec_file_load\",\"migrate_pages\","
		"\"move_pages\",\"nfsservctl\",\"sysfs\",\"uselib\",\"userfaultfd\",\"vm86\"", "1") ","
	  RULE(COMMON_CALLS ",\"mount\",\"unshare\",\"keyctl\",\"clone\",\"clone3\",\"setns\"", "ALLOW") ","
	  ERRNO("\"setns\"", "1") ","
	  RULE_IF("\"socket\"", "ALLOW", ARG("0", "NE", "16")) ","
	  RULE_IF("\"socket\"", "ALLOW", ARG("0", "EQ", "16") "," ARG("2", "NE", "9")) "]}" },
	{ "kills the process on a deny list",
	  ALLOW_ALL_ARCHES RULE("\"reboot\",\"kexec_load\",\"init_module\",\"bpf\",\"ptrace\"",
				"KILL_PROCESS") "]}" },
	{ "kills the thread, traps, logs and traces",
	  ALLOW_ALL_ARCHES RULE("\"reboot\"", "KILL_THREAD") "," RULE("\"ptrace\",\"socket\"", "TRAP") ","
	  RULE("\"execve\",\"setuid\"", "LOG") "," RULE("\"unshare\",\"mount\"", "TRACE") "]}" },
	{ "old KILL by default, few calls",
	  "{\"defaultAction\":\"SCMP_ACT_KILL\"," ALL_ARCHES ",\"syscalls\":["
	  RULE(COMMON_CALLS, "ALLOW") "]}" },
	{ "allow list that kills the process",
	  "{\"defaultAction\":\"SCMP_ACT_KILL_PROCESS\",\"syscalls\":[" RULE(COMMON_CALLS, "ALLOW") ","
	  RULE_IF("\"ioctl\"", "ALLOW", ARG("1", "EQ", "21505")) "]}" },
	{ "arguments of clone and unshare",
	  ALLOW_ALL_ARCHES RULE_IF("\"clone\",\"unshare\"", "ERRNO",
				   MASKED("0", "268435456", "268435456")) ","
	  ERRNO("\"clone3\"", "38") "]}" },
	{ "socket families",
	  ALLOW_ALL_ARCHES RULE_IF("\"socket\"", "ERRNO", ARG("0", "EQ", "16")) ","
	  RULE_IF("\"socket\"", "ERRNO", ARG("0", "GE", "38")) ","
	  RULE_IF("\"socket\"", "KILL_PROCESS", ARG("0", "EQ", "40")) "]}" },
	{ "socket types of two families, x86_64",
	  ALLOW_ALL RULE_IF("\"socket\"", "ERRNO", ARG("0", "EQ", "2") "," MASKED("1", "15", "3")) ","
	  RULE_IF("\"socket\"", "ERRNO", ARG("0", "EQ", "10") "," MASKED("1", "15", "3")) "]}" },
	{ "personality",
	  ALLOW_ALL_ARCHES RULE_IF("\"personality\"", "ERRNO", ARG("0", "NE", "4294967295")) "]}" },
	{ "personality, other numbers",
	  "{\"defaultAction\":\"SCMP_ACT_ERRNO\"," ALL_ARCHES ",\"syscalls\":["
	  RULE(COMMON_CALLS, "ALLOW") ","
	  RULE_IF("\"personality\"", "ALLOW", ARG("0", "LE", "8")) ","
	  RULE_IF("\"personality\"", "ALLOW", ARG("0", "EQ", "131080")) "]}" },
	{ "ioctl of terminals",
	  ALLOW_ALL_ARCHES RULE_IF("\"ioctl\"", "ERRNO", MASKED("1", "4294967295", "21522")) ","
	  RULE_IF("\"ioctl\"", "ERRNO", MASKED("1", "4294967295", "21532")) "]}" },
	{ "ioctl, 64 bit compares",
	  ALLOW_ALL RULE_IF("\"ioctl\"", "ERRNO", ARG("1", "EQ", "21522")) ","
	  RULE_IF("\"ioctl\"", "KILL_PROCESS", ARG("1", "GT", "4294967295")) "]}" },
	{ "prctl",
	  ALLOW_ALL RULE_IF("\"prctl\"", "ERRNO", ARG("0", "EQ", "22")) ","
	  RULE_IF("\"prctl\"", "ERRNO", ARG("0", "EQ", "38") "," ARG("1", "EQ", "0")) ","
	  RULE_IF("\"prctl\"", "LOG", ARG("0", "GE", "50")) "]}" },
	{ "an index twice: any of them",
	  ALLOW_ALL RULE_IF("\"keyctl\"", "ERRNO", ARG("0", "EQ", "0") "," ARG("0", "EQ", "1") ","
			    ARG("1", "EQ", "7")) "]}" },
	{ "libseccomp never finishes with this one",
	  ALLOW_ALL RULE_IF("\"ioctl\"", "ERRNO", ARG("0", "LT", "256") ","
			    ARG("1", "LE", "9223372036854776063")) ","
	  RULE_IF("\"ioctl\"", "ERRNO", ARG("0", "LT", "256") "," MASKED("1", "1", "0")) "]}" },
	{ "old system calls of i386",
	  ALLOW_ALL_ARCHES RULE("\"socketcall\",\"ipc\",\"stime\",\"vm86\",\"modify_ldt\"", "ERRNO") "]}" },
	{ "single socket calls",
	  ALLOW_ALL_ARCHES RULE("\"connect\",\"sendto\",\"sendmsg\",\"sendmmsg\",\"shmget\",\"semop\"",
				"ERRNO") "]}" },
	{ "a call without a number first",
	  ALLOW_ALL_ARCHES RULE("\"stime\",\"waitpid\"", "ERRNO") ","
	  RULE_IF("\"socket\"", "ERRNO", ARG("0", "EQ", "16")) "]}" },
	{ "ipc by another argument than the first",
	  "{\"defaultAction\":\"SCMP_ACT_ERRNO\"," ALL_ARCHES ",\"syscalls\":["
	  RULE(COMMON_CALLS, "ALLOW") "," RULE_IF("\"ipc\"", "KILL_PROCESS", ARG("2", "EQ", "65535")) ","
	  RULE_IF("\"socketcall\"", "KILL_PROCESS", ARG("0", "GT", "20")) "]}" },
	{ "socket, two actions by its first argument",
	  "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":97," ALL_ARCHES ",\"syscalls\":["
	  RULE(COMMON_CALLS ",\"socket\"", "ALLOW") ","
	  RULE_IF("\"socket\"", "ERRNO", ARG("0", "GT", "255")) "]}" },
	{ "an allow-list that ends below socketcall",
	  "{\"defaultAction\":\"SCMP_ACT_ERRNO\"," ALL_ARCHES ",\"syscalls\":["
	  RULE("\"ioctl\",\"accept\"", "ALLOW") "]}" },
	{ "socketcall with an errno of its own",
	  ALLOW_ALL_ARCHES ERRNO("\"socketcall\"", "13") "]}" },
	{ "two calls with one condition, one of them longer",
	  ALLOW_ALL_ARCHES RULE_IF("\"prctl\",\"setns\"", "LOG", ARG("1", "EQ", "0")) ","
	  RULE_IF("\"setns\"", "ERRNO", ARG("1", "EQ", "1911000") "," ARG("2", "EQ", "12")) "]}" },
	{ "an argument that x86 does not have",
	  "{\"defaultAction\":\"SCMP_ACT_ERRNO\"," ALL_ARCHES ",\"syscalls\":["
	  RULE_IF("\"clone\"", "TRAP", ARG("0", "EQ", "2147483648") "," MASKED("1", "4294967296", "0")) ","
	  RULE_IF("\"clone\"", "ALLOW", ARG("0", "LE", "2147483647")) ","
	  RULE("\"read\",\"exit_group\"", "ALLOW") "]}" },
	{ "one argument, greater than",
	  ALLOW_ALL_ARCHES RULE_IF("\"chmod\",\"fchmod\"", "ERRNO", ARG("1", "GT", "511")) ","
	  RULE_IF("\"kill\"", "ERRNO", ARG("0", "LT", "2") "," ARG("1", "NE", "0")) "]}" },
};
/* clang-format on */

const size_t sample_profile_count = sizeof(sample_profiles) / sizeof(sample_profiles[0]);
