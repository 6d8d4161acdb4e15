/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "cli/audit.h"
#include "oci-spec/base/file.h"

#define CGROUP_BYTES_MAX ((size_t)4096)

enum status audit_groups_init(struct audit_groups *groups, struct arena *arena, struct error *err)
{
	*groups = (struct audit_groups){ .count = 0 };
	groups->list = arena_array(arena, AUDIT_GROUPS_MAX, sizeof(*groups->list));
	if (groups->list == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot gather the records");
	return STATUS_OK;
}

/*
 * The container's id is the last part of its cgroup: "/kubepods/pod1/ID", or with systemd
 * "/kubepods.slice/kubepods-pod1.slice/cri-containerd-ID.scope".
 */
static struct text id_in(struct text cgroup)
{
	static const char scope[] = ".scope";
	struct text part = cgroup;

	while (cgroup.len > 0)
		part = text_cut(&cgroup, '/');
	if (part.len <= strlen(scope) ||
	    memcmp(part.ptr + part.len - strlen(scope), scope, strlen(scope)) != 0)
		return memchr(part.ptr, '.', part.len) != NULL ? TEXT_NONE : part;
	part.len -= strlen(scope);
	for (size_t i = part.len; i > 0; i--) {
		if (part.ptr[i - 1] == '-')
			return (struct text){ part.ptr + i, part.len - i };
	}
	return part;
}

/* Of a process that still runs. One that has ended may have given its number to another. */
static struct text container_of(pid_t pid, struct arena *arena)
{
	AUTO(file_close) int fd = -1;
	char path[40];
	struct text text, line;
	struct error ignored;

	(void)snprintf(path, sizeof(path), "/proc/%ld/cgroup", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || file_read_fd(fd, CGROUP_BYTES_MAX, arena, &text, &ignored) != STATUS_OK)
		return TEXT_NONE;
	/* "0::/path" of cgroup2, or the first hierarchy of the old ones */
	line = text_cut(&text, '\n');
	(void)text_cut(&line, ':');
	(void)text_cut(&line, ':');
	return line.len > 1 ? id_in(line) : TEXT_NONE;
}

static bool is_same(const struct audit_record *a, const struct audit_record *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == AUDIT_SECCOMP)
		return a->arch == b->arch && a->call == b->call && a->code == b->code &&
		       text_equal(a->exe, b->exe);
	return a->is_denied == b->is_denied && text_equal(a->profile, b->profile) &&
	       text_equal(a->operation, b->operation) && text_equal(a->name, b->name) &&
	       text_equal(a->mask, b->mask) && text_equal(a->capability, b->capability) &&
	       text_equal(a->family, b->family) && text_equal(a->sock_type, b->sock_type) &&
	       text_equal(a->signal, b->signal) && text_equal(a->peer, b->peer);
}

void audit_groups_add(struct audit_groups *groups, const struct audit_record *record,
		      struct arena *arena)
{
	struct text container = container_of(record->pid, arena);

	groups->records++;
	for (size_t i = 0; i < groups->count; i++) {
		struct audit_group *g = &groups->list[i];

		if (!is_same(&g->first, record) || !text_equal(g->container, container))
			continue;
		g->count++;
		g->last = record->seconds > g->last ? record->seconds : g->last;
		return;
	}
	if (groups->count == AUDIT_GROUPS_MAX) {
		groups->left_out++;
		return;
	}
	groups->list[groups->count++] =
		(struct audit_group){ *record, container, 1, record->seconds };
}

static int by_container(const void *a, const void *b)
{
	const struct audit_group *x = a, *y = b;
	size_t shorter = x->container.len < y->container.len ? x->container.len : y->container.len;
	int order = shorter > 0 ? memcmp(x->container.ptr, y->container.ptr, shorter) : 0;

	if (order == 0)
		order = (x->container.len > y->container.len) -
			(x->container.len < y->container.len);
	if (order == 0)
		order = (x->count < y->count) - (x->count > y->count);
	return order;
}

void audit_groups_sort(struct audit_groups *groups)
{
	qsort(groups->list, groups->count, sizeof(*groups->list), by_container);
}

