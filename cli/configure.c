/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/configure.h"

#include "cli/command.h"

static const struct engine {
	const char *name;
	enum status (*configure)(const struct configure_options *options, struct arena *arena,
				 struct output *out, struct error *err);
} engines[] = {
	{ "containerd", configure_containerd },
	{ "podman", configure_hooks },
	{ "crio", configure_hooks },
};
#define ENGINES (sizeof(engines) / sizeof(engines[0]))

/* The name of a handler is one of Kubernetes' too: a DNS label (RFC 1123). */
static enum status check_handler(const char *name, struct error *err)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t n = strlen(name);

	if (n == 0 || n > 63 || strspn(name, plain) != n || name[0] == '-' || name[n - 1] == '-')
		return error_set(err, STATUS_INVALID, 0,
				 "--handler=%.80s: expected at most 63 of a-z, 0-9 and '-', which "
				 "is neither first nor last",
				 name);
	if (strcmp(name, "runc") == 0)
		return error_set(err, STATUS_INVALID, 0,
				 "--handler=runc would take the place of the one without us; "
				 "--set-default lets pods have ours without asking");
	return STATUS_OK;
}

/* As the links are called: shim/called_name.h. */
static enum status check_policy(const char *name, struct error *err)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t n = strlen(name);

	if (n == 0 || n > 64 || strspn(name, plain) != n || strchr("._-", name[0]) != NULL)
		return error_set(err, STATUS_INVALID, 0,
				 "--policy=%.80s: expected the NAME of policy.d/NAME.json", name);
	return STATUS_OK;
}

static bool take_flag(const char *arg, struct configure_options *options)
{
	if (strcmp(arg, "--dry-run") == 0)
		options->dry_run = true;
	else if (strcmp(arg, "--uninstall") == 0)
		options->uninstall = true;
	else if (strcmp(arg, "--set-default") == 0)
		options->set_default = true;
	else if (strcmp(arg, "--shim") == 0)
		options->use_shim = true;
	else if (strcmp(arg, "--binary") == 0)
		options->use_shim = false;
	else
		return false;
	return true;
}

static enum status read_options(int argc, char **argv, struct configure_options *options,
				struct error *err)
{
	enum status st;

	for (int i = 0; i < argc; i++) {
		bool known = option_value(argc, argv, &i, "--runtime", &options->runtime, err) ||
			     option_value(argc, argv, &i, "--handler", &options->handler, err) ||
			     option_value(argc, argv, &i, "--policy", &options->policy, err) ||
			     option_value(argc, argv, &i, "--containerd", &options->program, err) ||
			     option_value(argc, argv, &i, "--config", &options->config_path, err) ||
			     take_flag(argv[i], options);

		if (err->status != STATUS_OK)
			return err->status;
		if (!known)
			return unknown_option("configure", argv[i], err);
	}
	st = check_handler(options->handler, err);
	return st == STATUS_OK && options->policy != NULL ? check_policy(options->policy, err) : st;
}

static enum status run(int argc, char **argv, struct arena *arena, struct error *err)
{
	struct configure_options options = { .handler = "confined" };
	struct output out;
	enum status st = read_options(argc, argv, &options, err);

	if (st != STATUS_OK)
		return st;
	output_init(&out, false, arena);
	for (size_t i = 0; options.runtime != NULL && i < ENGINES; i++) {
		if (strcmp(options.runtime, engines[i].name) != 0)
			continue;
		st = engines[i].configure(&options, arena, &out, err);
		return st == STATUS_OK ? output_print(&out, err) : st;
	}
	return error_set(err, STATUS_INVALID, 0, "which engine? expected --runtime=containerd, podman or crio");
}

const struct command command_configure = {
	"configure",
	"make a container engine start containers through us",
	"usage: oci-confine configure --runtime=ENGINE [OPTION]...\n"
	"\n"
	"podman and CRI-O get oci-confine-hook(8) for every container: two files in their hooks.d.\n"
	"\n"
	"containerd: adds a handler to containerd's configuration, which a pod chooses by its RuntimeClass:\n"
	"writes oci-confine.toml beside config.toml and its name into the imports there. Before,\n"
	"containerd itself must say that nothing else changes. Twice is as once; --uninstall\n"
	"gives every byte back.\n"
	"\n"
	"  --runtime=ENGINE    containerd (1.6, 1.7, 2.x), podman or crio\n"
	"  --handler=NAME      of the handler and the RuntimeClass: confined\n"
	"  --policy=NAME       follow policy.d/NAME.json; the links for it must be there:\n"
	"                      containerd-shim-confine-v2(8)\n"
	"  --binary            containerd's own runtime type with our BinaryName (the default)\n"
	"  --shim              our runtime type, io.containerd.confine.v2\n"
	"  --set-default       also for pods without a RuntimeClass\n"
	"  --dry-run           say what would be written, and leave it\n"
	"  --uninstall         take all of it back\n"
	"  --config=PATH       instead of /etc/containerd/config.toml, or of\n"
	"                      /etc/containers/oci/hooks.d\n"
	"  --containerd=PATH   containerd's program, if it is in none of the usual places\n"
	"\n"
	"Example:\n"
	"  oci-confine configure --runtime=containerd --dry-run\n",
	run,
};
