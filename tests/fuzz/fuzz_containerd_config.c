/* SPDX-License-Identifier: Apache-2.0 */
/*
 * containerd's config.toml, which gets one line of ours, and its dump, in which tables and values
 * are looked up. The line can be taken back: every byte is then as it was.
 */
#include "cli/configure_dump.h"
#include "cli/configure_imports.h"
#include "tests/fuzz/fuzz.h"

static void check_edit(struct text text, struct text inherited, struct arena *arena)
{
	struct text original, edited, undone;
	struct error err = { 0 };
	bool found;
	enum status st;

	fuzz_require(imports_undo(text, arena, &original, &found, &err) == STATUS_OK);
	fuzz_require(found || text_equal(original, text));
	if (found)
		return; /* an edit of ours, or what looks like it: `configure` does not edit on top */
	st = imports_add(original, "/etc/containerd/oci-confine.toml", inherited, arena, &edited, &err);
	if (st != STATUS_OK) {
		fuzz_check_error(st, &err, false);
		return;
	}
	fuzz_require(text_find(edited, "/etc/containerd/oci-confine.toml") != NULL);
	fuzz_require(imports_version(edited) == imports_version(original));
	fuzz_require(imports_undo(edited, arena, &undone, &found, &err) == STATUS_OK);
	fuzz_require(found && text_equal(undone, original));
}

static void check_inside(struct text whole, struct text part)
{
	fuzz_require(part.ptr == NULL ||
		     (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct text text = fuzz_text(data, size), line;

	check_edit(text, TEXT(""), &arena);
	check_edit(text, TEXT("'/etc/containerd/conf.d/*.toml'"), &arena);
	for (unsigned version = 1; version <= 3; version++) {
		struct text tables = dump_tables(text, dump_cri_table(version));

		check_inside(text, tables);
		check_inside(text, dump_value(text, dump_cri_table(version), "default_runtime_name"));
		fuzz_require(dump_has_table(text, dump_cri_table(version)) == (tables.ptr != NULL));
	}
	fuzz_require(dump_same_but_for_handler(text, text, "plugins.x", &line));
	arena_done(&arena);
	return 0;
}
