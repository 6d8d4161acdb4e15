/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's list of AppArmor profiles, whose names a container may have chosen, and labels. The
 * first line is the label that config.json names, the second one an exec's, the rest the list.
 * Every member of what is decided enforces, and no member that was there goes.
 */
#include "confine/apparmor/choose.h"
#include "confine/apparmor/loaded.h"
#include "tests/fuzz/fuzz.h"

/* A process object that names this profile. */
static struct json named(struct text label, struct arena *arena)
{
	static const struct json_limits limits = { 1 << 20, 4, 100 };
	struct json_doc *doc = arena_alloc(arena, sizeof(*doc));
	struct buffer out = BUFFER_INIT(arena);
	struct error err = { 0 };

	buffer_add_str(&out, "{\"apparmorProfile\":");
	buffer_add_json_string(&out, label);
	buffer_add_char(&out, '}');
	fuzz_require(doc != NULL && !out.failed);
	if (json_parse(arena, (struct text){ out.ptr, out.len }, "p", &limits, doc, &err) != STATUS_OK)
		return (struct json){ NULL, 0 };
	return json_root(doc);
}

static void check_list(struct text list)
{
	struct apparmor_loaded profile;
	struct text rest = list;

	while (apparmor_loaded_next(&rest, &profile)) {
		fuzz_require(profile.name.len > 0);
		fuzz_require(memchr(profile.name.ptr, '\n', profile.name.len) == NULL);
		fuzz_require(memchr(profile.mode.ptr, ')', profile.mode.len) == NULL ||
			     !apparmor_mode_enforces(profile.mode));
		fuzz_require(apparmor_loaded_mode(list, profile.name).ptr != NULL);
	}
}

/* The label as text says the same. */
static void check_label(const struct apparmor_label *label, struct arena *arena)
{
	struct apparmor_label again;
	struct error err = { 0 };
	struct text text;
	struct json object;

	fuzz_require(apparmor_label_text(label, arena, &text, &err) == STATUS_OK);
	object = named(text, arena);
	fuzz_require(json_exists(object));
	fuzz_require(apparmor_label_parse(json_get(object, "apparmorProfile"), &again, &err) ==
		     STATUS_OK);
	fuzz_require(apparmor_label_equal(label, &again));
}

static void check_answer(const struct apparmor_question *question,
			 const struct apparmor_answer *answer, struct arena *arena)
{
	const struct host *host = question->host;
	struct apparmor_label own;
	struct error err = { 0 };

	check_label(&answer->label, arena);
	for (size_t i = 0; i < answer->label.count; i++) {
		struct text mode = apparmor_loaded_mode(host->apparmor_profiles, answer->label.members[i]);

		/* what is not loaded yet is loaded by us; no mode is as good as not loaded */
		fuzz_require(mode.len == 0 || apparmor_mode_enforces(mode) || question->policy->audit);
	}
	fuzz_require(apparmor_label_parse(json_get(question->process, "apparmorProfile"), &own, &err) ==
		     STATUS_OK);
	for (size_t i = 0; i < own.count; i++)
		fuzz_require(apparmor_label_has(&answer->label, own.members[i]) ||
			     text_starts_with(own.members[i], "cri-containerd.") || question->policy->audit ||
			     answer->label.count > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct confine confine = fuzz_confine(&arena, size % 2);
	struct text list = fuzz_text(data, size), first = text_cut(&list, '\n');
	struct text second = text_cut(&list, '\n');
	struct request request = { .seccomp_count = 0 };
	struct apparmor_question question = {
		.policy = &confine.policy,
		.host = &confine.host,
		.request = &request,
		.process = named(first, &arena),
		.exec = second.len > 0 ? named(second, &arena) : (struct json){ NULL, 0 },
	};
	struct apparmor_answer answer;
	struct error err = { 0 };
	enum status st;

	confine.host.apparmor_profiles = list.ptr != NULL ? list : TEXT("");
	check_list(confine.host.apparmor_profiles);
	if (json_exists(question.process)) {
		st = apparmor_choose(&question, &arena, &confine.notes, &answer, &err);
		fuzz_check_notes(&confine.notes);
		if (st != STATUS_OK)
			fuzz_check_error(st, &err, false);
		else
			check_answer(&question, &answer, &arena);
	}
	arena_done(&arena);
	return 0;
}
