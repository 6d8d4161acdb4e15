/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <unistd.h>

#include "cli/configure_dump.h"
#include "cli/configure_node.h"
#include "cli/doctor.h"
#include "confine/paths.h"   /* generated */
#include "confine/version.h" /* generated */
#include "oci-spec/base/file.h"
#include "oci-spec/base/program.h"

#define REINSTALL "install again: meson install"

static bool is_there(const char *path, struct stat *about)
{
	return stat(path, about) == 0 && S_ISREG(about->st_mode) && access(path, X_OK) == 0;
}

static void check_program(struct doctor *doctor, const char *path)
{
	struct error err = { 0 };
	struct stat about;

	if (!is_there(path, &about)) {
		doctor_say(doctor, HEALTH_ERROR, "program", REINSTALL, "%s is not there", path);
	} else if (file_check_owner(&about, &err) != STATUS_OK) {
		(void)error_in_file(&err, path);
		doctor_say_error(doctor, HEALTH_ERROR, "program", "chown root, chmod go-w", &err);
	} else {
		doctor_say(doctor, HEALTH_OK, "program", NULL, "%s", path);
	}
}

/*
 * Without it crun compiles for itself, and nobody says so: confine/handover.c. Another version's
 * filters are none of ours. Who else can write it is root's, as it runs as root.
 */
static void check_filter_maker(struct doctor *doctor)
{
	static const char lost[] = "crun compiles every container's filter itself";
	const char *const argv[] = { "oci-confine-filter", "--oci-confine-version", NULL };
	const struct program program = {
		.path = FILTER_MAKER_PATH, .argv = argv, .seconds = 10, .output_max = 65536
	};
	struct error err = { 0 };
	struct stat about;
	struct text said = TEXT_NONE;

	if (!is_there(FILTER_MAKER_PATH, &about))
		doctor_say(doctor, HEALTH_WARNING, "program",
			   REINSTALL ", or \"precompiled\": false", "%s is not there: %s",
			   FILTER_MAKER_PATH, lost);
	else if (file_check_owner(&about, &err) != STATUS_OK)
		check_program(doctor, FILTER_MAKER_PATH);
	else if (program_run(&program, TEXT_NONE, doctor->arena, &said, &err) != STATUS_OK ||
		 !text_is(said, "oci-confine-filter " VERSION_TEXT))
		doctor_say(doctor, HEALTH_WARNING, "program", REINSTALL,
			   "%s is not of this version, or does not run: %s", FILTER_MAKER_PATH,
			   lost);
	else
		doctor_say(doctor, HEALTH_OK, "program", NULL, "%s", FILTER_MAKER_PATH);
}

/* The shim refuses what is not so: shim/containerd_shim.c. */
void doctor_check_programs(struct doctor *doctor, const struct policy *policy)
{
	struct stat runc, ours, dir;
	struct error err = { 0 };

	check_program(doctor, RUNTIME_PATH);
	check_program(doctor, SHIM_PATH);
	if (policy->precompiled)
		check_filter_maker(doctor);
	if (stat(SHIM_DIR "/runc", &runc) != 0 || stat(RUNTIME_PATH, &ours) != 0 ||
	    runc.st_dev != ours.st_dev || runc.st_ino != ours.st_ino) {
		doctor_say(doctor, HEALTH_ERROR, "program", REINSTALL,
			   "%s/runc is no link to %s: our shim starts nothing", SHIM_DIR,
			   RUNTIME_PATH);
	} else if (stat(SHIM_DIR, &dir) == 0 && file_check_owner(&dir, &err) != STATUS_OK) {
		(void)error_in_file(&err, SHIM_DIR);
		doctor_say_error(doctor, HEALTH_ERROR, "program", "chown root, chmod go-w", &err);
	}
}

/* The value behind "libseccomp: " in what runc --version says; crun does not say it. */
static struct text libseccomp_of(struct text lines)
{
	while (lines.ptr != NULL) {
		struct text line = text_cut(&lines, '\n');

		if (text_starts_with(line, "libseccomp: "))
			return (struct text){ line.ptr + 12, line.len - 12 };
	}
	return TEXT_NONE;
}

