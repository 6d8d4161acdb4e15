/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/apparmor/source.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "confine/apparmor/choose.h"
#include "oci-spec/base/file.h"

#include "confine/data/apparmor_default_data.h" /* generated */

static enum status read_file(const struct apparmor_source *source, const struct policy *policy,
			     struct arena *arena, struct text *ret_text, struct error *err)
{
	AUTO(file_close) int root = -1;
	char *dir = text_dup(arena, policy->apparmor.profile_root);
	char *name = text_dup(arena, source->base);
	struct stat about;
	enum status st;

	if (dir == NULL || name == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read the profile");
	st = file_open_dir(AT_FDCWD, dir, &root, err);
	if (st == STATUS_OK && fstat(root, &about) != 0)
		st = error_set(err, STATUS_SYSTEM, errno, "cannot look at the directory");
	if (st == STATUS_OK) {
		st = file_check_owner(&about, err);
		if (st != STATUS_OK)
			return error_in_file(err, dir);
		st = file_read_beneath(root, name, APPARMOR_SOURCE_BYTES_MAX, arena, ret_text,
				       &about, err);
	}
	if (st == STATUS_SYSTEM && err->sys_errno == ENOENT)
		return error_set(err, STATUS_UNSUPPORTED, 0,
				 "the AppArmor profile '%.*s' is not loaded, and there is no such "
				 "file to load it from",
				 TEXT_ARG(source->base));
	return st == STATUS_OK ? file_check_owner(&about, err) : st;
}

static const char *shown_path(const struct policy *policy, struct text name, struct arena *arena)
{
	struct buffer path = BUFFER_INIT(arena);

	buffer_add(&path, policy->apparmor.profile_root);
	buffer_add_char(&path, '/');
	buffer_add(&path, name);
	buffer_add_char(&path, '\0');
	return path.failed ? NULL : path.ptr;
}

enum status apparmor_source_read(struct text name, const struct policy *policy, struct arena *arena,
				 struct apparmor_source *ret_source, struct error *err)
{
	struct apparmor_source source = { .name = name, .base = name };
	size_t prefix = strlen(APPARMOR_AUDIT_PREFIX);
	enum status st;

	source.audit = text_starts_with(name, APPARMOR_AUDIT_PREFIX);
	if (source.audit)
		source.base = (struct text){ name.ptr + prefix, name.len - prefix };
	if (text_is(source.base, APPARMOR_BASELINE)) {
		source.file = "built-in profile " APPARMOR_BASELINE;
		source.text = text_of(apparmor_default);
		*ret_source = source;
		return STATUS_OK;
	}
	source.file = shown_path(policy, source.base, arena);
	if (source.file == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read the profile");
	st = read_file(&source, policy, arena, &source.text, err);
	if (st != STATUS_OK)
		return error_in_file(err, source.file);
	*ret_source = source;
	return STATUS_OK;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Where a word ends: at a blank or quote, or at a comma or brace that is not in an alternation. */
static size_t word_length(struct text text)
{
	unsigned depth = 0;
	size_t n = 0;

	for (; n < text.len && !is_blank(text.ptr[n]) && text.ptr[n] != '"'; n++) {
		if (text.ptr[n] == '{')
			depth++;
		else if (depth == 0 && (text.ptr[n] == ',' || text.ptr[n] == '}'))
			break;
		else if (text.ptr[n] == '}')
			depth--;
	}
	return n;
}

/*
 * The next piece of a profile's text: a comment, a quoted string, blanks, a single brace or
 * comma, or a word, which may hold alternations: "/{a,b}". Pieces put together are the text.
 */
static struct text next_piece(struct text *rest)
{
	struct text piece = { rest->ptr, 1 };
	char first = rest->ptr[0];

	if (first == '#') {
		while (piece.len < rest->len && rest->ptr[piece.len] != '\n')
			piece.len++;
	} else if (first == '"') {
		while (piece.len < rest->len && rest->ptr[piece.len] != '"')
			piece.len += rest->ptr[piece.len] == '\\' && piece.len + 1 < rest->len ? 2
											       : 1;
		piece.len += piece.len < rest->len ? 1 : 0;
	} else if (is_blank(first)) {
		while (piece.len < rest->len && is_blank(rest->ptr[piece.len]))
			piece.len++;
	} else if (first != '{' && first != '}' && first != ',') {
		piece.len = word_length(*rest);
	}
	rest->ptr += piece.len;
	rest->len -= piece.len;
	return piece;
}

/* NAME or "NAME". */
static bool spells(struct text piece, struct text name)
{
	if (piece.len == name.len + 2 && piece.ptr[0] == '"')
		piece = (struct text){ piece.ptr + 1, name.len };
	return text_equal(piece, name);
}

/* The profile alone, first, last and in between: the kernel sorts the members of a label. */
static void add_peers(struct buffer *out, struct text name)
{
	static const char before[][8] = { "{", ",", ",**//&", ",**//&" };
	static const char behind[][8] = { "", "//&**", "", "//&**}" };

	for (unsigned i = 0; i < 4; i++) {
		buffer_add_str(out, before[i]);
		buffer_add(out, name);
		buffer_add_str(out, behind[i]);
	}
}

/* "peer=NAME" or "peer=@{profile_name}": rules for signals and ptrace. */
static bool is_own_peer(struct text word, const struct apparmor_source *source)
{
	static const char peer[] = "peer=";

	if (!text_starts_with(word, peer))
		return false;
	word.ptr += strlen(peer);
	word.len -= strlen(peer);
	return text_is(word, "@{profile_name}") || text_equal(word, source->base);
}

enum status apparmor_source_form(const struct apparmor_source *source, struct text text,
				 struct arena *arena, struct text *ret_text, struct error *err)
{
	struct buffer out = BUFFER_INIT(arena);
	struct text before = TEXT_NONE; /* the last piece that was neither blank nor comment */
	bool renamed = !source->audit;

	while (text.len > 0) {
		struct text piece = next_piece(&text);

		if (!renamed && text_is(before, "profile") && spells(piece, source->base)) {
			buffer_add(&out, source->name);
			renamed = true;
		} else if (source->audit && text_is(piece, "deny") && !text_is(before, "audit")) {
			buffer_add_str(&out, "audit deny");
		} else if (is_own_peer(piece, source)) {
			buffer_add_str(&out, "peer=");
			add_peers(&out, source->name);
		} else if (text_is(before, "peer=") && spells(piece, source->base)) {
			add_peers(&out, source->name); /* peer="NAME" */
		} else {
			buffer_add(&out, piece);
		}
		if (!is_blank(piece.ptr[0]) && piece.ptr[0] != '#')
			before = piece;
	}
	if (!renamed)
		return error_set(err, STATUS_UNSUPPORTED, 0,
				 "has no 'profile %.*s' that could be renamed for audit mode",
				 TEXT_ARG(source->base));
	return buffer_text(&out, ret_text, err);
}

struct text apparmor_source_attachment(struct text text, struct text name)
{
	struct text before = TEXT_NONE, earlier = TEXT_NONE;

	while (text.len > 0) {
		struct text piece = next_piece(&text);

		if (is_blank(piece.ptr[0]) || piece.ptr[0] == '#')
			continue;
		if (text_is(earlier, "profile") && spells(before, name))
			return piece.ptr[0] == '/' || piece.ptr[0] == '@' || piece.ptr[0] == '"'
				       ? piece
				       : TEXT_NONE;
		earlier = before;
		before = piece;
	}
	return TEXT_NONE;
}
