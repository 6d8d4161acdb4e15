/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/audit_report.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/inspect.h"
#include "oci-spec/base/file.h"

#define LOG_BYTES_MAX ((size_t)256 * 1024 * 1024)
#define KMSG_RECORD_MAX ((size_t)8192) /* Documentation/ABI/testing/dev-kmsg */
#define AUDITD_LOG "/var/log/audit/audit.log"

struct options {
	const char *since, *policy, *file;
	bool is_json;
};

static enum status parse(int argc, char **argv, struct options *o, struct error *err)
{
	for (int i = 0; i < argc; i++) {
		if (option_value(argc, argv, &i, "--since", &o->since, err) ||
		    option_value(argc, argv, &i, "--policy", &o->policy, err)) {
			if (err->status != STATUS_OK)
				return err->status;
		} else if (strcmp(argv[i], "--json") == 0) {
			o->is_json = true;
		} else if ((argv[i][0] != '-' || argv[i][1] == '\0') && o->file == NULL) {
			o->file = argv[i];
		} else {
			return unknown_option("report", argv[i], err);
		}
	}
	return STATUS_OK;
}

/* "90s", "10m", "2h", "3d": so long ago; a bare number: seconds since 1970. */
static enum status parse_since(const char *word, uint64_t *ret_seconds, struct error *err)
{
	static const struct {
		char unit;
		uint64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	uint64_t value = 0, now = (uint64_t)time(NULL);
	const char *digit = word;

	for (; *digit >= '0' && *digit <= '9' && digit - word < 12; digit++)
		value = value * 10 + (uint64_t)(*digit - '0');
	*ret_seconds = value;
	if (digit != word && *digit == '\0')
		return STATUS_OK;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]) && digit != word; i++) {
		if (digit[0] != units[i].unit || digit[1] != '\0')
			continue;
		*ret_seconds = value * units[i].seconds < now ? now - value * units[i].seconds : 0;
		return STATUS_OK;
	}
	return error_set(err, STATUS_INVALID, 0,
			 "--since: expected 90s, 10m, 2h, 3d or seconds since 1970, found '%.60s'",
			 word);
}

/* What the kernel still has in its own buffer: a record a read, and an end without waiting. */
static enum status read_kernel_log(struct arena *arena, struct text *ret_text, struct error *err)
{
	AUTO(file_close) int fd = open("/dev/kmsg", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct buffer out = BUFFER_INIT(arena);
	char record[KMSG_RECORD_MAX];

	if (fd < 0)
		return error_set(err, STATUS_SYSTEM, errno,
				 "cannot open /dev/kmsg; name a file, or pipe in `journalctl -k`");
	for (;;) {
		ssize_t n = read(fd, record, sizeof(record));

		if (n < 0 && (errno == EPIPE || errno == EINTR))
			continue; /* overwritten while we read: go on with the next */
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0)
			return error_set(err, STATUS_SYSTEM, errno, "cannot read /dev/kmsg");
		if (n == 0)
			break;
		buffer_add(&out, (struct text){ record, (size_t)n });
	}
	return buffer_text(&out, ret_text, err);
}

static enum status read_log(const struct options *o, struct arena *arena, struct text *ret_text,
			    struct error *err)
{
	struct stat about;
	enum status st;

	if (o->file != NULL && strcmp(o->file, "-") == 0) {
		st = file_read_fd(STDIN_FILENO, LOG_BYTES_MAX, arena, ret_text, err);
		return st == STATUS_OK ? st : error_in_file(err, "standard input");
	}
	/* where auditd runs it takes the lines, and the kernel's buffer has none */
	if (o->file == NULL && stat(AUDITD_LOG, &about) != 0)
		return read_kernel_log(arena, ret_text, err);
	st = file_read(AT_FDCWD, o->file != NULL ? o->file : AUDITD_LOG, LOG_BYTES_MAX, arena,
		       ret_text, NULL, err);
	return st == STATUS_OK ? st : error_in_file(err, o->file != NULL ? o->file : AUDITD_LOG);
}

static enum status gather(struct text log, uint64_t since, struct arena *arena,
			  struct audit_groups *groups, struct error *err)
{
	enum status st = audit_groups_init(groups, arena, err);

	while (st == STATUS_OK && log.len > 0) {
		struct audit_record record;

		if (audit_parse(text_cut(&log, '\n'), arena, &record) && record.seconds >= since)
			audit_groups_add(groups, &record, arena);
	}
	if (st == STATUS_OK)
		audit_groups_sort(groups);
	return st;
}

static const char *bundle_of(struct text container, const struct found_containers *containers,
			     struct arena *arena)
{
	for (size_t i = 0; container.len > 0 && i < containers->count; i++) {
		const struct found_container *c = &containers->list[i];

		if (c->why == NULL && text_is(container, c->id))
			return text_dup(arena, c->state.bundle);
	}
	return NULL;
}

