/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_AUDIT_H
#define CLI_AUDIT_H

#include <sys/types.h>

#include "cli/output.h"
#include "confine/filter/decided.h"

/*
 * Lines of the kernel's audit subsystem about what a filter or an AppArmor profile met, as dmesg
 * shows them ("audit: type=1326 audit(1700000000.123:45): ..."), as auditd writes them
 * ("type=SECCOMP msg=audit(...): ...") and as a journal has them: kernel/auditsc.c,
 * audit_seccomp(); security/apparmor/audit.c. Every byte of them may be a stranger's.
 */
enum audit_kind { AUDIT_SECCOMP, AUDIT_APPARMOR };

struct audit_record {
	enum audit_kind kind;
	uint64_t seconds; /* since 1970 */
	pid_t pid;	  /* in the first pid namespace, so the host's */
	struct text comm, exe;

	/* of seccomp */
	uint32_t arch; /* AUDIT_ARCH_* */
	uint32_t call; /* its number there */
	uint32_t code; /* SECCOMP_RET_* with its data */

	/* of AppArmor; absent what the line does not have */
	bool is_denied; /* else only logged: complain mode */
	struct text profile, operation, name, mask, capability, family, sock_type, signal, peer;
};

/* False for a line about something else, or one that is not as the kernel writes it. */
bool audit_parse(struct text line, struct arena *arena, struct audit_record *ret_record);

/* The same thing met again and again. */
struct audit_group {
	struct audit_record first;
	struct text container; /* an id; empty: the process has ended, or is in none */
	uint64_t count;
	uint64_t last; /* seconds since 1970 */
};

#define AUDIT_GROUPS_MAX 4096

struct audit_groups {
	struct audit_group *list;
	size_t count;
	uint64_t records, left_out; /* of what there was no room for */
};

enum status audit_groups_init(struct audit_groups *groups, struct arena *arena,
			      struct error *err) MUST_CHECK;

void audit_groups_add(struct audit_groups *groups, const struct audit_record *record,
		      struct arena *arena);

/* By container, then the most frequent first. */
void audit_groups_sort(struct audit_groups *groups);

/*
 * The rule that, added to the profile, would allow it, in AppArmor's language; empty when none
 * can be made of what the line says.
 */
enum status audit_apparmor_rule(const struct audit_record *record, struct arena *arena,
				struct text *ret_rule, struct error *err) MUST_CHECK;

#endif
