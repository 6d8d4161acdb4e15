/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/apparmor/loaded.h"

bool apparmor_loaded_next(struct text *list, struct apparmor_loaded *ret_profile)
{
	while (list->len > 0) {
		struct text line = text_cut(list, '\n');
		size_t open = line.len;

		if (line.len < 3 || line.ptr[line.len - 1] != ')')
			continue;
		/* a name may hold anything, a mode no parenthesis: look from the end */
		while (open > 0 && line.ptr[open - 1] != '(')
			open--;
		if (open < 3 || line.ptr[open - 2] != ' ')
			continue;
		ret_profile->name = (struct text){ line.ptr, open - 2 };
		ret_profile->mode = (struct text){ line.ptr + open, line.len - 1 - open };
		return true;
	}
	return false;
}

struct text apparmor_loaded_mode(struct text list, struct text name)
{
	struct apparmor_loaded profile;

	while (apparmor_loaded_next(&list, &profile)) {
		if (text_equal(profile.name, name))
			return profile.mode;
	}
	return TEXT_NONE;
}

bool apparmor_mode_enforces(struct text mode)
{
	return text_is(mode, "enforce") || text_is(mode, "kill");
}
