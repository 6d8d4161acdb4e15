/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/inspect.h"

#include "confine/apparmor/loaded.h"

#define COLUMN 16 /* where values begin */

const char *inspect_runtime_name(const struct found_container *container)
{
	if (container->why != NULL)
		return "?";
	return container->state.is_crun ? "crun" : "runc";
}

struct text inspect_member_mode(const struct confine *confine, const char *label,
				struct text member)
{
	struct text mode = attest_label_mode(label);

	if (text_is(mode, "mixed"))
		mode = apparmor_loaded_mode(confine->host.apparmor_profiles, member);
	return mode;
}

/* --- for people --- */

/* A line, or several, with a name in front. */
static void say_field(struct output *out, const char *name, struct text value)
{
	size_t start = out->text.len;

	say_wrapped(out, COLUMN, "", value.len > 0 ? value : TEXT("none"));
	if (!out->text.failed)
		memcpy(out->text.ptr + start + 2, name, strlen(name));
}

static void say_buffer(struct output *out, const char *name, const struct buffer *value)
{
	say_field(out, name, (struct text){ value->ptr, value->len });
}

/* Sets that are alike on one line. */
static void say_capabilities(const struct capability_sets *sets, struct output *out)
{
	const struct {
		const char *name;
		uint64_t set;
	} all[] = {
		{ "bounding", sets->bounding },	  { "permitted", sets->permitted },
		{ "effective", sets->effective }, { "inheritable", sets->inheritable },
		{ "ambient", sets->ambient },
	};
	const size_t count = sizeof(all) / sizeof(all[0]);
	bool said[sizeof(all) / sizeof(all[0])] = { false };

	for (size_t i = 0; i < count; i++) {
		struct buffer line = BUFFER_INIT(out->text.arena);

		for (size_t j = i; j < count && !said[i]; j++) {
			if (all[j].set != all[i].set)
				continue;
			buffer_add_str(&line, j > i ? ", " : "");
			buffer_add_str(&line, all[j].name);
			said[j] = j > i;
		}
		if (line.len == 0)
			continue;
		buffer_add_str(&line, ": ");
		capability_set_describe(all[i].set, &line);
		say_buffer(out, i == 0 ? "capabilities" : "", &line);
	}
}

static void say_label(const struct confine *confine, const char *label, struct output *out)
{
	struct text rest = text_of(label), member;
	struct buffer line = BUFFER_INIT(out->text.arena);

	if (label[0] == '\0')
		buffer_add_str(&line, "the kernel has none");
	while (attest_next_member(&rest, &member)) {
		struct text mode = inspect_member_mode(confine, label, member);

		buffer_add_str(&line, line.len > 0 ? ", " : "");
		buffer_add(&line, member);
		buffer_add_str(&line, mode.len > 0 ? " (" : "");
		buffer_add(&line, mode);
		buffer_add_str(&line, mode.len > 0 ? ")" : "");
	}
	say_buffer(out, "AppArmor", &line);
}

static void say_filters(const struct attested *attested, struct output *out)
{
	const struct live_filters *filters = &attested->filters;
	struct buffer line = BUFFER_INIT(out->text.arena);

	if (attested->live.seccomp_mode < 2) {
		buffer_add_str(&line,
			       attested->live.seccomp_mode == 0 ? "no filter" : "strict mode");
	} else {
		buffer_add_u64(&line, attested->live.seccomp_filters);
		buffer_add_str(&line, attested->live.seccomp_filters == 1 ? " filter" : " filters");
	}
	for (size_t i = 0; i < filters->count; i++) {
		buffer_add_str(&line, i == 0 ? ", of " : " and ");
		buffer_add_u64(&line, filters->list[i].count);
	}
	buffer_add_str(&line, filters->count > 0 ? " instructions" : "");
	buffer_add_str(&line, filters->hidden ? ", hidden: " : "");
	buffer_add_str(&line, filters->hidden ? filters->why : "");
	say_buffer(out, "seccomp", &line);
}

static void say_held(const struct confine *confine, const struct attested *attested,
		     struct output *out)
{
	say_in(out, TONE_TITLE, "what the kernel holds");
	say(out, "\n");
	say_capabilities(&attested->live.capabilities, out);
	say_field(out, "no_new_privs", attested->live.no_new_privileges ? TEXT("on") : TEXT("off"));
	say_label(confine, attested->label, out);
	say_filters(attested, out);
}

void inspect_each_input(const struct confine *confine, const struct confined *confined,
			struct output *out, void (*tell)(struct output *out, struct text name))
{
	const struct policy *policy = &confine->policy;
	const struct request *request = &confined->request;
	struct buffer baseline = BUFFER_INIT(out->text.arena);

	if (policy->baseline == BASELINE_FILE) {
		buffer_add(&baseline, policy->baseline_file);
	} else if (policy->baseline == BASELINE_RUNTIME_DEFAULT || request->default_seccomp) {
		buffer_add_str(&baseline, "runtime-default");
		buffer_add_str(&baseline, policy->baseline_version.len > 0 ? "@" : "");
		buffer_add(&baseline, policy->baseline_version);
	}
	if (baseline.len > 0)
		tell(out, (struct text){ baseline.ptr, baseline.len });
	tell(out, text_of(confined->doc.name));
	for (size_t i = 0; i < request->seccomp_count; i++) {
		struct buffer name = BUFFER_INIT(out->text.arena);

		buffer_add_str(&name, "localhost/");
		buffer_add(&name, request->seccomp[i].name);
		tell(out, (struct text){ name.ptr, name.len });
	}
	tell(out, text_of(policy->path));
}

static void say_input(struct output *out, struct text name)
{
	say_field(out, "from", name);
}

