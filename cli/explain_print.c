/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/explain.h"

#include "confine/seccomp/describe.h"
#include "confine/seccomp/risks.h"

static const char *arch_of(const struct explanation *e)
{
	return arch_name(e->arch);
}

/* --- for people --- */

/* Where the verdict comes from: "syscalls[3]: a0 == 1", "defaultAction", "its default". */
static void say_origin(const struct explanation *e, const struct reply *reply,
		       const struct part *part, struct output *out)
{
	struct buffer words = BUFFER_INIT(out->text.arena);
	char path[256];

	if (reply->arch_missing) {
		say(out, "%s is not in its architectures", arch_of(e));
		return;
	}
	inputs_rule_path(e->inputs, part->by, part->rule, path, sizeof(path));
	if (part->rule == NULL) {
		say(out, "%s", path[0] != '\0' ? path : "its default");
		return;
	}
	if (part->rules > 1) {
		say(out, "%s and %u rules more", path[0] != '\0' ? path : "a rule",
		    part->rules - 1);
		return;
	}
	describe_rule(part->rule, &words);
	say(out, "%s: ", path[0] != '\0' ? path : "its rule");
	say_text(out, (struct text){ words.ptr, words.len });
}

static void say_when(const struct part *part, struct output *out)
{
	if (part->always)
		return;
	say(out, " if ");
	if (part->when.len > 0)
		say_text(out, part->when);
	else
		say(out, "the arguments are in one of too many ranges to list");
}

static void say_reply(const struct explanation *e, const struct reply *reply, bool names_input,
		      struct output *out)
{
	if (reply->too_complex)
		say(out, "    depends on arguments in too many ways; give them, as a0=1\n");
	for (size_t i = 0; i < reply->parts.count; i++) {
		const struct part *part = &reply->parts.list[i];

		say(out, "    ");
		say_verdict(out, part->verdict);
		say_when(part, out);
		say(out, "  [");
		if (names_input && e->inputs->count > 1)
			say(out, "%s, ", e->inputs->list[part->by].name);
		say_origin(e, reply, part, out);
		say(out, "]\n");
	}
}

static void say_caps(uint64_t caps, struct output *out)
{
	struct buffer words = BUFFER_INIT(out->text.arena);

	for (unsigned n = 0; n < capability_count(); n++) {
		if ((caps & CAPABILITY_BIT(n)) == 0)
			continue;
		buffer_add_str(&words, words.len > 0 ? " or " : "");
		buffer_add(&words, capability_name(n));
	}
	say_text(out, (struct text){ words.ptr, words.len });
}

/* What would let it through; for one input, or all of them. */
static void say_ways(const struct explanation *e, const struct reply *reply, struct output *out)
{
	if (reply->passes)
		return;
	if (reply->caps != 0) {
		say(out, "    allowed with ");
		say_caps(reply->caps, out);
		say(out, " in the bounding set\n");
	}
	if (reply->elsewhere.len > 0) {
		say(out, "    allowed with other arguments: ");
		say_text(out, reply->elsewhere);
		say(out, "\n");
	}
	if (reply->arch_missing)
		say(out, "    allowed by nothing before %s lists %s\n",
		    e->inputs->list[reply->parts.list[0].by].name, arch_of(e));
	else if (reply->caps == 0 && reply->elsewhere.len == 0 && reply->parts.count == 1)
		say(out, "    no capability and no argument changes that, only another profile\n");
}

static void say_risk(const struct explanation *e, struct output *out)
{
	const struct risk *risk = risk_of(syscall_name(e->question.call));

	if (risk == NULL)
		return;
	say_in(out, TONE_TITLE, "risk");
	say(out, "\n");
	say_wrapped(out, 4, "", text_of(risk->sentence));
	if (risk->caps != 0) {
		say(out, "    The kernel itself asks for ");
		say_caps(risk->caps, out);
		say(out, ".\n");
	}
}

/* One sentence on what no filter sees; empty where that is nothing. */
static const char *through_sentence(const struct explanation *e, char *sentence, size_t size)
{
	const char *calls = e->through != NULL && strcmp(e->through, "ipc") == 0
				    ? "System V IPC calls"
				    : "socket calls";

	sentence[0] = '\0';
	if (e->through == NULL)
		return sentence;
	(void)snprintf(
		sentence, size,
		e->through_passes
			? "i386 code makes %s through %s, too, which is allowed, with arguments in "
			  "memory where no filter sees them: only leaving out SCMP_ARCH_X86, or %s, "
			  "holds it to conditions."
			: "i386 code makes %s through %s, too, with arguments in memory where no "
			  "filter sees them; that is denied.",
		calls, e->through, e->through);
	return sentence;
}

static void say_through(const struct explanation *e, struct output *out)
{
	char sentence[300];

	if (through_sentence(e, sentence, sizeof(sentence))[0] == '\0')
		return;
	say_in(out, TONE_TITLE, "out of sight");
	say(out, "\n");
	say_wrapped(out, 4, "", text_of(sentence));
}

