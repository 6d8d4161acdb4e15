/* SPDX-License-Identifier: Apache-2.0 */
#include "oci-spec/hook_state.h"

#include <limits.h>

const struct json_limits hook_state_limits = {
	.max_bytes = HOOK_STATE_BYTES_MAX,
	.max_depth = 8,
	.max_nodes = 100000,
};

enum status hook_state_parse(const struct json_doc *doc, struct hook_state *ret_state,
			     struct error *err)
{
	static const char ours[] = "id status bundle pid";
	struct json root = json_root(doc), pid = json_get(root, "pid"), id, status, bundle;
	uint64_t number = 0;
	enum status st = json_expect(root, JSON_OBJECT, err);

	if (st == STATUS_OK)
		st = json_check_keys(root, ours, true, err);
	if (st == STATUS_OK)
		st = json_require(root, "id", JSON_STRING, &id, err);
	if (st == STATUS_OK)
		st = json_require(root, "status", JSON_STRING, &status, err);
	if (st == STATUS_OK)
		st = json_require(root, "bundle", JSON_STRING, &bundle, err);
	if (st == STATUS_OK && json_exists(pid))
		st = json_u64(pid, INT_MAX, &number, err);
	if (st != STATUS_OK)
		return st;
	if (!text_starts_with(json_text(bundle), "/"))
		return json_fail(bundle, STATUS_INVALID, err, "must be an absolute path");
	*ret_state = (struct hook_state){ json_text(id), json_text(status), json_text(bundle),
					  (pid_t)number };
	return STATUS_OK;
}
