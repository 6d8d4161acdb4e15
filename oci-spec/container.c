/* SPDX-License-Identifier: Apache-2.0 */
#include "oci-spec/container.h"

const struct json_limits container_limits = {
	.max_bytes = CONTAINER_BYTES_MAX,
	.max_depth = 64,
	.max_nodes = 4 * 1024 * 1024,
};

enum status process_parse(struct json object, struct process *ret_process, struct error *err)
{
	static const char ours[] = "capabilities noNewPrivileges apparmorProfile";
	struct process process = { .json = object };
	struct json caps = json_get(object, "capabilities");
	struct json nnp = json_get(object, "noNewPrivileges");
	struct json label = json_get(object, "apparmorProfile");
	enum status st = json_expect(object, JSON_OBJECT, err);

	if (st == STATUS_OK)
		st = json_check_keys(object, ours, true, err);
	if (st == STATUS_OK && json_exists(caps)) {
		process.capabilities_given = true;
		st = capability_sets_parse(caps, &process.capabilities, err);
	}
	if (st == STATUS_OK && json_exists(nnp))
		st = json_bool(nnp, &process.no_new_privileges, err);
	if (st == STATUS_OK)
		st = json_expect(label, JSON_STRING, err);
	if (st == STATUS_OK && json_exists(label))
		process.apparmor_profile = json_text(label);
	if (st == STATUS_OK)
		*ret_process = process;
	return st;
}

/* A rule that allows every device: what engines write for privileged containers. */
static bool allows_all_devices(struct json linux_object)
{
	struct json devices = json_get(json_get(linux_object, "resources"), "devices");

	for (struct json d = json_first(devices); json_exists(d); d = json_next(d)) {
		struct json type = json_get(d, "type");

		if (json_is(json_get(d, "allow"), JSON_TRUE) &&
		    (!json_exists(type) || text_is(json_text(type), "a") ||
		     text_is(json_text(type), "")) &&
		    !json_exists(json_get(d, "major")) && !json_exists(json_get(d, "minor")))
			return true;
	}
	return false;
}

static enum status parse_linux(struct json object, struct arena *arena, struct container *container,
			       struct error *err)
{
	static const char ours[] = "seccomp maskedPaths resources";
	struct json seccomp = json_get(object, "seccomp");
	enum status st = json_expect(object, JSON_OBJECT, err);

	if (st == STATUS_OK)
		st = json_check_keys(object, ours, true, err);
	if (st != STATUS_OK)
		return st;
	container->linux_object = object;
	container->has_masked_paths = json_exists(json_first(json_get(object, "maskedPaths")));
	container->all_devices = allows_all_devices(object);
	if (!json_exists(seccomp))
		return STATUS_OK;
	container->has_seccomp = true;
	return profile_parse(seccomp, PROFILE_IN_CONFIG, "config.json", arena, &container->seccomp,
			     err);
}

static enum status check_annotations(struct json annotations, struct error *err)
{
	enum status st = json_expect(annotations, JSON_OBJECT, err);

	for (struct json a = json_first(annotations); json_exists(a) && st == STATUS_OK;
	     a = json_next(a))
		st = json_expect(a, JSON_STRING, err);
	return st;
}

enum status container_parse(const struct json_doc *doc, struct arena *arena,
			    struct container *ret_container, struct error *err)
{
	static const char ours[] = "process linux annotations";
	struct container container = { .doc = doc };
	struct json root = json_root(doc), process, linux_object = json_get(root, "linux");
	enum status st = json_expect(root, JSON_OBJECT, err);

	container.annotations = json_get(root, "annotations");
	if (st == STATUS_OK)
		st = json_check_keys(root, ours, true, err);
	if (st == STATUS_OK)
		st = json_require(root, "process", JSON_OBJECT, &process, err);
	if (st == STATUS_OK)
		st = process_parse(process, &container.process, err);
	if (st == STATUS_OK)
		st = check_annotations(container.annotations, err);
	if (st == STATUS_OK && json_exists(linux_object))
		st = parse_linux(linux_object, arena, &container, err);
	if (st == STATUS_OK)
		*ret_container = container;
	return st;
}

struct text container_annotation(const struct container *container, const char *key)
{
	return json_text(json_get(container->annotations, key));
}
