/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/diff/walker.h"

#include <stdlib.h>

static bool rule_applies(const struct profile_when *when, const struct walker_host *host)
{
	if ((when->caps_all & host->bounding) != when->caps_all)
		return false;
	if ((when->caps_none & host->bounding) != 0)
		return false;
	if (when->kernel_min > host->kernel)
		return false;
	return when->kernel_below == 0 || when->kernel_below > host->kernel;
}

static int compare_names(struct text a, struct text b)
{
	int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);

	if (order != 0)
		return order;
	return a.len < b.len ? -1 : a.len > b.len;
}

static int by_name(const void *x, const void *y)
{
	const struct walker_entry *a = x, *b = y;
	int order = compare_names(a->name, b->name);

	if (order != 0)
		return order;
	return a->rule < b->rule ? -1 : a->rule > b->rule;
}

bool walker_init(struct walker *walker, const struct profile *profile,
		 const struct walker_host *host, struct arena *arena)
{
	size_t names = 0;

	*walker = (struct walker){ .default_verdict = profile->default_verdict,
				   .arches = profile->arches | ARCH_BIT(ARCH_NATIVE) };
	for (size_t i = 0; i < profile->rule_count; i++)
		names += profile->rules[i].name_count;
	walker->entries = arena_array(arena, names + 1, sizeof(*walker->entries));
	if (walker->entries == NULL)
		return false;
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct profile_rule *rule = &profile->rules[i];

		if (!rule_applies(&rule->when, host))
			continue;
		for (size_t n = 0; n < rule->name_count; n++)
			walker->entries[walker->count++] =
				(struct walker_entry){ rule->names[n], rule };
	}
	qsort(walker->entries, walker->count, sizeof(*walker->entries), by_name);
	return true;
}

const struct walker_entry *walker_rules(const struct walker *walker, struct text name,
					size_t *ret_count)
{
	size_t low = 0, high = walker->count, end;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare_names(walker->entries[mid].name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (end = low; end < walker->count && text_equal(walker->entries[end].name, name); end++)
		;
	*ret_count = end - low;
	return walker->entries + low;
}

bool walker_holds(const struct profile_arg *cond, uint64_t number, bool low_half_only)
{
	uint64_t a = cond->a, b = cond->b;

	if (low_half_only) {
		number = (uint32_t)number;
		a = (uint32_t)a;
		b = (uint32_t)b;
	}
	switch ((enum compare)cond->op) {
	case COMPARE_NE:
		return number != a;
	case COMPARE_LT:
		return number < a;
	case COMPARE_LE:
		return number <= a;
	case COMPARE_EQ:
		return number == a;
	case COMPARE_GE:
		return number >= a;
	case COMPARE_GT:
		return number > a;
	case COMPARE_MASKED_EQ:
		return (number & a) == (b & a); /* libseccomp masks the datum, too */
	}
	return false;
}

static bool has_repeated_index(const struct profile_rule *rule)
{
	for (size_t i = 0; i < rule->arg_count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (rule->args[i].index == rule->args[j].index)
				return true;
		}
	}
	return false;
}

static bool rule_matches(const struct profile_rule *rule, const uint64_t args[PROFILE_ARGS_MAX],
			 bool low_half_only)
{
	size_t holding = 0;

	for (size_t i = 0; i < rule->arg_count; i++)
		holding += walker_holds(&rule->args[i], args[rule->args[i].index], low_half_only);
	return has_repeated_index(rule) ? holding > 0 : holding == rule->arg_count;
}

static struct walker_answer strictest_match(const struct walker *walker, struct text name,
					    const uint64_t args[PROFILE_ARGS_MAX],
					    bool low_half_only)
{
	struct walker_answer best = { answer_of(walker->default_verdict), false };
	size_t count;
	const struct walker_entry *entry = walker_rules(walker, name, &count);

	for (size_t i = 0; i < count; i++) {
		answer_t answer = answer_of(entry[i].rule->verdict);

		if (best.by_rule && !answer_is_stricter(answer, best.answer))
			continue;
		if (rule_matches(entry[i].rule, args, low_half_only))
			best = (struct walker_answer){ answer, true };
	}
	return best;
}

