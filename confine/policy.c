/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/policy.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "confine/apparmor/label.h"
#include "confine/seccomp/runtime_default.h"
#include "oci-spec/base/file.h"

#define POLICY_BYTES_MAX ((size_t)256 * 1024)

static const struct json_limits limits = {
	.max_bytes = POLICY_BYTES_MAX,
	.max_depth = 8,
	.max_nodes = 20000,
};

bool text_list_has(const struct text_list *list, struct text item)
{
	for (size_t i = 0; i < list->count; i++) {
		if (text_equal(list->items[i], item))
			return true;
	}
	return false;
}

#define BUILT_IN "built-in policy"

/* Item by item: the list has room for many more, which nobody reads. */
void policy_init_runtimes(struct runtimes *runtimes)
{
	struct text_list *list = &runtimes->list;

	list->items[0] = TEXT("/usr/local/sbin/runc");
	list->items[1] = TEXT("/usr/sbin/runc");
	list->items[2] = TEXT("/usr/bin/runc");
	list->items[3] = TEXT("/usr/local/bin/crun");
	list->items[4] = TEXT("/usr/bin/crun");
	list->count = 5;
	runtimes->policy = BUILT_IN;
	runtimes->allow_override = true;
}

void policy_init(struct policy *policy)
{
	*policy = (struct policy){
		.path = BUILT_IN,
		.baseline = BASELINE_RUNTIME_DEFAULT,
		.profile_root = TEXT("/var/lib/kubelet/seccomp"),
		.precompiled = true,
		.apparmor = { .baseline = TEXT("oci-confine-default"),
			      .profile_root = TEXT("/etc/oci-confine/apparmor"),
			      .cache = TEXT("/var/cache/oci-confine/apparmor"),
			      .load = true,
			      .engine_defaults = { { TEXT("cri-containerd.apparmor.d"),
						     TEXT("crio-default"), TEXT("docker-default"),
						     TEXT("containers-default-*") },
						   4 } },
		.limit_capabilities = ~(uint64_t)0,
		.unconfined = ANSWER_CONFINE,
		.privileged = ANSWER_REFUSE,
		.restore = ANSWER_REFUSE,
		.hook_adds_no_new_privileges = true,
	};
	policy_init_runtimes(&policy->runtimes);
}

static enum status parse_path(struct json value, struct text *ret_path, struct error *err)
{
	enum status st = json_expect(value, JSON_STRING, err);

	if (st != STATUS_OK || !json_exists(value))
		return st;
	if (!text_starts_with(json_text(value), "/"))
		return json_fail(value, STATUS_INVALID, err, "must be an absolute path");
	*ret_path = json_text(value);
	return STATUS_OK;
}

static enum status parse_texts(struct json array, bool are_paths, struct text_list *ret_list,
			       struct error *err)
{
	struct text_list list = { .count = 0 };
	enum status st = json_expect(array, JSON_ARRAY, err);

	for (struct json e = json_first(array); json_exists(e) && st == STATUS_OK;
	     e = json_next(e)) {
		if (list.count == POLICY_LIST_MAX)
			return json_fail(array, STATUS_INVALID, err, "has more than %d entries",
					 POLICY_LIST_MAX);
		st = json_expect(e, JSON_STRING, err);
		if (st == STATUS_OK && json_text(e).len == 0)
			st = json_fail(e, STATUS_INVALID, err, "is empty");
		if (st == STATUS_OK && are_paths)
			st = parse_path(e, &list.items[list.count], err);
		else if (st == STATUS_OK)
			list.items[list.count] = json_text(e);
		list.count++;
	}
	if (st == STATUS_OK)
		*ret_list = list;
	return st;
}

static enum status parse_answer(struct json value, enum answer *ret_answer, struct error *err)
{
	static const char words[][8] = { "confine", "refuse", "pass" };
	enum status st = json_expect(value, JSON_STRING, err);

	if (st != STATUS_OK)
		return st;
	for (unsigned i = 0; i < 3; i++) {
		if (text_is(json_text(value), words[i])) {
			*ret_answer = (enum answer)i;
			return STATUS_OK;
		}
	}
	return json_fail(value, STATUS_INVALID, err,
			 "expected \"confine\", \"refuse\" or \"pass\", found '%.*s'",
			 TEXT_ARG(json_text(value)));
}

/* "runtime-default", "runtime-default@1.7", "none" or an absolute path. */
static enum status parse_baseline(struct json value, struct policy *policy, struct error *err)
{
	struct text word, version;
	enum status st = json_expect(value, JSON_STRING, err);

