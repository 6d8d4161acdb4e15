/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs one golden folder: golden DIR [--bless]. The folder has
 *
 *   WHY             one line: what this case is for
 *   config.json     what the engine wrote
 *   policy.json     optional; else the built-in policy
 *   host.json       {"kernel": "6.1", "apparmor": true, "capabilities": 41, "profiles": "a (enforce)\n"}
 *   profiles/       optional: the policy's profile root
 *   expected.json   the confined config.json, byte for byte, or
 *   expected.err    the status and the one line of the error
 *   expected.notes  the warnings, one a line, if there are any
 *
 * --bless writes the expected files; the difference is for git diff and a reader.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "confine/confine.h"
#include "oci-spec/base/file.h"

#define FILE_MAX_BYTES ((size_t)32 * 1024 * 1024)

struct folder {
	struct arena arena;
	struct error err;
	const char *path;
	int fd;
	bool bless;
	int differences;
};

/* False when there is no such file; anything else that goes wrong ends the test. */
static bool read_file(struct folder *f, const char *name, struct text *ret_text)
{
	enum status st = file_read(f->fd, name, FILE_MAX_BYTES, &f->arena, ret_text, NULL, &f->err);

	if (st == STATUS_OK)
		return true;
	if (f->err.sys_errno == ENOENT)
		return false;
	(void)fprintf(stderr, "%s/%s: %s\n", f->path, name, f->err.what);
	exit(2);
}

static _Noreturn void give_up(const struct folder *f, const char *name, const char *what)
{
	(void)fprintf(stderr, "%s/%s: %s\n", f->path, name, what);
	exit(2);
}

static struct json_doc *parse(struct folder *f, const char *name, struct text text)
{
	static const struct json_limits limits = { 1 << 20, 16, 100000 };
	struct json_doc *doc = arena_alloc(&f->arena, sizeof(*doc));

	if (json_parse(&f->arena, text, name, &limits, doc, &f->err) != STATUS_OK)
		give_up(f, name, f->err.what);
	return doc;
}

static struct host read_host(struct folder *f)
{
	struct host host = { .kernel = 0 };
	struct json root, apparmor;
	struct text text;
	uint64_t count, grantable;
	unsigned major, minor;
	char kernel[16];

	if (!read_file(f, "host.json", &text))
		give_up(f, "host.json", "is missing");
	root = json_root(parse(f, "host.json", text));
	text = json_text(json_get(root, "kernel"));
	(void)snprintf(kernel, sizeof(kernel), "%.*s", TEXT_ARG(text));
	apparmor = json_get(root, "apparmor");
	/* "profiles": what the kernel lists, "NAME (MODE)\n" each; nothing when it does not say */
	host.apparmor_profiles = json_text(json_get(root, "profiles"));
	if (host.apparmor_profiles.ptr == NULL)
		host.apparmor_profiles = TEXT("");
	if (sscanf(kernel, "%u.%u", &major, &minor) != 2 ||
	    json_bool(apparmor, &host.has_apparmor, &f->err) != STATUS_OK ||
	    json_u64(json_get(root, "capabilities"), 63, &count, &f->err) != STATUS_OK)
		give_up(f, "host.json", "expected kernel, apparmor and capabilities");
	host.kernel = major << 16 | minor;
	host.capabilities = CAPABILITY_BIT(count) - 1;
	host.grantable = host.capabilities;
	/* "grantable": how many of them the engine has; all when it does not say */
	if (json_u64(json_get(root, "grantable"), count, &grantable, &f->err) == STATUS_OK)
		host.grantable = CAPABILITY_BIT(grantable) - 1;
	return host;
}

static void read_policy(struct folder *f, struct policy *policy)
{
	struct text text;
	char *root = NULL;
	struct stat about;

	policy_init(policy);
	if (asprintf(&root, "%s/profiles", f->path) < 0)
		give_up(f, "profiles", "no memory");
	if (read_file(f, "policy.json", &text) &&
	    policy_parse(parse(f, "policy.json", text), policy, &f->err) != STATUS_OK) {
		free(root);
		return; /* the error is what the case is about: see run() */
	}
	f->err.status = STATUS_OK;
	if (fstatat(f->fd, "profiles", &about, 0) == 0)
		policy->profile_root = text_of(text_dup(&f->arena, text_of(root)));
	free(root);
}

/* The folder's own path is another on every machine: "DIR" stands for it. */
static struct text without_path(struct folder *f, const char *line)
{
	struct buffer out = BUFFER_INIT(&f->arena);
	size_t n = strlen(f->path);

	while (*line != '\0') {
		if (strncmp(line, f->path, n) == 0) {
			buffer_add_str(&out, "DIR");
			line += n;
			continue;
		}
		buffer_add_char(&out, *line++);
	}
	return (struct text){ out.ptr, out.len };
}

