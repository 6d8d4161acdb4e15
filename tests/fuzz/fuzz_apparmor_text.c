/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of an AppArmor profile as it is compiled: found includes, widened peers, the form of
 * audit mode. The profile's name is "web". Nothing but what source.h says may change.
 */
#include "confine/apparmor/choose.h"
#include "confine/apparmor/includes.h"
#include "confine/apparmor/peers.h"
#include "confine/apparmor/source.h"
#include "tests/fuzz/fuzz.h"

static bool has(struct text text, const char *word)
{
	return text_find(text, word) != NULL;
}

static void check_form(struct text text, bool audit, struct arena *arena)
{
	struct apparmor_source source = {
		.name = audit ? TEXT(APPARMOR_AUDIT_PREFIX "web") : TEXT("web"),
		.audit = audit,
		.file = "web",
		.text = text,
		.base = TEXT("web"),
	};
	struct error err = { 0 };
	struct text form;
	enum status st = apparmor_source_form(&source, text, arena, &form, &err);

	if (st != STATUS_OK) {
		fuzz_check_error(st, &err, false);
		fuzz_require(audit && st == STATUS_UNSUPPORTED);
		return;
	}
	fuzz_require(form.len >= text.len || (audit && has(text, "\"web\"")) ||
		     has(text, "peer=@{profile_name}"));
	if (!audit && !has(text, "peer="))
		fuzz_require(text_equal(form, text));
	fuzz_require(!audit || has(form, APPARMOR_AUDIT_PREFIX "web"));
}

static void check_inside(struct text whole, struct text part)
{
	fuzz_require(part.ptr == NULL ||
		     (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct text text = fuzz_text(data, size);
	struct apparmor_includes *includes = arena_alloc(&arena, sizeof(*includes));

	fuzz_require(includes != NULL);
	check_form(text, false, &arena);
	check_form(text, true, &arena);
	check_inside(text, apparmor_source_attachment(text, TEXT("web")));
	(void)apparmor_text_signals_in_stack(text);
	if (apparmor_includes_find(text, includes)) {
		for (size_t i = 0; i < includes->count; i++) {
			check_inside(text, includes->names[i]);
			fuzz_require(includes->names[i].len > 0);
		}
	}
	arena_done(&arena);
	return 0;
}