	if (st != STATUS_OK)
		return st;
	version = json_text(value);
	if (text_starts_with(version, "/")) {
		policy->baseline = BASELINE_FILE;
		policy->baseline_file = version;
		return STATUS_OK;
	}
	if (text_is(version, "none")) {
		policy->baseline = BASELINE_NONE;
		return STATUS_OK;
	}
	word = text_cut(&version, '@');
	if (!text_is(word, "runtime-default"))
		return json_fail(value, STATUS_INVALID, err,
				 "expected \"runtime-default\", \"runtime-default@VERSION\", "
				 "\"none\" or an absolute path, found '%.*s'",
				 TEXT_ARG(json_text(value)));
	/* "runtime-default@" is no spelling of the newest */
	if (!runtime_default_exists(version) || (version.ptr != NULL && version.len == 0))
		return json_fail(value, STATUS_INVALID, err,
				 "there is no such version; there are %s",
				 runtime_default_versions());
	policy->baseline = BASELINE_RUNTIME_DEFAULT;
	policy->baseline_version = version;
	return STATUS_OK;
}

static enum status parse_seccomp(struct json object, struct policy *policy, struct error *err)
{
	static const char known[] = "baseline profile-root architectures log precompiled";
	struct json baseline = json_get(object, "baseline");
	struct json arches = json_get(object, "architectures"), log = json_get(object, "log");
	struct json precompiled = json_get(object, "precompiled");
	enum status st = json_expect(object, JSON_OBJECT, err);

	if (st == STATUS_OK)
		st = json_check_keys(object, known, false, err);
	if (st == STATUS_OK && json_exists(baseline))
		st = parse_baseline(baseline, policy, err);
	if (st == STATUS_OK)
		st = parse_path(json_get(object, "profile-root"), &policy->profile_root, err);
	if (st == STATUS_OK && json_exists(log))
		st = json_bool(log, &policy->log_denials, err);
	if (st == STATUS_OK && json_exists(precompiled))
		st = json_bool(precompiled, &policy->precompiled, err);
	if (st != STATUS_OK || !json_exists(arches))
		return st;
	if (!text_is(json_text(arches), "keep") && !text_is(json_text(arches), "native"))
		return json_fail(arches, STATUS_INVALID, err, "expected \"keep\" or \"native\"");
	policy->native_arch_only = text_is(json_text(arches), "native");
	return STATUS_OK;
}

/* The name of a profile, or with a "*" at its end the beginning of several. */
static enum status check_profile_names(struct json array, const struct text_list *list,
				       struct error *err)
{
	struct json value = json_first(array);

	for (size_t i = 0; i < list->count; i++, value = json_next(value)) {
		struct text name = list->items[i];

		if (name.ptr[name.len - 1] == '*')
			name.len--;
		if (!apparmor_name_is_plain(name))
			return json_fail(value, STATUS_INVALID, err,
					 "expected the name of an AppArmor profile, found '%.*s'",
					 TEXT_ARG(name));
	}
	return STATUS_OK;
}

static enum status parse_apparmor_baseline(struct json value, struct text *ret_name,
					   struct error *err)
{
	enum status st = json_expect(value, JSON_STRING, err);

	if (st != STATUS_OK || !json_exists(value))
		return st;
	*ret_name = text_is(json_text(value), "none") ? TEXT_NONE : json_text(value);
	if (ret_name->len > 0 && !apparmor_name_is_plain(*ret_name))
		return json_fail(value, STATUS_INVALID, err,
				 "expected the name of an AppArmor profile or \"none\", found "
				 "'%.*s'",
				 TEXT_ARG(*ret_name));
	return ret_name->len == 0 && !text_is(json_text(value), "none")
		       ? json_fail(value, STATUS_INVALID, err, "is empty")
		       : STATUS_OK;
}

static enum status parse_required(struct json value, enum required *ret_required, struct error *err)
{
	if (text_is(json_text(value), "auto") && json_is(value, JSON_STRING))
		*ret_required = REQUIRED_AUTO;
	else if (json_is(value, JSON_TRUE))
		*ret_required = REQUIRED_YES;
	else if (json_is(value, JSON_FALSE))
		*ret_required = REQUIRED_NO;
	else if (json_exists(value))
		return json_fail(value, STATUS_INVALID, err, "expected true, false or \"auto\"");
	return STATUS_OK;
}

static enum status parse_apparmor(struct json object, struct apparmor_policy *policy,
				  struct error *err)
{
	static const char known[] = "baseline profile-root cache load required engine-defaults";
	struct json load = json_get(object, "load"), defaults = json_get(object, "engine-defaults");
	enum status st = json_expect(object, JSON_OBJECT, err);