void explain_print_text(const struct explanation *e, struct output *out)
{
	struct text name = syscall_name(e->question.call);
	int number = explain_number(e);

	say_in(out, TONE_TITLE, "%.*s", TEXT_ARG(name));
	if (number >= 0)
		say(out, ", number %d on ", number);
	else if (e->through != NULL)
		say(out, ", only through %s on ", e->through);
	else if (syscall_arch_is_numbered(e->arch))
		say(out, (syscall_arches(e->question.call) & ARCH_BIT(e->arch)) != 0
				 ? ", private to "
				 : ", which does not exist on ");
	else
		say(out, " on ");
	say_arch(out, e->arch);
	for (unsigned i = 0; i < PROFILE_ARGS_MAX; i++) {
		if (e->given[i])
			say(out, ", a%u=%llu", i, (unsigned long long)e->question.asked.value[i]);
	}
	say(out, "\n");
	for (size_t i = 0; i < e->inputs->count; i++) {
		say_in(out, TONE_TITLE, "%s", e->inputs->list[i].name);
		say(out, "\n");
		say_reply(e, &e->replies[i], false, out);
		say_ways(e, &e->replies[i], out);
	}
	if (e->inputs->count > 1) {
		say_in(out, TONE_TITLE, "all together");
		say(out, "\n");
		say_reply(e, &e->together, true, out);
		say_ways(e, &e->together, out);
	}
	say_through(e, out);
	say_risk(e, out);
}

/* --- JSON --- */

static void put_part(const struct explanation *e, const struct reply *reply,
		     const struct part *part, struct output *out)
{
	struct buffer words = BUFFER_INIT(out->text.arena);
	char path[256];

	json_open(out, NULL, '{');
	json_put_verdict(out, "verdict", part->verdict);
	json_put_bool(out, "always", part->always);
	if (!part->always && part->when.len > 0)
		json_put_text(out, "when", part->when);
	else
		json_put_null(out, "when");
	json_put_str(out, "input", e->inputs->list[part->by].name);
	json_put_str(out, "by",
		     reply->arch_missing  ? "architectures"
		     : part->rule != NULL ? "rule"
					  : "default");
	inputs_rule_path(e->inputs, part->by, part->rule, path, sizeof(path));
	if (path[0] != '\0' && !reply->arch_missing)
		json_put_str(out, "path", path);
	else
		json_put_null(out, "path");
	if (part->rule != NULL) {
		describe_rule(part->rule, &words);
		json_put_text(out, "conditions", (struct text){ words.ptr, words.len });
		json_put_u64(out, "rules", part->rules);
	}
	json_close(out, '}');
}

static void put_reply(const struct explanation *e, const struct reply *reply, struct output *out)
{
	json_put_bool(out, "allowed", reply->passes);
	/* one verdict for all arguments asked about, or null */
	if (reply->parts.count == 1)
		json_put_verdict(out, "verdict", reply->parts.list[0].verdict);
	else
		json_put_null(out, "verdict");
	json_open(out, "answers", '[');
	for (size_t i = 0; i < reply->parts.count; i++)
		put_part(e, reply, &reply->parts.list[i], out);
	json_close(out, ']');
	json_open(out, "allowed_with", '{');
	json_put_caps(out, "capabilities", reply->caps);
	if (reply->elsewhere.len > 0)
		json_put_text(out, "arguments", reply->elsewhere);
	else
		json_put_null(out, "arguments");
	json_close(out, '}');
}

static void put_risk(const struct explanation *e, struct output *out)
{
	const struct risk *risk = risk_of(syscall_name(e->question.call));

	if (risk == NULL) {
		json_put_null(out, "risk");
		return;
	}
	json_open(out, "risk", '{');
	json_put_str(out, "sentence", risk->sentence);
	json_put_caps(out, "capabilities", risk->caps);
	json_close(out, '}');
}

void explain_print_json(const struct explanation *e, struct output *out)
{
	int number = explain_number(e);
	char key[] = "a0", sentence[300];

	json_open(out, NULL, '{');
	json_put_text(out, "syscall", syscall_name(e->question.call));
	if (number >= 0)
		json_put_u64(out, "number", (uint64_t)number);
	else
		json_put_null(out, "number");
	json_put_str(out, "architecture", arch_of(e));
	json_open(out, "arguments", '{');
	for (unsigned i = 0; i < PROFILE_ARGS_MAX; i++) {
		key[1] = (char)('0' + i);
		if (e->given[i])
			json_put_u64(out, key, e->question.asked.value[i]);
	}
	json_close(out, '}');
	put_reply(e, &e->together, out);
	json_open(out, "inputs", '[');
	for (size_t i = 0; i < e->inputs->count; i++) {
		json_open(out, NULL, '{');
		json_put_str(out, "name", e->inputs->list[i].name);
		put_reply(e, &e->replies[i], out);
		json_close(out, '}');
	}
	json_close(out, ']');
	if (through_sentence(e, sentence, sizeof(sentence))[0] != '\0')
		json_put_str(out, "out_of_sight", sentence);
	else
		json_put_null(out, "out_of_sight");
	put_risk(e, out);
	json_close(out, '}');
}
