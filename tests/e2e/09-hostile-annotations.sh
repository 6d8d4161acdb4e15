#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Annotations and documents by which a pod or an engine would make the runtime itself loosen what
# config.json says, or read another one than we do.
. "$(dirname "$0")/lib.sh"
require runc crun
enter "$@"

# One instruction: return SECCOMP_RET_ALLOW.
allow_all=$(printf '\x06\x00\x00\x00\x00\x00\xff\x7f' | base64)
deny='.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls:
	[{names: ["mkdir"], action: "SCMP_ACT_ERRNO"}]}'

runtime=crun
dir=$(bundle hostile "$(runs probe mkdir keyctl) | $deny")
is "crun alone: the profile closes mkdir" "$(bare run --bundle "$dir" hostile)" $'mkdir EPERM\nkeyctl ok'
dir=$(bundle hostile "$(runs probe mkdir keyctl) | $deny |
	.annotations[\"run.oci.seccomp_bpf_data\"] = \"$allow_all\"")
is "crun alone: run.oci.seccomp_bpf_data replaces it" "$(bare run --bundle "$dir" hostile)" \
	$'mkdir ENOENT\nkeyctl ok'

for runtime in runc crun; do
	refused_runtime=$(command -v "$runtime")
	for pair in "run.oci.seccomp_bpf_data=$allow_all" "run.oci.seccomp_bpf_data=" \
		"run.oci.seccomp.receiver=/run/socket" "run.oci.seccomp.plugins=/tmp/plugin.so" \
		"run.oci.handler=wasm" "run.oci.handler=krun" "run.oci.hooks.stdout=/etc/cron.d/x" \
		"run.oci.hooks.stderr=/etc/cron.d/x" "run.oci.keep_original_groups=1" \
		"run.oci.pidfd_receiver=/run/socket" "run.oci.timens_offset=1" "run.oci.mounts=x" \
		"run.oci.not-invented-yet=1" "run.oci.=1"; do
		dir=$(bundle hostile "$(runs probe keyctl) | .annotations[\"${pair%%=*}\"] = \"${pair#*=}\"")
		words=(--root "$(root_of)" run --bundle "$dir" hostile)
		watched=("$dir/config.json")
		why="runtime-annotations"
		[[ $pair != run.oci.seccomp_bpf_data=* ]] || why="replaces what is decided"
		refused "$runtime: ${pair%%=*} is refused" 2 "config.json: annotations.*${pair%%=*}.*: .*$why"
	done

	for key in bundle bundle=/x org.criu.config; do
		dir=$(bundle hostile "$(runs probe keyctl) | .annotations[\"$key\"] = \"/x\"")
		words=(--root "$(root_of)" run --bundle "$dir" hostile)
		watched=("$dir/config.json")
		refused "$runtime: so is $key" 2 "config.json: annotations.*$key"
	done

	jq '. + {"runtime-annotations": ["run.oci.keep_original_groups", "run.oci.seccomp_bpf_data"]}' \
		"$policy" >"$work/lenient.json"
	strict=$policy
	policy=$work/lenient.json
	dir=$(bundle hostile "$(runs probe keyctl) | .annotations[\"run.oci.keep_original_groups\"] = \"1\"")
	is "$runtime: an administrator can let one pass" \
		"$(confined run --bundle "$dir" hostile 2>&1)" "keyctl EPERM"
	dir=$(bundle hostile "$(runs probe keyctl) | .annotations[\"run.oci.seccomp_bpf_data\"] = \"$allow_all\"")
	words=(--root "$(root_of)" run --bundle "$dir" hostile)
	watched=("$dir/config.json")
	refused "$runtime: but never the compiled filter" 2 "seccomp_bpf_data"
	policy=$strict

	dir=$(bundle hostile "$(runs probe keyctl) | .annotations[\"run.oci.systemd.subgroup\"] = \"x\" |
		.annotations[\"run.ocifer\"] = \"1\" | .annotations.other = \"run.oci.handler\"")
	is "$runtime: harmless ones pass" "$(confined run --bundle "$dir" hostile 2>&1)" "keyctl EPERM"
done
unset refused_runtime

# Two readers, two documents: the first "process" and "linux" are the ones that crun takes.
runtime=crun
dir=$(bundle two-readers "$(runs probe keyctl)")
good=$(jq -c . "$dir/config.json")
evil=$(jq -c '{linux, process}' "$dir/config.json")
for blank in '\v' '\f' '\x00' '\xef\xbb\xbf'; do
	printf "{$blank%s,%s" "${evil:1:-1}" "${good:1}" | sed "s/,\"process\"/,$blank&/; s/,\($blank\),/,\1/" \
		>"$dir/config.json"
	isnt "crun: no call is open behind a stray $blank" \
		"$(confined run --bundle "$dir" two-readers 2>&1 | tail -n 1)" "keyctl ok"
done
printf '{%s,%s' "${evil:1:-1}" "${good:1}" >"$dir/config.json"
words=(--root "$(root_of)" run --bundle "$dir" two-readers)
watched=("$dir/config.json")
refused "nor are two documents in one" 1 "config.json: .*this key stands twice"
finish
