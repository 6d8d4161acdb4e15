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
static uint64_t read_grantable(uint64_t known)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { { 0, 0, 0 }, { 0, 0, 0 } };
	uint64_t permitted;

	if (syscall(SYS_capget, &header, data) != 0)
		return known;
	permitted = (uint64_t)data[1].permitted << 32 | data[0].permitted;
	return (permitted & known) != 0 ? permitted & known : known;
}

static bool is_apparmor_enabled(void)
{
	AUTO(file_close)
	int fd = open("/sys/module/apparmor/parameters/enabled", O_RDONLY | O_CLOEXEC);
	char answer = 'N';

	return fd >= 0 && read(fd, &answer, 1) == 1 && answer == 'Y';
}

/* That the list cannot be read is for who needs it to tell. */
static void read_apparmor(struct arena *arena, struct host *host)
{
	AUTO(file_close) int fd = -1;
	struct error ignored;

	host->has_apparmor = is_apparmor_enabled();
	if (!host->has_apparmor)
		return;
	fd = open(APPARMOR_LOADED_PATH, O_RDONLY | O_CLOEXEC);
	host->apparmor_hidden = fd < 0 && (errno == EACCES || errno == EPERM);
	if (fd < 0 || file_read_fd(fd, APPARMOR_LOADED_BYTES_MAX, arena, &host->apparmor_profiles,
				   &ignored) != STATUS_OK)
		host->apparmor_profiles = TEXT_NONE;
}

enum status host_read(struct arena *arena, struct host *ret_host, struct error *err)
{
	struct host host = { .kernel = 0 };
	enum status st = read_kernel(&host.kernel, err);

	if (st != STATUS_OK)
		return st;
	host.capabilities = read_capabilities();
	host.grantable = read_grantable(host.capabilities);
	read_apparmor(arena, &host);
	*ret_host = host;
	return STATUS_OK;
}
