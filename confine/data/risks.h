/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_DATA_RISKS_H
#define CONFINE_DATA_RISKS_H

#include <linux/capability.h>

#include "confine/seccomp/risks.h"

/*
 * The calls that the container engines' documentation lists as blocked, and what came since
 * (the new mount interface, io_uring, clone3), by name, as of Linux 6.12. The capability is
 * what the kernel itself asks for, whatever a profile says. Where those lists are out of date:
 *
 *   clock_adjtime     reading the clock's state is free, the kernel checks CAP_SYS_TIME only
 *                     when something is set; RuntimeDefault allows it
 *   ptrace            could change a call behind seccomp's back before Linux 4.8; since then
 *                     RuntimeDefault allows it, and processes of the same user need no capability
 *   process_vm_readv  need what ptrace needs and are allowed with it
 *   process_vm_writev
 *   vm86, vm86old     CAP_SYS_RAWIO by way of vm.mmap_min_addr, not CAP_SYS_ADMIN
 *   bpf, perf_event_open, syslog   have capabilities of their own since 5.8 and 2.6.37
 *
 * Arrays instead of pointers: nothing to relocate at the start of a program.
 */
#define CAP(name) CAPABILITY_BIT(CAP_##name)

static const struct risk risks[] = {
	{ "_sysctl", 0, "Changed kernel settings without /proc/sys; gone since Linux 5.5." },
	{ "acct", CAP(SYS_PACCT),
	  "Writes a record of every process of the host to a file of the caller's choice, and can "
	  "fill the host's disk." },
	{ "add_key", 0,
	  "Puts keys into kernel keyrings, which are not kept apart by container: another one of "
	  "the same user can read them." },
	{ "bpf", CAP(BPF) | CAP(SYS_ADMIN),
	  "Loads programs into the kernel, whose verifier has had exploitable errors, and can watch "
	  "the whole host with them." },
	{ "chroot", CAP(SYS_CHROOT),
	  "Moves the process's root directory; root who kept a descriptor outside can climb out of "
	  "a chroot by it." },
	{ "clock_adjtime", CAP(SYS_TIME),
	  "Adjusts the host's clock, which has no namespace; reading its state is harmless and needs "
	  "no capability." },
	{ "clock_settime", CAP(SYS_TIME),
	  "Sets the host's clock, which has no namespace: certificates, logs and leases of all "
	  "tenants depend on it." },
	{ "clone", CAP(SYS_ADMIN),
	  "With CLONE_NEW* flags makes namespaces; a user namespace needs no capability and opens "
	  "much kernel code that only root could reach." },
	{ "clone3", CAP(SYS_ADMIN),
	  "Makes namespaces like clone, but its flags are in memory where no filter can see them; "
	  "answer ENOSYS so that libraries fall back to clone." },
	{ "create_module", CAP(SYS_MODULE), "Part of the old way to load modules; gone since Linux 2.6." },
	{ "delete_module", CAP(SYS_MODULE), "Unloads kernel modules of the whole host." },
	{ "fanotify_init", CAP(SYS_ADMIN),
	  "Watches and, with the capability, holds up file accesses of a whole file system, beyond "
	  "the container's own mounts." },
	{ "finit_module", CAP(SYS_MODULE),
	  "Loads a kernel module from a descriptor: code of the caller's choice runs as the kernel." },
	{ "fsconfig", CAP(SYS_ADMIN),
	  "Sets up a file system to be mounted; its parser of options has had a heap overflow that "
	  "led out of containers (CVE-2022-0185)." },
	{ "fsmount", CAP(SYS_ADMIN), "Makes a mount of a set up file system; the new form of mount." },
	{ "fsopen", CAP(SYS_ADMIN),
	  "Begins a new file system to be mounted: the way to mount where only mount itself is "
	  "denied." },
	{ "fspick", CAP(SYS_ADMIN), "Takes up a mounted file system to change its settings." },
	{ "get_kernel_syms", 0, "Part of the old way to load modules; gone since Linux 2.6." },
	{ "get_mempolicy", 0,
	  "Tells where the kernel keeps memory on a machine of several nodes: helps side channels, "
	  "and is seldom needed." },
	{ "init_module", CAP(SYS_MODULE),
	  "Loads a kernel module from memory: code of the caller's choice runs as the kernel." },
	{ "io_uring_enter", 0, "Submits work to an io_uring; see io_uring_setup." },
	{ "io_uring_register", 0, "Registers buffers and files with an io_uring; see io_uring_setup." },
	{ "io_uring_setup", 0,
	  "Opens a ring through which files, sockets and more are used without any system call, so "
	  "past every seccomp filter, and its code has had many exploitable errors." },
	{ "ioperm", CAP(SYS_RAWIO), "Gives a process direct access to the machine's I/O ports." },
	{ "iopl", CAP(SYS_RAWIO),
	  "Gives a process direct access to all of the machine's I/O ports." },
	{ "kcmp", CAP(SYS_PTRACE),
	  "Compares kernel objects of two processes, which tells about the kernel's memory layout." },
	{ "kexec_file_load", CAP(SYS_BOOT), "Loads another kernel to be started in place of the host's." },
	{ "kexec_load", CAP(SYS_BOOT),
	  "Loads another kernel, unsigned too, to be started in place of the host's." },
	{ "keyctl", 0,
	  "Reads and changes kernel keyrings, which are not kept apart by container, in code that "
	  "has had exploitable errors (CVE-2016-0728)." },
	{ "lookup_dcookie", CAP(SYS_ADMIN),
	  "Turned a number into a path of the host, for profilers; gone since Linux 6.7." },
	{ "mbind", CAP(SYS_NICE),
	  "Says on which nodes memory lies; the capability is for moving pages that others share." },
	{ "mount", CAP(SYS_ADMIN),
	  "Mounts file systems: undoes what is masked or read-only in /proc and /sys, or reaches the "
	  "host's disks." },
	{ "mount_setattr", CAP(SYS_ADMIN),
	  "Changes whole trees of mounts, for instance from read-only to writable." },
	{ "move_mount", CAP(SYS_ADMIN),
	  "Puts a mount somewhere else: the last step of the new form of mount." },
	{ "move_pages", CAP(SYS_NICE),
	  "Moves pages of a process between nodes; the capability is for those of other users." },
	{ "nfsservctl", 0, "Steered the kernel's NFS server; gone since Linux 3.1." },
	{ "open_by_handle_at", CAP(DAC_READ_SEARCH),
	  "Opens files by number instead of path, so also those of the host outside the container's "
	  "root: the Shocker breakout." },
	{ "open_tree", CAP(SYS_ADMIN),
	  "Copies a tree of mounts to attach it elsewhere; part of the new form of mount." },
	{ "perf_event_open", CAP(PERFMON) | CAP(SYS_ADMIN),
	  "Measures and traces other processes and the kernel: leaks secrets by side channel, in "
	  "code that has had exploitable errors." },
	{ "personality", 0,
	  "Changes how the kernel runs a program; some bits switch off address randomisation or make "
	  "data executable." },
	{ "pidfd_getfd", CAP(SYS_PTRACE),
	  "Takes an open descriptor out of another process; processes of the same user need no "
	  "capability." },
	{ "pivot_root", CAP(SYS_ADMIN), "Swaps the root file system of all processes in the namespace." },
	{ "process_madvise", CAP(SYS_NICE),
	  "Has the memory of another process swapped out or collapsed, which slows it and tells about "
	  "its use." },
	{ "process_vm_readv", CAP(SYS_PTRACE),
	  "Reads the memory of another process under ptrace's rules; processes of the same user need "
	  "no capability." },
	{ "process_vm_writev", CAP(SYS_PTRACE),
	  "Writes into the memory of another process under ptrace's rules; processes of the same user "
	  "need no capability." },
	{ "ptrace", CAP(SYS_PTRACE),
	  "Steers another process, so whatever secrets and rights that has; before Linux 4.8 it could "
	  "also change a call behind the filter's back." },
	{ "query_module", 0, "Part of the old way to load modules; gone since Linux 2.6." },
	{ "quotactl", CAP(SYS_ADMIN),
	  "Sets limits on disk space by user for a whole file system, that of other tenants too." },
	{ "quotactl_fd", CAP(SYS_ADMIN), "quotactl by descriptor, with the same reach." },
	{ "reboot", CAP(SYS_BOOT),
	  "Restarts or stops the host; in a pid namespace it ends that one only." },
	{ "request_key", 0,
	  "Looks for keys, not kept apart by container, and has the kernel start a helper program on "
	  "the host to get them." },
	{ "set_mempolicy", CAP(SYS_NICE),
	  "Says on which nodes memory is taken; can exhaust one of them for all others." },
	{ "setdomainname", CAP(SYS_ADMIN), "Changes the NIS domain name of the UTS namespace." },
	{ "sethostname", CAP(SYS_ADMIN),
	  "Changes the host name, the node's own where the container shares its UTS namespace." },
	{ "setns", CAP(SYS_ADMIN),
	  "Enters another namespace, the host's own if a descriptor of it can be had." },
	{ "settimeofday", CAP(SYS_TIME), "Sets the host's clock, which has no namespace." },
	{ "socket", 0,
	  "Opens any family of sockets: AF_VSOCK reaches the hypervisor, AF_ALG and rare families "
	  "much seldom used kernel code." },
	{ "stime", CAP(SYS_TIME), "Sets the host's clock, which has no namespace." },
	{ "swapoff", CAP(SYS_ADMIN), "Takes swap space away from the whole host." },
	{ "swapon", CAP(SYS_ADMIN),
	  "Makes a file the host's swap space, into which memory of all tenants is then written." },
	{ "sysfs", 0, "Tells the kernel's list of file systems; obsolete, /proc/filesystems has it." },
	{ "syslog", CAP(SYSLOG) | CAP(SYS_ADMIN),
	  "Reads and clears the kernel's log, which has addresses and messages of the whole host." },
	{ "umount", CAP(SYS_ADMIN), "Takes mounts away, so also those that hide parts of /proc." },
	{ "umount2", CAP(SYS_ADMIN), "Takes mounts away, so also those that hide parts of /proc." },
	{ "unshare", CAP(SYS_ADMIN),
	  "Makes namespaces; a user namespace needs no capability and opens much kernel code that "
	  "only root could reach." },
	{ "uselib", 0, "Loads a library the way of 1990, in code that has had exploitable errors." },
	{ "userfaultfd", CAP(SYS_PTRACE),
	  "Lets a process hold up the kernel at a page fault for as long as it likes, which makes "
	  "races in the kernel exploitable." },
	{ "ustat", 0, "Tells about mounted file systems by device; obsolete, and leaks the host's." },
	{ "vhangup", CAP(SYS_TTY_CONFIG), "Hangs up the terminal for everyone who has it open." },
	{ "vm86", CAP(SYS_RAWIO),
	  "Runs 16-bit code on i386 kernels, through old code that has had exploitable errors." },
	{ "vm86old", CAP(SYS_RAWIO),
	  "Runs 16-bit code on i386 kernels, through old code that has had exploitable errors." },
};

#undef CAP

#endif
