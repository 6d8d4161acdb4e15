/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/constraints.h"

#include "confine/mounts.h"

static const char names[CONSTRAINT_COUNT_][32] = {
	[CONSTRAINT_RUN_AS_NON_ROOT] = "runAsNonRoot",
	[CONSTRAINT_PRIVILEGE_ESCALATION] = "allowPrivilegeEscalation",
	[CONSTRAINT_READ_ONLY_ROOT] = "readOnlyRootFilesystem",
	[CONSTRAINT_RESOURCE_LIMITS] = "resourceLimits",
	[CONSTRAINT_SERVICE_ACCOUNT] = "automountServiceAccountToken",
	[CONSTRAINT_RUNTIME_SOCKETS] = "runtimeSockets",
	[CONSTRAINT_HOST_PATH] = "hostPath",
};

/* --- the policy's object --- */

static enum status parse_strictness(struct json value, enum strictness *ret_strictness,
				    struct error *err)
{
	static const char words[][8] = { "off", "warn", "refuse" };

	for (unsigned i = 0; i < 3; i++) {
		if (json_is(value, JSON_STRING) && text_is(json_text(value), words[i])) {
			*ret_strictness = (enum strictness)i;
			return STATUS_OK;
		}
	}
	return json_fail(value, STATUS_INVALID, err, "expected \"off\", \"warn\" or \"refuse\"");
}

static enum status parse_path(struct json object, struct allowed_path *ret_path, struct error *err)
{
	static const char known[] = "pathPrefix readOnly";
	struct json read_only = json_get(object, "readOnly"), prefix;
	struct allowed_path path = { .read_only = false };
	enum status st = json_expect(object, JSON_OBJECT, err);

	if (st == STATUS_OK)
		st = json_check_keys(object, known, false, err);
	if (st == STATUS_OK)
		st = json_require(object, "pathPrefix", JSON_STRING, &prefix, err);
	if (st == STATUS_OK && json_exists(read_only))
		st = json_bool(read_only, &path.read_only, err);
	if (st != STATUS_OK)
		return st;
	path.prefix = json_text(prefix);
	while (path.prefix.len > 1 && path.prefix.ptr[path.prefix.len - 1] == '/')
		path.prefix.len--;
	if (!text_starts_with(path.prefix, "/") || !mount_path_is_plain(path.prefix))
		return json_fail(prefix, STATUS_INVALID, err,
				 "expected an absolute path without . and ..");
	*ret_path = path;
	return STATUS_OK;
}

/* "refuse", or {"action": "refuse", "allowed": [{"pathPrefix": "/var/log", "readOnly": true}]} */
static enum status parse_host_path(struct json value, struct constraints *constraints,
				   struct error *err)
{
	static const char known[] = "action allowed";
	struct json allowed = json_get(value, "allowed");
	enum status st;

	if (!json_is(value, JSON_OBJECT))
		return parse_strictness(value, &constraints->strictness[CONSTRAINT_HOST_PATH], err);
	st = json_check_keys(value, known, false, err);
	if (st == STATUS_OK && !json_exists(json_get(value, "action")))
		st = json_fail(value, STATUS_INVALID, err, "has no \"action\"");
	if (st == STATUS_OK)
		st = parse_strictness(json_get(value, "action"),
				      &constraints->strictness[CONSTRAINT_HOST_PATH], err);
	if (st == STATUS_OK)
		st = json_expect(allowed, JSON_ARRAY, err);
	for (struct json p = json_first(allowed); st == STATUS_OK && json_exists(p);
	     p = json_next(p)) {
		if (constraints->path_count == CONSTRAINT_PATHS_MAX)
			return json_fail(allowed, STATUS_INVALID, err, "has more than %d entries",
					 CONSTRAINT_PATHS_MAX);
		st = parse_path(p, &constraints->paths[constraints->path_count++], err);
	}
	return st;
}

enum status constraints_parse(struct json object, struct constraints *ret_constraints,
			      struct error *err)
{
	char known[sizeof(names)], *at = known;
	struct constraints constraints = { .path_count = 0 };
	enum status st = json_expect(object, JSON_OBJECT, err);

	for (unsigned i = 0; i < CONSTRAINT_COUNT_; i++) {
		at = mempcpy(at, names[i], strlen(names[i]));
		*at++ = i + 1 < CONSTRAINT_COUNT_ ? ' ' : '\0';
	}
	if (st == STATUS_OK)
		st = json_check_keys(object, known, false, err);
	for (unsigned i = 0; i < CONSTRAINT_COUNT_ && st == STATUS_OK; i++) {
		struct json value = json_get(object, names[i]);

		if (!json_exists(value))
			continue;
		st = i == CONSTRAINT_HOST_PATH
			     ? parse_host_path(value, &constraints, err)
			     : parse_strictness(value, &constraints.strictness[i], err);
	}
	if (st == STATUS_OK)
		*ret_constraints = constraints;
	return st;
}

/* --- the container --- */

/* Where a constraint is not met, and how; `what` is NULL when it is. */
struct finding {
	struct json place;
	const char *what;
};

/* The value, or what it would stand in. */
static struct json value_or(struct json value, struct json parent)
{
	return json_exists(value) ? value : parent;
}

static struct finding check_user(const struct constraint_question *q)
{
	struct json user = json_get(q->container->process.json, "user");
	struct json uid = json_get(user, "uid");
	struct text number = json_raw(uid);

