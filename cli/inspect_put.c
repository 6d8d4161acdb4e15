/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/inspect.h"

static void put_sets(const struct capability_sets *sets, struct output *out)
{
	json_open(out, "capabilities", '{');
	json_put_caps(out, "bounding", sets->bounding);
	json_put_caps(out, "permitted", sets->permitted);
	json_put_caps(out, "effective", sets->effective);
	json_put_caps(out, "inheritable", sets->inheritable);
	json_put_caps(out, "ambient", sets->ambient);
	json_close(out, '}');
}

static void put_attested(const struct confine *confine, const struct attested *attested,
			 struct output *out)
{
	static const char *const modes[] = { "none", "strict", "filter" };
	struct text rest = text_of(attested->label), member;
	const struct live_filters *filters = &attested->filters;

	json_open(out, "kernel", '{');
	put_sets(&attested->live.capabilities, out);
	json_put_bool(out, "noNewPrivileges", attested->live.no_new_privileges);
	json_open(out, "apparmor", '[');
	while (attest_next_member(&rest, &member)) {
		json_open(out, NULL, '{');
		json_put_text(out, "profile", member);
		json_put_text(out, "mode", inspect_member_mode(confine, attested->label, member));
		json_close(out, '}');
	}
	json_close(out, ']');
	json_open(out, "seccomp", '{');
	json_put_str(out, "mode",
		     attested->live.seccomp_mode < 3 ? modes[attested->live.seccomp_mode] : "?");
	json_put_u64(out, "filters", attested->live.seccomp_filters);
	json_open(out, "instructions", '[');
	for (size_t i = 0; i < filters->count; i++)
		json_put_u64(out, NULL, filters->list[i].count);
	json_close(out, ']');
	if (filters->hidden)
		json_put_str(out, "hidden", filters->why);
	json_close(out, '}');
	json_close(out, '}');
}

static void put_input(struct output *out, struct text name)
{
	json_put_text(out, NULL, name);
}

static void put_decided(const struct confine *confine, const struct confined *confined,
			struct output *out)
{
	const struct privileges *decided = &confined->decision.privileges;

	json_open(out, "decided", '{');
	json_put_bool(out, "leftAlone", decided->untouched);
	if (!decided->untouched) {
		json_open(out, "inputs", '[');
		inspect_each_input(confine, confined, out, put_input);
		json_close(out, ']');
		put_sets(&decided->capabilities, out);
		json_put_bool(out, "noNewPrivileges", decided->no_new_privileges);
		json_put_text(out, "apparmorProfile", decided->apparmor_profile);
		json_put_bool(out, "seccomp", confined->decision.has_seccomp);
	}
	json_close(out, '}');
}

static void put_findings(const struct inspection *inspection, struct output *out)
{
	static const char *const words[] = {
		[ATTEST_CAPABILITIES] = "capabilities",
		[ATTEST_NO_NEW_PRIVILEGES] = "noNewPrivileges",
		[ATTEST_APPARMOR] = "apparmor",
		[ATTEST_SECCOMP] = "seccomp",
	};
	const struct attest_findings *findings = &inspection->findings;

	json_open(out, "findings", '[');
	for (size_t i = 0; i < findings->count; i++) {
		json_open(out, NULL, '{');
		json_put_str(out, "about", words[findings->list[i].subject]);
		json_put_str(out, "text", findings->list[i].text);
		json_close(out, '}');
	}
	json_close(out, ']');
}

void put_inspection(const struct confine *confine, const char *key,
		    const struct inspection *inspection, struct output *out)
{
	static const char *const held[] = {
		[HELD_YES] = "yes", [HELD_NO] = "no", [HELD_UNKNOWN] = "unknown"
	};
	const struct found_container *container = inspection->container;

	json_open(out, key, '{');
	json_put_u64(out, "pid", (uint64_t)inspection->pid);
	if (container != NULL) {
		json_put_str(out, "id", container->id);
		json_put_str(out, "state", container->dir);
		json_put_str(out, "runtime", inspect_runtime_name(container));
		if (container->why == NULL)
			json_put_text(out, "bundle", container->state.bundle);
		json_put_str(out, "held", held[inspection->held]);
	}
	if (inspection->is_read)
		put_attested(confine, &inspection->attested, out);
	if (inspection->is_decided)
		put_decided(confine, &inspection->confined, out);
	put_findings(inspection, out);
	if (inspection->why[0] != '\0')
		json_put_str(out, "why", inspection->why);
	json_close(out, '}');
}

void put_users(struct text users, struct output *out)
{
	json_open(out, "usersNotLookedFor", '[');
	while (users.len > 0)
		json_put_text(out, NULL, text_cut(&users, ' '));
	json_close(out, ']');
}
