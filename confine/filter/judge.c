/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/filter/judge.h"

#include <errno.h>

#include "confine/filter/points.h"
#include "confine/seccomp/multiplex.h"

/* Instructions run in all, about; with this spent each call gets the fewest points. */
#define STEPS_MAX 10000000
#define POINTS_PER_CALL 600
#define POINTS_PER_CALL_MIN 16

#define RULES_MAX (RULES_PER_CALL_MAX + CONDS_MAX)
#define CONDS_MAX 256
#define NUMBERS_BEYOND 16 /* tried above the highest one with a name */

struct judge {
	const struct ruleset *ruleset;
	const struct bpf *filters;
	size_t count;
	struct arena *arena;
	struct bpf_view *views; /* one for each filter */
	struct points points;
	struct point_rule rules[RULES_MAX];
	size_t rule_count;
	struct profile_arg conds[CONDS_MAX]; /* of the filters' constants */
	size_t cond_count;
	uint64_t steps_per_point, steps;
	struct prng prng;
	struct judgement *result;
};

static enum status no_memory(struct error *err)
{
	return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot check a filter");
}

/* Gathers what the ruleset and the filters compare arguments of the call with. */
static enum status gather(struct judge *j, const struct numbered_call *call, bool *ret_varies,
			  struct error *err)
{
	const struct rule *rules = call->has_name ? j->ruleset->calls[call->call] : NULL;

	j->rule_count = j->cond_count = 0;
	*ret_varies = call->has_name && call->arch == ARCH_X86 &&
		      multiplex_is_multiplexer(call->call);
	for (const struct rule *r = rules; r != NULL && j->rule_count < RULES_PER_CALL_MAX;
	     r = r->next) {
		j->rules[j->rule_count++] = (struct point_rule){ r->conds, r->cond_count };
		*ret_varies = *ret_varies || r->cond_count > 0;
	}
	for (size_t i = 0; i < j->count; i++) {
		if (!bpf_look(&j->filters[i], (int)call->number, audit_arch_of(call->arch),
			      j->arena, &j->views[i]))
			return no_memory(err);
		*ret_varies = *ret_varies || j->views[i].sees_arguments;
		j->cond_count += points_conditions(&j->views[i], j->conds + j->cond_count,
						   CONDS_MAX - j->cond_count);
	}
	for (size_t i = 0; i < j->cond_count; i++)
		j->rules[j->rule_count++] = (struct point_rule){ &j->conds[i], 1 };
	return STATUS_OK;
}

/* False for a filter that cannot be run. */
static bool try_point(const struct judge *j, const struct numbered_call *call,
		      const uint64_t args[PROFILE_ARGS_MAX], struct decided *ret_decided,
		      answer_t *ret_found)
{
	struct seccomp_data data = { .nr = (int)call->number, .arch = audit_arch_of(call->arch) };

	for (unsigned i = 0; i < PROFILE_ARGS_MAX; i++)
		data.args[i] = args[i];
	*ret_decided = decided_answer(j->ruleset, call, args);
	return bpf_run_stacked(j->filters, j->count, &data, ret_found);
}

/* Keeps of the arguments only what it takes, so that a reader sees what matters. */
static void keep_looser(struct judge *j, const struct numbered_call *call,
			const struct point *point)
{
	struct judgement *result = j->result;
	struct decided decided;

	result->is_looser = true;
	result->call = *call;
	memcpy(result->args, point->args, sizeof(result->args));
	for (unsigned i = 0; i < 2 * PROFILE_ARGS_MAX; i++) {
		uint64_t *arg = &result->args[i / 2], saved = *arg;

		*arg = i % 2 == 0 ? 0 : (uint32_t)*arg;
		if (!try_point(j, call, result->args, &decided, &result->found) ||
		    !decided_is_looser(decided, result->found))
			*arg = saved;
	}
	(void)try_point(j, call, result->args, &decided, &result->found);
	result->decided = decided.answer;
}

