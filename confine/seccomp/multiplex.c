/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/seccomp/multiplex.h"

#include "confine/seccomp/evaluate.h"
#include "confine/seccomp/merge_call.h"

#include <errno.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define IDS_MAX 32
#define NAME_BYTES 12

struct multiplexer {
	char name[NAME_BYTES];
	unsigned count;
	char calls[25][NAME_BYTES]; /* by call id; "": not used */
};

/* linux/net.h, SYS_SOCKET and following; linux/ipc.h, SEMOP and following. */
static const struct multiplexer multiplexers[] = {
	{ "socketcall", 21, { "",	    "socket",	"bind",	       "connect",
			      "listen",	    "accept",	"getsockname", "getpeername",
			      "socketpair", "send",	"recv",	       "sendto",
			      "recvfrom",   "shutdown", "setsockopt",  "getsockopt",
			      "sendmsg",    "recvmsg",	"accept4",     "recvmmsg",
			      "sendmmsg" } },
	{ "ipc", 25, { "", "semop", "semget", "semctl", "semtimedop", "",	"",	 "", "",
		       "", "",	    "msgsnd", "msgrcv", "msgget",     "msgctl", "",	 "", "",
		       "", "",	    "",	      "shmat",	"shmdt",      "shmget", "shmctl" } },
};

static unsigned call_by_name(const char *name)
{
	unsigned call = 0;

	/* all of them are in every libseccomp; a unit test asserts so */
	(void)syscall_find(text_of(name), &call);
	return call;
}

bool multiplex_is_multiplexer(unsigned call)
{
	for (size_t i = 0; i < LEN(multiplexers); i++) {
		if (text_is(syscall_name(call), multiplexers[i].name))
			return true;
	}
	return false;
}

bool multiplex_is_through(unsigned call, const char *multiplexer)
{
	for (size_t i = 0; i < LEN(multiplexers); i++) {
		const struct multiplexer *m = &multiplexers[i];

		for (unsigned id = 1; id < m->count && strcmp(m->name, multiplexer) == 0; id++) {
			if (m->calls[id][0] != '\0' && text_is(syscall_name(call), m->calls[id]))
				return true;
		}
	}
	return false;
}

bool multiplex_covers(unsigned call)
{
	bool covers = false;

	for (size_t i = 0; i < LEN(multiplexers); i++)
		covers = covers || multiplex_is_through(call, multiplexers[i].name);
	return covers;
}

/* On x86 libseccomp compares low halves: an id has no more, a datum is cut to it. */
static bool matches_id(const struct profile_arg *cond, uint32_t id)
{
	uint32_t a = (uint32_t)cond->a;

	switch ((enum compare)cond->op) {
	case COMPARE_NE:
		return id != a;
	case COMPARE_LT:
		return id < a;
	case COMPARE_LE:
		return id <= a;
	case COMPARE_EQ:
		return id == a;
	case COMPARE_GE:
		return id >= a;
	case COMPARE_GT:
		return id > a;
	case COMPARE_MASKED_EQ:
		return (id & a) == ((uint32_t)cond->b & a);
	}
	return false;
}

/*
 * The strictest that the rules on the multiplexer itself may say of this id, whatever its other
 * arguments, the default included where no rule matches them all; false when no rule can match.
 */
static bool own_verdict(const struct ruleset *set, unsigned mux, uint32_t id,
			struct verdict *ret_verdict)
{
	bool found = false, always = false;

	for (const struct rule *r = set->calls[mux]; r != NULL; r = r->next) {
		bool match = true, others = false;

		for (unsigned c = 0; c < r->cond_count; c++) {
			others = others || r->conds[c].index != 0;
			match = match && (r->conds[c].index != 0 || matches_id(&r->conds[c], id));
		}
		always = always || (match && !others);
		if (match && (!found || r->verdict.action < ret_verdict->action)) {
			*ret_verdict = r->verdict;
			found = true;
		}
	}
	if (found && !always && set->default_verdict.action < ret_verdict->action)
		*ret_verdict = set->default_verdict;
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
static struct verdict input_verdict(const struct ruleset *set, unsigned mux, uint32_t id,
				    unsigned single)
{
	struct verdict verdict = set->default_verdict, own;
	bool has_own = own_verdict(set, mux, id, &own), denied = false;
	struct outcome constant;

	for (const struct rule *r = set->calls[single]; r != NULL; r = r->next) {
		if (r->verdict.action < set->default_verdict.action) {
			verdict = stricter(r->verdict, verdict);
			denied = true;
		}
	}
	if (has_own)
		return denied ? stricter(own, verdict) : own;
	if (!denied &&
	    call_is_constant((struct call_rules){ set->calls[single], set->default_verdict },
			     &constant))
		return constant.verdict;
	if (!denied) {
		for (const struct rule *r = set->calls[single]; r != NULL; r = r->next) {
			if (r->verdict.action > verdict.action)
				verdict = r->verdict;
		}
	}
	return verdict;
}

/* Runtimes do not hand rules to libseccomp that say what the default says. */
static bool is_handed_over(const struct ruleset *merged, const struct rule *rule)
{
	return !verdict_equal(rule->verdict, merged->default_verdict);
}

/* The merged rule on the multiplexer that hides all that comes from the single calls. */
static const struct rule *hiding_rule(const struct ruleset *merged, unsigned mux)
{
	const struct rule *rules = merged->calls[mux];

	return rules != NULL && rules->cond_count == 0 && is_handed_over(merged, rules) ? rules
											: NULL;
}

/*
 * What libseccomp makes of mux(id) out of the rules on the single call; false when there are
 * none. It is the loosest that it may answer: conditions on the first argument are lost.
 */
static bool single_verdict(const struct ruleset *merged, unsigned single,
			   struct verdict *ret_verdict)
{
	struct verdict verdict = merged->default_verdict;
	bool found = false, always = false;