	if (json_is(uid, JSON_NUMBER) && number.ptr[0] >= '1' && number.ptr[0] <= '9')
		return (struct finding){ .what = NULL };
	return (struct finding){ value_or(value_or(uid, user), q->container->process.json),
				 "runs as root" };
}

static struct finding check_escalation(const struct constraint_question *q)
{
	struct json value = json_get(q->container->process.json, "noNewPrivileges");

	if (q->no_new_privileges)
		return (struct finding){ .what = NULL };
	return (struct finding){ value_or(value, q->container->process.json),
				 "no_new_privs is not set" };
}

static struct finding check_root(const struct constraint_question *q)
{
	struct json document = json_root(q->container->doc), root = json_get(document, "root");
	struct json read_only = json_get(root, "readonly");

	if (json_is(read_only, JSON_TRUE))
		return (struct finding){ .what = NULL };
	return (struct finding){ value_or(value_or(read_only, root), document),
				 "the root file system is writable" };
}

/* A limit is a number above 0; runtimes take -1 and 0 for none. */
static bool is_limit(struct json value)
{
	struct text number = json_raw(value);

	return json_is(value, JSON_NUMBER) && number.ptr[0] >= '1' && number.ptr[0] <= '9';
}

static struct finding check_limits(const struct constraint_question *q)
{
	struct json place = value_or(q->container->linux_object, json_root(q->container->doc));
	struct json resources = json_get(q->container->linux_object, "resources");

	place = value_or(resources, place);
	if (!is_limit(json_get(json_get(resources, "memory"), "limit")))
		return (struct finding){ place, "memory has no limit" };
	if (!is_limit(json_get(json_get(resources, "cpu"), "quota")))
		return (struct finding){ place, "cpu has no limit (quota)" };
	return (struct finding){ .what = NULL };
}

static struct finding check_mounts(const struct constraint_question *q, enum constraint constraint)
{
	struct json mounts = json_get(json_root(q->container->doc), "mounts");

	for (struct json m = json_first(mounts); json_exists(m); m = json_next(m)) {
		if (constraint == CONSTRAINT_SERVICE_ACCOUNT && mount_is_service_account(m))
			return (struct finding){ m, "a service account's token is mounted" };
		if (constraint == CONSTRAINT_RUNTIME_SOCKETS && mount_shows_runtime(m))
			return (struct finding){ m, "shows the socket of a container runtime" };
		if (constraint == CONSTRAINT_HOST_PATH &&
		    !mount_is_allowed(m, q->container, q->constraints))
			return (struct finding){ m, "mounts a path of the host's that is not "
						    "allowed, or not read-only" };
	}
	return (struct finding){ .what = NULL };
}

static struct finding check(const struct constraint_question *q, enum constraint constraint)
{
	switch (constraint) {
	case CONSTRAINT_RUN_AS_NON_ROOT:
		return check_user(q);
	case CONSTRAINT_PRIVILEGE_ESCALATION:
		return check_escalation(q);
	case CONSTRAINT_READ_ONLY_ROOT:
		return check_root(q);
	case CONSTRAINT_RESOURCE_LIMITS:
		return check_limits(q);
	case CONSTRAINT_SERVICE_ACCOUNT:
	case CONSTRAINT_RUNTIME_SOCKETS:
	case CONSTRAINT_HOST_PATH:
		return check_mounts(q, constraint);
	case CONSTRAINT_COUNT_:
		break;
	}
	return (struct finding){ .what = NULL };
}

/* Keys in another case would be read by runc and not by us: json_check_keys(). */
static enum status check_spelling(const struct container *container, struct error *err)
{
	struct json root = json_root(container->doc), process = container->process.json;
	struct json resources = json_get(container->linux_object, "resources");
	const struct {
		struct json object;
		const char *keys;
	} objects[] = {
		{ root, "root mounts" },
		{ process, "user" },
		{ json_get(process, "user"), "uid" },
		{ json_get(root, "root"), "readonly" },
		{ resources, "memory cpu" },
		{ json_get(resources, "memory"), "limit" },
		{ json_get(resources, "cpu"), "quota" },
	};
	enum status st = mounts_check_spelling(json_get(root, "mounts"), err);

	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]) && st == STATUS_OK; i++)
		st = json_check_keys(objects[i].object, objects[i].keys, true, err);
	return st;
}

enum status constraints_check(const struct constraint_question *q, struct arena *arena,
			      struct notes *notes, struct error *err)
{
	bool spelled = false;

	for (unsigned i = 0; i < CONSTRAINT_COUNT_; i++) {
		enum strictness strictness = q->constraints->strictness[i];
		struct finding finding;
		char path[256];

		if (strictness == STRICTNESS_OFF)
			continue;
		if (!spelled) {
			enum status st = check_spelling(q->container, err);

			if (st != STATUS_OK)
				return st;
			spelled = true;
		}
		finding = check(q, (enum constraint)i);
		if (finding.what == NULL)
			continue;
		if (strictness == STRICTNESS_REFUSE)
			return json_fail(finding.place, STATUS_DENIED, err,
					 "%s: refused by %s (constraint %s)", finding.what,
					 q->policy_path, names[i]);
		json_path(finding.place, path, sizeof(path));
		notes_add(notes, arena, "constraint %s: %s%s%s", names[i], path,
			  path[0] != '\0' ? ": " : "", finding.what);
	}
	return STATUS_OK;
}