static struct text error_text(struct folder *f)
{
	static const char *const words[] = { "OK", "INVALID", "DENIED", "UNSUPPORTED", "SYSTEM" };
	struct buffer out = BUFFER_INIT(&f->arena);
	char line[2048];

	error_format(&f->err, line, sizeof(line));
	buffer_add_str(&out, words[f->err.status]);
	buffer_add_char(&out, ' ');
	buffer_add(&out, without_path(f, line));
	buffer_add_char(&out, '\n');
	return (struct text){ out.ptr, out.len };
}

static struct text joined(struct folder *f, const struct confined *confined)
{
	struct buffer out = BUFFER_INIT(&f->arena);

	for (size_t i = 0; i < confined->piece_count; i++)
		buffer_add(&out, (struct text){ confined->pieces[i].iov_base,
						confined->pieces[i].iov_len });
	return (struct text){ out.ptr, out.len };
}

static struct text notes_text(struct folder *f, const struct notes *notes)
{
	struct buffer out = BUFFER_INIT(&f->arena);

	for (size_t i = 0; i < notes->count; i++) {
		buffer_add(&out, without_path(f, notes->list[i].ptr));
		buffer_add_char(&out, '\n');
	}
	return (struct text){ out.ptr, out.len };
}

static void write_file(const struct folder *f, const char *name, struct text text)
{
	int fd = openat(f->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, text.ptr, text.len) != (ssize_t)text.len || close(fd) != 0)
		give_up(f, name, "cannot be written");
}

/* An empty text stands for no file. */
static void expect(struct folder *f, const char *name, struct text found)
{
	struct text wanted = TEXT_NONE;
	size_t at = 0;

	if (f->bless && found.len == 0)
		(void)unlinkat(f->fd, name, 0);
	else if (f->bless)
		write_file(f, name, found);
	(void)read_file(f, name, &wanted);
	if (text_equal(wanted, found))
		return;
	f->differences++;
	while (at < wanted.len && at < found.len && wanted.ptr[at] == found.ptr[at])
		at++;
	at = at > 60 ? at - 60 : 0;
	(void)fprintf(stderr, "%s/%s:\n  expected ...%.200s\n  found    ...%.*s\n", f->path, name,
		      wanted.len > at ? wanted.ptr + at : "", found.len - at > 200 ? 200 : (int)(found.len - at),
		      found.len > at ? found.ptr + at : "");
}

/* The confined document again: nothing may change, to the byte. */
static void check_idempotent(struct folder *f, const struct confine *confine, struct text output)
{
	struct confine again = *confine;
	struct confined *confined = arena_alloc(&f->arena, sizeof(*confined));

	again.notes = (struct notes){ .count = 0 };
	if (confine_text(&again, output, "config.json", confined, &f->err) != STATUS_OK) {
		(void)fprintf(stderr, "%s: its own output is refused: %s: %s\n", f->path, f->err.where,
			      f->err.what);
		f->differences++;
	} else if (confined->changed || !text_equal(joined(f, confined), output)) {
		(void)fprintf(stderr, "%s: its own output is changed again\n", f->path);
		f->differences++;
	}
}

static void run(struct folder *f)
{
	struct confine *confine = arena_alloc(&f->arena, sizeof(*confine));
	struct confined *confined = arena_alloc(&f->arena, sizeof(*confined));
	struct text config, output;
	enum status st;

	if (!read_file(f, "config.json", &config) || !read_file(f, "WHY", &output))
		give_up(f, "config.json", "or WHY is missing");
	*confine = (struct confine){ .arena = &f->arena, .host = read_host(f) };
	f->err = (struct error){ .status = STATUS_OK };
	read_policy(f, &confine->policy);
	st = f->err.status;
	if (st == STATUS_OK)
		st = confine_text(confine, config, "config.json", confined, &f->err);
	if (st != STATUS_OK) {
		expect(f, "expected.err", error_text(f));
		expect(f, "expected.json", TEXT_NONE);
		expect(f, "expected.notes", TEXT_NONE);
		return;
	}
	output = joined(f, confined);
	expect(f, "expected.json", output);
	expect(f, "expected.notes", notes_text(f, &confine->notes));
	expect(f, "expected.err", TEXT_NONE);
	check_idempotent(f, confine, output);
}

int main(int argc, char **argv)
{
	struct folder f = { .fd = -1 };

	f.bless = argc == 3 && strcmp(argv[2], "--bless") == 0;
	if (argc != 2 && !f.bless) {
		(void)fputs("usage: golden DIR [--bless]\n", stderr);
		return 2;
	}
	f.path = argv[1];
	f.fd = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f.fd < 0)
		give_up(&f, "", "is no directory");
	run(&f);
	file_close(&f.fd);
	arena_done(&f.arena);
	return f.differences == 0 ? 0 : 1;
}