	for (const struct rule *r = merged->calls[single]; r != NULL; r = r->next) {
		if (!is_handed_over(merged, r))
			continue;
		if (!found || r->verdict.action > verdict.action)
			verdict = r->verdict;
		found = true;
		always = always || r->cond_count == 0;
	}
	if (found && !always && merged->default_verdict.action > verdict.action)
		verdict = merged->default_verdict;
	*ret_verdict = verdict;
	return found;
}

/*
 * Whether the rules on a single call would contradict each other as rules on the multiplexer:
 * without their conditions on the first argument two could be alike but for the verdict, which
 * libseccomp refuses.
 */
static bool contradicts_itself(const struct ruleset *merged, unsigned single)
{
	const struct rule *first = NULL;

	for (const struct rule *r = merged->calls[single]; r != NULL; r = r->next) {
		if (!is_handed_over(merged, r))
			continue;
		if (first != NULL && !verdict_equal(first->verdict, r->verdict))
			return true;
		first = r;
	}
	return false;
}

struct split {
	const struct multiplexer *m;
	unsigned mux;
	struct verdict wanted[IDS_MAX]; /* by call id */
};

static void find_wanted(const struct ruleset *inputs, size_t count, struct split *split)
{
	for (unsigned id = 1; id < split->m->count; id++) {
		unsigned single;

		if (split->m->calls[id][0] == '\0')
			continue;
		single = call_by_name(split->m->calls[id]);
		split->wanted[id] = input_verdict(&inputs[0], split->mux, id, single);
		for (size_t i = 1; i < count; i++)
			split->wanted[id] =
				stricter(split->wanted[id],
					 input_verdict(&inputs[i], split->mux, id, single));
	}
}

/* Whether mux(id) may come out looser than wanted for some id, with these rules on it alone. */
static bool is_too_loose(const struct ruleset *merged, const struct split *split,
			 const struct rule *hiding)
{
	for (unsigned id = 1; id < split->m->count; id++) {
		struct verdict emitted;

		if (split->m->calls[id][0] == '\0')
			continue;
		if (hiding != NULL)
			emitted = hiding->verdict;
		else
			(void)single_verdict(merged, call_by_name(split->m->calls[id]), &emitted);
		if (emitted.action > split->wanted[id].action)
			return true;
	}
	return false;
}

/* A rule of the merge by name, stricter than the default, for ids that no single call has. */
static bool denies_other_ids(const struct ruleset *merged, const struct split *split)
{
	for (const struct rule *r = merged->calls[split->mux]; r != NULL; r = r->next) {
		bool one_id =
			r->cond_count > 0 && r->conds[0].index == 0 &&
			(r->conds[0].op == COMPARE_EQ || (r->conds[0].op == COMPARE_MASKED_EQ &&
							  (uint32_t)r->conds[0].a == UINT32_MAX));
		uint64_t id = one_id && r->conds[0].op == COMPARE_EQ ? r->conds[0].a
			      : one_id				     ? r->conds[0].b
								     : 0;

		if (r->verdict.action < merged->default_verdict.action &&
		    (!one_id || id >= split->m->count || split->m->calls[id][0] == '\0'))
			return true;
	}
	return false;
}

/*
 * One rule for each id that the rules on the single calls leave to the default. Where they do
 * not, a second rule could contradict them, which libseccomp refuses.
 */
static enum status split_rules(const struct split *split, struct ruleset *merged,
			       struct arena *arena, struct rule **ret_rules, struct error *err)
{
	struct rule *rules = NULL, **tail = &rules;