static enum status judge_point(struct judge *j, const struct numbered_call *call,
			       const struct point *point, struct error *err)
{
	struct decided decided;
	answer_t found;

	if (!try_point(j, call, point->args, &decided, &found))
		return error_set(err, STATUS_UNSUPPORTED, 0,
				 "a filter has instructions that only the kernel understands");
	j->steps += j->steps_per_point;
	j->result->points++;
	if (decided_is_looser(decided, found))
		keep_looser(j, call, point);
	else if (answer_is_stricter(found, decided.answer) && !call->is_foreign)
		j->result->tighter++;
	return STATUS_OK;
}

static enum status judge_call(struct judge *j, const struct numbered_call *call, size_t limit,
			      struct error *err)
{
	bool varies, is_mux;
	enum status st = gather(j, call, &varies, err);

	if (st != STATUS_OK)
		return st;
	j->points.count = 1;
	j->points.list[0] = (struct point){ { 0 } };
	is_mux = call->has_name && call->arch == ARCH_X86 && multiplex_is_multiplexer(call->call);
	if (varies)
		points_make(&j->points, j->rules, j->rule_count, is_mux ? MULTIPLEX_IDS + 1 : 0,
			    j->steps > STEPS_MAX ? POINTS_PER_CALL_MIN : limit, &j->prng);
	for (size_t p = 0; p < j->points.count && st == STATUS_OK && !j->result->is_looser; p++) {
		/* i386 and arm programs have no more to pass */
		for (unsigned i = 0; i < PROFILE_ARGS_MAX && call->arch == ARCH_ARM; i++)
			j->points.list[p].args[i] = (uint32_t)j->points.list[p].args[i];
		st = judge_point(j, call, &j->points.list[p], err);
	}
	return st;
}

static enum status judge_number(struct judge *j, enum arch arch, uint32_t number, size_t limit,
				struct error *err)
{
	struct numbered_call call;

	if (arch == ARCH_X32)
		number |= X32_CALL_BIT;
	if (j->result->is_looser || !numbered_call_of(audit_arch_of(arch), number, &call))
		return STATUS_OK;
	return judge_call(j, &call, limit, err);
}

static enum status judge_arch(struct judge *j, enum arch arch, size_t limit, struct error *err)
{
	/* between the tables and x32's bit nothing has a number; -1 is no call at all */
	static const uint32_t far[] = { 0x1000, X32_CALL_BIT - 1 };
	size_t count;
	const uint16_t *calls = syscall_by_number(arch, &count);
	uint32_t end = (uint32_t)syscall_number(calls[0], arch) + 1 + NUMBERS_BEYOND;
	enum status st = STATUS_OK;

	for (uint32_t number = 0; number < end && st == STATUS_OK; number++)
		st = judge_number(j, arch, number, limit, err);
	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]) && st == STATUS_OK; i++)
		st = judge_number(j, arch, far[i], limit, err);
	return st;
}

/* How many points each call with conditions can have for the budget. */
static size_t points_per_call(const struct judge *j)
{
	uint64_t calls = 1, points;

	for (unsigned call = 0; call < syscall_count(); call++) {
		const struct rule *rules = j->ruleset->calls[call];

		if (rules != NULL && rules->cond_count > 0)
			calls += (uint64_t)__builtin_popcount(runnable_arches());
	}
	points = STEPS_MAX / (calls * j->steps_per_point);
	if (points < POINTS_PER_CALL_MIN)
		return POINTS_PER_CALL_MIN;
	return points > POINTS_PER_CALL ? POINTS_PER_CALL : (size_t)points;
}

enum status judge_filters(const struct ruleset *ruleset, const struct bpf *filters, size_t count,
			  struct arena *arena, struct judgement *ret_judgement, struct error *err)
{
	struct judgement result = { 0 };
	struct judge *j = arena_alloc(arena, sizeof(*j));
	enum status st;
	size_t limit;