/* The floor of the policy, as people name it. */
static const char *baseline_of(const struct policy *policy, struct arena *arena)
{
	struct buffer name = BUFFER_INIT(arena);

	if (policy->baseline == BASELINE_NONE)
		return NULL;
	if (policy->baseline == BASELINE_FILE)
		return text_dup(arena, policy->baseline_file);
	buffer_add_str(&name, "runtime-default");
	buffer_add_str(&name, policy->baseline_version.len > 0 ? "@" : "");
	buffer_add(&name, policy->baseline_version);
	buffer_add_char(&name, '\0');
	return name.failed ? "runtime-default" : name.ptr;
}

static void say_container(const struct audit_entry *entry, struct output *out)
{
	if (entry->group->container.len == 0) {
		say_in(out, TONE_TITLE, "in processes that have ended, or in no container");
	} else {
		say_in(out, TONE_TITLE, "container ");
		say(out, "%.*s", TEXT_ARG(entry->group->container));
	}
	say(out, "\n");
}

static enum status print_all(const struct audit_groups *groups,
			     const struct found_containers *containers, const char *baseline,
			     struct output *out, struct error *err)
{
	struct audit_entry *entry = arena_alloc(out->text.arena, sizeof(*entry));
	enum status st = STATUS_OK;

	if (entry == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot report");
	for (size_t i = 0; i < groups->count && st == STATUS_OK; i++) {
		const struct audit_group *group = &groups->list[i];

		st = audit_entry_find(group,
				      bundle_of(group->container, containers, out->text.arena),
				      baseline, out->text.arena, entry, err);
		if (st != STATUS_OK)
			return st;
		if (!out->is_json &&
		    (i == 0 || !text_equal(group->container, groups->list[i - 1].container)))
			say_container(entry, out);
		if (out->is_json)
			audit_put_entry(entry, out);
		else
			audit_say_entry(entry, out);
	}
	return st;
}

static enum status print_report(const struct options *o, const struct audit_groups *groups,
				const struct found_containers *containers, const char *baseline,
				struct arena *arena, struct error *err)
{
	struct output out;
	enum status st;

	output_init(&out, o->is_json, arena);
	if (out.is_json) {
		json_open(&out, NULL, '{');
		json_put_u64(&out, "records", groups->records);
		json_put_u64(&out, "left-out", groups->left_out);
		json_open(&out, "entries", '[');
	}
	st = print_all(groups, containers, baseline, &out, err);
	if (st != STATUS_OK)
		return st;
	if (out.is_json) {
		json_close(&out, ']');
		json_close(&out, '}');
		return output_print(&out, err);
	}
	if (groups->records == 0)
		say(&out, "Nothing was denied or logged.\n");
	if (groups->left_out > 0)
		say(&out, "%llu more are left out: too many different ones.\n",
		    (unsigned long long)groups->left_out);
	return output_print(&out, err);
}

static enum status run(int argc, char **argv, struct arena *arena, struct error *err)
{
	struct options o = { .file = NULL };
	struct policy *policy = arena_alloc(arena, sizeof(*policy));
	struct audit_groups groups;
	struct found_containers containers = { .count = 0 };
	struct text log;
	uint64_t since = 0;
	enum status st = parse(argc, argv, &o, err);

	if (policy == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot start");
	if (st == STATUS_OK && o.since != NULL)
		st = parse_since(o.since, &since, err);
	if (st == STATUS_OK)
		st = policy_read(o.policy, arena, policy, err);
	if (st == STATUS_OK)
		st = read_log(&o, arena, &log, err);
	if (st == STATUS_OK)
		st = gather(log, since, arena, &groups, err);
	if (st == STATUS_OK)
		st = containers_find(NULL, arena, &containers, err);
	if (st != STATUS_OK)
		return st;
	return print_report(&o, &groups, &containers, baseline_of(policy, arena), arena, err);
}

const struct command command_report = {
	"report",
	"what filters and AppArmor profiles denied or logged, and what would allow it",
	"usage: oci-confine report [--since T] [--policy FILE] [--json] [LOG|-]\n"
	"\n"
	"Reads the kernel's audit lines (seccomp: type=1326; AppArmor: DENIED and ALLOWED) and says\n"
	"for each container which calls and paths were met how often, which input denies them, and\n"
	"the smallest change that would allow each. Without LOG it reads " AUDITD_LOG "\n"
	"where auditd runs, else the kernel's own buffer; \"-\" is standard input.\n"
	"\n"
	"The kernel logs what a filter denies by errno only where the filter says so: with\n"
	"\"seccomp\": {\"log\": true} in the policy, and what audit mode only logs.\n"
	"\n"
	"  --since T       90s, 10m, 2h, 3d ago, or seconds since 1970\n"
	"  --policy FILE   instead of " POLICY_PATH_DEFAULT "\n"
	"  --json          one JSON object, for machines\n"
	"\n"
	"Example:\n"
	"  echo | oci-confine report -\n",
	run,
};