static void say_runtime(struct doctor *doctor, const char *path, bool used)
{
	const char *const argv[] = { "runtime", "--version", NULL };
	const struct program program = {
		.path = path, .argv = argv, .seconds = 10, .output_max = 65536
	};
	struct text lines, first, library;
	struct error err = { 0 };

	if (program_run(&program, TEXT_NONE, doctor->arena, &lines, &err) != STATUS_OK) {
		(void)error_in_file(&err, path);
		doctor_say_error(doctor, used ? HEALTH_ERROR : HEALTH_WARNING, "runtime",
				 "the policy's \"runtimes\" names another", &err);
		return;
	}
	library = libseccomp_of(lines);
	first = text_cut(&lines, '\n');
	doctor_say(doctor, HEALTH_OK, "runtime", NULL, "%.200s%s: %.*s%s%.*s", path,
		   used ? ", the one in use" : "", TEXT_ARG(first),
		   library.len > 0 ? ", libseccomp " : "", TEXT_ARG(library));
}

void doctor_check_runtimes(struct doctor *doctor, const struct policy *policy)
{
	bool found = false;

	for (size_t i = 0; i < policy->runtimes.list.count; i++) {
		const char *path = text_dup(doctor->arena, policy->runtimes.list.items[i]);

		if (path == NULL || access(path, X_OK) != 0)
			continue;
		say_runtime(doctor, path, !found);
		found = true;
	}
	if (!found)
		doctor_say(doctor, HEALTH_ERROR, "runtime",
			   "install runc or crun, or name it in the policy's \"runtimes\"",
			   "none of those of %.200s is there", policy->path);
}

/* --- containerd's handlers --- */

static struct text unquoted(struct text value)
{
	return value.len < 2 ? TEXT_NONE : (struct text){ value.ptr + 1, value.len - 2 };
}

static const char *table_of(struct doctor *doctor, const char *runtimes, struct text name,
			    const char *rest)
{
	struct buffer table = BUFFER_INIT(doctor->arena);

	buffer_add_str(&table, runtimes);
	buffer_add_char(&table, '.');
	buffer_add(&table, name);
	buffer_add_str(&table, rest);
	buffer_add_char(&table, '\0');
	return table.failed ? "" : table.ptr;
}

/* The next handler's name among the tables of the handlers; false at the end. */
static bool next_handler(struct text *rest, const char *runtimes, struct text *ret_name)
{
	size_t skip = strlen(runtimes) + 2; /* "[" and "." */

	while (rest->ptr != NULL) {
		struct text line = text_trim(text_cut(rest, '\n')), name;

		if (!text_starts_with(line, "[") || line.len <= skip + 1)
			continue;
		name = (struct text){ line.ptr + skip, line.len - skip - 1 };
		if (memchr(name.ptr, '.', name.len) == NULL) {
			*ret_name = name;
			return true;
		}
	}
	return false;
}

/*
 * "io.containerd.NAME.v2" is containerd-shim-NAME-v2 for containerd (runtime/v2/shim/util.go,
 * BinaryName), looked for in its PATH, which is systemd's unless somebody has set another.
 */
static void check_shim(struct doctor *doctor, struct text handler, struct text type)
{
	static const char *const usual[] = { "/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/",
					     "/usr/bin/" };
	struct text rest = type, name;

	(void)text_cut(&rest, '.');
	(void)text_cut(&rest, '.');
	name = text_cut(&rest, '.');
	for (unsigned i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		struct buffer path = BUFFER_INIT(doctor->arena);

		buffer_add_str(&path, usual[i]);
		buffer_add_str(&path, "containerd-shim-");
		buffer_add(&path, name);
		buffer_add_char(&path, '-');
		buffer_add(&path, rest);
		buffer_add_char(&path, '\0');
		if (!path.failed && access(path.ptr, X_OK) == 0) {
			doctor_say(doctor, HEALTH_OK, "containerd", NULL,
				   "handler %.*s, %.*s by %.200s", TEXT_ARG(handler),
				   TEXT_ARG(type), path.ptr);
			return;
		}
	}
	doctor_say(doctor, HEALTH_ERROR, "containerd",
		   "a link there to containerd-shim-confine-v2: containerd-shim-confine-v2(8)",
		   "handler %.*s: no containerd-shim-%.*s-%.*s in /usr/local/sbin, /usr/local/bin, "
		   "/usr/sbin or /usr/bin",
		   TEXT_ARG(handler), TEXT_ARG(name), TEXT_ARG(rest));
}

