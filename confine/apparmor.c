/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/apparmor.h"

#include <errno.h>

#define STACKED "//&"

bool apparmor_name_is_plain(struct text name)
{
	static const char unconfined[] = "unconfined";

	if (name.len == 0 || name.len > 255)
		return false;
	if (name.len < sizeof(unconfined) && memcmp(name.ptr, unconfined, name.len) == 0)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			    (c >= '0' && c <= '9') || c == '_';

		if (!word && (i == 0 || (c != '.' && c != '-')))
			return false;
	}
	return true;
}

bool apparmor_confines(struct text label)
{
	return label.len > 0 && !text_is(label, "unconfined");
}

/* Cuts the first member off a label. */
static struct text cut_member(struct text *label)
{
	size_t separator = strlen(STACKED), n = 0;
	struct text member;

	while (n < label->len &&
	       !text_starts_with((struct text){ label->ptr + n, label->len - n }, STACKED))
		n++;
	member = (struct text){ label->ptr, n };
	n = n + separator <= label->len ? n + separator : label->len;
	label->ptr += n;
	label->len -= n;
	return member;
}

static bool has_member(struct text label, struct text member)
{
	while (label.len > 0) {
		if (text_equal(cut_member(&label), member))
			return true;
	}
	return false;
}

static enum status add_member(struct text *label, struct text member, struct arena *arena,
			      struct error *err)
{
	struct buffer stacked = BUFFER_INIT(arena);

	if (has_member(*label, member))
		return STATUS_OK;
	if (apparmor_confines(*label)) {
		buffer_add(&stacked, *label);
		buffer_add_str(&stacked, STACKED);
	}
	buffer_add(&stacked, member);
	return buffer_text(&stacked, label, err);
}

enum status apparmor_stack(struct text current, const struct request_profile *requested,
			   size_t count, const struct host *host, struct arena *arena,
			   struct text *ret_label, struct error *err)
{
	struct text label = current;
	enum status st = STATUS_OK;

	/* runc would fail by itself, crun would silently run unconfined */
	if (!host->has_apparmor && count > 0)
		return json_fail(requested[0].annotation, STATUS_UNSUPPORTED, err,
				 "asks for an AppArmor profile, but this kernel has no AppArmor");
	if (!host->has_apparmor && apparmor_confines(current))
		return error_set(err, STATUS_UNSUPPORTED, 0,
				 "the AppArmor profile '%.*s' is asked for, but this kernel has no "
				 "AppArmor",
				 TEXT_ARG(current));
	for (size_t i = 0; i < count && st == STATUS_OK; i++)
		st = add_member(&label, requested[i].name, arena, err);
	if (st == STATUS_OK)
		*ret_label = label;
	return st;
}

enum status apparmor_stack_label(struct text current, struct json asked, const struct host *host,
				 struct arena *arena, struct text *ret_label, struct error *err)
{
	struct text rest = json_text(asked), label = current;
	enum status st = STATUS_OK;

	if (!host->has_apparmor)
		return json_fail(asked, STATUS_UNSUPPORTED, err,
				 "asks for an AppArmor profile, but this kernel has no AppArmor");
	while (rest.len > 0 && st == STATUS_OK) {
		struct text member = cut_member(&rest);

		if (has_member(label, member))
			continue;
		if (!apparmor_name_is_plain(member))
			return json_fail(asked, STATUS_INVALID, err,
					 "'%.*s' cannot be the name of a profile",
					 TEXT_ARG(member));
		st = add_member(&label, member, arena, err);
	}
	if (st == STATUS_OK)
		*ret_label = label;
	return st;
}
