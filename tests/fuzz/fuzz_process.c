/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process.json of an exec, held against a container. The input is the document; its length
 * chooses policy and container. The process may have nothing that the container does not have.
 */
#include "confine/rewrite.h"
#include "tests/fuzz/fuzz.h"

static const char *const containers[] = {
	"{\"process\":{\"apparmorProfile\":\"a\",\"noNewPrivileges\":true,\"capabilities\":{"
	"\"bounding\":[\"CAP_KILL\",\"CAP_NET_RAW\"],\"permitted\":[\"CAP_KILL\"]}},\"linux\":{}}",
	"{\"process\":{\"capabilities\":{\"bounding\":[\"CAP_KILL\"],\"ambient\":[\"CAP_KILL\"]}},"
	"\"annotations\":{\"oci-confine.io/apparmor\":\"localhost/web\","
	"\"oci-confine.io/drop-capabilities\":\"KILL\"},\"linux\":{}}",
	"{\"process\":{\"args\":[\"sh\"]},\"linux\":{}}",
};

static void read_container(struct confine *confine, size_t kind, struct confined *confined)
{
	struct text text = text_of(containers[kind % (sizeof(containers) / sizeof(containers[0]))]);
	struct error err = { 0 };

	if (confine_text(confine, text, "config.json", confined, &err) != STATUS_OK)
		fuzz_found(err.where, 0, err.what);
}

struct outcome {
	struct process process;
	struct privileges privileges;
	struct text text; /* the document as it is handed on */
	size_t edits;
};

static enum status decide(struct confine *confine, const struct confined *confined, struct text text,
			  struct outcome *ret, struct error *err)
{
	struct confine_inputs inputs = { &confined->container, &confine->policy, &confine->host,
					 &confined->request, &confined->profiles };
	struct json_doc *doc = arena_alloc(confine->arena, sizeof(*doc));
	struct json_edits edits = { .count = 0 };
	struct iovec *pieces;
	size_t count;
	enum status st;

	fuzz_require(doc != NULL);
	st = json_parse(confine->arena, text, "process.json", &container_limits, doc, err);
	if (st == STATUS_OK)
		st = process_parse(json_root(doc), &ret->process, err);
	if (st == STATUS_OK)
		st = confine_decide_exec(&inputs, &ret->process, confine->arena, &confine->notes,
					 &ret->privileges, err);
	if (st == STATUS_OK)
		st = rewrite_exec(&ret->process, &ret->privileges, confine->arena, &edits, err);
	if (st == STATUS_OK)
		st = json_edits_pieces(&edits, doc, confine->arena, &pieces, &count, err);
	if (st == STATUS_OK) {
		ret->text = fuzz_joined(pieces, count, confine->arena);
		ret->edits = edits.count;
	}
	return st;
}

/* Within what the container was decided to have, as far as the document says. */
static void check_inside(const struct privileges *container, const struct process *written)
{
	uint64_t outside = ~container->capabilities.bounding;
	struct capability_sets caps = written->capabilities;

	fuzz_require(written->capabilities_given);
	fuzz_require(((caps.bounding | caps.effective | caps.inheritable | caps.permitted |
		       caps.ambient) & outside) == 0);
	fuzz_require(written->no_new_privileges || !container->no_new_privileges);
}

static void check_label(const struct privileges *container, struct text label)
{
	for (size_t i = 0; i < container->apparmor.count; i++)
		fuzz_require(memmem(label.ptr, label.len, container->apparmor.members[i].ptr,
				    container->apparmor.members[i].len) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct confine confine = fuzz_confine(&arena, size);
	struct confined *confined = arena_alloc(&arena, sizeof(*confined));
	struct outcome first, again;
	struct error err = { 0 };
	enum status st;

	fuzz_require(confined != NULL);
	read_container(&confine, size / 4, confined);
	st = decide(&confine, confined, fuzz_text(data, size), &first, &err);
	fuzz_check_notes(&confine.notes);
	if (st != STATUS_OK) {
		fuzz_check_error(st, &err, false);
	} else {
		if (decide(&confine, confined, first.text, &again, &err) != STATUS_OK)
			fuzz_found(err.where, 0, err.what);
		fuzz_require(again.edits == 0);
		if (!first.privileges.untouched && !confine.policy.audit) {
			check_inside(&confined->decision.privileges, &again.process);
			check_label(&confined->decision.privileges, again.process.apparmor_profile);
		}
	}
	arena_done(&arena);
	return 0;
}
