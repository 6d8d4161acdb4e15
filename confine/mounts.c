/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/mounts.h"

static const char sockets[][48] = {
	"/run/docker.sock",
	"/run/containerd/containerd.sock",
	"/run/crio/crio.sock",
	"/run/podman/podman.sock",
	"/run/cri-dockerd.sock",
	"/run/k3s/containerd/containerd.sock",
	"/var/lib/kubelet/device-plugins/kubelet.sock",
};

/* Where engines keep what they mount into every container of a pod. */
static const char engine_roots[][24] = {
	"/var/lib/kubelet/pods", "/var/lib/containerd", "/run/containerd",
	"/var/lib/containers",	 "/run/containers",
};

/* Ids of the pod: containerd's CRI, then CRI-O; each written last by its engine. */
static const char pod_ids[][32] = {
	"io.kubernetes.cri.sandbox-uid",
	"io.kubernetes.cri.sandbox-id",
	"io.kubernetes.pod.uid",
	"io.kubernetes.cri-o.SandboxID",
};

enum status mounts_check_spelling(struct json mounts, struct error *err)
{
	static const char keys[] = "source destination type options";
	enum status st = json_expect(mounts, JSON_ARRAY, err);

	for (struct json m = json_first(mounts); st == STATUS_OK && json_exists(m);
	     m = json_next(m)) {
		st = json_expect(m, JSON_OBJECT, err);
		if (st == STATUS_OK)
			st = json_check_keys(m, keys, true, err);
	}
	return st;
}

/* Cuts the first component off a path; empty at its end. Slashes may be doubled. */
static struct text cut_component(struct text *path)
{
	while (path->len > 0 && path->ptr[0] == '/')
		*path = (struct text){ path->ptr + 1, path->len - 1 };
	return text_cut(path, '/');
}

bool mount_path_is_plain(struct text path)
{
	while (path.len > 0) {
		struct text component = cut_component(&path);

		if (text_is(component, ".") || text_is(component, ".."))
			return false;
	}
	return true;
}

/* "/var/run" is a link to "/run" on every system that has one of these. */
static struct text without_var(struct text path)
{
	struct text rest = path, run;

	if (!text_is(cut_component(&rest), "var"))
		return path;
	run = rest;
	return text_is(cut_component(&rest), "run") ? run : path;
}

/* Whether `path` is `prefix` or below it. */
static bool is_below(struct text path, struct text prefix)
{
	path = without_var(path);
	prefix = without_var(prefix);
	for (;;) {
		struct text wanted = cut_component(&prefix);

		if (wanted.len == 0)
			return true;
		if (!text_equal(cut_component(&path), wanted))
			return false;
	}
}

bool mount_is_service_account(struct json mount)
{
	return is_below(json_text(json_get(mount, "destination")),
			TEXT("/run/secrets/kubernetes.io/serviceaccount"));
}

/* Bind mounts say "bind", "rbind" as option or "bind" as type: runc takes either. */
static bool is_bind(struct json mount)
{
	struct json options = json_get(mount, "options");

	if (text_is(json_text(json_get(mount, "type")), "bind"))
		return true;
	for (struct json o = json_first(options); json_exists(o); o = json_next(o)) {
		if (text_is(json_text(o), "bind") || text_is(json_text(o), "rbind"))
			return true;
	}
	return false;
}

bool mount_shows_runtime(struct json mount)
{
	struct text source = json_text(json_get(mount, "source"));

	if (!is_bind(mount))
		return false;
	if (!mount_path_is_plain(source))
		return true; /* who knows where it leads */
	for (size_t i = 0; i < sizeof(sockets) / sizeof(sockets[0]); i++) {
		if (is_below(text_of(sockets[i]), source))
			return true;
	}
	return false;
}

static bool is_read_only(struct json mount)
{
	struct json options = json_get(mount, "options");
	bool read_only = false;

	/* the last one counts, as mount(8) has it */
	for (struct json o = json_first(options); json_exists(o); o = json_next(o)) {
		struct text word = json_text(o);

		if (text_is(word, "ro") || text_is(word, "rro"))
			read_only = true;
		else if (text_is(word, "rw"))
			read_only = false;
	}
	return read_only;
}

static bool has_component(struct text path, struct text wanted)
{
	while (path.len > 0) {
		if (text_equal(cut_component(&path), wanted))
			return true;
	}
	return false;
}

/* A name as short as "pods" would be found in everybody's paths. */
#define POD_ID_MIN 8

static bool is_engines_own(struct text source, const struct container *container)
{
	bool below = false;

	for (size_t i = 0; i < sizeof(engine_roots) / sizeof(engine_roots[0]); i++)
		below = below || is_below(source, text_of(engine_roots[i]));
	for (size_t i = 0; below && i < sizeof(pod_ids) / sizeof(pod_ids[0]); i++) {
		struct text id = container_annotation(container, pod_ids[i]);

		if (id.len >= POD_ID_MIN && memchr(id.ptr, '/', id.len) == NULL &&
		    has_component(source, id))
			return true;
	}
	return false;
}

bool mount_is_allowed(struct json mount, const struct container *container,
		      const struct constraints *constraints)
{
	struct text source = json_text(json_get(mount, "source"));

	if (!is_bind(mount))
		return true;
	if (!text_starts_with(source, "/") || !mount_path_is_plain(source))
		return false;
	if (is_engines_own(source, container))
		return true;
	for (size_t i = 0; i < constraints->path_count; i++) {
		const struct allowed_path *path = &constraints->paths[i];

		if (is_below(source, path->prefix) && (!path->read_only || is_read_only(mount)))
			return true;
	}
	return false;
}
