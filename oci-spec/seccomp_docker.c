/* SPDX-License-Identifier: Apache-2.0 */
#include "oci-spec/seccomp_docker.h"

#include "oci-spec/capability.h"

static enum status parse_arch(struct json value, uint32_t *arches, struct error *err)
{
	enum arch arch;
	enum status st = json_expect(value, JSON_STRING, err);

	if (st != STATUS_OK)
		return st;
	if (!arch_parse(json_text(value), &arch))
		return json_fail(value, STATUS_INVALID, err, "unknown architecture '%.*s'",
				 TEXT_ARG(json_text(value)));
	*arches |= ARCH_BIT(arch);
	return STATUS_OK;
}

enum status docker_parse_arches(struct json array, uint32_t *ret_arches, struct error *err)
{
	uint32_t arches = 0;
	enum status st = json_expect(array, JSON_ARRAY, err);

	for (struct json e = json_first(array); json_exists(e) && st == STATUS_OK; e = json_next(e))
		st = parse_arch(e, &arches, err);
	if (st == STATUS_OK)
		*ret_arches = arches;
	return st;
}

enum status docker_parse_arch_map(struct json array, uint32_t *ret_arches, struct error *err)
{
	static const char known[] = "architecture subArchitectures";
	uint32_t found = 0;
	enum status st = json_expect(array, JSON_ARRAY, err);

	for (struct json e = json_first(array); json_exists(e) && st == STATUS_OK;
	     e = json_next(e)) {
		struct json main, subs = json_get(e, "subArchitectures");
		uint32_t arch = 0, sub = 0;

		st = json_expect(e, JSON_OBJECT, err);
		if (st == STATUS_OK)
			st = json_check_keys(e, known, false, err);
		if (st == STATUS_OK)
			st = json_require(e, "architecture", JSON_STRING, &main, err);
		if (st == STATUS_OK)
			st = parse_arch(main, &arch, err);
		/* moby writes null for "none" */
		if (st == STATUS_OK && json_exists(subs) && !json_is(subs, JSON_NULL))
			st = docker_parse_arches(subs, &sub, err);
		if (st == STATUS_OK && arch == ARCH_BIT(ARCH_NATIVE))
			found |= arch | sub;
	}
	if (st == STATUS_OK)
		*ret_arches = found;
	return st;
}

/* "4.8" as major << 16 | minor; a patch level does not count, as in moby. */
static enum status parse_kernel(struct json value, uint32_t *ret_kernel, struct error *err)
{
	struct text rest, major_text, minor_text;
	uint32_t number[2] = { 0, 0 };
	enum status st = json_expect(value, JSON_STRING, err);

	if (st != STATUS_OK)
		return st;
	rest = json_text(value);
	major_text = text_cut(&rest, '.');
	minor_text = text_cut(&rest, '.');
	for (unsigned part = 0; part < 2; part++) {
		struct text digits = part == 0 ? major_text : minor_text;

		if (digits.len == 0 || digits.len > 4)
			return json_fail(value, STATUS_INVALID, err,
					 "expected a kernel version like 4.8");
		for (size_t i = 0; i < digits.len; i++) {
			if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
				return json_fail(value, STATUS_INVALID, err,
						 "expected a kernel version like 4.8");
			number[part] = number[part] * 10 + (uint32_t)(digits.ptr[i] - '0');
		}
	}
	*ret_kernel = number[0] << 16 | number[1];
	return STATUS_OK;
}

/* One of the two filters; *ret_arch_listed: the native architecture is in its list. */
static enum status parse_filter(struct json filter, uint64_t *ret_caps, uint32_t *ret_kernel,
				bool *ret_has_arches, bool *ret_arch_listed, struct error *err)
{
	static const char known[] = "caps arches minKernel";
	struct json caps = json_get(filter, "caps"), arches = json_get(filter, "arches");
	struct json kernel = json_get(filter, "minKernel");
	enum status st = json_expect(filter, JSON_OBJECT, err);

	if (st == STATUS_OK)
		st = json_check_keys(filter, known, false, err);
	if (st == STATUS_OK && json_exists(caps))
		st = capability_set_parse(caps, ret_caps, err);
	if (st == STATUS_OK && json_exists(kernel))
		st = parse_kernel(kernel, ret_kernel, err);
	if (st == STATUS_OK)
		st = json_expect(arches, JSON_ARRAY, err);
	for (struct json e = json_first(arches); json_exists(e) && st == STATUS_OK;
	     e = json_next(e)) {
		st = json_expect(e, JSON_STRING, err);
		*ret_has_arches = true;
		if (st == STATUS_OK && text_is(json_text(e), ARCH_NATIVE_GO))
			*ret_arch_listed = true;
	}
	return st;
}

enum status docker_parse_when(struct json rule, struct profile_when *ret_when, bool *ret_applies,
			      struct error *err)
{
	struct json includes = json_get(rule, "includes"), excludes = json_get(rule, "excludes");
	struct profile_when when = { 0 };
	bool has_arches = false, listed = false;
	enum status st = STATUS_OK;

	if (json_exists(includes)) {
		st = parse_filter(includes, &when.caps_all, &when.kernel_min, &has_arches, &listed,
				  err);
		if (st == STATUS_OK && has_arches && !listed)
			*ret_applies = false;
	}
	has_arches = listed = false;
	if (st == STATUS_OK && json_exists(excludes)) {
		st = parse_filter(excludes, &when.caps_none, &when.kernel_below, &has_arches,
				  &listed, err);
		if (st == STATUS_OK && listed)
			*ret_applies = false;
	}
	if (st == STATUS_OK)
		*ret_when = when;
	return st;
}
