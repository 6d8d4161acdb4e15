/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Annotations, as a pod's author writes them. The input is one "KEY VALUE" a line, behind a first
 * byte that chooses the policy. All of it may only tighten: what is asked for is asked for, or
 * the container is refused.
 */
#include "tests/fuzz/fuzz.h"

#define LINES_MAX 64

static struct text make_config(struct text lines, struct arena *arena)
{
	struct buffer out = BUFFER_INIT(arena);
	size_t count = 0;

	buffer_add_str(&out, "{\"process\":{\"capabilities\":{\"bounding\":[\"CAP_KILL\",\"CAP_NET_RAW\"]}},"
			     "\"annotations\":{");
	while (lines.len > 0 && count < LINES_MAX) {
		struct text value = text_cut(&lines, '\n'), key = text_cut(&value, ' ');

		if (count++ > 0)
			buffer_add_char(&out, ',');
		buffer_add_json_string(&out, key);
		buffer_add_char(&out, ':');
		buffer_add_json_string(&out, value);
	}
	buffer_add_str(&out, "},\"linux\":{}}");
	fuzz_require(!out.failed);
	return (struct text){ out.ptr, out.len };
}

/* Whether the pod-wide form counts: no container is named, which could have one of its own. */
static bool is_asked(const struct container *container, const char *key, const char *value)
{
	return text_is(container_annotation(container, key), value) &&
	       container_annotation(container, "io.kubernetes.cri.container-name").ptr == NULL &&
	       container_annotation(container, "io.kubernetes.container.name").ptr == NULL;
}

/* What stands there in the plain forms is in the request, unless the container is exempt. */
static void check_heard(const struct confine *confine, const struct container *container,
			const struct request *request)
{
	if (request_is_exempt(container, &confine->policy))
		return;
	fuzz_require(!is_asked(container, "oci-confine.io/no-new-privileges", "true") ||
		     request->no_new_privileges);
	fuzz_require(!is_asked(container, "oci-confine.io/drop-capabilities", "ALL") ||
		     request->drop_capabilities == UINT64_MAX);
	fuzz_require(container_annotation(container, "org.criu.config").ptr == NULL);
}

static void check_request(const struct request *request)
{
	fuzz_require(request->seccomp_count <= REQUEST_PROFILES_MAX);
	fuzz_require(request->apparmor_count <= REQUEST_PROFILES_MAX);
	for (size_t i = 0; i < request->seccomp_count; i++) {
		struct text name = request->seccomp[i].name;

		fuzz_require(name.len > 0 && memchr(name.ptr, '\0', name.len) == NULL);
	}
	for (size_t i = 0; i < request->apparmor_count; i++)
		fuzz_require(apparmor_name_is_plain(request->apparmor[i].name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct fuzz_bytes bytes = { data, data + size };
	struct confine confine = fuzz_confine(&arena, fuzz_byte(&bytes));
	struct container container;
	struct request request;
	struct loaded_profiles *profiles = arena_alloc(&arena, sizeof(*profiles));
	struct json_doc doc;
	struct error err = { 0 };
	enum status st;

	fuzz_require(profiles != NULL);
	st = json_parse(&arena, make_config(fuzz_text(bytes.at, (size_t)(bytes.end - bytes.at)), &arena),
			"config.json", &container_limits, &doc, &err);
	if (st == STATUS_OK)
		st = container_parse(&doc, &arena, &container, &err);
	if (st == STATUS_OK)
		st = request_read(&container, &confine.policy, &request, &err);
	if (st == STATUS_OK) {
		check_request(&request);
		check_heard(&confine, &container, &request);
		st = load_profiles(&confine.policy, &request, &arena, profiles, &err);
	}
	if (st != STATUS_OK)
		fuzz_check_error(st, &err, true);
	arena_done(&arena);
	return 0;
}
