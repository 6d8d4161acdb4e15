/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/report.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "oci-spec/base/file.h"
#include "oci-spec/base/size_signal.h"
#include "oci-spec/base/text.h"

#define LINE_MAX_BYTES 2048

/* crun can also log to "journald:" and "syslog:", which are no files; "file:" is the default. */
static const char *log_path(const struct runtime_args *args)
{
	const char *path = args->log;

	if (path == NULL || strncmp(path, "journald:", 9) == 0 || strncmp(path, "syslog:", 7) == 0)
		return NULL;
	return strncmp(path, "file:", 5) == 0 ? path + 5 : path;
}

/* RFC 3339 in UTC: go-runc gives the message up when the time does not parse. */
static void format_time(char *out, size_t size)
{
	time_t now = time(NULL);
	struct tm utc;

	if (gmtime_r(&now, &utc) == NULL || strftime(out, size, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
		(void)snprintf(out, size, "1970-01-01T00:00:00Z");
}

static void write_log(const struct runtime_args *args, const char *level, const char *line)
{
	const char *path = log_path(args);
	AUTO(file_close) int fd = -1;
	struct arena arena = ARENA_INIT;
	struct buffer out = BUFFER_INIT(&arena);
	char now[40];

	if (path == NULL)
		return;
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
	if (fd < 0)
		return;
	format_time(now, sizeof(now));
	buffer_add_str(&out, args->log_is_json ? "{\"level\":\"" : "time=\"");
	buffer_add_str(&out, args->log_is_json ? level : now);
	buffer_add_str(&out, args->log_is_json ? "\",\"msg\":" : "\" level=");
	if (!args->log_is_json) {
		buffer_add_str(&out, level);
		buffer_add_str(&out, " msg=");
	}
	buffer_add_json_string(&out, text_of(line));
	if (args->log_is_json) {
		buffer_add_str(&out, ",\"time\":\"");
		buffer_add_str(&out, now);
		buffer_add_str(&out, "\"}");
	}
	buffer_add_char(&out, '\n');
	/* one write(2): lines of several writers do not mix. A full disk cannot stop the refusal */
	if (!out.failed && write(fd, out.ptr, out.len) < 0)
		(void)fputs("oci-confine-runtime: cannot write to the log file\n", stderr);
	arena_done(&arena);
}

/* The part of the id that is safe to print. */
static void head(const struct runtime_args *args, char *out, size_t size)
{
	struct error id = { 0 };
	char clean[128] = "";

	if (args->id != NULL) {
		(void)error_set(&id, STATUS_OK, 0, "%.64s", args->id);
		error_format(&id, clean, sizeof(clean));
	}
	(void)snprintf(out, size, "%s%s", clean, clean[0] != '\0' ? ": " : "");
}

void report_error(const struct runtime_args *args, const struct error *err)
{
	char text[LINE_MAX_BYTES], id[160], line[LINE_MAX_BYTES + 200];

	size_signal_ignore_for_good();
	error_format(err, text, sizeof(text));
	head(args, id, sizeof(id));
	(void)snprintf(line, sizeof(line), "oci-confine: %s%s", id, text);
	write_log(args, "error", line);
	(void)fprintf(stderr, "oci-confine-runtime: %s%s\n", id, text);
}

static void report_note(const struct runtime_args *args, const char *id, const char *what)
{
	struct error note;
	char text[LINE_MAX_BYTES], line[LINE_MAX_BYTES + 200];

	(void)error_set(&note, STATUS_OK, 0, "%s", what);
	error_format(&note, text, sizeof(text));
	(void)snprintf(line, sizeof(line), "oci-confine: %s%s", id, text);
	if (log_path(args) != NULL)
		write_log(args, "warning", line);
	else
		(void)fprintf(stderr, "oci-confine-runtime: %swarning: %s\n", id, text);
}

enum status report_notes(const struct runtime_args *args, const struct notes *notes,
			 struct error *err)
{
	struct sigaction before;
	char id[160];
	enum status st;

	if (notes->count == 0)
		return STATUS_OK;
	st = size_signal_ignore(&before, err);
	if (st != STATUS_OK)
		return st;
	head(args, id, sizeof(id));
	for (size_t i = 0; i < notes->count; i++)
		report_note(args, id, notes->list[i].ptr);
	if (notes->dropped > 0)
		report_note(args, id, "more warnings left out");
	return size_signal_give_back(&before, st, err);
}
