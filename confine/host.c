/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/host.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "confine/apparmor/loaded.h"
#include "oci-spec/base/file.h"
#include "oci-spec/capability.h"

static enum status read_kernel(uint32_t *ret_kernel, struct error *err)
{
	struct utsname name;
	unsigned major, minor;

	if (uname(&name) != 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot ask for the kernel's version");
	if (sscanf(name.release, "%u.%u", &major, &minor) != 2 || major > UINT16_MAX ||
	    minor > UINT16_MAX)
		return error_set(err, STATUS_SYSTEM, 0, "kernel version '%s' is not understood",
				 name.release);
	*ret_kernel = major << 16 | minor;
	return STATUS_OK;
}

/* PR_CAPBSET_READ fails for a capability that the kernel does not know: prctl(2). */
static uint64_t read_capabilities(void)
{
	unsigned count = capability_count();

	while (count > 0 && prctl(PR_CAPBSET_READ, count - 1, 0, 0, 0) < 0)
		count--;
	return CAPABILITY_BIT(count) - 1;
}

/*
 * An engine that itself lacks a capability grants "all" without it: containerd and podman write
 * what they have. Without any (a user's tests) the kernel's whole set is taken.
 */
static enum status read_grantable(uint64_t known, uint64_t *ret_grantable, struct error *err)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { { 0, 0, 0 }, { 0, 0, 0 } };
	uint64_t permitted;

	if (syscall(SYS_capget, &header, data) != 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot ask for our capabilities");
	permitted = (uint64_t)data[1].permitted << 32 | data[0].permitted;
	*ret_grantable = (permitted & known) != 0 ? permitted & known : known;
	return STATUS_OK;
}

/*
 * Only a kernel that does not know the file has no AppArmor. Whatever else keeps us from reading
 * it must not leave the baseline out.
 */
static enum status read_apparmor_enabled(bool *ret_enabled, struct error *err)
{
	static const char path[] = "/sys/module/apparmor/parameters/enabled";
	/* musl's open(2) would set O_CLOEXEC by a second call */
	AUTO(file_close) int fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	char answer = 'N';
	ssize_t n = fd >= 0 ? read(fd, &answer, 1) : -1;

	if (n != 1 && (fd >= 0 || errno != ENOENT))
		return error_set(err, STATUS_SYSTEM, n == 0 ? EIO : errno,
				 "cannot tell whether this kernel has AppArmor: %s", path);
	*ret_enabled = answer == 'Y';
	return STATUS_OK;
}

/* That the list cannot be read is for who needs it to tell. */
static enum status read_apparmor(struct arena *arena, struct host *host, struct error *err)
{
	AUTO(file_close) int fd = -1;
	struct error ignored;
	enum status st = read_apparmor_enabled(&host->has_apparmor, err);

	if (st != STATUS_OK || !host->has_apparmor)
		return st;
	fd = openat(AT_FDCWD, APPARMOR_LOADED_PATH, O_RDONLY | O_CLOEXEC);
	host->apparmor_hidden = fd < 0 && (errno == EACCES || errno == EPERM);
	if (fd < 0 || file_read_fd(fd, APPARMOR_LOADED_BYTES_MAX, arena, &host->apparmor_profiles,
				   &ignored) != STATUS_OK)
		host->apparmor_profiles = TEXT_NONE;
	return STATUS_OK;
}

enum status host_read(struct arena *arena, struct host *ret_host, struct error *err)
{
	struct host host = { .kernel = 0 };
	enum status st = read_kernel(&host.kernel, err);

	if (st != STATUS_OK)
		return st;
	host.capabilities = read_capabilities();
	st = read_grantable(host.capabilities, &host.grantable, err);
	if (st == STATUS_OK)
		st = read_apparmor(arena, &host, err);
	if (st == STATUS_OK)
		*ret_host = host;
	return st;
}
