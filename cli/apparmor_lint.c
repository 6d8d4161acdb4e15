/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>

#include "cli/apparmor.h"
#include "confine/apparmor/choose.h"
#include "confine/apparmor/compile.h"
#include "confine/apparmor/parser.h"
#include "confine/apparmor/peers.h"
#include "oci-spec/base/file.h"

struct linted {
	const char *path;
	struct apparmor_source source;
	struct text preprocessed;
};

static void finding(struct output *out, const struct linted *linted, enum tone tone, const char *id,
		    struct text why, const char *fix)
{
	const char *severity = tone == TONE_BAD ? "error" : "warning";

	if (out->is_json) {
		json_open(out, NULL, '{');
		json_put_str(out, "file", linted->path);
		json_put_str(out, "severity", severity);
		json_put_str(out, "id", id);
		json_put_text(out, "why", why);
		json_put_str(out, "fix", fix);
		json_close(out, '}');
		return;
	}
	say_in(out, TONE_TITLE, "%s", linted->path);
	say(out, ": ");
	say_in(out, tone, "%s", severity);
	say(out, ": %s\n", id);
	say_wrapped(out, 4, "", why);
	say_wrapped(out, 4, "fix: ", text_of(fix));
}

/* The name that the profile must have: the file's. */
static struct text name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return text_of(slash != NULL ? slash + 1 : path);
}

/* What a stack makes of it, once it is known to compile. */
static enum status look_inside(struct output *out, struct linted *linted, struct arena *arena,
			       struct error *err)
{
	struct text form, attachment;
	enum status st = apparmor_parser_run(APPARMOR_PARSER_PREPROCESS, linted->source.text, arena,
					     &linted->preprocessed, err);

	if (st == STATUS_OK)
		st = apparmor_source_form(&linted->source, linted->preprocessed, arena, &form, err);
	if (st != STATUS_OK)
		return st;
	if (!apparmor_text_signals_in_stack(form))
		finding(out, linted, TONE_WARNING, "no-signals",
			TEXT("no rule lets its processes signal each other: a container under it "
			     "cannot end its own children"),
			"add 'signal (send,receive) peer=@{profile_name},', which is compiled so that "
			"it also means every stack with the profile in it");
	attachment = apparmor_source_attachment(linted->preprocessed, linted->source.base);
	if (attachment.len > 0)
		finding(out, linted, TONE_WARNING, "attaches",
			TEXT("attaches to programs by their path: once loaded, it confines those of "
			     "the host too"),
			"leave the path behind the profile's name out");
	return STATUS_OK;
}

enum status apparmor_lint(struct output *out, const char *path, struct arena *arena,
			  size_t *ret_errors, struct error *err)
{
	struct linted linted = { .path = path };
	struct text name = name_of(path);
	struct error wrong = { 0 };
	char line[1200];
	enum status st = file_read(AT_FDCWD, path, APPARMOR_SOURCE_BYTES_MAX, arena,
				   &linted.source.text, NULL, err);

	if (st != STATUS_OK)
		return error_in_file(err, path);
	linted.source.name = linted.source.base = name;
	if (!apparmor_name_is_plain(name)) {
		finding(out, &linted, TONE_BAD, "name",
			TEXT("the kernel takes such a name for something else"),
			"call file and profile by letters, digits, '.', '_' and '-', no prefix of "
			"'unconfined'");
		(*ret_errors)++;
		return STATUS_OK;
	}
	st = apparmor_check_names(linted.source.text, name, arena, &wrong);
	if (st == STATUS_OK)
		st = look_inside(out, &linted, arena, &wrong);
	if (st == STATUS_UNSUPPORTED || st == STATUS_SYSTEM) {
		*err = wrong;
		return st;
	}
	if (st == STATUS_INVALID) {
		bool defines = strncmp(wrong.what, "defines ", 8) == 0 ||
			       strncmp(wrong.what, "does not define ", 16) == 0;

		error_format(&wrong, line, sizeof(line));
		finding(out, &linted, TONE_BAD, defines ? "other-name" : "syntax", text_of(line),
			defines ? "one profile a file, called as the file; apparmor_parser -N "
				  "tells what there is" :
				  "the line is one of the text with all that it includes in place: "
				  "apparmor_parser -p shows that");
		(*ret_errors)++;
	}
	return STATUS_OK;
}