/* A path that needs no quotes. */
static bool is_bare(struct text name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (strchr(" ,#=()@^!", name.ptr[i]) != NULL)
			return false;
	}
	return true;
}

/* "/etc/x r,"; a path with blanks or signs in quotes. The kernel's c and d are parts of w. */
static void add_file_rule(struct buffer *out, struct text name, struct text mask)
{
	bool quote = !is_bare(name), wrote = false;

	buffer_add_str(out, quote ? "\"" : "");
	buffer_add(out, name);
	buffer_add_str(out, quote ? "\" " : " ");
	for (size_t i = 0; i < mask.len; i++) {
		char c = mask.ptr[i];

		if (c == 'w' || c == 'c' || c == 'd' || c == 'a') {
			buffer_add_str(out, wrote ? "" : "w");
			wrote = true;
		} else if (c == 'x') {
			buffer_add_str(out, "ix");
		} else {
			buffer_add_char(out, c);
		}
	}
	buffer_add_char(out, ',');
}

static void add_peer_rule(struct buffer *out, const struct audit_record *r, const char *what)
{
	buffer_add_str(out, what);
	buffer_add_str(out, " (");
	buffer_add(out, r->mask);
	buffer_add_char(out, ')');
	if (r->signal.len > 0) {
		buffer_add_str(out, " set=(");
		buffer_add(out, r->signal);
		buffer_add_char(out, ')');
	}
	if (r->peer.len > 0) {
		buffer_add_str(out, " peer=\"");
		buffer_add(out, r->peer);
		buffer_add_char(out, '"');
	}
	buffer_add_char(out, ',');
}

/*
 * Nothing that would end a rule, or a line, where the profile's author does not expect it, or that
 * stands for more than itself: a program that opens "/etc/?" asks for a file of that name.
 */
static bool is_quotable(struct text value)
{
	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];

		if ((unsigned char)c < 0x20 || c == 0x7f || strchr("\"\\*?[]{}", c) != NULL)
			return false;
	}
	return true;
}

/* Words of the language: "send", "rw", "sys_admin", "rtmin+3"; several with blanks between. */
static bool is_words(struct text value)
{
	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];
		bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
				    (c >= '0' && c <= '9');

		if (!alphanumeric && c != '_' && c != '+' && c != ' ')
			return false;
	}
	return true;
}

enum status audit_apparmor_rule(const struct audit_record *r, struct arena *arena,
				struct text *ret_rule, struct error *err)
{
	struct buffer out = BUFFER_INIT(arena);

	*ret_rule = TEXT_NONE;
	if (!is_quotable(r->name) || !is_quotable(r->peer) || !is_words(r->mask) ||
	    !is_words(r->capability) || !is_words(r->family) || !is_words(r->sock_type) ||
	    !is_words(r->signal))
		return STATUS_OK;
	if (r->capability.len > 0) {
		buffer_add_str(&out, "capability ");
		buffer_add(&out, r->capability);
		buffer_add_char(&out, ',');
	} else if (text_is(r->operation, "signal") && r->mask.len > 0) {
		add_peer_rule(&out, r, "signal");
	} else if (text_is(r->operation, "ptrace") && r->mask.len > 0) {
		add_peer_rule(&out, r, "ptrace");
	} else if (r->family.len > 0) {
		buffer_add_str(&out, "network ");
		buffer_add(&out, r->family);
		buffer_add_str(&out, r->sock_type.len > 0 ? " " : "");
		buffer_add(&out, r->sock_type);
		buffer_add_char(&out, ',');
	} else if (text_is(r->operation, "mount") || text_is(r->operation, "umount") ||
		   text_is(r->operation, "pivotroot")) {
		buffer_add(&out,
			   text_is(r->operation, "pivotroot") ? TEXT("pivot_root") : r->operation);
		buffer_add_char(&out, ',');
	} else if (r->name.len > 0 && r->name.ptr[0] == '/' && r->mask.len > 0) {
		add_file_rule(&out, r->name, r->mask);
	} else {
		return STATUS_OK;
	}
	return buffer_text(&out, ret_rule, err);
}
