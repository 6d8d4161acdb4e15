/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/apparmor/load.h"

#include <errno.h>
#include <fcntl.h>

#include "confine/apparmor/choose.h"
#include "confine/apparmor/compile.h"
#include "confine/apparmor/interface.h"
#include "confine/apparmor/loaded.h"
#include "oci-spec/base/file.h"

static enum status compile(struct text name, const struct policy *policy, struct arena *arena,
			   struct apparmor_compiled *ret_compiled, struct error *err)
{
	struct apparmor_source source;
	enum status st = apparmor_source_read(name, policy, arena, &source, err);

	return st == STATUS_OK ? apparmor_compile(&source, policy, arena, ret_compiled, err) : st;
}

static enum status load_one(struct text name, const struct policy *policy, struct arena *arena,
			    struct error *err)
{
	struct apparmor_compiled compiled;
	enum status st;

	if (!policy->apparmor.load)
		return error_set(err, STATUS_UNSUPPORTED, 0,
				 "the AppArmor profile '%.*s' is not loaded, and %s says not to "
				 "load any (\"load\": false)",
				 TEXT_ARG(name), policy->path);
	st = compile(name, policy, arena, &compiled, err);
	return st == STATUS_OK ? apparmor_interface_add(compiled.blob, err) : st;
}

enum status apparmor_replace(struct text name, const struct policy *policy, struct arena *arena,
			     struct error *err)
{
	struct apparmor_compiled compiled;
	enum status st = compile(name, policy, arena, &compiled, err);

	return st == STATUS_OK ? apparmor_interface_replace(compiled.blob, err) : st;
}

/* What we loaded, or another start did, must now be there and in the mode that was meant. */
static enum status check_loaded(const struct apparmor_label *missing, struct arena *arena,
				struct error *err)
{
	AUTO(file_close) int fd = openat(AT_FDCWD, APPARMOR_LOADED_PATH, O_RDONLY | O_CLOEXEC);
	struct text list = TEXT_NONE;
	enum status st = STATUS_OK;

	if (fd < 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot open " APPARMOR_LOADED_PATH);
	st = file_read_fd(fd, APPARMOR_LOADED_BYTES_MAX, arena, &list, err);
	for (size_t i = 0; st == STATUS_OK && i < missing->count; i++) {
		struct text name = missing->members[i], mode = apparmor_loaded_mode(list, name);
		bool audit = text_starts_with(name, APPARMOR_AUDIT_PREFIX);

		if (audit ? !text_is(mode, "complain") : !apparmor_mode_enforces(mode))
			st = error_set(err, STATUS_UNSUPPORTED, 0,
				       "the AppArmor profile '%.*s' was loaded, but its mode is "
				       "'%.*s', expected %s",
				       TEXT_ARG(name), TEXT_ARG(mode),
				       audit ? "complain" : "enforce");
	}
	return st;
}

enum status apparmor_load(const struct apparmor_label *label, const struct policy *policy,
			  const struct host *host, struct arena *arena, struct error *err)
{
	struct apparmor_label missing = { .count = 0 };
	enum status st = STATUS_OK;

	for (size_t i = 0; i < label->count; i++) {
		if (apparmor_loaded_mode(host->apparmor_profiles, label->members[i]).len == 0)
			(void)apparmor_label_add(&missing, label->members[i]);
	}
	for (size_t i = 0; st == STATUS_OK && i < missing.count; i++)
		st = load_one(missing.members[i], policy, arena, err);
	if (st == STATUS_OK && missing.count > 0)
		st = check_loaded(&missing, arena, err);
	return st;
}
