/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/log.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "oci-spec/base/file.h"
#include "oci-spec/base/hash.h"

#define LINE_BYTES_MAX 8192 /* the least that a receiver takes: journald has no limit, rsyslog 8k */

/* -1 where nobody listens. */
static int open_log(void)
{
	static const struct sockaddr_un sink = { AF_UNIX, "/dev/log" };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&sink, sizeof(sink)) == 0)
		return fd;
	file_close(&fd);
	return -1;
}

static void start_line(struct buffer *line, const struct log_origin *origin, int priority)
{
	buffer_add_char(line, '<');
	buffer_add_u64(line, (uint64_t)(LOG_DAEMON | priority));
	buffer_add_char(line, '>');
	buffer_add_str(line, origin->program);
	buffer_add_char(line, '[');
	buffer_add_u64(line, (uint64_t)getpid());
	buffer_add_str(line, "]: {");
}

static void add_string(struct buffer *line, struct text value)
{
	struct buffer printable = BUFFER_INIT(line->arena);

	buffer_add_printable(&printable, value);
	line->failed |= printable.failed;
	buffer_add_json_string(line, (struct text){ printable.ptr, printable.len });
}

static void add_key(struct buffer *line, const char *key)
{
	if (line->ptr[line->len - 1] != '{')
		buffer_add_char(line, ',');
	buffer_add_char(line, '"');
	buffer_add_str(line, key);
	buffer_add_str(line, "\":");
}

static void add_text(struct buffer *line, const char *key, struct text value)
{
	if (value.len == 0)
		return;
	add_key(line, key);
	add_string(line, value);
}

/* A file or a value that the decision was made from: {"name": ..., "sha256": ...}. */
static void add_input(struct buffer *line, const char *name, struct text bytes)
{
	struct hash hash = hash_of(bytes);
	char hex[HASH_HEX_SIZE];

	hash_hex(&hash, hex);
	buffer_add_str(line, line->ptr[line->len - 1] == '[' ? "{" : ",{");
	add_text(line, "name", text_of(name));
	add_text(line, "sha256", text_of(hex));
	buffer_add_char(line, '}');
}

static void add_inputs(struct buffer *line, const struct confine *confine,
		       const struct confined *confined)
{
	const struct policy *policy = &confine->policy;
	const struct loaded_profiles *profiles = &confined->profiles;

	add_key(line, "inputs");
	buffer_add_char(line, '[');
	add_input(line, confined->doc.name, confined->doc.text);
	if (policy->text.len > 0)
		add_input(line, policy->path, policy->text);
	if (policy->baseline == BASELINE_FILE)
		add_input(line, profiles->baseline.name, profiles->baseline.text);
	for (size_t i = 0; i < profiles->requested_count; i++)
		add_input(line, profiles->requested[i].name, profiles->requested[i].text);
	buffer_add_char(line, ']');
}

static void add_notes(struct buffer *line, const struct notes *notes)
{
	add_key(line, "notes");
	buffer_add_char(line, '[');
	for (size_t i = 0; i < notes->count; i++) {
		if (i > 0)
			buffer_add_char(line, ',');
		add_string(line, notes->list[i]);
	}
	buffer_add_char(line, ']');
}

static void add_decision(struct buffer *line, const struct confine *confine,
			 const struct confined *confined)
{
	const struct confinement *decision = &confined->decision;
	struct buffer dropped = BUFFER_INIT(line->arena);

	capability_set_describe(decision->dropped, &dropped);
	line->failed |= dropped.failed;
	add_text(line, "policy", text_of(confine->policy.path));
	add_text(line, "dropped", (struct text){ dropped.ptr, dropped.len });
	add_key(line, "no-new-privileges");
	buffer_add_str(line, decision->privileges.no_new_privileges ? "true" : "false");
	add_text(line, "apparmor", decision->privileges.apparmor_profile);
	add_key(line, "seccomp");
	buffer_add_str(line, decision->has_seccomp ? "true" : "false");
}

static void end_line(struct buffer *line, int fd)
{
	buffer_add_char(line, '}');
	if (!line->failed)
		(void)send(fd, line->ptr, line->len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void log_decision(const struct log_origin *origin, const char *effect,
		  const struct confine *confine, const struct confined *confined)
{
	AUTO(file_close) int fd = open_log();
	struct buffer line = BUFFER_INIT(confine->arena);

	if (fd < 0)
		return;
	start_line(&line, origin, LOG_INFO);
	if (line.failed)
		return;
	add_text(&line, "id", origin->id);
	add_text(&line, "effect", text_of(effect));
	if (!confined->decision.privileges.untouched)
		add_decision(&line, confine, confined);
	add_inputs(&line, confine, confined);
	if (confine->notes.count > 0 && line.len < LINE_BYTES_MAX / 2)
		add_notes(&line, &confine->notes);
	end_line(&line, fd);
}

void log_failure(const struct log_origin *origin, const char *effect, const struct error *err)
{
	AUTO(file_close) int fd = open_log();
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct buffer line = BUFFER_INIT(&arena);
	char text[1200];

	if (fd < 0)
		return;
	error_format(err, text, sizeof(text));
	start_line(&line, origin, LOG_ERR);
	if (line.failed)
		return;
	add_text(&line, "id", origin->id);
	add_text(&line, "effect", text_of(effect));
	add_text(&line, "error", text_of(text));
	end_line(&line, fd);
}