static void say_decided(const struct confine *confine, const struct confined *confined,
			struct output *out)
{
	const struct privileges *decided = &confined->decision.privileges;
	const struct ruleset *seccomp = &confined->decision.seccomp;
	struct buffer line = BUFFER_INIT(out->text.arena);

	say_in(out, TONE_TITLE, "what was decided");
	say(out, "\n");
	if (decided->untouched) {
		say(out, "  nothing: the policy leaves this container alone\n");
		return;
	}
	inspect_each_input(confine, confined, out, say_input);
	say_capabilities(&decided->capabilities, out);
	say_field(out, "no_new_privs", decided->no_new_privileges ? TEXT("on") : TEXT("off"));
	say_field(out, "AppArmor", decided->apparmor_profile);
	buffer_add_str(&line, confined->decision.has_seccomp ? "default " : "");
	buffer_add_str(&line, confined->decision.has_seccomp
				      ? action_name((enum action)seccomp->default_verdict.action)
				      : "none");
	say_buffer(out, "seccomp", &line);
}

static void say_findings(const struct inspection *inspection, struct output *out)
{
	const struct attest_findings *findings = &inspection->findings;

	if (inspection->held == HELD_YES) {
		say_in(out, TONE_GOOD, "held to the decision");
		if (findings->filters_judged)
			say(out, ", by %llu system calls tried",
			    (unsigned long long)findings->judgement.points);
		say(out, "\n");
		return;
	}
	say_in(out, inspection->held == HELD_NO ? TONE_BAD : TONE_WARNING, "%s",
	       inspection->held == HELD_NO ? "not held to the decision" : "it cannot be told");
	say(out, "\n");
	for (size_t i = 0; i < findings->count; i++)
		say_wrapped(out, 2, "- ", text_of(findings->list[i].text));
	if (inspection->why[0] != '\0')
		say_wrapped(out, 2, "- ", text_of(inspection->why));
}

void say_inspection(const struct confine *confine, const struct inspection *inspection,
		    struct output *out)
{
	const struct found_container *container = inspection->container;

	if (container != NULL)
		say_in(out, TONE_TITLE, "%.200s (%s), process %ld", container->id,
		       inspect_runtime_name(container), (long)inspection->pid);
	else
		say_in(out, TONE_TITLE, "process %ld", (long)inspection->pid);
	say(out, "\n");
	if (container != NULL) {
		say_field(out, "state", text_of(container->dir));
		say_field(out, "bundle", container->state.bundle);
	}
	say_held(confine, &inspection->attested, out);
	if (inspection->is_decided)
		say_decided(confine, &inspection->confined, out);
	if (container != NULL)
		say_findings(inspection, out);
	else
		say(out, "of no container that runc or crun knows: nothing to compare with\n");
}

/* --- the table --- */

static const unsigned columns[] = { 20, 9, 9, 9, 6, 6, 34 };

static void say_cell(struct output *out, size_t *start, unsigned column, const char *text)
{
	*start = out->text.len;
	say(out, "%.*s", (int)columns[column] - 1, text);
	say_column(out, *start, columns[column]);
}

void say_inspection_row(const struct inspection *inspection, struct output *out)
{
	static const char *const heads[] = { "CONTAINER", "RUNTIME", "PID",	"FILTERS",
					     "NNP",	  "CAPS",    "APPARMOR" };
	const size_t count = sizeof(heads) / sizeof(heads[0]);
	const struct attested *attested;
	char cells[7][48] = { "", "", "-", "-", "-", "-", "-" };
	size_t start;

	for (unsigned i = 0; i < count && inspection == NULL; i++)
		say_cell(out, &start, i, heads[i]);
	if (inspection == NULL) {
		say(out, "HELD\n");
		return;
	}
	attested = &inspection->attested;
	(void)snprintf(cells[0], sizeof(cells[0]), "%s", inspection->container->id);
	(void)snprintf(cells[1], sizeof(cells[1]), "%s",
		       inspect_runtime_name(inspection->container));
	if (inspection->is_read) {
		(void)snprintf(cells[2], sizeof(cells[2]), "%ld", (long)inspection->pid);
		(void)snprintf(cells[3], sizeof(cells[3]), "%u", attested->live.seccomp_filters);
		(void)snprintf(cells[4], sizeof(cells[4]), "%s",
			       attested->live.no_new_privileges ? "on" : "off");
		(void)snprintf(cells[5], sizeof(cells[5]), "%d",
			       __builtin_popcountll(attested->live.capabilities.bounding));
		(void)snprintf(cells[6], sizeof(cells[6]), "%.47s",
			       attested->label[0] != '\0' ? attested->label : "-");
	}
	for (unsigned i = 0; i < count; i++)
		say_cell(out, &start, i, cells[i]);
	if (inspection->held == HELD_YES)
		say_in(out, TONE_GOOD, "yes");
	else if (inspection->held == HELD_NO)
		say_in(out, TONE_BAD, "no: %.300s",
		       inspection->findings.count > 0 ? inspection->findings.list[0].text
						      : inspection->why);
	else
		say_in(out, TONE_WARNING, "?: %.300s", inspection->why);
	say(out, "\n");
}

void say_users(struct text users, struct output *out)
{
	struct buffer line = BUFFER_INIT(out->text.arena);

	if (users.len == 0)
		return;
	buffer_add_str(&line, "not looked for: containers of users' own runtimes (podman without "
			      "root), as what stands in " INSPECT_USERS_DIR
			      "/UID is that user's word; here UID is ");
	buffer_add(&line, users);
	buffer_add_str(&line, ". Each can ask for their own, with --all --root " INSPECT_USERS_DIR
			      "/UID/crun, or UID/runc; root can ask for a PID");
	out->text.failed |= line.failed;
	say_wrapped(out, 0, "", (struct text){ line.ptr, line.len });
}
