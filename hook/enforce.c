/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>

#include "confine/apparmor/label.h"
#include "confine/filter/filter.h"
#include "confine/log.h"
#include "hook/hook.h"
#include "oci-spec/base/file.h"

enum status hook_decide(struct hook *hook, struct confine *confine, struct confined *confined,
			struct error *err)
{
	AUTO(file_close) int dirfd = -1;
	const char *bundle = text_dup(&hook->arena, hook->state.bundle);
	struct buffer shown = BUFFER_INIT(&hook->arena);
	struct text text;
	enum status st;

	buffer_add(&shown, hook->state.bundle);
	buffer_add(&shown, TEXT("/config.json\0"));
	if (bundle == NULL || shown.failed)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read the bundle");
	st = confine_open(confine, hook->options.policy_path, &hook->arena, err);
	if (st == STATUS_OK)
		st = file_open_dir(AT_FDCWD, bundle, &dirfd, err);
	if (st == STATUS_OK)
		st = file_read(dirfd, "config.json", CONTAINER_BYTES_MAX, &hook->arena, &text, NULL,
			       err);
	if (st == STATUS_OK)
		return confine_text(confine, text, shown.ptr, confined, err);
	return error_in_file(err, shown.ptr);
}

/* A filter takes no_new_privs, which not every container is meant to have. */
static enum status check_no_new_privileges(const struct policy *policy,
					   const struct confinement *decision, struct error *err)
{
	if (decision->privileges.no_new_privileges || policy->hook_adds_no_new_privileges)
		return STATUS_OK;
	return error_set(err, STATUS_DENIED, 0,
			 "a hook can confine it only with no_new_privs, which it does not ask for "
			 "and %s refuses (hook.no-new-privileges): confine by oci-confine-runtime",
			 policy->path);
}

/*
 * A profile lets its process neither stack another on itself nor change to one, unless it has
 * change_profile rules, which no engine's has. From unconfined, every label can be had.
 */
static enum status check_label(const struct confined *confined, struct error *err)
{
	struct text own = confined->container.process.apparmor_profile;
	struct text decided = confined->decision.privileges.apparmor_profile;

	if (!apparmor_confines(own) || text_equal(own, decided))
		return STATUS_OK;
	return error_set(err, STATUS_UNSUPPORTED, 0,
			 "a hook cannot add to the AppArmor profile '%.*s' that the engine gives, "
			 "to make '%.*s' of it: confine by oci-confine-runtime",
			 TEXT_ARG(own), TEXT_ARG(decided));
}

static enum status plan(struct hook *hook, const struct confine *confine,
			const struct confined *confined, struct error *err)
{
	const struct confinement *decision = &confined->decision;
	static const struct filter_options options = { FILTER_CACHE_DIR };
	struct filter filter;
	enum status st = check_no_new_privileges(&confine->policy, decision, err);

	if (st == STATUS_OK)
		st = check_label(confined, err);
	if (st == STATUS_OK && decision->has_seccomp)
		st = filter_get(&decision->seccomp, &options, &hook->arena, &filter, err);
	if (st == STATUS_OK)
		st = inject_plan_make(hook->state.pid, hook->state.id, decision,
				      decision->has_seccomp ? &filter : NULL, &hook->plan, err);
	return st;
}

/*
 * In audit mode nothing may be denied that is not denied without us; no_new_privs, which a
 * filter takes, denies. Such a container is left as it is.
 */
static bool is_only_watched(const struct confine *confine, const struct confined *confined)
{
	return confine->policy.audit && !confined->decision.privileges.no_new_privileges;
}

static const char *effect_of(const struct hook *hook, const struct confined *confined)
{
	if (hook->plan != NULL)
		return "held";
	if (confined->decision.privileges.untouched)
		return "left alone";
	return confined->changed ? "watched" : "carried by config.json";
}

static void log_kill(const struct inject_plan *plan, const struct error *err)
{
	log_failure(&(struct log_origin){ HOOK_NAME, text_of(plan->id) }, "killed", err);
}

static enum status leave_keeper(const struct hook *hook, struct error *err)
{
	const struct keeper keeper = { hook->plan, hook->words, log_kill };

	return keeper_start(&keeper, err);
}

enum status hook_enforce(struct hook *hook, struct error *err)
{
	struct confine *confine = arena_alloc(&hook->arena, sizeof(*confine));
	struct confined *confined = arena_alloc(&hook->arena, sizeof(*confined));
	const struct log_origin origin = { HOOK_NAME, hook->state.id };
	enum status st;

	if (confine == NULL || confined == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot start");
	st = hook_check_pid(&hook->state, err);
	if (st == STATUS_OK)
		st = hook_decide(hook, confine, confined, err);
	if (st == STATUS_OK)
		st = confine_prepare(confine, &confined->decision.privileges, err);
	if (st == STATUS_OK && confined->changed && !is_only_watched(confine, confined))
		st = plan(hook, confine, confined, err);
	if (st == STATUS_OK)
		log_decision(&origin, effect_of(hook, confined), confine, confined);
	/* the keeper shall carry none of it */
	arena_done(&hook->arena);
	return st == STATUS_OK && hook->plan != NULL ? leave_keeper(hook, err) : st;
}
