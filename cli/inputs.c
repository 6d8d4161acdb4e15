/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/inputs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"
#include "confine/seccomp/merge.h"
#include "confine/seccomp/runtime_default.h"
#include "oci-spec/base/file.h"
#include "oci-spec/container.h"

static enum status no_memory(struct error *err)
{
	return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read the profile");
}

/* "NAME/config.json" when name is a directory, else name. */
static const char *file_of(const char *name, struct arena *arena)
{
	struct buffer path = BUFFER_INIT(arena);
	struct stat about;

	if (stat(name, &about) != 0 || !S_ISDIR(about.st_mode))
		return name;
	buffer_add_str(&path, name);
	buffer_add_str(&path, name[strlen(name) - 1] == '/' ? "config.json" : "/config.json");
	buffer_add_char(&path, '\0');
	return path.failed ? NULL : path.ptr;
}

enum status input_read_text(const char *name, struct arena *arena, const char **ret_shown,
			    struct text *ret_text, struct error *err)
{
	AUTO(file_close) int fd = -1;

	*ret_shown = name;
	if (strcmp(name, "-") == 0) {
		*ret_shown = "standard input";
		return file_read_fd(STDIN_FILENO, CONTAINER_BYTES_MAX, arena, ret_text, err);
	}
	*ret_shown = file_of(name, arena);
	if (*ret_shown == NULL)
		return no_memory(err);
	/* links, pipes and the like are the caller's own business here */
	fd = open(*ret_shown, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot open");
	return file_read_fd(fd, CONTAINER_BYTES_MAX, arena, ret_text, err);
}

static enum status read_config(struct json root, struct input *input, struct error *err)
{
	static const char ours[] = "process linux";
	static const char linux_ours[] = "seccomp";
	struct json process = json_get(root, "process"), object = json_get(root, "linux");
	struct process parsed;
	enum status st = json_check_keys(root, ours, true, err);

	if (st == STATUS_OK && json_exists(process)) {
		st = process_parse(process, &parsed, err);
		if (st != STATUS_OK)
			return st;
		input->has_bounding = true;
		input->bounding = parsed.capabilities.bounding;
	}
	if (st == STATUS_OK)
		st = json_expect(object, JSON_OBJECT, err);
	if (st == STATUS_OK && json_exists(object))
		st = json_check_keys(object, linux_ours, true, err);
	input->kind = INPUT_CONFIG;
	input->object = json_get(object, "seccomp");
	return st;
}

static enum status read_document(struct input *input, struct arena *arena, struct error *err)
{
	struct json_doc *doc = arena_alloc(arena, sizeof(*doc));
	struct text text = TEXT_NONE;
	struct json root;
	enum status st = doc != NULL
				 ? input_read_text(input->name, arena, &input->shown, &text, err)
				 : no_memory(err);

	if (st == STATUS_OK)
		st = json_parse(arena, text, input->shown, &container_limits, doc, err);
	if (st != STATUS_OK)
		return st;
	root = json_root(doc);
	if (json_exists(json_get(root, "process")) || json_exists(json_get(root, "linux")))
		return read_config(root, input, err);
	/* once more, within a profile's own limits */
	st = json_parse(arena, text, input->shown, &profile_limits, doc, err);
	input->object = json_root(doc);
	return st;
}

enum status input_open(const char *name, struct arena *arena, struct input *ret_input,
		       struct error *err)
{
	struct input input = { .name = name, .shown = name, .kind = INPUT_PROFILE };
	struct text version = text_of(name);
	enum status st;

	if (text_is(text_cut(&version, '@'), "runtime-default")) {
		input.kind = INPUT_WORD;
		input.version = version;
		if ((version.ptr != NULL && version.len == 0) || !runtime_default_exists(version))
			return error_set(err, STATUS_INVALID, 0,
					 "no runtime-default of version '%.*s'; there are %s",
					 TEXT_ARG(version), runtime_default_versions());
		*ret_input = input;
		return STATUS_OK;
	}
	st = read_document(&input, arena, err);
	if (st == STATUS_OK)
		*ret_input = input;
	return st == STATUS_OK ? st : error_in_file(err, input.shown);
}

enum status input_parse(struct input *input, struct arena *arena, struct error *err)
{
	enum profile_form form = input->kind == INPUT_CONFIG ? PROFILE_IN_CONFIG : PROFILE_IN_FILE;
	enum status st;

