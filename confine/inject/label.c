/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/inject/label.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "confine/attest.h"
#include "confine/live.h"
#include "oci-spec/base/text.h"

#define LABEL_TEXT_MAX 1400 /* a command: a word, a space and a label of plan.h */

/* uapi/linux/lsm.h, which Debian 12 does not have yet: who is spoken to, and about what. */
#define LSM_ID_APPARMOR 104
#define LSM_ATTR_CURRENT 100
struct lsm_context {
	uint64_t id, flags, len, text_len; /* len: of all, text_len: of text */
	char text[LABEL_TEXT_MAX];
};

static const char own_attribute[] = "/proc/thread-self/attr/apparmor/current";

/* Whether the label, with its mode or without, has the member. */
static bool has_member(struct text label, struct text member)
{
	struct text other;

	while (attest_next_member(&label, &other)) {
		if (text_equal(other, member))
			return true;
	}
	return false;
}

/* lsm_set_self_attr(2) needs no /proc in the container. *ret_done is false without it. */
static enum status set_by_call(struct remote *remote, size_t offset, const char *command,
			       bool *ret_done, struct error *err)
{
	const uint64_t at = remote->memory + offset;
	struct lsm_context context = { .id = LSM_ID_APPARMOR };
	uint64_t args[6] = { LSM_ATTR_CURRENT, at };
	int64_t result;
	enum status st;

	context.text_len = strlen(command);
	context.len = offsetof(struct lsm_context, text) + context.text_len;
	memcpy(context.text, command, context.text_len);
	args[2] = context.len;
	st = remote_write(remote, offset, &context, context.len, err);
	if (st == STATUS_OK)
		st = remote_call(remote, REMOTE_LSM_SET_SELF_ATTR, args, &result, err);
	if (st != STATUS_OK)
		return st;
	*ret_done = result != -ENOSYS && result != -EOPNOTSUPP;
	if (*ret_done && result < 0)
		return error_set(err, STATUS_SYSTEM, (int)-result, "AppArmor refuses '%.200s'",
				 command);
	return STATUS_OK;
}

/* A process may write only its own, through a /proc of its own: what it wrote is read outside. */
static enum status set_by_file(struct remote *remote, size_t offset, const char *command,
			       struct error *err)
{
	const uint64_t path = remote->memory + offset, text = path + sizeof(own_attribute);
	const uint64_t open_args[6] = { (uint64_t)AT_FDCWD, path, O_WRONLY | O_CLOEXEC };
	uint64_t args[6] = { 0, text, strlen(command) };
	int64_t fd, written;
	enum status st = remote_write(remote, offset, own_attribute, sizeof(own_attribute), err);

	if (st == STATUS_OK)
		st = remote_write(remote, offset + sizeof(own_attribute), command, args[2], err);
	if (st == STATUS_OK)
		st = remote_call(remote, REMOTE_OPENAT, open_args, &fd, err);
	if (st != STATUS_OK)
		return st;
	if (fd < 0)
		return error_set(err, STATUS_SYSTEM, (int)-fd,
				 "the container's own %s, which setting its label takes",
				 own_attribute);
	args[0] = (uint64_t)fd;
	st = remote_call(remote, REMOTE_WRITE, args, &written, err);
	if (st == STATUS_OK && written < 0)
		return error_set(err, STATUS_SYSTEM, (int)-written, "AppArmor refuses '%.200s'",
				 command);
	return st == STATUS_OK ? remote_must(remote, REMOTE_CLOSE, args, "close()", err) : st;
}

static bool has_all(const char *current, const char *label)
{
	struct text wanted = text_of(label), member;

	while (attest_next_member(&wanted, &member)) {
		if (!has_member(text_of(current), member))
			return false;
	}
	return true;
}

enum status label_inject(struct remote *remote, size_t offset, int procfd, const char *label,
			 struct error *err)
{
	char current[LABEL_TEXT_MAX], command[LABEL_TEXT_MAX];
	bool done = false;
	enum status st;

	if (label[0] == '\0')
		return STATUS_OK;
	st = live_read_label(procfd, current, sizeof(current), err);
	if (st != STATUS_OK || has_all(current, label))
		return st;
	if (current[0] == '\0')
		return error_set(err, STATUS_UNSUPPORTED, 0,
				 "the kernel has no AppArmor, so no '%.200s'", label);
	if (strcmp(current, "unconfined") != 0)
		return error_set(
			err, STATUS_UNSUPPORTED, 0,
			"the runtime gave it the label '%.100s', from which no process can "
			"change to '%.100s'",
			current, label);
	(void)snprintf(command, sizeof(command), "changeprofile %s", label);
	st = set_by_call(remote, offset, command, &done, err);
	return st == STATUS_OK && !done ? set_by_file(remote, offset, command, err) : st;
}

enum status label_check(int procfd, const char *label, struct error *err)
{
	struct text wanted = text_of(label), member;
	char current[LABEL_TEXT_MAX];
	enum status st = STATUS_OK;

	if (wanted.len > 0)
		st = live_read_label(procfd, current, sizeof(current), err);
	while (st == STATUS_OK && attest_next_member(&wanted, &member)) {
		if (!has_member(text_of(current), member))
			st = error_set(err, STATUS_SYSTEM, 0,
				       "the AppArmor profile '%.*s' is not in the process's label "
				       "'%.200s'",
				       TEXT_ARG(member), current);
	}
	return st;
}
