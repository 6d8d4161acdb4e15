/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A handler for containerd: one file of ours beside its config.toml, and its name in the imports
 * there. Both are tried first: containerd itself says what its whole configuration then is, and
 * that must be what it was, and our handler.
 */
#include <errno.h>
#include <unistd.h>

#include "cli/configure_dump.h"
#include "cli/configure_imports.h"
#include "cli/configure_node.h"
#include "confine/paths.h" /* generated */

/* What we write, and what it is made from. */
struct plan {
	struct text before;  /* containerd's whole configuration without us */
	struct text drop_in; /* our file */
	struct text config;  /* config.toml with the import */

	const char *runtime_type, *program; /* program: BinaryName, or our shim */
	const char *handler_table;	    /* in a dump */
	bool systemd_cgroup;
};

static const char *concat(struct arena *arena, const char *a, const char *b, const char *c)
{
	struct buffer out = BUFFER_INIT(arena);

	buffer_add_str(&out, a);
	buffer_add_str(&out, b);
	buffer_add_str(&out, c);
	buffer_add_char(&out, '\0');
	return out.failed ? NULL : out.ptr;
}

/* In which of the formats this containerd dumps. */
static unsigned dump_version(const struct node *node)
{
	return node->major == 1 ? 2 : 3;
}

static struct text unquoted(struct text value)
{
	return value.len < 2 ? TEXT_NONE : (struct text){ value.ptr + 1, value.len - 2 };
}

/* The program that the handler names, and its runtime type: with a policy's name in them. */
static enum status choose_program(const struct configure_options *options, struct arena *arena,
				  struct plan *plan, struct error *err)
{
	const char *policy = options->policy;

	if (policy == NULL) {
		plan->program = options->use_shim ? SHIM_PATH : RUNTIME_PATH;
		plan->runtime_type = options->use_shim ? "io.containerd.confine.v2"
						       : "io.containerd.runc.v2";
	} else if (options->use_shim) {
		struct text path = text_of(SHIM_PATH);
		const char *stem = text_dup(arena, (struct text){ path.ptr, path.len - 2 });

		plan->program = stem != NULL ? concat(arena, stem, policy, "-v2") : NULL;
		plan->runtime_type = concat(arena, "io.containerd.confine-", policy, ".v2");
	} else {
		plan->program = concat(arena, RUNTIME_PATH, "-", policy);
		plan->runtime_type = "io.containerd.runc.v2";
	}
	if (plan->program == NULL || plan->runtime_type == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot configure containerd");
	if (!options->dry_run && access(plan->program, X_OK) != 0)
		return error_set(err, STATUS_UNSUPPORTED, errno, "cannot find %.200s",
				 plan->program);
	return STATUS_OK;
}

/* Up to 1.6.20 and in 1.7.0 a handler's runtime_path is read and not used. */
static bool ignores_runtime_path(const struct node *node)
{
	return node->major == 1 &&
	       ((node->minor == 6 && node->patch <= 20) || (node->minor == 7 && node->patch == 0));
}

/* A handler that was made for us by hand in that way runs its containers unconfined. */
static enum status check_runtime_path(const struct node *node, struct text dump, struct error *err)
{
	while (dump.ptr != NULL && ignores_runtime_path(node)) {
		struct text value = text_trim(text_cut(&dump, '\n')), key = text_cut(&value, '=');

		if (value.ptr == NULL || !text_is(text_trim(key), "runtime_path"))
			continue;
		value = unquoted(text_trim(value));
		if (value.len > 0)
			return error_set(err, STATUS_UNSUPPORTED, 0,
					 "a handler has runtime_path = \"%.*s\", which containerd "
					 "%.*s ignores: its containers run under plain runc; take "
					 "that out first",
					 TEXT_ARG(value), TEXT_ARG(node->release));
	}
	return STATUS_OK;
}

static enum status check_before(const struct node *node, const struct configure_options *options,
				const struct plan *plan, struct error *err)
{
	struct text disabled = plan->before;

	while (disabled.ptr != NULL) {
		struct text line = text_cut(&disabled, '\n');

		if (text_starts_with(line, "disabled_plugins = ") &&
		    memmem(line.ptr, line.len, "cri", 3) != NULL)
			return error_set(err, STATUS_UNSUPPORTED, 0,
					 "disabled_plugins turns the CRI plugin off; Kubernetes "
					 "needs it");
	}
	if (dump_has_table(plan->before, plan->handler_table))
		return error_set(err, STATUS_DENIED, 0,
				 "has a handler \"%s\" already, which is not ours; --handler "
				 "gives ours another name",
				 options->handler);
	return check_runtime_path(node, plan->before, err);
}

/* --- the drop-in --- */

static void add_setting(struct buffer *out, const char *indent, const char *key, const char *value)
{
	buffer_add_str(out, indent);
	buffer_add_str(out, key);
	buffer_add_str(out, " = \"");
	buffer_add_str(out, value);
	buffer_add_str(out, "\"\n");
}

static void add_header(struct buffer *out, const char *cri, const char *rest, const char *handler)
{
	buffer_add_char(out, '[');
	buffer_add_str(out, cri);
	buffer_add_str(out, rest);
	buffer_add_str(out, handler);
}

/*
 * containerd 1.x takes a plugin's table from the last file that has it, whole: what else is set
 * for the CRI plugin, runc's handler above all, would be gone. So it stands here too.
 */
static void add_copy(struct buffer *out, const struct node *node, const struct plan *plan,
		     const struct configure_options *options)
{
	const char *cri = dump_cri_table(2);
	struct text rest = dump_tables(plan->before, cri);

	while (rest.ptr != NULL) {
		struct text line = text_cut(&rest, '\n'), bare = text_trim(line);

		if (node->version == 1 && text_starts_with(bare, "[") &&
		    text_starts_with((struct text){ bare.ptr + 1, bare.len - 1 }, cri)) {
			buffer_add_char(out, '[');
			buffer_add_str(out, dump_cri_table(1));
			buffer_add(out, (struct text){ bare.ptr + 1 + strlen(cri),
						       bare.len - 1 - strlen(cri) });
		} else if (options->set_default &&
			   text_starts_with(bare, "default_runtime_name = ")) {
			add_setting(out, "      ", "default_runtime_name", options->handler);
			continue;
		} else {
			buffer_add(out, line);
		}
		buffer_add_char(out, '\n');
	}
}

static enum status compose_drop_in(const struct node *node, const struct configure_options *options,
				   struct plan *plan, struct error *err)
{
	const char *cri = dump_cri_table(node->version);
	struct buffer out = BUFFER_INIT(node->arena);