/* --- the multiplexers of x86: linux/net.h, linux/ipc.h --- */

const char *walker_single_call(const char *name, uint64_t id)
{
	static const char *const sockets[] = {
		NULL,	       "socket",      "bind",	    "connect",	  "listen",  "accept",
		"getsockname", "getpeername", "socketpair", "send",	  "recv",    "sendto",
		"recvfrom",    "shutdown",    "setsockopt", "getsockopt", "sendmsg", "recvmsg",
		"accept4",     "recvmmsg",    "sendmmsg"
	};
	static const char *const ipcs[] = { NULL, "semop",  "semget", "semctl", "semtimedop",
					    NULL, NULL,	    NULL,     NULL,	NULL,
					    NULL, "msgsnd", "msgrcv", "msgget", "msgctl",
					    NULL, NULL,	    NULL,     NULL,	NULL,
					    NULL, "shmat",  "shmdt",  "shmget", "shmctl" };

	if (strcmp(name, "socketcall") == 0 && id < sizeof(sockets) / sizeof(sockets[0]))
		return sockets[id];
	if (strcmp(name, "ipc") == 0 && id < sizeof(ipcs) / sizeof(ipcs[0]))
		return ipcs[id];
	return NULL;
}

/* "less than 0" and "greater than all", in the 32 bits of x86. */
static bool never_holds(const struct profile_arg *cond)
{
	return (cond->op == COMPARE_LT && (uint32_t)cond->a == 0) ||
	       (cond->op == COMPARE_GT && (uint32_t)cond->a == UINT32_MAX);
}

static bool never_matches(const struct profile_rule *rule)
{
	size_t never = 0;

	for (size_t i = 0; i < rule->arg_count; i++)
		never += never_holds(&rule->args[i]);
	return has_repeated_index(rule) ? never == rule->arg_count : never > 0;
}

/* What the rules on a single call make of the multiplexer, whatever their conditions. */
static struct walker_answer through_single(const struct walker *walker, const char *single,
					   struct walker_answer own)
{
	answer_t fallback = answer_of(walker->default_verdict), loosest = fallback, denied = 0;
	bool denies = false;
	size_t count;
	const struct walker_entry *entry = walker_rules(walker, text_of(single), &count);

	for (size_t i = 0; i < count; i++) {
		answer_t answer = answer_of(entry[i].rule->verdict);

		if (!never_matches(entry[i].rule) && answer_is_stricter(answer, fallback) &&
		    (!denies || answer_is_stricter(answer, denied))) {
			denied = answer;
			denies = true;
		}
		if (answer_is_stricter(loosest, answer))
			loosest = answer;
	}
	if (denies && (!own.by_rule || answer_is_stricter(denied, own.answer)))
		return (struct walker_answer){ denied, true };
	if (denies || own.by_rule)
		return own;
	return (struct walker_answer){ loosest, loosest != fallback };
}

struct walker_answer walker_ask(const struct walker *walker, enum arch arch, const char *name,
				const uint64_t args[PROFILE_ARGS_MAX])
{
	bool low_half_only = arch != ARCH_X86_64 && arch != ARCH_AARCH64;
	const char *single = NULL;
	struct walker_answer own;

	if ((walker->arches & ARCH_BIT(arch)) == 0)
		return (struct walker_answer){ SECCOMP_RET_KILL_THREAD, false };
	own = strictest_match(walker, text_of(name), args, low_half_only);
	if (arch == ARCH_X86)
		single = walker_single_call(name, (uint32_t)args[0]);
	return single != NULL ? through_single(walker, single, own) : own;
}
