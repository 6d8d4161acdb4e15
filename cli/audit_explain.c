/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>

#include "cli/audit_report.h"
#include "confine/apparmor/choose.h"

/* The inputs that a container's filter was made of, as far as its bundle still says. */
static enum status read_inputs(const char *bundle, const char *baseline, struct arena *arena,
			       struct inputs **ret_inputs, struct error *err)
{
	struct inputs *inputs = arena_alloc(arena, sizeof(*inputs));
	struct notes *notes = arena_alloc(arena, sizeof(*notes));
	const char *names[2];
	size_t count = 0;
	enum status st;

	if (inputs == NULL || notes == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot explain");
	if (baseline != NULL)
		names[count++] = baseline;
	if (bundle != NULL)
		names[count++] = bundle;
	*ret_inputs = NULL;
	if (count == 0)
		return STATUS_OK;
	st = inputs_read(names, count, NULL, arena, notes, inputs, err);
	/* a bundle that has gone, or is no longer sound, explains nothing: the line stands */
	if (st != STATUS_OK && bundle != NULL && baseline != NULL)
		st = inputs_read(names, 1, NULL, arena, notes, inputs, err);
	*ret_inputs = inputs;
	return st;
}

static enum status explain(struct audit_entry *entry, const char *baseline, struct arena *arena,
			   struct error *err)
{
	struct explanation *e = &entry->explanation;
	struct inputs *inputs = NULL;
	enum status st = read_inputs(entry->bundle, baseline, arena, &inputs, err);

	if (st != STATUS_OK || inputs == NULL)
		return st;
	*e = (struct explanation){ .inputs = inputs, .arch = entry->call.arch };
	e->question.call = entry->call.call;
	e->question.is_32bit = arch_is_32bit(entry->call.arch);
	entry->is_explained = true;
	return explain_find(e, arena, err);
}

enum status audit_entry_find(const struct audit_group *group, const char *bundle,
			     const char *baseline, struct arena *arena,
			     struct audit_entry *ret_entry, struct error *err)
{
	const struct audit_record *r = &group->first;
	struct audit_entry entry = { .group = group, .bundle = bundle };
	enum status st = STATUS_OK;