	buffer_add_str(&out,
		       "# Written by oci-confine configure --runtime=containerd; do not edit.\n");
	if (node->major == 1)
		buffer_add_str(&out,
			       "# containerd 1.x takes the CRI plugin's settings from here alone, "
			       "so all of them are copied:\n"
			       "# after a change of them elsewhere run that command again.\n");
	buffer_add_str(&out, "version = ");
	buffer_add_u64(&out, node->version);
	buffer_add_str(&out, "\n\n");
	if (node->major == 1)
		add_copy(&out, node, plan, options);
	else if (options->set_default) {
		add_header(&out, cri, ".containerd]\n", "");
		add_setting(&out, "  ", "default_runtime_name", options->handler);
	}
	add_header(&out, cri, ".containerd.runtimes.", options->handler);
	buffer_add_str(&out, "]\n");
	add_setting(&out, "  ", "runtime_type", plan->runtime_type);
	buffer_add_str(&out, "  pod_annotations = [\"oci-confine.io/*\"]\n"
			     "  container_annotations = [\"oci-confine.io/*\"]\n");
	if (!options->use_shim) {
		add_header(&out, cri, ".containerd.runtimes.", options->handler);
		buffer_add_str(&out, ".options]\n");
		add_setting(&out, "  ", "BinaryName", plan->program);
		buffer_add_str(&out, plan->systemd_cgroup ? "  SystemdCgroup = true\n"
							  : "  SystemdCgroup = false\n");
	}
	return buffer_text(&out, &plan->drop_in, err);
}

/* --- the rehearsal --- */

static enum status check_value(struct text dump, const char *table, const char *key,
			       const char *wanted, struct error *err)
{
	struct text value = dump_value(dump, table, key);

	if (text_is(unquoted(value), wanted) || text_is(value, wanted))
		return STATUS_OK;
	return error_set(err, STATUS_UNSUPPORTED, 0,
			 "containerd reads %s of %s as %.*s, not as %s; nothing was changed", key,
			 table, TEXT_ARG(value), wanted);
}

static enum status check_after(const struct node *node, const struct configure_options *options,
			       const struct plan *plan, struct text after, struct error *err)
{
	const char *of_options = concat(node->arena, plan->handler_table, ".options", "");
	const char *of_all =
		concat(node->arena, dump_cri_table(dump_version(node)), ".containerd", "");
	struct text line;
	enum status st;

	if (of_options == NULL || of_all == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot configure containerd");
	if (!dump_same_but_for_handler(plan->before, after, plan->handler_table, &line))
		return error_set(err, STATUS_UNSUPPORTED, 0,
				 "containerd would read more than our handler differently: "
				 "'%.*s'; nothing was changed",
				 TEXT_ARG(line));
	st = check_value(after, plan->handler_table, "runtime_type", plan->runtime_type, err);
	if (st == STATUS_OK && !options->use_shim)
		st = check_value(after, of_options, "BinaryName", plan->program, err);
	if (st == STATUS_OK && !options->use_shim)
		st = check_value(after, of_options, "SystemdCgroup",
				 plan->systemd_cgroup ? "true" : "false", err);
	if (st == STATUS_OK && options->set_default)
		st = check_value(after, of_all, "default_runtime_name", options->handler, err);
	return st;
}

/* Both files under other names, which nobody else imports. */
static enum status rehearse(const struct node *node, const struct configure_options *options,
			    const struct plan *plan, struct text inherited, struct error *err)
{
	AUTO(node_temporary_done) struct node_temporary drop_in = { -1, "" };
	struct text directory = { node->drop_in,
				  strlen(node->drop_in) - strlen(node->drop_in_name) };
	struct text config, after;
	const char *path, *head = text_dup(node->arena, directory);
	enum status st = node_temporary_make(node, "import", plan->drop_in, &drop_in, err);

	if (st != STATUS_OK)
		return st;
	path = head != NULL ? concat(node->arena, head, drop_in.name, "") : NULL;
	if (path == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot configure containerd");
	st = imports_add(node->original, path, inherited, node->arena, &config, err);
	if (st == STATUS_OK)
		st = node_dump(node, config, &after, err);
	return st == STATUS_OK ? check_after(node, options, plan, after, err) : st;
}

/* What containerd 2 imports of itself; 1.x lists there the files that it has read. */
static struct text inherited_imports(const struct node *node, struct text before)
{
	while (before.ptr != NULL && node->major > 1) {
		struct text value = text_cut(&before, '\n'), key = text_cut(&value, '=');

		if (value.ptr != NULL && text_is(text_trim(key), "imports"))
			return text_trim(unquoted(text_trim(value)));
	}
	return TEXT_NONE;
}

static enum status make_plan(const struct node *node, const struct configure_options *options,
			     struct plan *plan, struct error *err)
{
	const char *cri = dump_cri_table(dump_version(node));
	const char *runc = concat(node->arena, cri, ".containerd.runtimes.runc.options", "");
	struct text inherited;
	enum status st = choose_program(options, node->arena, plan, err);

	plan->handler_table = concat(node->arena, cri, ".containerd.runtimes.", options->handler);
	if (st == STATUS_OK && (runc == NULL || plan->handler_table == NULL))
		st = error_set(err, STATUS_SYSTEM, ENOMEM, "cannot configure containerd");
	if (st == STATUS_OK)
		st = node_dump(node, node->original, &plan->before, err);
	if (st == STATUS_OK)
		st = check_before(node, options, plan, err);
	if (st != STATUS_OK)
		return st;
	plan->systemd_cgroup = text_is(dump_value(plan->before, runc, "SystemdCgroup"), "true");
	inherited = inherited_imports(node, plan->before);
	st = compose_drop_in(node, options, plan, err);
	if (st == STATUS_OK)
		st = imports_add(node->original, node->drop_in, inherited, node->arena,
				 &plan->config, err);
	if (st == STATUS_OK)
		st = rehearse(node, options, plan, inherited, err);
	return st;
}

/* --- what is done, and said --- */

static void say_file(struct output *out, const struct configure_options *options, const char *done,
		     const char *path)
{
	say_in(out, options->dry_run ? TONE_QUIET : TONE_GOOD, "%s%s",
	       options->dry_run ? "not " : "", done);
	say(out, " %s\n", path);
}

static void say_next(const struct node *node, const struct configure_options *options,
		     struct output *out)
{
	if (node->major == 1 && !options->uninstall)
		say(out,
		    "note: containerd 1.x takes the CRI settings from %s alone from now on;\n"
		    "after a change of them in %s run this command again\n",
		    node->drop_in_name, node->name);
	say(out, "\nThen: systemctl restart containerd\n");
}

static void say_runtime_class(const char *handler, struct output *out)
{
	say(out,
	    "And for the cluster (kubectl apply -f -):\n\n"
	    "apiVersion: node.k8s.io/v1\n"
	    "kind: RuntimeClass\n"
	    "metadata:\n"
	    "  name: %s\n"
	    "handler: %s\n",
	    handler, handler);
}

/* Our file first: an import of a file that is not there stops containerd. */
static enum status install(const struct node *node, const struct configure_options *options,
			   struct arena *arena, struct output *out, struct error *err)
{
	struct plan *plan = arena_alloc(arena, sizeof(*plan));
	enum status st;

	if (plan == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot configure containerd");
	st = make_plan(node, options, plan, err);
	if (st != STATUS_OK)
		return error_in_file(err, node->config);
	if (!options->dry_run)
		st = node_write(node, node->drop_in_name, plan->drop_in, NULL, err);
	if (st == STATUS_OK && !options->dry_run && !text_equal(plan->config, node->current))
		st = node_write(node, node->name, plan->config, node->exists ? &node->about : NULL,
				err);
	if (st != STATUS_OK)
		return st;
	say(out, "containerd %.*s: handler \"%s\", %s\n", TEXT_ARG(node->release), options->handler,
	    plan->program);
	say_file(out, options, "written", node->drop_in);
	if (options->dry_run)
		say_text(out, plan->drop_in);
	if (text_equal(plan->config, node->current))
		say(out, "%s imports it already\n", node->config);
	else
		say_file(out, options, "imported in", node->config);
	say_next(node, options, out);
	say_runtime_class(options->handler, out);
	return STATUS_OK;
}

static enum status remove_file(const struct node *node, const char *name, struct error *err)
{
	if (unlinkat(node->dirfd, name, 0) != 0 && errno != ENOENT)
		return error_set(err, STATUS_SYSTEM, errno, "cannot remove %.200s", name);
	return STATUS_OK;
}

/* The import first, for the same reason. */
static enum status uninstall(const struct node *node, const struct configure_options *options,
			     struct output *out, struct error *err)
{
	bool has_drop_in = faccessat(node->dirfd, node->drop_in_name, F_OK, 0) == 0;
	enum status st = STATUS_OK;

	if (!node->edited && !has_drop_in) {
		say(out, "%s has nothing of ours\n", node->config);
		return STATUS_OK;
	}
	if (node->edited && !options->dry_run && node_made_by_us(node))
		st = remove_file(node, node->name, err);
	else if (node->edited && !options->dry_run)
		st = node_write(node, node->name, node->original, &node->about, err);
	if (st == STATUS_OK && !options->dry_run)
		st = remove_file(node, node->drop_in_name, err);
	if (st != STATUS_OK)
		return error_in_file(err, node->config);
	if (node->edited)
		say_file(out, options,
			 node_made_by_us(node) ? "removed" : "as it was:", node->config);
	if (has_drop_in)
		say_file(out, options, "removed", node->drop_in);
	say_next(node, options, out);
	return STATUS_OK;
}

enum status configure_containerd(const struct configure_options *options, struct arena *arena,
				 struct output *out, struct error *err)
{
	AUTO(node_done) struct node node = { .dirfd = -1 };
	enum status st = node_read(options, arena, &node, err);

	if (st != STATUS_OK)
		return st;
	return options->uninstall ? uninstall(&node, options, out, err)
				  : install(&node, options, arena, out, err);
}
