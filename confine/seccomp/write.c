/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/seccomp/merge.h"

static void write_verdict(struct verdict verdict, struct buffer *out)
{
	buffer_add_str(out, "\"action\":\"");
	buffer_add_str(out, action_name(verdict.action));
	buffer_add_char(out, '"');
	if (action_has_data(verdict.action)) {
		buffer_add_str(out, ",\"errnoRet\":");
		buffer_add_u64(out, verdict.data);
	}
}

static void write_arches(uint32_t arches, struct buffer *out)
{
	const char *comma = "";

	buffer_add_str(out, ",\"architectures\":[");
	for (unsigned arch = 0; arch < ARCH_COUNT_; arch++) {
		if ((arches & ARCH_BIT(arch)) == 0)
			continue;
		buffer_add_str(out, comma);
		buffer_add_json_string(out, text_of(arch_name((enum arch)arch)));
		comma = ",";
	}
	buffer_add_char(out, ']');
}

static void write_flags(uint32_t flags, struct buffer *out)
{
	const char *comma = "";

	buffer_add_str(out, ",\"flags\":[");
	for (uint32_t flag = 1; flag <= FLAG_WAIT_KILLABLE_RECV; flag <<= 1) {
		if ((flags & flag) == 0)
			continue;
		buffer_add_str(out, comma);
		buffer_add_json_string(out, text_of(flag_name(flag)));
		comma = ",";
	}
	buffer_add_char(out, ']');
}

static bool is_constant(const struct rule *rules)
{
	return rules != NULL && rules->next == NULL && rules->cond_count == 0;
}

/* One rule object with every call that has just this verdict. `done` marks what is written. */
static void write_constants(const struct ruleset *ruleset, unsigned first, uint8_t *done,
			    struct buffer *out)
{
	struct verdict verdict = ruleset->calls[first]->verdict;
	const char *comma = "";

	buffer_add_str(out, "{\"names\":[");
	for (unsigned call = first; call < syscall_count(); call++) {
		if (!is_constant(ruleset->calls[call]) ||
		    !verdict_equal(ruleset->calls[call]->verdict, verdict))
			continue;
		buffer_add_name(out, comma, syscall_name(call));
		done[call] = 1;
		comma = ",";
	}
	buffer_add_str(out, "],");
	write_verdict(verdict, out);
	buffer_add_char(out, '}');
}

static void write_conditional(unsigned call, const struct rule *rule, struct buffer *out)
{
	buffer_add_str(out, "{\"names\":[");
	buffer_add_json_string(out, syscall_name(call));
	buffer_add_str(out, "],");
	write_verdict(rule->verdict, out);
	buffer_add_str(out, ",\"args\":[");
	for (unsigned c = 0; c < rule->cond_count; c++) {
		const struct profile_arg *cond = &rule->conds[c];

		buffer_add_str(out, c == 0 ? "{\"index\":" : ",{\"index\":");
		buffer_add_u64(out, cond->index);
		buffer_add_str(out, ",\"value\":");
		buffer_add_u64(out, cond->a);
		if (cond->op == COMPARE_MASKED_EQ) {
			buffer_add_str(out, ",\"valueTwo\":");
			buffer_add_u64(out, cond->b);
		}
		buffer_add_str(out, ",\"op\":\"");
		buffer_add_str(out, compare_name(cond->op));
		buffer_add_str(out, "\"}");
	}
	buffer_add_str(out, "]}");
}

static void write_rules(const struct ruleset *ruleset, struct buffer *out)
{
	uint8_t *done = arena_alloc(out->arena, syscall_count());
	const char *comma = "";

	if (done == NULL) {
		out->failed = true;
		return;
	}
	for (unsigned call = 0; call < syscall_count(); call++) {
		if (done[call] || !is_constant(ruleset->calls[call]))
			continue;
		buffer_add_str(out, comma);
		write_constants(ruleset, call, done, out);
		comma = ",";
	}
	for (unsigned call = 0; call < syscall_count(); call++) {
		if (is_constant(ruleset->calls[call]))
			continue;
		for (const struct rule *r = ruleset->calls[call]; r != NULL; r = r->next) {
			buffer_add_str(out, comma);
			write_conditional(call, r, out);
			comma = ",";
		}
	}
}

/* Whether the group of rules without conditions that this call is in was written before it. */
static bool is_grouped(const struct ruleset *ruleset, unsigned call)
{
	for (unsigned before = 0; before < call; before++) {
		if (is_constant(ruleset->calls[before]) &&
		    verdict_equal(ruleset->calls[before]->verdict, ruleset->calls[call]->verdict))
			return true;
	}
	return false;
}

size_t ruleset_place(const struct ruleset *ruleset, const struct rule *rule)
{
	bool constant = false;
	size_t place = 0;

	for (unsigned call = 0; call < syscall_count(); call++)
		constant = constant ||
			   (ruleset->calls[call] == rule && is_constant(ruleset->calls[call]));
	for (unsigned call = 0; call < syscall_count(); call++) {
		if (!is_constant(ruleset->calls[call]) || is_grouped(ruleset, call))
			continue;
		if (constant && verdict_equal(ruleset->calls[call]->verdict, rule->verdict))
			return place;
		place++;
	}
	for (unsigned call = 0; call < syscall_count(); call++) {
		if (is_constant(ruleset->calls[call]))
			continue;
		for (const struct rule *r = ruleset->calls[call]; r != NULL; r = r->next) {
			if (r == rule)
				return place;
			place++;
		}
	}
	return place;
}

void ruleset_write(const struct ruleset *ruleset, struct buffer *out)
{
	buffer_add_str(out, "{\"defaultAction\":\"");
	buffer_add_str(out, action_name(ruleset->default_verdict.action));
	buffer_add_char(out, '"');
	if (action_has_data(ruleset->default_verdict.action)) {
		buffer_add_str(out, ",\"defaultErrnoRet\":");
		buffer_add_u64(out, ruleset->default_verdict.data);
	}
	write_arches(ruleset->arches, out);
	if (ruleset->flags_given)
		write_flags(ruleset->flags, out);
	if (ruleset->listener_path.len > 0) {
		buffer_add_str(out, ",\"listenerPath\":");
		buffer_add_json_string(out, ruleset->listener_path);
	}
	if (ruleset->listener_metadata.len > 0) {
		buffer_add_str(out, ",\"listenerMetadata\":");
		buffer_add_json_string(out, ruleset->listener_metadata);
	}
	buffer_add_str(out, ",\"syscalls\":[");
	write_rules(ruleset, out);
	buffer_add_str(out, "]}");
}
