/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <stdio.h>

void fuzz_found(const char *file, int line, const char *what)
{
	(void)fprintf(stderr, "%s:%d: %s\n", file, line, what);
	abort();
}

uint64_t fuzz_u64(struct fuzz_bytes *bytes)
{
	uint64_t number = 0;

	for (unsigned i = 0; i < 8; i++)
		number = number << 8 | fuzz_byte(bytes);
	return number;
}

void fuzz_check_error(enum status st, const struct error *err, bool may_lack_file)
{
	char line[2048];

	fuzz_require(st == err->status);
	fuzz_require(st == STATUS_INVALID || st == STATUS_DENIED || st == STATUS_UNSUPPORTED ||
		     (st == STATUS_SYSTEM && may_lack_file &&
		      (err->sys_errno == ENOENT || err->sys_errno == ENOTDIR ||
		       err->sys_errno == ENAMETOOLONG)));
	fuzz_require(err->what[0] != '\0');
	error_format(err, line, sizeof(line));
	for (const char *c = line; *c != '\0'; c++)
		fuzz_require(*c >= ' ' && *c <= '~');
}

void fuzz_check_notes(const struct notes *notes)
{
	fuzz_require(notes->count <= NOTES_MAX);
	for (size_t i = 0; i < notes->count; i++) {
		fuzz_require(notes->list[i].len > 0 && notes->list[i].len < NOTE_BYTES_MAX);
		fuzz_require(memchr(notes->list[i].ptr, '\0', notes->list[i].len) == NULL);
	}
}

static const char *const policies[] = {
	"{}",
	"{\"mode\":\"audit\"}",
	"{\"privileged\":\"confine\",\"capabilities\":{\"drop\":[\"CAP_NET_RAW\"]},"
	"\"seccomp\":{\"architectures\":\"native\",\"log\":true},\"no-new-privileges\":true}",
	"{\"unconfined\":\"pass\",\"privileged\":\"pass\",\"seccomp\":{\"baseline\":\"none\"},"
	"\"apparmor\":{\"baseline\":\"none\"},\"constraints\":{\"hostPath\":\"warn\","
	"\"runAsNonRoot\":\"warn\",\"resourceLimits\":\"warn\",\"runtimeSockets\":\"refuse\","
	"\"readOnlyRootFilesystem\":\"warn\",\"automountServiceAccountToken\":\"warn\","
	"\"allowPrivilegeEscalation\":\"warn\"}}",
};

static struct policy read_policy(struct arena *arena, const char *text)
{
	static const struct json_limits limits = { 1 << 20, 16, 1000 };
	struct policy policy;
	struct json_doc doc;
	struct error err = { 0 };

	policy_init(&policy);
	if (json_parse(arena, text_of(text), "policy", &limits, &doc, &err) != STATUS_OK ||
	    policy_parse(&doc, &policy, &err) != STATUS_OK)
		fuzz_found(err.where, 0, err.what);
	policy.profile_root = TEXT(FUZZ_DIR "/profiles");
	policy.apparmor.profile_root = TEXT(FUZZ_DIR "/profiles/none");
	policy.apparmor.load = false; /* the kernel stays as it is */
	return policy;
}

struct confine fuzz_confine(struct arena *arena, size_t kind)
{
	size_t count = sizeof(policies) / sizeof(policies[0]);

	return (struct confine){
		.arena = arena,
		.policy = read_policy(arena, policies[kind % count]),
		.host = { .kernel = 6 << 16 | 1,
			  .capabilities = capability_all(),
			  .grantable = capability_all(),
			  .has_apparmor = true,
			  .apparmor_profiles = TEXT("oci-confine-default (enforce)\n"
						    "oci-confine-audit.oci-confine-default (complain)\n"
						    "cri-containerd.apparmor.d (enforce)\n"
						    "a (enforce)\nweb (kill)\nloose (complain)\n") },
	};
}

struct text fuzz_joined(const struct iovec *pieces, size_t count, struct arena *arena)
{
	struct buffer out = BUFFER_INIT(arena);

	for (size_t i = 0; i < count; i++)
		buffer_add(&out, (struct text){ pieces[i].iov_base, pieces[i].iov_len });
	fuzz_require(!out.failed);
	return (struct text){ out.ptr, out.len };
}
