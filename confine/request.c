/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/request.h"

#include "confine/apparmor/label.h"
#include "confine/handover.h"

#define OURS "oci-confine.io/"
#define OLD_SECCOMP_POD "seccomp.security.alpha.kubernetes.io/pod"
#define OLD_SECCOMP_CONTAINER "container.seccomp.security.alpha.kubernetes.io/"
#define OLD_APPARMOR_CONTAINER "container.apparmor.security.beta.kubernetes.io/"
#define LOCALHOST "localhost/"

/* Each written last by its engine, containerd's CRI plugin or CRI-O, so that a pod cannot. */
#define CRI_CONTAINER_NAME "io.kubernetes.cri.container-name"
#define CRI_CONTAINER_TYPE "io.kubernetes.cri.container-type"
#define CRI_NAMESPACE "io.kubernetes.cri.sandbox-namespace"
#define CRIO_CONTAINER_NAME "io.kubernetes.container.name"
#define CRIO_CONTAINER_TYPE "io.kubernetes.cri-o.ContainerType"

enum kind { KIND_SECCOMP, KIND_APPARMOR, KIND_DROP, KIND_NNP, KIND_COUNT_ };

static const char kinds[KIND_COUNT_][24] = { "seccomp", "apparmor", "drop-capabilities",
					     "no-new-privileges" };

/*
 * The container's name. Under each engine the other's key is free for a pod to set, so two that
 * differ are none.
 */
static enum status container_name(const struct container *container, struct text *ret_name,
				  struct error *err)
{
	struct text cri = container_annotation(container, CRI_CONTAINER_NAME);
	struct text crio = container_annotation(container, CRIO_CONTAINER_NAME);

	if (cri.len > 0 && crio.len > 0 && !text_equal(cri, crio))
		return json_fail(json_get(container->annotations, CRI_CONTAINER_NAME),
				 STATUS_INVALID, err,
				 "and " CRIO_CONTAINER_NAME " name two containers");
	*ret_name = cri.len > 0 ? cri : crio;
	return STATUS_OK;
}

static enum status add_profile(struct request_profile *list, size_t *count, struct text name,
			       struct json annotation, struct error *err)
{
	for (size_t i = 0; i < *count; i++) {
		if (text_equal(list[i].name, name))
			return STATUS_OK;
	}
	if (*count == REQUEST_PROFILES_MAX)
		return json_fail(annotation, STATUS_INVALID, err, "more than %d profiles",
				 REQUEST_PROFILES_MAX);
	list[(*count)++] = (struct request_profile){ name, annotation };
	return STATUS_OK;
}

/* A relative path without empty, "." and ".." components; the kernel checks again at open. */
static bool is_plain_path(struct text path)
{
	struct text rest = path;

	if (path.len == 0 || path.len > 255)
		return false;
	while (rest.ptr != NULL) {
		struct text part = text_cut(&rest, '/');

		if (part.len == 0 || text_is(part, ".") || text_is(part, ".."))
			return false;
	}
	for (size_t i = 0; i < path.len; i++) {
		/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a text of some length is one */
		unsigned char c = (unsigned char)path.ptr[i];

		if (c < 0x20 || c >= 0x7f)
			return false;
	}
	return true;
}

/* One word of a profile annotation. `old`: it is one of Kubernetes' own, which may loosen. */
static enum status read_profile_word(struct text word, enum kind kind, bool old,
				     struct json annotation, struct request *request,
				     struct error *err)
{
	struct text name = word;

	if (text_is(word, "runtime/default") || text_is(word, "docker/default")) {
		if (kind == KIND_SECCOMP)
			request->default_seccomp = true;
		else
			request->default_apparmor = annotation;
		return STATUS_OK;
	}
	if (old && text_is(word, "unconfined")) {
		request->unconfined_seccomp = request->unconfined_seccomp || kind == KIND_SECCOMP;
		request->unconfined_apparmor = request->unconfined_apparmor ||
					       kind == KIND_APPARMOR;
		return STATUS_OK;
	}
	if (!text_starts_with(word, LOCALHOST))
		return json_fail(annotation, STATUS_INVALID, err,
				 "expected localhost/NAME or runtime/default, found '%.*s'",
				 TEXT_ARG(word));
	name.ptr += strlen(LOCALHOST);
	name.len -= strlen(LOCALHOST);
	if (kind == KIND_SECCOMP && !is_plain_path(name))
		return json_fail(annotation, STATUS_INVALID, err,
				 "'%.*s' is no path below the profile root", TEXT_ARG(name));
	if (kind == KIND_APPARMOR && !apparmor_name_is_plain(name))
		return json_fail(annotation, STATUS_INVALID, err,
				 "'%.*s' cannot be the name of a profile", TEXT_ARG(name));
	if (kind == KIND_SECCOMP)
		return add_profile(request->seccomp, &request->seccomp_count, name, annotation,
				   err);
	return add_profile(request->apparmor, &request->apparmor_count, name, annotation, err);
}

