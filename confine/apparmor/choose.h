/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_APPARMOR_CHOOSE_H
#define CONFINE_APPARMOR_CHOOSE_H

#include "confine/apparmor/label.h"
#include "confine/host.h"
#include "confine/notes.h"
#include "confine/request.h"

/*
 * The label that a process gets: the baseline stacked with what config.json names and with each
 * requested profile. Pure; what of it the kernel does not have yet, apparmor/load.h loads.
 *
 * A missing profile and "unconfined" mean the baseline, unless the policy lets the latter pass.
 * A profile by which an engine says RuntimeDefault (the policy's engine-defaults) is a baseline
 * by itself and stays alone; where more is stacked on it ours takes its place, because the rules
 * of those profiles for signals name only themselves as peer, which in a stack no label matches:
 * no process of the container could signal another (security/apparmor/ipc.c compares the whole
 * label).
 *
 * In audit mode what we add is stacked in its complain form, under another name, and nothing is
 * added to a container that has a profile of its own, whose rules for signals it could break.
 * An exec that names one, or "unconfined" in such a container, gets that.
 */
#define APPARMOR_BASELINE "oci-confine-default"
#define APPARMOR_AUDIT_PREFIX "oci-confine-audit."

struct apparmor_question {
	const struct policy *policy;
	const struct host *host;
	const struct request *request;
	struct json process; /* of config.json */
	struct json exec;    /* the process.json of an exec; not there at the start */
};

struct apparmor_answer {
	struct apparmor_label label; /* what has to be loaded; no members: nothing */
	struct text text;	     /* for apparmorProfile; as it was when no member changes */
};

/*
 * STATUS_UNSUPPORTED: this kernel has no AppArmor, or we may not see its profiles, and one is
 * asked for or the policy requires it; or a member is loaded in a mode that enforces nothing.
 */
enum status apparmor_choose(const struct apparmor_question *question, struct arena *arena,
			    struct notes *notes, struct apparmor_answer *ret_answer,
			    struct error *err) MUST_CHECK;

/* The name under which the profile is loaded in audit mode. */
enum status apparmor_audit_name(struct text name, struct arena *arena, struct text *ret_name,
				struct error *err) MUST_CHECK;

/* Whether a name is `pattern`, or begins so when the pattern has a "*" at its end. */
bool apparmor_name_matches(struct text pattern, struct text name);

/* Why AppArmor cannot be had here, as the end of a sentence; NULL when it can. */
const char *apparmor_obstacle(const struct host *host);

#endif
