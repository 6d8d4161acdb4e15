/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/confine.h"

#include <errno.h>
#include <fcntl.h>

#include "confine/apparmor/load.h"
#include "confine/filter/filter.h"
#include "confine/paths.h" /* generated */
#include "confine/rewrite.h"
#include "oci-spec/base/file.h"

enum status confine_open(struct confine *confine, const char *policy_path, struct arena *arena,
			 struct error *err)
{
	enum status st;

	*confine = (struct confine){ .arena = arena,
				     .handover = { .cache_dir = FILTER_CACHE_DIR,
						   .maker = FILTER_MAKER_PATH } };
	st = policy_read(policy_path, arena, &confine->policy, err);
	if (st == STATUS_OK)
		st = host_read(arena, &confine->host, err);
	return st;
}

static struct confine_inputs inputs_of(const struct confine *confine,
				       const struct confined *confined)
{
	return (struct confine_inputs){ &confined->container, &confine->policy, &confine->host,
					&confined->request, &confined->profiles };
}

static enum status parse(struct confine *confine, struct text text, const char *name,
			 struct confined *confined, struct error *err)
{
	enum status st =
		json_parse(confine->arena, text, name, &container_limits, &confined->doc, err);

	if (st == STATUS_OK)
		st = container_parse(&confined->doc, confine->arena, &confined->container, err);
	if (st == STATUS_OK)
		st = request_read(&confined->container, &confine->policy, &confined->request, err);
	return st;
}

enum status confine_text(struct confine *confine, struct text text, const char *name,
			 struct confined *confined, struct error *err)
{
	struct confine_inputs inputs = inputs_of(confine, confined);
	struct json_edits edits = { .count = 0 };
	enum status st = parse(confine, text, name, confined, err);

	if (st == STATUS_OK)
		st = load_profiles(&confine->policy, &confined->request, confine->arena,
				   &confined->profiles, err);
	if (st == STATUS_OK)
		st = confine_decide(&inputs, confine->arena, &confine->notes, &confined->decision,
				    err);
	if (st == STATUS_OK)
		st = handover_decide(&confine->handover, &inputs, &confined->decision,
				     confine->arena, &confine->notes, err);
	if (st == STATUS_OK)
		st = rewrite_container(&confined->container, &confined->decision, confine->arena,
				       &edits, err);
	if (st == STATUS_OK)
		st = json_edits_pieces(&edits, &confined->doc, confine->arena, &confined->pieces,
				       &confined->piece_count, err);
	if (st != STATUS_OK)
		return error_in_file(err, name);
	confined->changed = edits.count > 0;
	return STATUS_OK;
}

enum status confine_prepare(struct confine *confine, const struct privileges *privileges,
			    struct error *err)
{
	return apparmor_load(&privileges->apparmor, &confine->policy, &confine->host,
			     confine->arena, err);
}

enum status confine_bundle(struct confine *confine, int dirfd, const char *file, const char *shown,
			   struct confined *confined, struct error *err)
{
	struct stat about;
	struct text text;
	enum status st =
		file_read(dirfd, file, CONTAINER_BYTES_MAX, confine->arena, &text, &about, err);

	if (st == STATUS_OK)
		st = confine_text(confine, text, shown, confined, err);
	if (st == STATUS_OK)
		st = confine_prepare(confine, &confined->decision.privileges, err);
	if (st == STATUS_OK && confined->changed)
		st = file_replace(dirfd, file, confined->pieces, confined->piece_count, &about,
				  err);
	return st == STATUS_OK ? st : error_in_file(err, shown);
}

enum status confine_read_container(struct confine *confine, int dirfd, const char *file,
				   const char *shown, struct confined *confined, struct error *err)
{
	struct text text;
	enum status st =
		file_read(dirfd, file, CONTAINER_BYTES_MAX, confine->arena, &text, NULL, err);

	if (st == STATUS_OK)
		st = parse(confine, text, shown, confined, err);
	return st == STATUS_OK ? st : error_in_file(err, shown);
}

static enum status decide_process(struct confine *confine, const struct confined *container,
				  struct text text, const char *path, struct iovec **ret_pieces,
				  size_t *ret_count, bool *ret_changed, struct error *err)
{
	struct confine_inputs inputs = inputs_of(confine, container);
	struct json_edits edits = { .count = 0 };
	struct privileges privileges;
	struct process process;
	struct json_doc *doc = arena_alloc(confine->arena, sizeof(*doc));
	enum status st;

	if (doc == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read");
	st = json_parse(confine->arena, text, path, &container_limits, doc, err);
	if (st == STATUS_OK)
		st = process_parse(json_root(doc), &process, err);
	if (st == STATUS_OK)
		st = confine_decide_exec(&inputs, &process, confine->arena, &confine->notes,
					 &privileges, err);
	if (st == STATUS_OK)
		st = confine_prepare(confine, &privileges, err);
	if (st == STATUS_OK)
		st = rewrite_exec(&process, &privileges, confine->arena, &edits, err);
	if (st == STATUS_OK)
		st = json_edits_pieces(&edits, doc, confine->arena, ret_pieces, ret_count, err);
	*ret_changed = edits.count > 0;
	return st;
}

enum status confine_process_file(struct confine *confine, const struct confined *container,
				 const char *path, struct error *err)
{
	AUTO(file_close) int dirfd = -1;
	const char *name;
	struct iovec *pieces = NULL;
	struct stat about;
	struct text text;
	size_t count = 0;
	bool changed = false;
	enum status st = file_open_parent(AT_FDCWD, path, confine->arena, &dirfd, &name, err);

	if (st == STATUS_OK)
		st = file_read(dirfd, name, CONTAINER_BYTES_MAX, confine->arena, &text, &about,
			       err);
	if (st == STATUS_OK)
		st = decide_process(confine, container, text, path, &pieces, &count, &changed, err);
	if (st == STATUS_OK && changed)
		st = file_replace(dirfd, name, pieces, count, &about, err);
	return st == STATUS_OK ? st : error_in_file(err, path);
}

/* {"apparmorProfile": "..."}, as a process.json would ask for it. */
static enum status asking_for(const char *apparmor, struct arena *arena, struct json *ret_object,
			      struct error *err)
{
	struct json_doc *doc = arena_alloc(arena, sizeof(*doc));
	struct buffer out = BUFFER_INIT(arena);
	struct text text;
	enum status st;

	buffer_add_str(&out, "{\"apparmorProfile\":");
	buffer_add_json_string(&out, text_of(apparmor));
	buffer_add_char(&out, '}');
	st = buffer_text(&out, &text, err);
	if (st == STATUS_OK && doc == NULL)
		st = error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read the options");
	if (st == STATUS_OK)
		st = json_parse(arena, text, "--apparmor", &container_limits, doc, err);
	if (st == STATUS_OK)
		*ret_object = json_root(doc);
	return st;
}

enum status confine_container_privileges(struct confine *confine, const struct confined *container,
					 const char *apparmor, struct privileges *ret_privileges,
					 struct error *err)
{
	struct confine_inputs inputs = inputs_of(confine, container);
	struct process process = container->container.process;
	enum status st = STATUS_OK;

	if (apparmor != NULL)
		st = asking_for(apparmor, confine->arena, &process.json, err);
	if (st == STATUS_OK)
		st = confine_decide_exec(&inputs, &process, confine->arena, &confine->notes,
					 ret_privileges, err);
	return st == STATUS_OK ? confine_prepare(confine, ret_privileges, err) : st;
}