static enum status read_capability_word(struct text word, struct json annotation,
					struct request *request, struct error *err)
{
	char full[64] = "CAP_";
	unsigned number;

	if (text_is(word, "ALL")) {
		request->drop_capabilities = ~(uint64_t)0;
		return STATUS_OK;
	}
	if (!text_starts_with(word, "CAP_") && word.len + 4 < sizeof(full)) {
		memcpy(full + 4, word.ptr, word.len);
		full[4 + word.len] = '\0';
		if (capability_number(text_of(full), &number)) {
			request->drop_capabilities |= CAPABILITY_BIT(number);
			return STATUS_OK;
		}
	}
	if (!capability_number(word, &number))
		return json_fail(annotation, STATUS_INVALID, err, "unknown capability '%.*s'",
				 TEXT_ARG(word));
	request->drop_capabilities |= CAPABILITY_BIT(number);
	return STATUS_OK;
}

static enum status read_no_new_privileges(struct json annotation, struct request *request,
					  struct error *err)
{
	struct text value = json_text(annotation);

	if (!text_is(value, "true") && !text_is(value, "false"))
		return json_fail(annotation, STATUS_INVALID, err,
				 "expected \"true\" or \"false\", found '%.*s'", TEXT_ARG(value));
	request->no_new_privileges = request->no_new_privileges || text_is(value, "true");
	return STATUS_OK;
}

static enum status read_value(struct json annotation, enum kind kind, bool old,
			      struct request *request, struct error *err)
{
	struct text rest = json_text(annotation);
	enum status st = STATUS_OK;

	if (kind == KIND_NNP)
		return read_no_new_privileges(annotation, request, err);
	do {
		struct text word = text_trim(text_cut(&rest, ','));

		if (kind == KIND_DROP)
			st = read_capability_word(word, annotation, request, err);
		else
			st = read_profile_word(word, kind, old, annotation, request, err);
	} while (st == STATUS_OK && rest.ptr != NULL);
	return st;
}

/* Which of ours a key is; *ret_container is what stands behind the dot, empty for pod-wide. */
static enum status our_kind(struct json annotation, enum kind *ret_kind, struct text *ret_container,
			    struct error *err)
{
	struct text rest = json_key(annotation), word;

	rest.ptr += strlen(OURS);
	rest.len -= strlen(OURS);
	word = text_cut(&rest, '.');
	for (unsigned kind = 0; kind < KIND_COUNT_; kind++) {
		if (!text_is(word, kinds[kind]))
			continue;
		if (rest.ptr != NULL && rest.len == 0)
			break;
		*ret_kind = (enum kind)kind;
		*ret_container = rest;
		return STATUS_OK;
	}
	return json_fail(annotation, STATUS_INVALID, err,
			 "unknown annotation; there are " OURS "seccomp, apparmor, "
			 "drop-capabilities and no-new-privileges, each also with .CONTAINER");
}

/* For each kind the annotation that counts: the container's own before the pod-wide one. */
struct chosen {
	struct json ours[KIND_COUNT_];
	bool specific[KIND_COUNT_];
	struct json old_seccomp, old_apparmor;
	bool old_seccomp_specific;
	struct json compiled_filter;
	bool is_sandbox; /* which has no name of its own */
};

static enum status choose_ours(struct json annotation, struct text container, struct chosen *chosen,
			       struct error *err)
{
	struct text for_container = TEXT_NONE;
	enum kind kind = KIND_COUNT_;
	enum status st = our_kind(annotation, &kind, &for_container, err);

	if (st != STATUS_OK)
		return st;
	if (for_container.len > 0 && container.len == 0 && !chosen->is_sandbox)
		return json_fail(
			annotation, STATUS_INVALID, err,
			"is for a container by name, which this engine does not tell; leave "
			".%.*s out",
			TEXT_ARG(for_container));
	if (for_container.len > 0 && !text_equal(for_container, container))
		return STATUS_OK;
	if (for_container.len > 0 || !chosen->specific[kind])
		chosen->ours[kind] = annotation;
	chosen->specific[kind] = chosen->specific[kind] || for_container.len > 0;
	return STATUS_OK;
}

static bool names_container(struct text key, const char *prefix, struct text container)
{
	size_t n = strlen(prefix);

	return text_starts_with(key, prefix) && container.len > 0 &&
	       text_equal((struct text){ key.ptr + n, key.len - n }, container);
}

static void choose_old(struct json annotation, struct text container, struct chosen *chosen)
{
	struct text key = json_key(annotation);

	if (text_is(key, OLD_SECCOMP_POD) && !chosen->old_seccomp_specific) {
		chosen->old_seccomp = annotation;
	} else if (names_container(key, OLD_SECCOMP_CONTAINER, container)) {
		chosen->old_seccomp = annotation;
		chosen->old_seccomp_specific = true;
	} else if (names_container(key, OLD_APPARMOR_CONTAINER, container)) {
		chosen->old_apparmor = annotation;
	}
}

