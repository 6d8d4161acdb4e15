/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/apparmor.h"

#define USERS_SHOWN 5

static const char *freshness_word(enum apparmor_freshness freshness)
{
	switch (freshness) {
	case APPARMOR_NOT_LOADED:
		return "not loaded";
	case APPARMOR_CURRENT:
		return "current";
	case APPARMOR_STALE:
		return "stale";
	case APPARMOR_UNKNOWN:
		return "unknown";
	case APPARMOR_BROKEN:
		return "broken";
	}
	return "unknown";
}

static enum tone freshness_tone(enum apparmor_freshness freshness)
{
	if (freshness == APPARMOR_BROKEN)
		return TONE_BAD;
	if (freshness == APPARMOR_STALE)
		return TONE_WARNING;
	return freshness == APPARMOR_CURRENT ? TONE_GOOD : TONE_QUIET;
}

/* The first few processes that run under it. */
static void say_users(struct output *out, const struct apparmor_inventory *inventory,
		      const struct apparmor_item *item)
{
	size_t shown = 0;

	say(out, "    used by pid ");
	for (size_t i = 0; i < inventory->user_count && shown < USERS_SHOWN; i++) {
		if (apparmor_user_has(&inventory->users[i], item->name))
			say(out, "%s%d", shown++ > 0 ? ", " : "", inventory->users[i].pid);
	}
	if (item->user_count > shown)
		say(out, " and %zu more", item->user_count - shown);
	say(out, "\n");
}

static void say_item(struct output *out, const struct apparmor_inventory *inventory,
		     const struct apparmor_item *item)
{
	size_t start = out->text.len;

	say_text(out, item->name);
	say_column(out, start, 40);
	if (item->mode.len > 0)
		say_text(out, item->mode);
	else
		say(out, "-");
	say_column(out, start, 50);
	say(out, "%zu", item->user_count);
	say_column(out, start, 56);
	say_in(out, freshness_tone(item->freshness), "%s", freshness_word(item->freshness));
	say(out, "\n");
	if (item->file != NULL) {
		say(out, "    from ");
		say_text(out, text_of(item->file));
		say(out, "\n");
	}
	if (item->user_count > 0)
		say_users(out, inventory, item);
	if (item->freshness == APPARMOR_BROKEN)
		say_wrapped(out, 4, "", item->problem);
	if (item->freshness == APPARMOR_STALE)
		say_wrapped(out, 4, "",
			    TEXT("its text was changed since it was loaded, or somebody else "
				 "loaded it: oci-confine apparmor load --replace puts the text "
				 "into running containers at once"));
	if (item->is_baseline)
		say(out, "    the policy's baseline\n");
	if (item->is_engines && item->is_baseline)
		say_wrapped(out, 4, "warning: ",
			    TEXT("its rules for signals name only itself, which no stacked label "
				 "matches: a container under it and another profile cannot end its "
				 "own children; oci-confine-default is made for that"));
	else if (item->is_engines)
		say_wrapped(out, 4, "",
			    TEXT("an engine's own: alone it is a baseline by itself, where more is "
				 "stacked on it the policy's takes its place"));
	if (item->deaf)
		say_wrapped(out, 4, "",
			    TEXT("has no rule that lets its processes signal each other: a "
				 "container under it cannot end its own children"));
}

static void say_status(struct output *out, const struct apparmor_inventory *inventory)
{
	say_in(out, TONE_TITLE, "%-40s%-10s%-6s%s", "PROFILE", "MODE", "USED", "STATE");
	say(out, "\n");
	for (size_t i = 0; i < inventory->count; i++)
		say_item(out, inventory, &inventory->items[i]);
	if (inventory->unread > 0)
		say(out, "%zu processes did not tell what they run under.\n", inventory->unread);
}

static void put_item(struct output *out, const struct apparmor_inventory *inventory,
		     const struct apparmor_item *item)
{
	json_open(out, NULL, '{');
	json_put_text(out, "profile", item->name);
	if (item->mode.len > 0)
		json_put_text(out, "mode", item->mode);
	else
		json_put_null(out, "mode");
	json_put_str(out, "state", freshness_word(item->freshness));
	if (item->file != NULL)
		json_put_str(out, "file", item->file);
	else
		json_put_null(out, "file");
	json_put_bool(out, "compiled", item->compiled);
	json_put_bool(out, "baseline", item->is_baseline);
	json_put_bool(out, "signals-in-stack", !item->deaf && !item->is_engines);
	if (item->freshness == APPARMOR_BROKEN)
		json_put_text(out, "problem", item->problem);
	json_open(out, "pids", '[');
	for (size_t i = 0; i < inventory->user_count; i++) {
		if (apparmor_user_has(&inventory->users[i], item->name))
			json_put_u64(out, NULL, (uint64_t)inventory->users[i].pid);
	}
	json_close(out, ']');
	json_close(out, '}');
}

void apparmor_print_status(struct output *out, const struct apparmor_inventory *inventory,
			   const struct policy *policy)
{
	if (!out->is_json) {
		say_status(out, inventory);
		return;
	}
	json_open(out, NULL, '{');
	json_put_text(out, "profile-root", policy->apparmor.profile_root);
	json_put_text(out, "cache", policy->apparmor.cache);
	json_put_u64(out, "unread-processes", inventory->unread);
	json_open(out, "profiles", '[');
	for (size_t i = 0; i < inventory->count; i++)
		put_item(out, inventory, &inventory->items[i]);
	json_close(out, ']');
	json_close(out, '}');
}