	if (r->kind == AUDIT_APPARMOR)
		st = audit_apparmor_rule(r, arena, &entry.rule, err);
	else if (numbered_call_of(r->arch, r->call, &entry.call) && entry.call.has_name)
		st = explain(&entry, baseline, arena, err);
	entry.has_name = r->kind == AUDIT_SECCOMP && entry.call.has_name;
	if (st == STATUS_OK)
		*ret_entry = entry;
	return st;
}

/* --- the answer that the kernel gave --- */

static const char *answer_word(uint32_t code)
{
	static const struct {
		uint32_t action;
		const char *word;
	} words[] = {
		{ SECCOMP_RET_KILL_PROCESS, "process killed" },
		{ SECCOMP_RET_KILL_THREAD, "thread killed" },
		{ SECCOMP_RET_TRAP, "SIGSYS" },
		{ SECCOMP_RET_ERRNO, "errno" },
		{ SECCOMP_RET_USER_NOTIF, "listener asked" },
		{ SECCOMP_RET_TRACE, "tracer asked" },
		{ SECCOMP_RET_LOG, "logged, allowed" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if ((code & SECCOMP_RET_ACTION_FULL) == words[i].action)
			return words[i].word;
	}
	return "allowed";
}

static bool is_errno(uint32_t code)
{
	return (code & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO;
}

/* "errno 1", "logged, allowed". */
static void say_answer(const struct audit_record *r, struct output *out)
{
	say(out, "%s", answer_word(r->code));
	if (is_errno(r->code))
		say(out, " %u", r->code & SECCOMP_RET_DATA);
}

/* What a stranger wrote, escaped and cut. */
static void say_name(struct output *out, struct text name)
{
	bool is_long = name.len > 200;

	name.len = is_long ? 200 : name.len;
	buffer_add_printable(&out->text, name);
	buffer_add_str(&out->text, is_long ? "..." : "");
}

static void say_call(const struct audit_entry *entry, struct output *out)
{
	const struct audit_record *r = &entry->group->first;

	if (entry->has_name)
		say_text(out, syscall_name(entry->call.call));
	else
		say(out, "call %u", r->call);
	if (entry->call.arch != ARCH_NATIVE && entry->has_name) {
		say(out, " on ");
		say_arch(out, entry->call.arch);
	}
}

/* --- what would allow it --- */

/* Whether an input denies the call for some arguments. */
static bool denies(const struct audit_entry *entry, size_t input)
{
	return entry->is_explained && !entry->explanation.replies[input].passes;
}

static bool is_floor(const struct audit_entry *entry, size_t input)
{
	return entry->explanation.inputs->list[input].kind == INPUT_WORD;
}

/* One sentence for one input that denies. */
static void advice(const struct audit_entry *entry, size_t input, struct buffer *out)
{
	const struct reply *reply = &entry->explanation.replies[input];

	if (reply->caps != 0) {
		buffer_add_str(out, "give the container ");
		capability_set_describe(reply->caps, out);
		if ((reply->caps & (reply->caps - 1)) != 0)
			buffer_add_str(out, " (one of them will do)");
	} else if (is_floor(entry, input)) {
		buffer_add_str(out, "RuntimeDefault never allows it; only a policy with another "
				    "seccomp.baseline does");
	} else {
		buffer_add_str(out, "add to its profile {\"names\":[\"");
		buffer_add(out, syscall_name(entry->call.call));
		buffer_add_str(out, "\"],\"action\":\"SCMP_ACT_ALLOW\"}");
	}
}

static void say_advice(const struct audit_entry *entry, struct output *out)
{
	for (size_t i = 0; entry->is_explained && i < entry->explanation.inputs->count; i++) {
		struct buffer line = BUFFER_INIT(out->text.arena);

		if (!denies(entry, i))
			continue;
		buffer_add_str(&line, entry->explanation.inputs->list[i].shown);
		buffer_add_str(&line, entry->explanation.replies[i].elsewhere.len > 0 ||
						      entry->explanation.replies[i].parts.count > 1
					      ? " denies it for some arguments: "
					      : " denies it: ");
		advice(entry, i, &line);
		say_wrapped(out, 8, "", (struct text){ line.ptr, line.len });
	}
}

static void say_apparmor(const struct audit_record *r, struct output *out)
{
	struct text profile = r->profile, object = r->name;

	if (text_starts_with(profile, APPARMOR_AUDIT_PREFIX)) {
		profile.ptr += strlen(APPARMOR_AUDIT_PREFIX);
		profile.len -= strlen(APPARMOR_AUDIT_PREFIX);
	}
	if (r->capability.len > 0 || object.len == 0)
		object = r->capability.len > 0 ? r->capability : r->peer;
	say_name(out, r->operation);
	if (object.len > 0) {
		say(out, " ");
		say_name(out, object);
	}
	if (r->mask.len > 0) {
		say(out, " (");
		say_name(out, r->mask);
		say(out, ")");
	}
	say(out, ": %s by AppArmor's ", r->is_denied ? "denied" : "would be denied");
	say_name(out, profile);
}

void audit_say_entry(const struct audit_entry *entry, struct output *out)
{
	const struct audit_record *r = &entry->group->first;

	say(out, "  %6llu  ", (unsigned long long)entry->group->count);
	if (r->kind == AUDIT_SECCOMP) {
		say_call(entry, out);
		say(out, ": ");
		say_answer(r, out);
	} else {
		say_apparmor(r, out);
	}
	say(out, "  (");
	say_name(out, r->comm.len > 0 ? r->comm : r->exe);
	say(out, ")\n");
	if (r->kind == AUDIT_SECCOMP)
		say_advice(entry, out);
	else if (entry->rule.len > 0)
		say_wrapped(out, 8, "to allow it, and no deny rule in the way: ", entry->rule);
}

/* --- JSON --- */

static void put_seccomp(const struct audit_entry *entry, struct output *out)
{
	const struct audit_record *r = &entry->group->first;

	if (entry->has_name) {
		json_put_text(out, "call", syscall_name(entry->call.call));
		json_put_str(out, "arch", arch_name(entry->call.arch));
	} else {
		json_put_null(out, "call");
	}
	json_put_u64(out, "number", r->call);
	json_put_u64(out, "audit-arch", r->arch);
	json_put_str(out, "answer", answer_word(r->code));
	if (is_errno(r->code))
		json_put_u64(out, "errno", r->code & SECCOMP_RET_DATA);
	json_open(out, "denied-by", '[');
	for (size_t i = 0; entry->is_explained && i < entry->explanation.inputs->count; i++) {
		struct buffer line = BUFFER_INIT(out->text.arena);

		if (!denies(entry, i))
			continue;
		json_open(out, NULL, '{');
		json_put_str(out, "input", entry->explanation.inputs->list[i].shown);
		json_put_caps(out, "capabilities", entry->explanation.replies[i].caps);
		advice(entry, i, &line);
		json_put_text(out, "advice", (struct text){ line.ptr, line.len });
		json_close(out, '}');
	}
	json_close(out, ']');
}

static void put_given(struct output *out, const char *key, struct text value)
{
	if (value.ptr != NULL)
		json_put_text(out, key, value);
}

void audit_put_entry(const struct audit_entry *entry, struct output *out)
{
	const struct audit_record *r = &entry->group->first;

	json_open(out, NULL, '{');
	json_put_str(out, "kind", r->kind == AUDIT_SECCOMP ? "seccomp" : "apparmor");
	if (entry->group->container.len > 0)
		json_put_text(out, "container", entry->group->container);
	else
		json_put_null(out, "container");
	json_put_u64(out, "count", entry->group->count);
	json_put_u64(out, "last", entry->group->last);
	put_given(out, "comm", r->comm);
	put_given(out, "exe", r->exe);
	if (r->kind == AUDIT_SECCOMP) {
		put_seccomp(entry, out);
	} else {
		json_put_bool(out, "denied", r->is_denied);
		json_put_text(out, "profile", r->profile);
		put_given(out, "operation", r->operation);
		put_given(out, "name", r->name);
		put_given(out, "mask", r->mask);
		put_given(out, "capability", r->capability);
		if (entry->rule.len > 0)
			json_put_text(out, "rule", entry->rule);
	}
	json_close(out, '}');
}
