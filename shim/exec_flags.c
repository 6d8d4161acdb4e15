/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/exec_flags.h"

#include <errno.h>

#include "confine/apparmor/label.h"

/* runc wants CAP_NET_RAW, crun takes net_raw too: both are looked up the same way here. */
static bool find_capability(const char *word, unsigned *ret_number)
{
	char upper[64] = "CAP_";
	size_t n = 0;

	if (strlen(word) + 5 > sizeof(upper))
		return false;
	if (strncmp(word, "CAP_", 4) != 0 && strncmp(word, "cap_", 4) != 0)
		n = 4;
	for (; *word != '\0'; word++) {
		char c = *word;

		upper[n++] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
	}
	upper[n] = '\0';
	return capability_number(text_of(upper), ret_number);
}

static enum status keep_cap(struct confine *confine, const struct privileges *container,
			    const char *word, bool *ret_keep, struct error *err)
{
	unsigned number;

	if (!find_capability(word, &number))
		return error_set(err, STATUS_INVALID, 0, "--cap: unknown capability '%.60s'", word);
	*ret_keep = (container->capabilities.bounding & CAPABILITY_BIT(number)) != 0;
	if (!*ret_keep)
		notes_add(&confine->notes, confine->arena,
			  "exec: %.60s left out, the container does not have it", word);
	return STATUS_OK;
}

static bool is_asked_cap(const struct runtime_args *args, int index, unsigned *ret_cap)
{
	for (unsigned i = 0; i < args->cap_count; i++) {
		if (args->caps[i].index == index) {
			*ret_cap = i;
			return true;
		}
	}
	return false;
}

/*
 * Copies the options of exec without the capabilities that the container does not have, and
 * without its label when there is another.
 */
static enum status copy_kept(struct confine *confine, const struct privileges *container,
			     const struct runtime_args *args, bool has_label, char **out,
			     int *count, struct error *err)
{
	unsigned kept = 0;

	for (int i = args->command_index + 1; i < args->argc; i++) {
		unsigned cap;
		bool keep;
		enum status st;

		if (has_label && args->apparmor != NULL && i == args->apparmor_index) {
			i += args->apparmor_words - 1;
			continue;
		}
		if (container->as_asked || !is_asked_cap(args, i, &cap)) {
			out[(*count)++] = args->argv[i];
			continue;
		}
		st = keep_cap(confine, container, args->caps[cap].value, &keep, err);
		if (st != STATUS_OK)
			return st;
		for (int w = 0; w < args->caps[cap].words && keep; w++)
			out[(*count)++] = args->argv[i + w];
		i += args->caps[cap].words - 1;
		kept += keep ? 1 : 0;
	}
	/* for crun --cap is the whole set: without any it would give all that the container has */
	if (args->cap_count > 0 && kept == 0 && !container->as_asked)
		return error_set(err, STATUS_DENIED, 0,
				 "--cap: the container has none of these capabilities");
	return STATUS_OK;
}

/* The label for "--apparmor", NULL when the options say enough already. */
static enum status label_for(const struct confine *confine, const struct privileges *privileges,
			     const struct runtime_args *args, const char **ret_label,
			     struct error *err)
{
	*ret_label = NULL;
	if (!apparmor_confines(privileges->apparmor_profile) ||
	    (args->apparmor != NULL && text_is(privileges->apparmor_profile, args->apparmor)))
		return STATUS_OK;
	*ret_label = text_dup(confine->arena, privileges->apparmor_profile);
	if (*ret_label == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot build the command line");
	return STATUS_OK;
}

enum status exec_flags_confine(struct confine *confine, const struct confined *container,
			       struct runtime_args *args, struct error *err)
{
	static char no_new_privs[] = "--no-new-privs", apparmor[] = "--apparmor";
	struct privileges privileges;
	const char *label = NULL;
	char **out = arena_array(confine->arena, (size_t)args->argc + 4, sizeof(char *));
	int count = 0;
	bool add_no_new_privs;
	enum status st;

	if (out == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot build the command line");
	st = confine_container_privileges(confine, container, args->apparmor, &privileges, err);
	if (st == STATUS_OK && privileges.untouched)
		return STATUS_OK;
	if (st == STATUS_OK && privileges.inherits_too_much)
		st = error_set(err, STATUS_DENIED, 0,
			       "the container was started with more capabilities than the policy "
			       "leaves it, which no option of exec takes away; use --process");
	if (st == STATUS_OK)
		st = label_for(confine, &privileges, args, &label, err);
	add_no_new_privs = privileges.no_new_privileges && !privileges.as_asked;
	if (st == STATUS_OK && add_no_new_privs && args->new_privs)
		st = error_set(
			err, STATUS_DENIED, 0,
			"--no-new-privs: the container has no_new_privs, which an exec cannot "
			"take off");
	if (st != STATUS_OK)
		return st;
	for (int i = 0; i <= args->command_index; i++)
		out[count++] = args->argv[i];
	if (add_no_new_privs && !args->no_new_privs)
		out[count++] = no_new_privs;
	if (label != NULL) {
		out[count++] = apparmor;
		out[count++] = (char *)(uintptr_t)label;
	}
	st = copy_kept(confine, &privileges, args, label != NULL, out, &count, err);
	if (st != STATUS_OK)
		return st;
	args->argv = out;
	args->argc = count;
	return STATUS_OK;
}