	if (!json_exists(input->object))
		return STATUS_OK;
	st = profile_parse(input->object, form, input->shown, arena, &input->profile, err);
	return st == STATUS_OK ? st : error_in_file(err, input->shown);
}

enum status input_resolve(const struct input *input, const struct ruleset_context *context,
			  struct arena *arena, struct notes *notes, struct ruleset *ret_ruleset,
			  struct error *err)
{
	enum status st;

	if (input->kind == INPUT_WORD)
		return runtime_default_resolve(input->version, context, arena, ret_ruleset, err);
	if (json_exists(input->object)) {
		st = ruleset_resolve(&input->profile, context, arena, notes, ret_ruleset, err);
		return st == STATUS_OK ? st : error_in_file(err, input->shown);
	}
	notes_add(notes, arena, "%s: has no linux.seccomp, so by itself it allows everything",
		  input->shown);
	st = ruleset_init(ret_ruleset, (struct verdict){ ACTION_ALLOW, 0 }, arena, err);
	ret_ruleset->arches = ARCH_ALL;
	return st;
}

static enum status find_bounding(const struct inputs *inputs, const char *caps,
				 uint64_t *ret_bounding, struct error *err)
{
	if (caps != NULL)
		return parse_caps(caps, ret_bounding, err);
	for (size_t i = 0; i < inputs->count; i++) {
		if (inputs->list[i].has_bounding) {
			*ret_bounding = inputs->list[i].bounding;
			return STATUS_OK;
		}
	}
	return parse_caps("default", ret_bounding, err);
}

enum status inputs_read(const char *const *names, size_t count, const char *caps,
			struct arena *arena, struct notes *notes, struct inputs *ret_inputs,
			struct error *err)
{
	struct inputs inputs = { .count = count };
	struct host host;
	unsigned stdins = 0;
	enum status st = host_read(arena, &host, err);

	inputs.list = arena_array(arena, count, sizeof(*inputs.list));
	inputs.rulesets = arena_array(arena, count, sizeof(*inputs.rulesets));
	if (st == STATUS_OK && (inputs.list == NULL || inputs.rulesets == NULL))
		st = no_memory(err);
	for (size_t i = 0; i < count; i++)
		stdins += strcmp(names[i], "-") == 0;
	if (st == STATUS_OK && stdins > 1)
		st = error_set(err, STATUS_INVALID, 0, "standard input can be read only once");
	for (size_t i = 0; i < count && st == STATUS_OK; i++) {
		st = input_open(names[i], arena, &inputs.list[i], err);
		if (st == STATUS_OK)
			st = input_parse(&inputs.list[i], arena, err);
	}
	if (st == STATUS_OK)
		st = find_bounding(&inputs, caps, &inputs.context.bounding, err);
	if (st != STATUS_OK)
		return st;
	inputs.context.kernel = host.kernel;
	for (size_t i = 0; i < count && st == STATUS_OK; i++)
		st = input_resolve(&inputs.list[i], &inputs.context, arena, notes,
				   &inputs.rulesets[i], err);
	if (st == STATUS_OK)
		*ret_inputs = inputs;
	return st;
}

void inputs_rule_path(const struct inputs *inputs, size_t by, const struct rule *rule, char *path,
		      size_t size)
{
	const struct input *input = &inputs->list[by];
	size_t used, place = rule != NULL ? (size_t)rule->origin - 1 : 0;

	path[0] = '\0';
	if (input->kind == INPUT_WORD)
		place = rule != NULL ? ruleset_place(&inputs->rulesets[by], rule) : 0;
	else if (!json_exists(input->object) || (rule != NULL && rule->origin == 0))
		return;
	else
		json_path(input->object, path, size);
	used = strlen(path);
	if (rule != NULL)
		(void)snprintf(path + used, size - used, "%ssyscalls[%zu]", used > 0 ? "." : "",
			       place);
	else
		(void)snprintf(path + used, size - used, "%sdefaultAction", used > 0 ? "." : "");
}