	if (st == STATUS_OK)
		st = json_check_keys(object, known, false, err);
	if (st == STATUS_OK)
		st = parse_apparmor_baseline(json_get(object, "baseline"), &policy->baseline, err);
	if (st == STATUS_OK)
		st = parse_path(json_get(object, "profile-root"), &policy->profile_root, err);
	if (st == STATUS_OK)
		st = parse_path(json_get(object, "cache"), &policy->cache, err);
	if (st == STATUS_OK && json_exists(load))
		st = json_bool(load, &policy->load, err);
	if (st == STATUS_OK)
		st = parse_required(json_get(object, "required"), &policy->required, err);
	if (st == STATUS_OK && json_exists(defaults))
		st = parse_texts(defaults, false, &policy->engine_defaults, err);
	if (st == STATUS_OK && json_exists(defaults))
		st = check_profile_names(defaults, &policy->engine_defaults, err);
	return st;
}

static enum status parse_mode(struct json value, bool *ret_audit, struct error *err)
{
	if (!text_is(json_text(value), "enforce") && !text_is(json_text(value), "audit"))
		return json_fail(value, STATUS_INVALID, err, "expected \"enforce\" or \"audit\"");
	*ret_audit = text_is(json_text(value), "audit");
	return STATUS_OK;
}

static enum status parse_capabilities(struct json object, struct policy *policy, struct error *err)
{
	static const char known[] = "drop limit";
	struct json drop = json_get(object, "drop"), limit = json_get(object, "limit");
	enum status st = json_expect(object, JSON_OBJECT, err);

	if (st == STATUS_OK)
		st = json_check_keys(object, known, false, err);
	if (st == STATUS_OK && text_is(json_text(json_first(drop)), "ALL") &&
	    !json_exists(json_next(json_first(drop))))
		policy->drop_capabilities = ~(uint64_t)0;
	else if (st == STATUS_OK && json_exists(drop))
		st = capability_set_parse(drop, &policy->drop_capabilities, err);
	if (st == STATUS_OK && json_exists(limit))
		st = capability_set_parse(limit, &policy->limit_capabilities, err);
	return st;
}

static enum status parse_exempt(struct json object, struct policy *policy, struct error *err)
{
	static const char known[] = "engine namespaces";
	struct json engine, namespaces;
	enum status st = json_expect(object, JSON_OBJECT, err);

	if (st == STATUS_OK)
		st = json_check_keys(object, known, false, err);
	if (st == STATUS_OK)
		st = json_require(object, "engine", JSON_STRING, &engine, err);
	if (st == STATUS_OK && !text_is(json_text(engine), "containerd"))
		st = json_fail(engine, STATUS_INVALID, err,
			       "expected \"containerd\": only there can a pod not choose what "
			       "namespace config.json names");
	if (st == STATUS_OK)
		st = json_require(object, "namespaces", JSON_ARRAY, &namespaces, err);
	if (st == STATUS_OK)
		st = parse_texts(namespaces, false, &policy->exempt_namespaces, err);
	policy->exempt_engine_is_containerd = true;
	return st;
}

static enum status parse_hook(struct json object, struct policy *policy, struct error *err)
{
	static const char known[] = "no-new-privileges";
	struct json word = json_get(object, "no-new-privileges");
	enum status st = json_expect(object, JSON_OBJECT, err);

	if (st == STATUS_OK)
		st = json_check_keys(object, known, false, err);
	if (st != STATUS_OK || !json_exists(word))
		return st;
	if (!text_is(json_text(word), "accept") && !text_is(json_text(word), "refuse"))
		return json_fail(word, STATUS_INVALID, err, "expected \"accept\" or \"refuse\"");
	policy->hook_adds_no_new_privileges = text_is(json_text(word), "accept");
	return STATUS_OK;
}

static enum status check_root(struct json root, struct error *err)
{
	static const char known[] =
		"runtimes runtime-override seccomp apparmor capabilities mode "
		"no-new-privileges unconfined privileged restore exempt runtime-annotations "
		"hook constraints log";
	enum status st = json_expect(root, JSON_OBJECT, err);

	return st == STATUS_OK ? json_check_keys(root, known, false, err) : st;
}

static enum status parse_runtimes(const struct json_doc *doc, struct runtimes *runtimes,
				  struct error *err)
{
	struct json list = json_get(json_root(doc), "runtimes");
	struct json override = json_get(json_root(doc), "runtime-override");
	enum status st = STATUS_OK;

	runtimes->policy = doc->name;
	if (json_exists(list))
		st = parse_texts(list, true, &runtimes->list, err);
	if (st == STATUS_OK && json_exists(override))
		st = json_bool(override, &runtimes->allow_override, err);
	return st;
}

