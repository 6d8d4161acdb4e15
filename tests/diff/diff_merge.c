/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The merge against four judges: the rule walker, libseccomp's filter, the inputs' own filters
 * one on the other, and this kernel.
 *
 *   diff_merge [--pairs N] [--triples N] [--seed S] [--first I] VERSION=FILE...
 *
 * Merges each RuntimeDefault (VERSION=FILE, FILE the JSON it is built from) with the sample
 * profiles over every system call, then N random pairs and triples. Number I alone is run again
 * by --seed S --first I --pairs 1. A set at fault is printed, made as small as can be.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>

#include "oci-spec/base/file.h"
#include "oci-spec/capability.h"
#include "tests/diff/contest.h"
#include "tests/diff/random_profile.h"
#include "tests/diff/reduce.h"
#include "tests/diff/samples.h"

#define SHOWN_PER_FAULT_MAX 4
#define LIVE_EVERY 16

struct options {
	uint64_t pairs, triples, seed, first;
	char **defaults; /* VERSION=FILE */
	int default_count;
};

struct session {
	struct options options;
	struct arena arena;
	struct contest_rules rules;
	unsigned shown[FAULT_COUNT_];
};

struct retry {
	const struct contest_rules *rules;
	const char *builtin; /* of the first input */
	enum fault fault;
};

static bool still_fails(const struct profile *const *profiles, size_t count, void *data)
{
	const struct retry *retry = data;
	struct contest_input inputs[CONTEST_INPUTS_MAX] = { 0 };
	struct score score = { 0 };
	struct finding finding;

	for (size_t i = 0; i < count; i++)
		inputs[i].profile = profiles[i];
	return contest_run(retry->rules, inputs, count, &score, &finding) == retry->fault;
}

/* Prints the set, as small as it gets; RuntimeDefault stays a name. */
static void show(struct session *session, const char *what, uint64_t number,
		 const struct contest_input *inputs, size_t count, const struct finding *finding)
{
	struct retry retry = { &session->rules, inputs[0].builtin, finding->fault };
	struct profile *copies[CONTEST_INPUTS_MAX];
	struct contest_input smaller[CONTEST_INPUTS_MAX] = { 0 };
	struct finding again = *finding;
	struct score ignored = { 0 };

	if (session->shown[finding->fault]++ >= SHOWN_PER_FAULT_MAX)
		return;
	printf("--- %s %" PRIu64 ": %s: %s\n", what, number, fault_name(finding->fault),
	       finding->text);
	for (size_t i = 0; i < count; i++) {
		copies[i] = profile_copy(inputs[i].profile, &session->arena);
		if (copies[i] == NULL)
			return;
		smaller[i].profile = copies[i];
	}
	if (inputs[0].builtin == NULL && finding->fault != FAULT_HUNG &&
	    finding->fault != FAULT_LIVE) {
		reduce_profiles(copies, count, still_fails, &retry);
		(void)contest_run(&session->rules, smaller, count, &ignored, &again);
		printf("reduced: %s\n", again.text);
	}
	for (size_t i = 0; i < count; i++) {
		struct buffer out = BUFFER_INIT(&session->arena);

		profile_print(copies[i], &out);
		if (i == 0 && inputs[0].builtin != NULL)
			printf("runtime-default '%s'\n", inputs[0].builtin);
		else if (!out.failed)
			printf("%.*s\n", (int)out.len, out.ptr);
	}
	(void)fflush(stdout);
}

static void contest(struct session *session, const char *what, uint64_t number,
		    const struct contest_input *inputs, size_t count, struct score *score)
{
	struct finding finding;

	if (contest_run(&session->rules, inputs, count, score, &finding) != FAULT_NONE)
		show(session, what, number, inputs, count, &finding);
}

/* --- real ones --- */

static const struct profile *read_default(struct session *session, const char *path)
{
	struct profile *profile = NULL;
	struct error err = { 0 };
	struct text text;
	enum status st =
		file_read(AT_FDCWD, path, PROFILE_BYTES_MAX, &session->arena, &text, NULL, &err);

	if (st == STATUS_OK)
		st = profile_from_text(text, PROFILE_IN_FILE, &session->arena, &profile, &err);
	if (st != STATUS_OK)
		fprintf(stderr, "%s: %s\n", path, err.what);
	return profile;
}

static const struct profile *read_sample(struct session *session, size_t i)
{
	struct profile *profile = NULL;
	struct error err = { 0 };

	if (profile_from_text(text_of(sample_profiles[i].json), PROFILE_IN_FILE, &session->arena,
			      &profile, &err) != STATUS_OK)
		fprintf(stderr, "%s: %s: %s\n", sample_profiles[i].name, err.where, err.what);
	/* one that lists a machine's architectures lists the judged machine's */
	else if (profile->arches != 0)
		profile->arches = calls_arches();
	return profile;
}

#define DEFAULTS_MAX 8
#define SAMPLES_MAX 64

/* The profiles of a run; `versions` belong to `defaults`. */
struct real_profiles {
	const struct profile *samples[SAMPLES_MAX], *defaults[DEFAULTS_MAX];
	char *versions[DEFAULTS_MAX];
	size_t default_count;
};

static bool read_real(struct session *session, struct real_profiles *real)
{
	real->default_count = (size_t)session->options.default_count;
	if (real->default_count > DEFAULTS_MAX || sample_profile_count > SAMPLES_MAX)
		return false;
	for (size_t i = 0; i < sample_profile_count; i++) {
		real->samples[i] = read_sample(session, i);
		if (real->samples[i] == NULL)
			return false;
	}
	for (size_t d = 0; d < real->default_count; d++) {
		char *path = strchr(session->options.defaults[d], '=');

		if (path == NULL)
			return false;
		*path++ = '\0';
		real->versions[d] = session->options.defaults[d];
		real->defaults[d] = read_default(session, path);
		if (real->defaults[d] == NULL)
			return false;
	}
	return true;
}

