/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "cli/output.h"
#include "confine/policy.h"

/*
 * `oci-confine doctor`: what this machine is like for us. Each fact is one finding; what is wrong
 * comes with what to do about it. Nothing is changed, and nothing that fails stops the rest.
 */
enum health { HEALTH_OK, HEALTH_WARNING, HEALTH_ERROR, HEALTH_COUNT_ };

struct doctor {
	struct arena *arena;
	struct output out;
	unsigned counts[HEALTH_COUNT_];
	const char *containerd, *config; /* as in configure; NULL: the usual */
};

/* `fix` is NULL where there is nothing to do. The sentence has at most 400 bytes. */
void doctor_say(struct doctor *doctor, enum health health, const char *area, const char *fix,
		const char *fmt, ...) PRINTF_LIKE(5, 6);

/* The same with the sentence of an error. */
void doctor_say_error(struct doctor *doctor, enum health health, const char *area, const char *fix,
		      const struct error *err);

void doctor_check_kernel(struct doctor *doctor);

/* *ret_policy is the built-in one where the file cannot be used. */
void doctor_check_policy(struct doctor *doctor, struct policy *ret_policy);

void doctor_check_apparmor(struct doctor *doctor, const struct policy *policy);
void doctor_check_profiles(struct doctor *doctor, const struct policy *policy);
void doctor_check_programs(struct doctor *doctor, const struct policy *policy);
void doctor_check_runtimes(struct doctor *doctor, const struct policy *policy);
void doctor_check_containerd(struct doctor *doctor);

#endif
