/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/apparmor/peers.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Cuts a rule off the text: up to the next comma or brace that is in no bracket and no comment. */
static struct text cut_rule(struct text *rest)
{
	struct text rule = { rest->ptr, 0 };
	unsigned depth = 0;
	size_t n = 0;

	while (n < rest->len && is_space(rest->ptr[n]))
		n++;
	if (n < rest->len && rest->ptr[n] == '#') {
		while (n < rest->len && rest->ptr[n] != '\n')
			n++;
		*rest = (struct text){ rest->ptr + n, rest->len - n };
		return TEXT_NONE;
	}
	rule.ptr += n;
	for (; n < rest->len; n++) {
		char c = rest->ptr[n];

		if (c == '(' || (c == '{' && !is_space(rest->ptr[n > 0 ? n - 1 : 0])))
			depth++;
		else if ((c == ')' || c == '}') && depth > 0)
			depth--;
		else if (depth == 0 && (c == ',' || c == '{' || c == '}'))
			break;
	}
	rule.len = (size_t)(rest->ptr + n - rule.ptr);
	n += n < rest->len ? 1 : 0;
	*rest = (struct text){ rest->ptr + n, rest->len - n };
	return rule;
}

static bool has(struct text text, const char *word)
{
	return text_find(text, word) != NULL;
}

/* "signal", "signal (send,receive) peer=...": one that lets a process signal others of its kind. */
static bool lets_signal(struct text rule)
{
	struct text rest = rule, word = text_cut(&rest, ' ');

	if (text_is(word, "audit") || text_is(word, "allow"))
		word = text_cut(&rest, ' ');
	if (!text_is(text_trim(word), "signal") || has(rest, "set="))
		return false;
	if (has(rest, "(") && !has(rest, "send") && !has(rest, "w"))
		return false;
	return !has(rest, "peer=") || has(rest, "//&") || has(rest, "**");
}

bool apparmor_text_signals_in_stack(struct text text)
{
	while (text.len > 0) {
		if (lets_signal(cut_rule(&text)))
			return true;
	}
	return false;
}