	for (unsigned id = 1; id < split->m->count; id++) {
		struct verdict verdict;
		struct rule *rule;

		if (split->m->calls[id][0] == '\0' ||
		    verdict_equal(split->wanted[id], merged->default_verdict) ||
		    single_verdict(merged, call_by_name(split->m->calls[id]), &verdict))
			continue;
		rule = arena_alloc(arena, sizeof(*rule) + sizeof(rule->conds[0]));
		if (rule == NULL)
			return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot merge the profiles");
		rule->verdict = split->wanted[id];
		rule->cond_count = 1;
		rule->conds[0] = (struct profile_arg){ 0, COMPARE_EQ, id, 0 };
		*tail = rule;
		tail = &rule->next;
	}
	*ret_rules = rules;
	return STATUS_OK;
}

/* Whether the split says what is wanted: what it leaves to the default, and the single calls. */
static bool split_is_enough(const struct ruleset *merged, const struct split *split)
{
	for (unsigned id = 1; id < split->m->count; id++) {
		struct verdict verdict;

		if (split->m->calls[id][0] == '\0')
			continue;
		if (single_verdict(merged, call_by_name(split->m->calls[id]), &verdict) &&
		    verdict.action > split->wanted[id].action)
			return false;
	}
	return !denies_other_ids(merged, split);
}

/* All ids get an errno: said with one rule that is not the default's, so that it hides the rest. */
static bool all_errno(const struct split *split)
{
	for (unsigned id = 1; id < split->m->count; id++) {
		if (split->m->calls[id][0] != '\0' && split->wanted[id].action != ACTION_ERRNO)
			return false;
	}
	return true;
}

static enum status deny_all(const struct split *split, struct ruleset *merged, struct arena *arena,
			    struct error *err)
{
	struct rule *rule = arena_alloc(arena, sizeof(*rule));

	if (rule == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot merge the profiles");
	rule->verdict = (struct verdict){ ACTION_ERRNO,
					  merged->default_verdict.data == ENOSYS ? EPERM : ENOSYS };
	merged->calls[split->mux] = rule;
	merged->reshaped = true;
	return STATUS_OK;
}

static enum status drop_x86(const struct multiplexer *m, struct arena *arena, struct notes *notes,
			    struct ruleset *merged)
{
	merged->arches &= ~ARCH_BIT(ARCH_X86);
	merged->reshaped = true;
	notes_add(notes, arena,
		  "seccomp: SCMP_ARCH_X86 dropped, as its %s cannot be held to what the profiles "
		  "deny; i386 programs will be killed",
		  m->name);
	return STATUS_OK;
}

static enum status merge_one(const struct multiplexer *m, const struct ruleset *inputs,
			     size_t count, struct arena *arena, struct notes *notes,
			     struct ruleset *merged, struct error *err)
{
	struct split split = { .m = m, .mux = call_by_name(m->name) };
	const struct rule *hiding = hiding_rule(merged, split.mux);
	bool conditional = false;
	struct rule *rules;
	enum status st;

	for (const struct rule *r = merged->calls[split.mux]; r != NULL; r = r->next)
		conditional = conditional || (hiding == NULL && is_handed_over(merged, r));
	find_wanted(inputs, count, &split);
	merged->reshaped = merged->reshaped || (merged->calls[split.mux] != NULL && hiding == NULL);
	for (unsigned id = 1; id < m->count; id++) {
		if (m->calls[id][0] != '\0' &&
		    contradicts_itself(merged, call_by_name(m->calls[id])))
			return drop_x86(m, arena, notes, merged);
	}
	if (!conditional && !is_too_loose(merged, &split, hiding))
		return STATUS_OK;
	if (all_errno(&split) && !conditional)
		return deny_all(&split, merged, arena, err);
	if (!split_is_enough(merged, &split))
		return drop_x86(m, arena, notes, merged);
	if (conditional)
		notes_add(notes, arena,
			  "seccomp: the conditions on %s are held to call by call, which may be "
			  "stricter for i386 programs",
			  m->name);
	st = split_rules(&split, merged, arena, &rules, err);
	if (st == STATUS_OK)
		merged->calls[split.mux] = rules;
	merged->reshaped = true;
	return st;
}

struct verdict multiplex_evaluate(const struct ruleset *merged, unsigned mux,
				  const uint64_t args[PROFILE_ARGS_MAX])
{
	const struct rule *own;
	struct verdict verdict = ruleset_evaluate(merged, mux, args, true, &own), single;
	uint32_t id = (uint32_t)args[0];

	if (own != NULL && is_handed_over(merged, own))
		return verdict;
	for (size_t i = 0; i < LEN(multiplexers); i++) {
		const struct multiplexer *m = &multiplexers[i];

		if (text_is(syscall_name(mux), m->name) && id < m->count &&
		    m->calls[id][0] != '\0' &&
		    single_verdict(merged, call_by_name(m->calls[id]), &single))
			return single;
	}
	return verdict;
}

enum status multiplex_merge(const struct ruleset *inputs, size_t count, struct arena *arena,
			    struct notes *notes, struct ruleset *merged, struct error *err)
{
	enum status st = STATUS_OK;

	for (size_t i = 0; i < LEN(multiplexers) && st == STATUS_OK; i++) {
		if ((merged->arches & ARCH_BIT(ARCH_X86)) != 0)
			st = merge_one(&multiplexers[i], inputs, count, arena, notes, merged, err);
	}
	return st;
}
