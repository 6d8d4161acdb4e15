/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include <errno.h>

/*
 * What containerd, CRI-O (but for NET_RAW and SYS_CHROOT) and podman (but for NET_RAW, MKNOD
 * and AUDIT_WRITE) give a container that asks for nothing: containerd, oci/spec.go.
 */
static const char default_caps[] = "CHOWN,DAC_OVERRIDE,FSETID,FOWNER,MKNOD,NET_RAW,SETGID,SETUID,"
				   "SETFCAP,SETPCAP,NET_BIND_SERVICE,SYS_CHROOT,KILL,AUDIT_WRITE";

bool option_value(int argc, char **argv, int *at, const char *name, const char **ret_value,
		  struct error *err)
{
	const char *arg = argv[*at];
	size_t n = strlen(name);

	if (strncmp(arg, name, n) != 0 || (arg[n] != '=' && arg[n] != '\0'))
		return false;
	if (arg[n] == '=')
		*ret_value = arg + n + 1;
	else if (*at + 1 < argc)
		*ret_value = argv[++*at];
	else
		(void)error_set(err, STATUS_INVALID, 0, "%s needs a value", name);
	return true;
}

enum status unknown_option(const char *command, const char *arg, struct error *err)
{
	return error_set(err, STATUS_INVALID, 0,
			 "unknown option or word '%.100s'; see oci-confine %s --help", arg, command);
}

static enum status parse_cap(struct text word, uint64_t *caps, struct error *err)
{
	char name[64] = "CAP_";
	size_t prefix = text_starts_with(word, "CAP_") ? 0 : 4;
	unsigned number;

	if (word.len + prefix < sizeof(name)) {
		memcpy(name + prefix, word.ptr, word.len);
		name[prefix + word.len] = '\0';
		if (capability_number(text_of(name), &number)) {
			*caps |= CAPABILITY_BIT(number);
			return STATUS_OK;
		}
	}
	return error_set(err, STATUS_INVALID, 0, "--caps: unknown capability '%.*s'", TEXT_ARG(word));
}

enum status parse_caps(const char *list, uint64_t *ret_caps, struct error *err)
{
	struct text rest = text_of(strcmp(list, "default") == 0 ? default_caps : list);
	uint64_t caps = 0;
	enum status st = STATUS_OK;

	if (strcmp(list, "ALL") == 0)
		caps = capability_all();
	else if (strcmp(list, "none") != 0) {
		do {
			st = parse_cap(text_trim(text_cut(&rest, ',')), &caps, err);
		} while (st == STATUS_OK && rest.ptr != NULL);
	}
	if (st == STATUS_OK)
		*ret_caps = caps;
	return st;
}

enum status quiet_failure(struct error *err)
{
	return error_set(err, STATUS_INVALID, 0, "%s", "");
}

enum status print_pieces(const struct iovec *pieces, size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (pieces[i].iov_len > 0 && /* of nothing there may be no base */
		    fwrite(pieces[i].iov_base, 1, pieces[i].iov_len, stdout) != pieces[i].iov_len)
			return error_set(err, STATUS_SYSTEM, errno, "cannot write the output");
	}
	if (fflush(stdout) != 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot write the output");
	return STATUS_OK;
}

enum status print_ruleset(const struct ruleset *ruleset, struct arena *arena, struct error *err)
{
	struct buffer out = BUFFER_INIT(arena);
	struct iovec piece;
	struct text text;
	enum status st;

	ruleset_write(ruleset, &out);
	buffer_add_char(&out, '\n');
	st = buffer_text(&out, &text, err);
	if (st != STATUS_OK)
		return st;
	piece = (struct iovec){ out.ptr, out.len };
	return print_pieces(&piece, 1, err);
}

void print_notes(const struct notes *notes)
{
	char line[NOTE_BYTES_MAX * 4];
	struct error note;

	for (size_t i = 0; i < notes->count; i++) {
		/* by way of an error, which escapes what strangers wrote */
		(void)error_set(&note, STATUS_OK, 0, "%s", notes->list[i].ptr);
		error_format(&note, line, sizeof(line));
		(void)fprintf(stderr, "oci-confine: warning: %s\n", line);
	}
	if (notes->dropped > 0)
		(void)fprintf(stderr, "oci-confine: warning: %zu more left out\n", notes->dropped);
}