enum status policy_parse(const struct json_doc *doc, struct policy *ret_policy, struct error *err)
{
	struct json root = json_root(doc), v;
	struct policy policy;
	enum status st = check_root(root, err);

	policy_init(&policy);
	policy.path = doc->name;
	policy.text = doc->text;
	if (st == STATUS_OK)
		st = parse_runtimes(doc, &policy.runtimes, err);
	if (st == STATUS_OK && json_exists(v = json_get(root, "seccomp")))
		st = parse_seccomp(v, &policy, err);
	if (st == STATUS_OK && json_exists(v = json_get(root, "apparmor")))
		st = parse_apparmor(v, &policy.apparmor, err);
	if (st == STATUS_OK && json_exists(v = json_get(root, "log")))
		st = json_bool(v, &policy.log, err);
	if (st == STATUS_OK && json_exists(v = json_get(root, "mode")))
		st = parse_mode(v, &policy.audit, err);
	if (st == STATUS_OK && json_exists(v = json_get(root, "capabilities")))
		st = parse_capabilities(v, &policy, err);
	if (st == STATUS_OK && json_exists(v = json_get(root, "no-new-privileges")))
		st = json_bool(v, &policy.no_new_privileges, err);
	if (st == STATUS_OK && json_exists(v = json_get(root, "unconfined")))
		st = parse_answer(v, &policy.unconfined, err);
	if (st == STATUS_OK && json_exists(v = json_get(root, "privileged")))
		st = parse_answer(v, &policy.privileged, err);
	if (st == STATUS_OK && json_exists(v = json_get(root, "restore")))
		st = parse_answer(v, &policy.restore, err);
	if (st == STATUS_OK && policy.restore == ANSWER_CONFINE)
		st = json_fail(
			v, STATUS_INVALID, err,
			"a restored process brings its own confinement: expected \"refuse\" or "
			"\"pass\"");
	if (st == STATUS_OK && json_exists(v = json_get(root, "constraints")))
		st = constraints_parse(v, &policy.constraints, err);
	if (st == STATUS_OK && json_exists(v = json_get(root, "exempt")))
		st = parse_exempt(v, &policy, err);
	if (st == STATUS_OK && json_exists(v = json_get(root, "hook")))
		st = parse_hook(v, &policy, err);
	if (st == STATUS_OK && json_exists(v = json_get(root, "runtime-annotations")))
		st = parse_texts(v, false, &policy.runtime_annotations, err);
	if (st == STATUS_OK)
		*ret_policy = policy;
	return st;
}

/* NULL in *ret_doc: there is no such file, and there need be none. */
static enum status read_file(const char *path, struct arena *arena, struct json_doc **ret_doc,
			     struct error *err)
{
	const char *file = path != NULL ? path : POLICY_PATH_DEFAULT;
	struct json_doc *doc;
	struct text text;
	struct stat about;
	enum status st;

	*ret_doc = NULL;
	/* asked for before it is opened: a sentence about what is no error costs instructions */
	if (path == NULL && access(file, F_OK) != 0 && errno == ENOENT)
		return STATUS_OK;
	doc = arena_alloc(arena, sizeof(*doc));
	if (doc == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read the policy");
	st = file_read(AT_FDCWD, file, POLICY_BYTES_MAX, arena, &text, &about, err);
	if (st == STATUS_OK)
		st = file_check_owner(&about, err);
	if (st == STATUS_OK)
		st = json_parse(arena, text, file, &limits, doc, err);
	if (st != STATUS_OK)
		return error_in_file(err, file);
	*ret_doc = doc;
	return STATUS_OK;
}

enum status policy_read(const char *path, struct arena *arena, struct policy *ret_policy,
			struct error *err)
{
	struct json_doc *doc;
	enum status st = read_file(path, arena, &doc, err);

	if (st != STATUS_OK)
		return st;
	if (doc == NULL) {
		policy_init(ret_policy);
		return STATUS_OK;
	}
	st = policy_parse(doc, ret_policy, err);
	return st == STATUS_OK ? st : error_in_file(err, doc->name);
}

enum status policy_read_runtimes(const char *path, struct arena *arena,
				 struct runtimes *ret_runtimes, struct error *err)
{
	struct json_doc *doc;
	enum status st = read_file(path, arena, &doc, err);

	if (st != STATUS_OK)
		return st;
	policy_init_runtimes(ret_runtimes);
	if (doc == NULL)
		return STATUS_OK;
	st = check_root(json_root(doc), err);
	if (st == STATUS_OK)
		st = parse_runtimes(doc, ret_runtimes, err);
	return st == STATUS_OK ? st : error_in_file(err, doc->name);
}
