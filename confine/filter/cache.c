/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/filter/cache.h"

#include <errno.h>
#include <sys/utsname.h>

#include "confine/seccomp/syscalls.h"
#include "confine/version.h" /* generated */
#include "oci-spec/base/dir.h"
#include "oci-spec/base/store.h"

#define FILTER_BYTES_MAX (BPF_MAXINSNS * sizeof(struct sock_filter))

/* Raised when make.c, compile.c or stub.c make something else of the same rules. */
#define FORMAT "filter 3\n"

int filter_cache_open(const char *dir)
{
	struct error ignored;
	int fd = -1;

	if (dir == NULL || dir_open_own(dir, &fd, &ignored) != STATUS_OK)
		return -1;
	return fd;
}

enum status filter_cache_key(struct text profile, struct arena *arena, struct text *ret_key,
			     struct error *err)
{
	struct buffer out = BUFFER_INIT(arena);
	struct utsname kernel;

	if (uname(&kernel) != 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot ask for the kernel's version");
	buffer_add_str(&out, FORMAT "oci-confine " VERSION "\nlibseccomp ");
	buffer_add_str(&out, syscall_table_version());
	buffer_add_str(&out, "\nkernel ");
	buffer_add_str(&out, kernel.release);
	buffer_add_char(&out, ' ');
	buffer_add_str(&out, kernel.machine);
	buffer_add_char(&out, '\n');
	buffer_add(&out, profile);
	return buffer_text(&out, ret_key, err);
}

bool filter_cache_get(int dirfd, struct text key, struct arena *arena, struct bpf *ret_bpf)
{
	struct text text;
	struct bpf bpf;

	if (!store_get(dirfd, key, FILTER_BYTES_MAX, arena, &text) ||
	    text.len % sizeof(*bpf.list) != 0)
		return false;
	/* aligned, as the store says */
	bpf.list = (const struct sock_filter *)(const void *)text.ptr;
	bpf.count = text.len / sizeof(*bpf.list);
	if (!bpf_is_sound(&bpf))
		return false;
	*ret_bpf = bpf;
	return true;
}

void filter_cache_put(int dirfd, struct text key, const struct bpf *bpf)
{
	struct text text = { (const char *)bpf->list, bpf->count * sizeof(*bpf->list) };

	/* what is not kept is made again */
	(void)store_put(dirfd, key, text);
}
