/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy file, and a decision under it. Whatever an administrator writes, a rewritten
 * config.json stays as it is.
 */
#include "tests/fuzz/fuzz.h"

static const char config[] =
	"{\"process\":{\"user\":{\"uid\":0},\"capabilities\":{\"bounding\":[\"CAP_KILL\",\"CAP_SYS_ADMIN\"],"
	"\"effective\":[\"CAP_KILL\"]}},\"mounts\":[{\"destination\":\"/a\",\"source\":\"/var/lib/a\"},"
	"{\"destination\":\"/run/containerd\",\"source\":\"/run/containerd\",\"options\":[\"ro\"]}],"
	"\"annotations\":{\"io.kubernetes.cri.sandbox-namespace\":\"kube-system\",\"run.oci.keep\":\"1\","
	"\"oci-confine.io/drop-capabilities\":\"KILL\"},\"linux\":{\"seccomp\":{"
	"\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"chmod\"],"
	"\"action\":\"SCMP_ACT_ERRNO\"}]}}}";

static void decide(struct confine *confine)
{
	struct confined *confined = arena_alloc(confine->arena, 2 * sizeof(*confined));
	struct error err = { 0 };
	struct text after;
	enum status st;

	fuzz_require(confined != NULL);
	st = confine_text(confine, TEXT(config), "config.json", confined, &err);
	if (st != STATUS_OK) {
		fuzz_check_error(st, &err, true);
		return;
	}
	after = fuzz_joined(confined->pieces, confined->piece_count, confine->arena);
	if (confine_text(confine, after, "again", confined + 1, &err) != STATUS_OK)
		fuzz_found(err.where, 0, err.what);
	fuzz_require(!confined[1].changed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct json_limits limits = { 1 << 20, 16, 10000 };
	struct arena arena = ARENA_INIT;
	struct confine confine = fuzz_confine(&arena, 0);
	struct json_doc doc;
	struct error err = { 0 };
	enum status st = json_parse(&arena, fuzz_text(data, size), "policy", &limits, &doc, &err);

	policy_init(&confine.policy);
	if (st == STATUS_OK)
		st = policy_parse(&doc, &confine.policy, &err);
	if (st != STATUS_OK)
		fuzz_check_error(st, &err, false);
	else if (confine.policy.baseline != BASELINE_FILE) /* no file of this machine is read */
		decide(&confine);
	arena_done(&arena);
	return 0;
}
