/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/doctor.h"

#include <errno.h>
#include <stdarg.h>

#include "cli/command.h"

static const char *const words[] = { "ok", "warning", "error" };

static void put(struct doctor *doctor, enum health health, const char *area, const char *fix,
		const char *what)
{
	static const enum tone tones[] = { TONE_GOOD, TONE_WARNING, TONE_BAD };
	struct output *out = &doctor->out;
	size_t start = out->text.len;

	doctor->counts[health]++;
	if (out->is_json) {
		json_open(out, NULL, '{');
		json_put_str(out, "health", words[health]);
		json_put_str(out, "area", area);
		json_put_str(out, "what", what);
		if (fix != NULL)
			json_put_str(out, "fix", fix);
		json_close(out, '}');
		return;
	}
	say_in(out, tones[health], "%s", words[health]);
	say_column(out, start, out->color ? 18 : 9);
	say(out, "%s: %s\n", area, what);
	if (fix != NULL)
		say(out, "         -> %s\n", fix);
}

void doctor_say(struct doctor *doctor, enum health health, const char *area, const char *fix,
		const char *fmt, ...)
{
	char what[401];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	put(doctor, health, area, fix, what);
}

void doctor_say_error(struct doctor *doctor, enum health health, const char *area, const char *fix,
		      const struct error *err)
{
	char what[401];

	error_format(err, what, sizeof(what));
	put(doctor, health, area, fix, what);
}

static enum status read_options(int argc, char **argv, struct doctor *doctor, bool *ret_json,
				struct error *err)
{
	*ret_json = false;
	for (int i = 0; i < argc; i++) {
		bool known =
			option_value(argc, argv, &i, "--containerd", &doctor->containerd, err) ||
			option_value(argc, argv, &i, "--config", &doctor->config, err);

		if (err->status != STATUS_OK)
			return err->status;
		if (strcmp(argv[i], "--json") == 0)
			*ret_json = true;
		else if (!known)
			return unknown_option("doctor", argv[i], err);
	}
	return STATUS_OK;
}

static enum status run(int argc, char **argv, struct arena *arena, struct error *err)
{
	struct doctor doctor = { .arena = arena };
	struct policy *policy = arena_alloc(arena, sizeof(*policy));
	bool is_json;
	enum status st = read_options(argc, argv, &doctor, &is_json, err);

	if (st == STATUS_OK && policy == NULL)
		st = error_set(err, STATUS_SYSTEM, ENOMEM, "cannot start");
	if (st != STATUS_OK)
		return st;
	output_init(&doctor.out, is_json, arena);
	if (is_json)
		json_open(&doctor.out, NULL, '[');
	doctor_check_kernel(&doctor);
	doctor_check_policy(&doctor, policy);
	doctor_check_apparmor(&doctor, policy);
	doctor_check_profiles(&doctor, policy);
	doctor_check_programs(&doctor, policy);
	doctor_check_runtimes(&doctor, policy);
	doctor_check_containerd(&doctor);
	if (is_json)
		json_close(&doctor.out, ']');
	else
		say(&doctor.out, "\n%u ok, %u to look at, %u wrong\n", doctor.counts[HEALTH_OK],
		    doctor.counts[HEALTH_WARNING], doctor.counts[HEALTH_ERROR]);
	st = output_print(&doctor.out, err);
	if (st == STATUS_OK && doctor.counts[HEALTH_ERROR] > 0)
		st = quiet_failure(err);
	return st;
}

const struct command command_doctor = {
	"doctor",
	"what this machine is like for us, and what to mend",
	"usage: oci-confine doctor [--json] [--config=PATH] [--containerd=PATH]\n"
	"\n"
	"Looks at the kernel, the policy and profile files, AppArmor, our programs, the runtimes\n"
	"and containerd's handlers. Each line is ok, a warning or an error, and what is wrong\n"
	"comes with what to do. Nothing is changed. Ends with 1 when there is an error.\n"
	"\n"
	"  --json              for machines\n"
	"  --config=PATH       containerd's, instead of /etc/containerd/config.toml\n"
	"  --containerd=PATH   containerd's program, if it is in none of the usual places\n"
	"\n"
	"Example:\n"
	"  oci-confine doctor || true\n",
	run,
};