/*
 * runc keeps annotations as labels beside one of its own, "bundle=DIR", and criu's options can
 * come from a file that an annotation names (runc-checkpoint(8)).
 */
static enum status check_runc(struct json annotation, struct error *err)
{
	struct text key = json_key(annotation);

	if (text_is(key, "bundle") || text_starts_with(key, "bundle="))
		return json_fail(annotation, STATUS_DENIED, err,
				 "runc would take this annotation for the path of the bundle");
	if (text_is(key, "org.criu.config"))
		return json_fail(annotation, STATUS_DENIED, err,
				 "this annotation can weaken confinement at a restore");
	return STATUS_OK;
}

/*
 * crun acts on these before or instead of linux.seccomp, writes files for them or runs another
 * handler (crun(1), "Extensions to OCI"); the listed ones do nothing of the kind.
 */
static enum status check_crun(struct json annotation, const struct policy *policy,
			      struct chosen *chosen, struct error *err)
{
	static const char harmless[][40] = {
		"run.oci.delegate-cgroup",
		"run.oci.mount_context_type",
		"run.oci.seccomp_fail_unknown_syscall",
		"run.oci.systemd.force_cgroup_v1",
		"run.oci.systemd.subgroup",
	};
	struct text key = json_key(annotation);

	if (!text_starts_with(key, "run.oci."))
		return STATUS_OK;
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
		if (text_is(key, harmless[i]))
			return STATUS_OK;
	}
	if (text_is(key, HANDOVER_ANNOTATION)) {
		chosen->compiled_filter = annotation;
		return STATUS_OK;
	}
	if (text_list_has(&policy->runtime_annotations, key) &&
	    !text_starts_with(key, HANDOVER_ANNOTATION))
		return STATUS_OK;
	return json_fail(annotation, STATUS_DENIED, err,
			 "this annotation can weaken confinement under crun; an administrator can "
			 "let some pass with \"runtime-annotations\" in the policy");
}

static enum status choose(const struct container *container, const struct policy *policy,
			  struct chosen *chosen, struct error *err)
{
	struct text name = TEXT_NONE;
	enum status st = container_name(container, &name, err);

	for (struct json a = json_first(container->annotations); json_exists(a) && st == STATUS_OK;
	     a = json_next(a)) {
		if (text_starts_with(json_key(a), OURS)) {
			st = choose_ours(a, name, chosen, err);
			continue;
		}
		choose_old(a, name, chosen);
		st = check_runc(a, err);
		if (st == STATUS_OK)
			st = check_crun(a, policy, chosen, err);
	}
	return st;
}

/* A pause container only if every key that is there says so: see container_name(). */
static bool is_sandbox(const struct container *container)
{
	struct text cri = container_annotation(container, CRI_CONTAINER_TYPE);
	struct text crio = container_annotation(container, CRIO_CONTAINER_TYPE);

	return (cri.ptr != NULL || crio.ptr != NULL) &&
	       (cri.ptr == NULL || text_is(cri, "sandbox")) &&
	       (crio.ptr == NULL || text_is(crio, "sandbox"));
}

enum status request_read(const struct container *container, const struct policy *policy,
			 struct request *ret_request, struct error *err)
{
	struct request request = { .is_sandbox = is_sandbox(container) };
	struct chosen chosen = { .is_sandbox = request.is_sandbox };
	enum status st;

	if (request_is_exempt(container, policy)) {
		*ret_request = (struct request){ 0 };
		return STATUS_OK;
	}
	st = choose(container, policy, &chosen, err);
	request.compiled_filter = chosen.compiled_filter;
	for (unsigned kind = 0; kind < KIND_COUNT_ && st == STATUS_OK; kind++) {
		if (json_exists(chosen.ours[kind]))
			st = read_value(chosen.ours[kind], (enum kind)kind, false, &request, err);
	}
	if (st == STATUS_OK && json_exists(chosen.old_seccomp))
		st = read_value(chosen.old_seccomp, KIND_SECCOMP, true, &request, err);
	if (st == STATUS_OK && json_exists(chosen.old_apparmor))
		st = read_value(chosen.old_apparmor, KIND_APPARMOR, true, &request, err);
	if (st != STATUS_OK)
		return st;
	if (request.is_sandbox) {
		request.seccomp_count = request.apparmor_count = 0;
		request.default_apparmor = (struct json){ NULL, 0 };
	}
	*ret_request = request;
	return STATUS_OK;
}

bool request_is_exempt(const struct container *container, const struct policy *policy)
{
	struct text ns = container_annotation(container, CRI_NAMESPACE);

	return policy->exempt_engine_is_containerd && ns.len > 0 &&
	       text_list_has(&policy->exempt_namespaces, ns);
}
