/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_APPARMOR_SOURCE_H
#define CONFINE_APPARMOR_SOURCE_H

#include "confine/policy.h"

/*
 * The text of a profile: the file of the same name beneath the policy's profile root, root's own
 * and not writable by others, or the baseline that is built in. Names are plain
 * (apparmor/label.h), so none can lead out of the directory.
 */
#define APPARMOR_SOURCE_BYTES_MAX ((size_t)1024 * 1024)

struct apparmor_source {
	struct text name; /* under which it gets into the kernel */
	bool audit;	  /* in its complain form: name has APPARMOR_AUDIT_PREFIX */
	const char *file; /* for messages, "built-in profile NAME" for ours */
	struct text text; /* as it stands in the file, the form of audit mode not made yet */
	struct text base; /* the name that the text defines */
};

/* STATUS_UNSUPPORTED: there is no such file. */
enum status apparmor_source_read(struct text name, const struct policy *policy, struct arena *arena,
				 struct apparmor_source *ret_source, struct error *err) MUST_CHECK;

/*
 * The preprocessed text as it is compiled. Everything stays but this:
 *
 * A rule whose peer is the profile itself (by name or as @{profile_name}, as abstractions/base has
 * for signals) means every stack with the profile in it too: the kernel compares the whole label
 * of the peer, so that otherwise the processes of a container could not signal each other once
 * anything is stacked on it.
 *
 * For audit mode the profile has another name, and what it denies explicitly is logged too, since
 * the kernel enforces "deny" in complain mode as well, unless it is "audit deny"
 * (security/apparmor/file.c, aa_audit_file).
 */
enum status apparmor_source_form(const struct apparmor_source *source, struct text text,
				 struct arena *arena, struct text *ret_text,
				 struct error *err) MUST_CHECK;

/*
 * What the profile attaches to by itself, "/usr/bin/x" of "profile NAME /usr/bin/x {": programs
 * of the host run under it as soon as it is loaded. Empty: nothing.
 */
struct text apparmor_source_attachment(struct text text, struct text name);

#endif
