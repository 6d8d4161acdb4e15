/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/called_name.h"

#include <errno.h>
#include <limits.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "oci-spec/base/text.h"

#define NAME_BYTES_MAX 64
#define LINKS_MAX 8

const char *called_path(void)
{
	/* the kernel's pointer to a string on our stack: binfmt_elf.c, create_elf_tables() */
	unsigned long path = getauxval(AT_EXECFN);

	return path != 0 ? (const char *)path : "";
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static bool is_alphanumeric(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_sound(struct text name)
{
	if (name.len == 0 || name.len > NAME_BYTES_MAX || !is_alphanumeric(name.ptr[0]))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (!is_alphanumeric(c) && c != '.' && c != '_' && c != '-')
			return false;
	}
	return true;
}

/* `behind` is what stands behind base in `last`. */
static enum status take_name(const char *last, const char *behind, const char *base,
			     const char *suffix, struct arena *arena, const char **ret_name,
			     struct error *err)
{
	struct text rest = text_of(behind);
	size_t n = strlen(suffix);

	*ret_name = NULL;
	if (text_is(rest, suffix))
		return STATUS_OK;
	if (rest.len > n + 1 && rest.ptr[0] == '-' &&
	    memcmp(rest.ptr + rest.len - n, suffix, n) == 0) {
		struct text name = { rest.ptr + 1, rest.len - n - 1 };

		if (is_sound(name)) {
			*ret_name = text_dup(arena, name);
			return *ret_name != NULL ? STATUS_OK
						 : error_set(err, STATUS_SYSTEM, ENOMEM,
							     "cannot read the program's name");
		}
	}
	return error_set(err, STATUS_INVALID, 0,
			 "the program's name '%.100s' chooses no policy: expected %s%s or "
			 "%s-NAME%s, NAME of letters, digits, '.', '_' and '-', at most %d",
			 last, base, suffix, base, suffix, NAME_BYTES_MAX);
}

/* What the link at `path` points to; NULL where there is none: the program's own file. */
static enum status follow(const char *path, struct arena *arena, const char **ret_target,
			  struct error *err)
{
	char target[PATH_MAX];
	ssize_t n = readlink(path, target, sizeof(target));
	struct buffer out = BUFFER_INIT(arena);

	*ret_target = NULL;
	if (n < 0 && errno == EINVAL)
		return STATUS_OK;
	if (n <= 0 || (size_t)n == sizeof(target))
		return error_set(err, STATUS_SYSTEM, errno,
				 "cannot read the link '%.200s' that the program is called by",
				 path);
	if (target[0] != '/')
		buffer_add(&out, (struct text){ path, (size_t)(last_part(path) - path) });
	buffer_add(&out, (struct text){ target, (size_t)n });
	buffer_add_char(&out, '\0');
	if (out.failed)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read the program's name");
	*ret_target = out.ptr;
	return STATUS_OK;
}

enum status called_name(const char *called, const char *base, const char *suffix,
			struct arena *arena, const char **ret_name, struct error *err)
{
	for (int i = 0; i < LINKS_MAX; i++) {
		const char *last = last_part(called), *behind = text_after(last, base);
		enum status st;

		if (behind != NULL)
			return take_name(last, behind, base, suffix, arena, ret_name, err);
		st = follow(called, arena, &called, err);
		if (st != STATUS_OK)
			return st;
		if (called == NULL) {
			*ret_name = NULL;
			return STATUS_OK;
		}
	}
	return error_set(err, STATUS_INVALID, 0, "the program is called through more than %d links",
			 LINKS_MAX);
}
