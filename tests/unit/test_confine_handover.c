/* SPDX-License-Identifier: Apache-2.0 */
/* handover.c: the compiled filter that crun gets, and which one nobody else can give it. */
#include "support_confine.h"

#include <sys/stat.h>
#include <unistd.h>

#include "confine/filter/filter.h"

#define ANNOTATION "run.oci.seccomp_bpf_data"
#define PROFILE                                                                                \
	"\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":"      \
	"[\"SCMP_ARCH_X86_64\"],\"syscalls\":[{\"names\":[\"read\",\"write\"],\"action\":"     \
	"\"SCMP_ACT_ALLOW\"}]}}"
#define CONFIG "{\"process\":{},\"annotations\":{\"a\":\"b\"}," PROFILE "}"

struct scratch {
	struct arena arena;
	struct confine confine;
	char *dir, cache[128], script[128];
	struct confined *confined;
	struct error err;
};

static void scratch_open(struct scratch *s, const char *policy)
{
	*s = (struct scratch){ .arena = ARENA_INIT };
	s->dir = support_temp_dir(&s->arena);
	(void)snprintf(s->cache, sizeof(s->cache), "%s/filters", s->dir);
	(void)snprintf(s->script, sizeof(s->script), "%s/maker", s->dir);
	if (policy == NULL)
		policy = "{\"apparmor\":{\"baseline\":\"none\"}}";
	s->confine = support_confine(&s->arena, policy);
	s->confine.handover = (struct handover){ true, s->cache, s->script };
}

static void scratch_done(struct scratch *s)
{
	if (access(s->cache, F_OK) == 0)
		support_remove_dir(s->cache);
	support_remove_dir(s->dir);
	arena_done(&s->arena);
}

/* Confines a config.json; the new one, or NULL where it is refused. */
static char *confine(struct scratch *s, const char *config)
{
	enum status st;

	s->confine.notes = (struct notes){ .count = 0 };
	s->confined = arena_alloc(&s->arena, sizeof(*s->confined));
	s->err = (struct error){ 0 };
	st = confine_text(&s->confine, text_of(config), "c", s->confined, &s->err);
	if (st != STATUS_OK) {
		ck_assert_int_eq(st, STATUS_DENIED);
		ck_assert_str_eq(s->err.where, "annotations[\"" ANNOTATION "\"]");
		return NULL;
	}
	return support_join(&s->arena, s->confined->pieces, s->confined->piece_count);
}

/* As oci-confine-filter does: what is decided about the config.json goes into the cache. */
static struct filter make(struct scratch *s, const char *config)
{
	const struct filter_options options = { s->cache };
	struct handover before = s->confine.handover;
	struct filter filter = { 0 };

	s->confine.handover.to_runtime = false;
	ck_assert_ptr_nonnull(confine(s, config));
	s->confine.handover = before;
	ASSERT_OK(filter_get(&s->confined->decision.seccomp, &options, &s->arena, &filter, &s->err),
		  s->err);
	return filter;
}

/* The annotation as it has to be. */
static const char *annotation(struct scratch *s, const struct filter *filter)
{
	struct buffer out = BUFFER_INIT(&s->arena);

	buffer_add_str(&out, "\"" ANNOTATION "\":\"");
	buffer_add_base64(&out, (struct text){ (const char *)filter->code,
					       filter->count * sizeof(filter->code[0]) });
	buffer_add(&out, TEXT("\"\0"));
	ck_assert(!out.failed);
	return out.ptr;
}

static char *joined(struct scratch *s, const char *a, const char *b, const char *c)
{
	struct buffer out = BUFFER_INIT(&s->arena);

	buffer_add_str(&out, a);
	buffer_add_str(&out, b);
	buffer_add_str(&out, c);
	buffer_add_char(&out, '\0');
	ck_assert(!out.failed);
	return out.ptr;
}

static const struct place_case {
	const char *name, *config, *before, *after;
} place_cases[] = {
	{ "among others", CONFIG, "{\"process\":{},\"annotations\":{\"a\":\"b\",", "},\"linux\":{" },
	{ "the only one", "{\"process\":{},\"annotations\":{}," PROFILE "}",
	  "{\"process\":{},\"annotations\":{", "},\"linux\":{" },
	{ "no annotations", "{\"process\":{}," PROFILE "}", "]}},\"annotations\":{", "}}" },
	{ "no linux either", "{\"process\":{}}", "]}},\"annotations\":{", "}}" },
};

START_TEST(stands_in_config_json)
{
	const struct place_case *c = &place_cases[_i];
	AUTO(scratch_done) struct scratch s;
	struct filter filter;
	char *once, *again;

	scratch_open(&s, NULL);
	filter = make(&s, c->config);
	once = confine(&s, c->config);
	ck_assert_msg(strstr(once, joined(&s, c->before, annotation(&s, &filter), c->after)) != NULL,
		      "%s: %s", c->name, once);
	ck_assert_ptr_nonnull(strstr(once, "\"seccomp\":{\"defaultAction\""));
	ck_assert_uint_eq(s.confine.notes.count, 0);
	/* and stays, byte for byte */
	again = confine(&s, once);
	ck_assert(again != NULL && !s.confined->changed);
	ck_assert_str_eq(again, once);
	/* under runc and to the hook too, who would not have written it */
	s.confine.handover.to_runtime = false;
	again = confine(&s, once);
	ck_assert(again != NULL && !s.confined->changed);
}
END_TEST

START_TEST(any_spelling_of_it_will_do)
{
	AUTO(scratch_done) struct scratch s;
	struct filter filter;
	char *config, *slash;

	scratch_open(&s, NULL);
	filter = make(&s, CONFIG);
	config = joined(&s, "{\"process\":{},\"annotations\":{", annotation(&s, &filter),
			"}," PROFILE "}");
	slash = strchr(config, '/');
	ck_assert_ptr_nonnull(slash);
	*slash = '\0';
	config = joined(&s, config, "\\/", slash + 1);
	ck_assert_ptr_nonnull(confine(&s, config));
	ck_assert_ptr_nonnull(strstr(support_join(&s.arena, s.confined->pieces,
						  s.confined->piece_count), "\\/"));
}
END_TEST

/* What stands there and is not the decision's own filter refuses the container. */
START_TEST(refuses_every_other_filter)
{
	AUTO(scratch_done) struct scratch s;
	struct filter filter, other;
	char *config;
	size_t len, end;

	scratch_open(&s, NULL);
	filter = make(&s, CONFIG);
	config = joined(&s, "{\"process\":{},\"annotations\":{", annotation(&s, &filter),
			"}," PROFILE "}");
	len = strlen("{\"process\":{},\"annotations\":{\"" ANNOTATION "\":\"");
	end = len + (size_t)(strchr(config + len, '"') - (config + len));
	ck_assert_ptr_nonnull(confine(&s, config));
	for (unsigned i = 0; i < 2; i++) {
		s.confine.handover.to_runtime = i == 0;
		for (size_t at = len; at < end; at += 37) {
			char kept = config[at];

			config[at] = kept == 'A' ? 'B' : 'A';
			ck_assert_ptr_null(confine(&s, config));
			config[at] = kept;
		}
		ck_assert_ptr_null(confine(&s, "{\"process\":{},\"annotations\":{\"" ANNOTATION
					       "\":\"\"}," PROFILE "}"));
		ck_assert_ptr_null(confine(&s, "{\"process\":{},\"annotations\":{\"" ANNOTATION
					       "\":\"BgAAAAAA/38=\"}," PROFILE "}"));
		/* RuntimeDefault's is in the cache, sound, and looser */
		other = make(&s, "{\"process\":{}}");
		ck_assert_ptr_null(confine(&s, joined(&s, "{\"process\":{},\"annotations\":{",
						      annotation(&s, &other), "}," PROFILE "}")));
	}
	/* and its own, where nobody can tell */
	s.confine.handover.cache_dir = NULL;
	ck_assert_ptr_null(confine(&s, config));
	s.confine.handover.cache_dir = s.cache;
	support_remove_dir(s.cache);
	ck_assert_ptr_null(confine(&s, config));
}
END_TEST

/* Where crun shall get none; each with the filter in the cache. */
static const struct none_case {
	const char *name, *policy, *config;
} none_cases[] = {
	{ "the policy says so", "{\"seccomp\":{\"precompiled\":false}}", CONFIG },
	{ "a listener",
	  NULL,
	  "{\"process\":{},\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\","
	  "\"listenerPath\":\"/l\",\"syscalls\":[{\"names\":[\"read\"],\"action\":"
	  "\"SCMP_ACT_NOTIFY\"}]}}}" },
	{ "a path of a listener",
	  NULL,
	  "{\"process\":{},\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\","
	  "\"listenerPath\":\"/l\"}}}" },
	{ "calls for a listener",
	  NULL,
	  "{\"process\":{},\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\","
	  "\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_NOTIFY\"}]}}}" },
	{ "no seccomp",
	  "{\"seccomp\":{\"baseline\":\"none\"},\"unconfined\":\"pass\"}", "{\"process\":{}}" },
};

START_TEST(hands_nothing_over)
{
	const struct none_case *c = &none_cases[_i];
	AUTO(scratch_done) struct scratch s;
	char *out;

	scratch_open(&s, c->policy);
	ck_assert_ptr_nonnull(confine(&s, c->config));
	if (s.confined->decision.has_seccomp)
		(void)make(&s, c->config);
	out = confine(&s, c->config);
	ck_assert_msg(out != NULL && strstr(out, ANNOTATION) == NULL, "%s: %s", c->name, out);
	ck_assert_uint_eq(s.confine.notes.count, 0);
}
END_TEST

/* --- when the filter is not in the cache --- */

static const struct maker_case {
	const char *name, *script, *note;
} maker_cases[] = {
	{ "no maker", NULL, NULL },
	{ "it fails", "#!/bin/sh\necho why >&2; exit 1\n", "oci-confine-filter refuses it: why" },
	{ "it makes none", "#!/bin/sh\nexec cat\n", "cannot be kept in " },
	{ "it dies", "#!/bin/sh\nkill -9 $$\n", "ended by signal 9" },
};

START_TEST(starts_without_a_filter)
{
	const struct maker_case *c = &maker_cases[_i];
	AUTO(scratch_done) struct scratch s;
	char *out;

	scratch_open(&s, NULL);
	if (c->script != NULL) {
		support_write_file(s.dir, "maker", c->script);
		ck_assert_int_eq(chmod(s.script, 0755), 0);
	}
	out = confine(&s, CONFIG);
	ck_assert_msg(out != NULL && strstr(out, ANNOTATION) == NULL, "%s", c->name);
	ck_assert_ptr_nonnull(strstr(out, "\"seccomp\":{\"defaultAction\""));
	ck_assert_uint_eq(s.confine.notes.count, c->note != NULL);
	if (c->note != NULL) {
		const char *note = support_str(&s.arena, s.confine.notes.list[0]);

		ck_assert_msg(strstr(note, c->note) != NULL, "%s: %s", c->name, note);
	}
}
END_TEST

START_TEST(asks_the_maker_for_the_written_profile)
{
	AUTO(scratch_done) struct scratch s;
	char script[200], *got;

	scratch_open(&s, NULL);
	(void)snprintf(script, sizeof(script), "#!/bin/sh\necho \"$# $1\" > %s/args; cat > %s/got\n",
		       s.dir, s.dir);
	support_write_file(s.dir, "maker", script);
	ck_assert_int_eq(chmod(s.script, 0755), 0);
	ck_assert_ptr_nonnull(confine(&s, CONFIG));
	got = support_read_file(&s.arena, s.dir, "got");
	ck_assert_ptr_nonnull(got);
	ASSERT_TEXT(s.confined->decision.seccomp_text, got);
	ck_assert_str_eq(support_read_file(&s.arena, s.dir, "args"), joined(&s, "1 ", s.cache, "\n"));
}
END_TEST

/* An exec reads the container's config.json, which has the filter, and changes nothing about it. */
START_TEST(does_not_keep_an_exec_out)
{
	AUTO(scratch_done) struct scratch s;
	struct request request;

	scratch_open(&s, NULL);
	s.confined = arena_alloc(&s.arena, sizeof(*s.confined));
	ASSERT_OK(json_parse(&s.arena,
			     TEXT("{\"process\":{},\"annotations\":{\"" ANNOTATION "\":\"A\"}}"), "c",
			     &container_limits, &s.confined->doc, &s.err),
		  s.err);
	ASSERT_OK(container_parse(&s.confined->doc, &s.arena, &s.confined->container, &s.err), s.err);
	ASSERT_OK(request_read(&s.confined->container, &s.confine.policy, &request, &s.err), s.err);
	ck_assert(json_exists(request.compiled_filter));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("confine handover");
	TCase *tc = support_case(suite, "handover");

	tcase_add_loop_test(tc, stands_in_config_json, 0, ARRAY_LEN(place_cases));
	tcase_add_test(tc, any_spelling_of_it_will_do);
	tcase_add_test(tc, refuses_every_other_filter);
	tcase_add_loop_test(tc, hands_nothing_over, 0, ARRAY_LEN(none_cases));
	tcase_add_loop_test(tc, starts_without_a_filter, 0, ARRAY_LEN(maker_cases));
	tcase_add_test(tc, asks_the_maker_for_the_written_profile);
	tcase_add_test(tc, does_not_keep_an_exec_out);
	return support_run(suite);
}