/*
 * Each RuntimeDefault alone, with each sample and with each other one: the tables that are
 * built in must be what the JSON says, and libseccomp is right about them.
 */
static void run_defaults(struct session *session, const struct real_profiles *real,
			 struct score *score)
{
	for (size_t d = 0; d < real->default_count; d++) {
		struct contest_input inputs[2] = { { real->defaults[d], real->versions[d] } };

		contest(session, "alone", d, inputs, 1, score);
		for (size_t i = 0; i < sample_profile_count; i++) {
			inputs[1] = (struct contest_input){ real->samples[i], NULL };
			contest(session, sample_profiles[i].name, d, inputs, 2, score);
		}
		for (size_t e = 0; e < real->default_count; e++) {
			inputs[1] = (struct contest_input){ real->defaults[e], real->versions[e] };
			contest(session, "two of ours", d, inputs, 2, score);
		}
	}
}

/* Each sample alone and with each other one, without the floor that hides so much. */
static void run_samples(struct session *session, const struct real_profiles *real,
			struct score *score)
{
	for (size_t i = 0; i < sample_profile_count; i++) {
		struct contest_input inputs[2] = { { real->samples[i], NULL } };

		contest(session, sample_profiles[i].name, i, inputs, 1, score);
		for (size_t j = 0; j < sample_profile_count; j++) {
			inputs[1] = (struct contest_input){ real->samples[j], NULL };
			contest(session, sample_profiles[i].name, j, inputs, 2, score);
		}
	}
}

static bool run_real(struct session *session, struct score *defaults, struct score *samples)
{
	struct real_profiles *real = arena_alloc(&session->arena, sizeof(*real));
	struct contest_rules *rules = &session->rules;

	if (real == NULL || !read_real(session, real))
		return false;
	rules->sweep = rules->live = rules->strict = true;
	rules->points_per_call = 600;
	rules->seed = session->options.seed;
	run_defaults(session, real, defaults);
	rules->live = rules->strict = false;
	rules->points_per_call = 120;
	if (real->default_count > 0)
		run_samples(session, real, samples);
	return true;
}

/* --- random ones --- */

static bool run_random(struct session *session, const char *what, size_t inputs_each,
		       uint64_t number_of_sets, struct score *score)
{
	struct contest_rules *rules = &session->rules;

	rules->sweep = rules->strict = false;
	rules->points_per_call = 120;
	for (uint64_t n = 0; n < number_of_sets; n++) {
		uint64_t number = session->options.first + n;
		struct prng prng = prng_fork(session->options.seed + inputs_each, number);
		struct contest_input inputs[CONTEST_INPUTS_MAX] = { 0 };
		struct arena arena = ARENA_INIT;

		rules->seed = prng_next(&prng);
		rules->live = number % LIVE_EVERY == 0;
		for (size_t i = 0; i < inputs_each; i++) {
			inputs[i].profile = random_profile(&prng, &arena);
			if (inputs[i].profile == NULL)
				return false;
		}
		contest(session, what, number, inputs, inputs_each, score);
		arena_done(&arena);
	}
	return true;
}

static bool parse_options(int argc, char **argv, struct options *options)
{
	*options = (struct options){ .seed = 1 };
	for (int i = 1; i < argc; i += 2) {
		bool is_option = strncmp(argv[i], "--", 2) == 0;
		uint64_t number;

		if (!is_option) {
			options->defaults = argv + i;
			options->default_count = argc - i;
			return true;
		}
		if (i + 1 == argc)
			return false;
		number = strtoull(argv[i + 1], NULL, 0);
		if (strcmp(argv[i], "--pairs") == 0)
			options->pairs = number;
		else if (strcmp(argv[i], "--triples") == 0)
			options->triples = number;
		else if (strcmp(argv[i], "--seed") == 0)
			options->seed = number;
		else if (strcmp(argv[i], "--first") == 0)
			options->first = number;
		else
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct session session = { .arena = ARENA_INIT };
	struct score real = { 0 }, samples = { 0 }, pairs = { 0 }, triples = { 0 };
	struct calls calls;
	uint64_t faults;
	bool ok;

	if (!parse_options(argc, argv, &session.options)) {
		fprintf(stderr,
			"usage: diff_merge [--pairs N] [--triples N] [--seed S] [--first I] "
			"VERSION=FILE...\n");
		return 2;
	}
	if (!calls_init(&calls, &session.arena))
		return 2;
	printf("seed %" PRIu64 "\n", session.options.seed);
	session.rules.calls = &calls;
	session.rules.host.bounding = 0xa80425fb; /* what containerd gives a container */
	session.rules.host.kernel = 6 << 16 | 1;
	ok = run_real(&session, &real, &samples) &&
	     run_random(&session, "pair", 2, session.options.pairs, &pairs) &&
	     run_random(&session, "triple", 3, session.options.triples, &triples);
	if (real.sets > 0)
		score_print("real", &real, stdout);
	if (samples.sets > 0)
		score_print("samples", &samples, stdout);
	if (pairs.sets > 0)
		score_print("pairs", &pairs, stdout);
	if (triples.sets > 0)
		score_print("triples", &triples, stdout);
	faults = score_faults(&real) + score_faults(&samples) + score_faults(&pairs) +
		 score_faults(&triples);
	arena_done(&session.arena);
	if (!ok)
		fprintf(stderr, "diff_merge: could not go on\n");
	return ok && faults == 0 ? 0 : 1;
}