/* Whether the handler starts its containers through us; says what hinders it. */
static bool check_handler(struct doctor *doctor, const struct node *node, struct text dump,
			  const char *runtimes, struct text name)
{
	const char *table = table_of(doctor, runtimes, name, "");
	const char *options = table_of(doctor, runtimes, name, ".options");
	struct text type = unquoted(dump_value(dump, table, "runtime_type"));
	struct text path = unquoted(dump_value(dump, table, "runtime_path"));
	struct text binary = unquoted(dump_value(dump, options, "BinaryName"));
	struct text set = dump_tables(dump, options);
	bool by_shim = text_starts_with(type, "io.containerd.confine");
	bool by_binary = text_starts_with(binary, RUNTIME_PATH);
	const char *program = by_binary ? text_dup(doctor->arena, binary) : NULL;

	if (path.len > 0 && node->major == 1 &&
	    ((node->minor == 6 && node->patch <= 20) || (node->minor == 7 && node->patch == 0))) {
		doctor_say(doctor, HEALTH_ERROR, "containerd",
			   "take runtime_path out of it; oci-confine configure makes a handler",
			   "handler %.*s has a runtime_path, which containerd %.*s ignores: plain "
			   "runc starts its containers",
			   TEXT_ARG(name), TEXT_ARG(node->release));
		return true;
	}
	/* 1.x dumps the table also where it is empty */
	if (by_shim && set.len > 0 && memchr(set.ptr, '=', set.len) != NULL) {
		doctor_say(doctor, HEALTH_ERROR, "containerd", "take the options out of it",
			   "handler %.*s has options, which containerd refuses for %.*s",
			   TEXT_ARG(name), TEXT_ARG(type));
		return true;
	}
	if (program != NULL && access(program, X_OK) != 0) {
		doctor_say(doctor, HEALTH_ERROR, "containerd", REINSTALL,
			   "handler %.*s: %.200s is not there: no container of it starts",
			   TEXT_ARG(name), program);
		return true;
	}
	if (by_shim)
		check_shim(doctor, name, type);
	else if (by_binary)
		doctor_say(doctor, HEALTH_OK, "containerd", NULL, "handler %.*s, BinaryName %.*s",
			   TEXT_ARG(name), TEXT_ARG(binary));
	return by_shim || by_binary;
}

static const char *handlers_table(struct doctor *doctor, const struct node *node)
{
	return table_of(doctor, dump_cri_table(node->major == 1 ? 2 : 3), TEXT("containerd"),
			".runtimes");
}

static void check_handlers(struct doctor *doctor, const struct node *node, struct text dump)
{
	const char *runtimes = handlers_table(doctor, node);
	struct text rest = dump_tables(dump, runtimes), name;
	bool found = false;

	while (next_handler(&rest, runtimes, &name))
		found = check_handler(doctor, node, dump, runtimes, name) || found;
	if (!found)
		doctor_say(doctor, HEALTH_WARNING, "containerd",
			   "oci-confine configure --runtime=containerd",
			   "no handler starts containers through us");
}

/* containerd 1.x: our file holds a copy of what the others say, but for the handler in it. */
static void check_copy(struct doctor *doctor, const struct node *node, struct text dump)
{
	const char *runtimes = handlers_table(doctor, node), *ours = runtimes;
	struct text without, line, rest = dump_tables(dump, runtimes), name;
	struct error err = { 0 };

	if (!node->edited || node->major != 1 ||
	    node_dump(node, node->original, &without, &err) != STATUS_OK)
		return;
	while (next_handler(&rest, runtimes, &name)) {
		const char *table = table_of(doctor, runtimes, name, "");

		ours = dump_has_table(without, table) ? ours : table;
	}
	if (!dump_same_but_for_handler(without, dump, ours, &line))
		doctor_say(doctor, HEALTH_WARNING, "containerd",
			   "oci-confine configure --runtime=containerd, with the options of before",
			   "the CRI settings have changed since %s was written, and do not count: "
			   "it has '%.*s'",
			   node->drop_in, TEXT_ARG(line));
}

void doctor_check_containerd(struct doctor *doctor)
{
	const struct configure_options options = { .program = doctor->containerd,
						   .config_path = doctor->config };
	AUTO(node_done) struct node node = { .dirfd = -1 };
	struct error err = { 0 };
	struct text dump;
	enum status st = node_read(&options, doctor->arena, &node, &err);

	if (st != STATUS_OK && node.release.len == 0) {
		doctor_say_error(doctor, HEALTH_OK, "containerd", NULL, &err);
		return;
	}
	if (st == STATUS_OK)
		st = node_dump(&node, node.exists ? node.current : node.original, &dump, &err);
	if (st != STATUS_OK) {
		doctor_say_error(doctor, HEALTH_ERROR, "containerd", NULL, &err);
		return;
	}
	doctor_say(doctor, HEALTH_OK, "containerd", NULL, "%.*s, %s", TEXT_ARG(node.release),
		   node.config);
	check_handlers(doctor, &node, dump);
	check_copy(doctor, &node, dump);
}
