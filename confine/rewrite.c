/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/rewrite.h"

#include "confine/handover.h"

static enum status rewrite_process(const struct process *process,
				   const struct privileges *privileges, bool write_capabilities,
				   struct arena *arena, struct json_edits *edits, struct error *err)
{
	struct buffer caps = BUFFER_INIT(arena), label = BUFFER_INIT(arena);
	struct text text;
	enum status st = STATUS_OK;

	if (write_capabilities) {
		capability_sets_write(&privileges->capabilities, &caps);
		st = buffer_text(&caps, &text, err);
		if (st == STATUS_OK)
			st = json_edits_set(edits, process->json, "capabilities", text, err);
	}
	if (st == STATUS_OK && privileges->no_new_privileges && !process->no_new_privileges)
		st = json_edits_set(edits, process->json, "noNewPrivileges", TEXT("true"), err);
	if (st != STATUS_OK || text_equal(privileges->apparmor_profile, process->apparmor_profile))
		return st;
	buffer_add_json_string(&label, privileges->apparmor_profile);
	st = buffer_text(&label, &text, err);
	if (st == STATUS_OK)
		st = json_edits_set(edits, process->json, "apparmorProfile", text, err);
	return st;
}

enum status rewrite_exec(const struct process *process, const struct privileges *privileges,
			 struct arena *arena, struct json_edits *edits, struct error *err)
{
	if (privileges->untouched)
		return STATUS_OK;
	return rewrite_process(
		process, privileges,
		!privileges->as_asked &&
			(!process->capabilities_given ||
			 !capability_sets_equal(&process->capabilities, &privileges->capabilities)),
		arena, edits, err);
}

/* {"key":value} */
static enum status object_of(const char *key, struct text value, struct arena *arena,
			     struct text *ret_object, struct error *err)
{
	struct buffer out = BUFFER_INIT(arena);

	buffer_add_str(&out, "{\"");
	buffer_add_str(&out, key);
	buffer_add_str(&out, "\":");
	buffer_add(&out, value);
	buffer_add_char(&out, '}');
	return buffer_text(&out, ret_object, err);
}

static enum status rewrite_seccomp(const struct container *container, struct text seccomp,
				   struct arena *arena, struct json_edits *edits, struct error *err)
{
	struct text object;
	enum status st;

	if (json_exists(container->linux_object))
		return json_edits_set(edits, container->linux_object, "seccomp", seccomp, err);
	st = object_of("seccomp", seccomp, arena, &object, err);
	if (st != STATUS_OK)
		return st;
	return json_edits_set(edits, json_root(container->doc), "linux", object, err);
}

static enum status rewrite_filter(const struct container *container, struct text filter,
				  struct arena *arena, struct json_edits *edits, struct error *err)
{
	struct text object;
	enum status st;

	if (json_exists(container->annotations))
		return json_edits_set(edits, container->annotations, HANDOVER_ANNOTATION, filter,
				      err);
	st = object_of(HANDOVER_ANNOTATION, filter, arena, &object, err);
	if (st != STATUS_OK)
		return st;
	return json_edits_set(edits, json_root(container->doc), "annotations", object, err);
}

enum status rewrite_container(const struct container *container,
			      const struct confinement *confinement, struct arena *arena,
			      struct json_edits *edits, struct error *err)
{
	enum status st;

	if (confinement->privileges.untouched)
		return STATUS_OK;
	/* no capabilities in config.json are none: runc and crun alike */
	st = rewrite_process(&container->process, &confinement->privileges,
			     !capability_sets_equal(&container->process.capabilities,
						    &confinement->privileges.capabilities),
			     arena, edits, err);
	if (st == STATUS_OK && confinement->has_seccomp)
		st = rewrite_seccomp(container, confinement->seccomp_text, arena, edits, err);
	if (st == STATUS_OK && confinement->filter.len > 0)
		st = rewrite_filter(container, confinement->filter, arena, edits, err);
	return st;
}
