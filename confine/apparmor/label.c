/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/apparmor/label.h"

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

/* Cuts the first member off a label; *ret_more tells whether a separator followed it. */
static struct text cut_member(struct text *label, bool *ret_more)
{
	size_t separator = strlen(STACKED), n = 0;
	struct text member;

	while (n < label->len &&
	       !text_starts_with((struct text){ label->ptr + n, label->len - n }, STACKED))
		n++;
	member = (struct text){ label->ptr, n };
	*ret_more = n < label->len;
	n = *ret_more ? n + separator : label->len;
	label->ptr += n;
	label->len -= n;
	return member;
}

bool apparmor_label_has(const struct apparmor_label *label, struct text member)
{
	for (size_t i = 0; i < label->count; i++) {
		if (text_equal(label->members[i], member))
			return true;
	}
	return false;
}

bool apparmor_label_equal(const struct apparmor_label *a, const struct apparmor_label *b)
{
	for (size_t i = 0; i < a->count; i++) {
		if (!apparmor_label_has(b, a->members[i]))
			return false;
	}
	return a->count == b->count;
}

bool apparmor_label_add(struct apparmor_label *label, struct text member)
{
	if (apparmor_label_has(label, member))
		return true;
	if (label->count == APPARMOR_MEMBERS_MAX)
		return false;
	label->members[label->count++] = member;
	return true;
}

enum status apparmor_label_parse(struct json value, struct apparmor_label *ret_label,
				 struct error *err)
{
	struct text rest = json_text(value);
	struct apparmor_label label = { .count = 0 };

	if (apparmor_confines(rest)) {
		bool more = true;

		while (more) {
			struct text member = cut_member(&rest, &more);

			if (!apparmor_name_is_plain(member))
				return json_fail(value, STATUS_INVALID, err,
						 "'%.*s' cannot be the name of a profile",
						 TEXT_ARG(member));
			if (!apparmor_label_add(&label, member))
				return json_fail(value, STATUS_INVALID, err,
						 "stacks more than %d profiles",
						 APPARMOR_MEMBERS_MAX);
		}
	}
	*ret_label = label;
	return STATUS_OK;
}

enum status apparmor_label_text(const struct apparmor_label *label, struct arena *arena,
				struct text *ret_text, struct error *err)
{
	struct buffer text = BUFFER_INIT(arena);

	for (size_t i = 0; i < label->count; i++) {
		if (i > 0)
			buffer_add_str(&text, STACKED);
		buffer_add(&text, label->members[i]);
	}
	return buffer_text(&text, ret_text, err);
}
