/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of the kernel's audit subsystem, whose names strangers chose: read, gathered and turned
 * into rules. A rule is one line and one rule, and stands for no more than what was met.
 */
#include "cli/audit.h"
#include "tests/fuzz/fuzz.h"

static void check_rule(const struct audit_record *record, struct arena *arena)
{
	struct text rule;
	struct error err = { 0 };
	bool quoted = false;

	fuzz_require(audit_apparmor_rule(record, arena, &rule, &err) == STATUS_OK);
	for (size_t i = 0; i < rule.len; i++) {
		char c = rule.ptr[i];

		quoted = c == '"' ? !quoted : quoted;
		fuzz_require((unsigned char)c >= ' ' && strchr("*?[]{}\\", c) == NULL);
		fuzz_require(quoted || c != ',' || i == rule.len - 1);
	}
	fuzz_require(!quoted);
	fuzz_require(rule.len == 0 || rule.ptr[rule.len - 1] == ',');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct text text = fuzz_text(data, size);
	struct audit_groups groups;
	struct error err = { 0 };
	uint64_t records = 0;

	fuzz_require(audit_groups_init(&groups, &arena, &err) == STATUS_OK);
	while (text.len > 0) {
		struct text line = text_cut(&text, '\n');
		struct audit_record record;

		if (!audit_parse(line, &arena, &record))
			continue;
		record.pid = 0; /* no process of this machine is looked at */
		records++;
		audit_groups_add(&groups, &record, &arena);
		if (record.kind == AUDIT_APPARMOR)
			check_rule(&record, &arena);
	}
	audit_groups_sort(&groups);
	fuzz_require(groups.records == records && groups.count <= records);
	for (size_t i = 0; i < groups.count; i++)
		records -= groups.list[i].count;
	fuzz_require(records == groups.left_out);
	arena_done(&arena);
	return 0;
}
