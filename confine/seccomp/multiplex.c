/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/seccomp/multiplex.h"

#include <errno.h>

/* linux/net.h, SYS_SOCKET and following; linux/ipc.h, SEMOP and following. NULL: not used. */
static const char *const socket_calls[] = {
	NULL,	      "socket",	    "bind",	  "connect",	"listen",     "accept",	    "getsockname",
	"getpeername", "socketpair", "send",	   "recv",	 "sendto",     "recvfrom",   "shutdown",
	"setsockopt",  "getsockopt", "sendmsg",	   "recvmsg",	 "accept4",    "recvmmsg",   "sendmmsg",
};
static const char *const ipc_calls[] = {
	NULL,	  "semop",  "semget", "semctl", "semtimedop", NULL,	NULL,	NULL,	  NULL,
	NULL,	  NULL,	    "msgsnd", "msgrcv", "msgget",     "msgctl", NULL,	NULL,	  NULL,
	NULL,	  NULL,	    NULL,     "shmat",	"shmdt",      "shmget", "shmctl",
};

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define IDS_MAX 32

struct multiplexer {
	const char *name;
	const char *const *calls; /* by call id */
	unsigned count;
};

static const struct multiplexer multiplexers[] = {
	{ "socketcall", socket_calls, LEN(socket_calls) },
	{ "ipc", ipc_calls, LEN(ipc_calls) },
};

static unsigned call_by_name(const char *name)
{
	unsigned call = 0;

	/* all of them are in every libseccomp; a unit test asserts so */
	(void)syscall_find(text_of(name), &call);
	return call;
}

static bool matches_id(const struct profile_arg *cond, uint64_t id)
{
	switch ((enum compare)cond->op) {
	case COMPARE_NE:
		return id != cond->a;
	case COMPARE_LT:
		return id < cond->a;
	case COMPARE_LE:
		return id <= cond->a;
	case COMPARE_EQ:
		return id == cond->a;
	case COMPARE_GE:
		return id >= cond->a;
	case COMPARE_GT:
		return id > cond->a;
	case COMPARE_MASKED_EQ:
		return (id & cond->a) == cond->b;
	}
	return false;
}

/*
 * The strictest rule on the multiplexer itself that can match this id, whatever its other
 * arguments; false when no rule can.
 */
static bool own_verdict(const struct ruleset *set, unsigned mux, uint64_t id,
			struct verdict *ret_verdict)
{
	bool found = false;

	for (const struct rule *r = set->calls[mux]; r != NULL; r = r->next) {
		bool match = true;

		for (unsigned c = 0; c < r->cond_count; c++)
			match = match && (r->conds[c].index != 0 || matches_id(&r->conds[c], id));
		if (match && (!found || r->verdict.action < ret_verdict->action)) {
			*ret_verdict = r->verdict;
			found = true;
		}
	}
	return found;
}

static struct verdict stricter(struct verdict a, struct verdict b)
{
	return a.action < b.action ? a : b;
}

/*
 * What one input says of mux(id): the strictest of its rules on the multiplexer and of those
 * rules on the single call that deny; without any of these, what it allows the single call.
 */
static struct verdict input_verdict(const struct ruleset *set, unsigned mux, uint64_t id,
				    unsigned single)
{
	struct verdict verdict = set->default_verdict, own;
	bool has_own = own_verdict(set, mux, id, &own), denied = false;

	for (const struct rule *r = set->calls[single]; r != NULL; r = r->next) {
		if (r->verdict.action < set->default_verdict.action) {
			verdict = stricter(r->verdict, verdict);
			denied = true;
		}
	}
	if (has_own)
		return denied ? stricter(own, verdict) : own;
	if (!denied) {
		for (const struct rule *r = set->calls[single]; r != NULL; r = r->next) {
			if (r->verdict.action > verdict.action)
				verdict = r->verdict;
		}
	}
	return verdict;
}

/* The loosest that libseccomp may answer for mux(id), given the merged rules. */
static struct verdict emitted_verdict(const struct ruleset *merged, unsigned mux, uint64_t id,
				      unsigned single)
{
	const struct rule *rules = merged->calls[mux];
	struct verdict verdict = merged->default_verdict, own;

	/* a rule without conditions hides those that come from the single calls */
	if (rules != NULL && rules->cond_count == 0)
		return rules->verdict;
	if (own_verdict(merged, mux, id, &own))
		verdict = own;
	for (const struct rule *r = merged->calls[single]; r != NULL; r = r->next) {
		if (r->verdict.action > verdict.action)
			verdict = r->verdict;
	}
	return verdict;
}

static void wanted_verdicts(const struct ruleset *inputs, size_t count,
			    const struct multiplexer *m, unsigned mux, struct verdict *wanted)
{
	for (unsigned id = 1; id < m->count; id++) {
		unsigned single;

		if (m->calls[id] == NULL)
			continue;
		single = call_by_name(m->calls[id]);
		wanted[id] = input_verdict(&inputs[0], mux, id, single);
		for (size_t i = 1; i < count; i++)
			wanted[id] = stricter(wanted[id], input_verdict(&inputs[i], mux, id, single));
	}
}

static bool is_too_loose(const struct ruleset *merged, const struct multiplexer *m, unsigned mux,
			 const struct verdict *wanted)
{
	for (unsigned id = 1; id < m->count; id++) {
		if (m->calls[id] != NULL &&
		    emitted_verdict(merged, mux, id, call_by_name(m->calls[id])).action >
			    wanted[id].action)
			return true;
	}
	return false;
}

/* One rule for each call id whose verdict is not the default's. */
static enum status split(const struct multiplexer *m, const struct verdict *wanted,
			 struct ruleset *merged, unsigned mux, struct arena *arena,
			 struct error *err)
{
	struct rule *rules = NULL, **tail = &rules;

	for (unsigned id = 1; id < m->count; id++) {
		struct rule *rule;

		if (m->calls[id] == NULL || verdict_equal(wanted[id], merged->default_verdict))
			continue;
		rule = arena_alloc(arena, sizeof(*rule) + sizeof(rule->conds[0]));
		if (rule == NULL)
			return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot merge the profiles");
		rule->verdict = wanted[id];
		rule->cond_count = 1;
		rule->conds[0] = (struct profile_arg){ 0, COMPARE_EQ, id, 0 };
		*tail = rule;
		tail = &rule->next;
	}
	merged->calls[mux] = rules;
	return STATUS_OK;
}

enum status multiplex_merge(const struct ruleset *inputs, size_t count, struct arena *arena,
			    struct notes *notes, struct ruleset *merged, struct error *err)
{
	for (size_t i = 0; i < LEN(multiplexers); i++) {
		const struct multiplexer *m = &multiplexers[i];
		unsigned mux = call_by_name(m->name);
		struct verdict wanted[IDS_MAX];
		struct rule *by_name = merged->calls[mux];
		enum status st;

		if ((merged->arches & ARCH_BIT(ARCH_X86)) == 0)
			return STATUS_OK;
		wanted_verdicts(inputs, count, m, mux, wanted);
		if (!is_too_loose(merged, m, mux, wanted))
			continue;
		st = split(m, wanted, merged, mux, arena, err);
		if (st != STATUS_OK)
			return st;
		if (!is_too_loose(merged, m, mux, wanted))
			continue;
		merged->calls[mux] = by_name;
		merged->arches &= ~ARCH_BIT(ARCH_X86);
		notes_add(notes, arena,
			  "seccomp: SCMP_ARCH_X86 dropped, as its %s cannot be held to what the "
			  "profiles deny; i386 programs will be killed",
			  m->name);
	}
	return STATUS_OK;
}