	if (j == NULL)
		return no_memory(err);
	j->ruleset = ruleset;
	j->filters = filters;
	j->count = count;
	j->arena = arena;
	j->result = &result;
	j->steps_per_point = 1;
	j->views = arena_array(arena, count, sizeof(*j->views));
	if (j->views == NULL)
		return no_memory(err);
	for (size_t i = 0; i < count; i++)
		j->steps_per_point += filters[i].count / 2;
	limit = points_per_call(j);
	/* the one that programs are made for first: that is where a reader looks */
	st = judge_arch(j, ARCH_NATIVE, limit, err);
	for (unsigned arch = 0; arch < ARCH_COUNT_ && st == STATUS_OK; arch++) {
		if (arch != ARCH_NATIVE && (runnable_arches() & ARCH_BIT(arch)) != 0)
			st = judge_arch(j, (enum arch)arch, limit, err);
	}
	if (st == STATUS_OK)
		*ret_judgement = result;
	return st;
}

/* --- in words --- */

static void describe_answer(answer_t answer, bool found, char *text, size_t size)
{
	static const struct {
		answer_t action;
		const char *found, *decided; /* with the answer's data */
	} words[] = {
		{ SECCOMP_RET_ALLOW, "allow it", "allow" },
		{ SECCOMP_RET_LOG, "allow and log it", "allow and log" },
		{ SECCOMP_RET_TRACE, "ask a tracer", "ask a tracer" },
		{ SECCOMP_RET_USER_NOTIF, "ask a listener", "ask a listener" },
		{ SECCOMP_RET_TRAP, "send SIGSYS", "SIGSYS" },
		{ SECCOMP_RET_KILL_THREAD, "kill the thread", "kill the thread" },
		{ SECCOMP_RET_KILL_PROCESS, "kill the process", "kill the process" },
	};

	if (answer_action(answer) == SECCOMP_RET_ERRNO)
		(void)snprintf(text, size, found ? "return errno %u" : "errno %u",
			       (unsigned)(answer & SECCOMP_RET_DATA));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (answer_action(answer) == words[i].action)
			(void)snprintf(text, size, "%s", found ? words[i].found : words[i].decided);
	}
}

/* "unshare(0x10000000)", arguments up to the last that is not 0; "call 999" without a name. */
static void describe_call(const struct judgement *judgement, char *text, size_t size)
{
	const struct numbered_call *call = &judgement->call;
	unsigned shown = 0;
	size_t n;

	if (call->has_name)
		(void)snprintf(text, size, "%.*s", TEXT_ARG(syscall_name(call->call)));
	else
		(void)snprintf(text, size, "call %u", (unsigned)(call->number & ~X32_CALL_BIT));
	for (unsigned i = 0; i < PROFILE_ARGS_MAX; i++)
		shown = judgement->args[i] != 0 ? i + 1 : shown;
	for (unsigned i = 0; i < shown; i++) {
		n = strlen(text);
		(void)snprintf(text + n, size - n, "%s0x%llx", i == 0 ? "(" : ", ",
			       (unsigned long long)judgement->args[i]);
	}
	n = strlen(text);
	(void)snprintf(text + n, size - n, "%s", shown > 0 ? ")" : "");
}

/* "x86_64", as people write it. */
static void describe_arch(enum arch arch, char *text, size_t size)
{
	const char *name = arch_name(arch) + strlen("SCMP_ARCH_");
	size_t n = 0;

	for (; name[n] != '\0' && n + 1 < size; n++)
		text[n] =
			(char)(name[n] >= 'A' && name[n] <= 'Z' ? name[n] + ('a' - 'A') : name[n]);
	text[n] = '\0';
}

void judgement_describe(const struct judgement *judgement, char *text, size_t size)
{
	char arch[24], call[200], found[40] = "do something else", decided[40] = "something else";

	describe_arch(judgement->call.arch, arch, sizeof(arch));
	describe_call(judgement, call, sizeof(call));
	describe_answer(judgement->found, true, found, sizeof(found));
	describe_answer(judgement->decided, false, decided, sizeof(decided));
	(void)snprintf(text, size, "%s %s: the kernel would %s, decided: %s", arch, call, found,
		       decided);
}
