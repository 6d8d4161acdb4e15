/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_APPARMOR_INVENTORY_H
#define CONFINE_APPARMOR_INVENTORY_H

#include "confine/host.h"
#include "confine/policy.h"

/*
 * What this node has of AppArmor profiles: the built-in baseline, the texts beneath the policy's
 * profile root, and of those in the kernel the ones that we or an engine put there. For people;
 * starts do not use it.
 */
#define APPARMOR_INVENTORY_MAX 1024
#define APPARMOR_USERS_MAX 4096

enum apparmor_freshness {
	APPARMOR_NOT_LOADED,
	APPARMOR_CURRENT, /* what the kernel has is what the text compiles to now */
	APPARMOR_STALE,	  /* it is not: the text or what it includes was changed since */
	APPARMOR_UNKNOWN, /* the kernel does not tell, or there is no text */
	APPARMOR_BROKEN,  /* the text is not sound: see problem */
};

struct apparmor_item {
	struct text name;
	struct text mode; /* empty: not loaded */
	const char *file; /* where its text is; NULL: nowhere */
	enum apparmor_freshness freshness;
	bool deaf;	     /* in a stack its processes could not signal each other */
	bool compiled;	     /* in the cache, now */
	bool is_baseline;    /* the policy's */
	bool is_engines;     /* one of the policy's engine-defaults, without a text of ours */
	struct text problem; /* why it is broken */
	size_t user_count;   /* of the inventory's users those with it in their label */
};

struct apparmor_user {
	int pid;
	struct text label; /* as the kernel writes it, without its mode */
};

struct apparmor_inventory {
	struct apparmor_item *items; /* by name, the baseline first */
	size_t count;
	struct apparmor_user *users;
	size_t user_count;
	size_t unread; /* processes whose label could not be read */
};

/*
 * Takes stock. Texts are compiled when the cache does not have them; nothing is loaded.
 * STATUS_UNSUPPORTED: no AppArmor, or only root may look.
 */
enum status apparmor_inventory_take(const struct policy *policy, const struct host *host,
				    struct arena *arena, struct apparmor_inventory *ret_inventory,
				    struct error *err) MUST_CHECK;

/* Whether the label of a user has the profile as a member. */
bool apparmor_user_has(const struct apparmor_user *user, struct text name);

/* The blob that the kernel was given for a loaded profile; false when it does not tell. */
bool apparmor_loaded_blob(struct text name, struct arena *arena, struct text *ret_blob);

#endif
