#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What oci-confine writes does under an unmodified runtime what the wrapper does: filter, apply,
# merge and defaults.
. "$(dirname "$0")/lib.sh"
require runc crun
[ -x "$cli" ] || missing "$cli"
enter "$@"

deny='.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls:
	[{names: ["mkdir"], action: "SCMP_ACT_ERRNO", errnoRet: 13}]}'
tight='.annotations["oci-confine.io/drop-capabilities"] = "NET_RAW" |
	.annotations["oci-confine.io/no-new-privileges"] = "true"'

said() {
	tr '\n' ' ' <<<"$1"
}

for runtime in runc crun; do
	wanted="mkdir EACCES keyctl EPERM getpid ok "
	calls="$(runs probe mkdir keyctl getpid) | $deny"

	dir=$(bundle filter "$calls | $tight")
	"$cli" filter --policy "$policy" <"$dir/config.json" >"$dir/confined.json"
	is "$runtime: filter" $? 0
	mv "$dir/config.json" "$dir/original.json"
	cp "$dir/confined.json" "$dir/config.json"
	is "$runtime: its output confines under the runtime alone" \
		"$(said "$(bare run --bundle "$dir" filter 2>&1)")" "$wanted"
	is "$runtime: filtered twice is the same" \
		"$("$cli" filter --policy "$policy" <"$dir/config.json" | sha256sum)" "$(sha256sum <"$dir/config.json")"
	mv "$dir/original.json" "$dir/config.json"
	confined create --bundle "$dir" filter </dev/null
	is "$runtime: and what the wrapper writes, byte for byte but for crun's compiled filter" \
		"$(sed 's/,"run\.oci\.seccomp_bpf_data":"[^"]*"//' "$dir/config.json" | sha256sum)" \
		"$(sha256sum <"$dir/confined.json")"
	confined delete --force filter

	dir=$(bundle apply "$(runs probe status keyctl) | $tight")
	check "$runtime: apply" "$cli" apply --policy "$policy" "$dir"
	out=$(bare run --bundle "$dir" apply 2>&1)
	is "$runtime: applied, it confines under the runtime alone" \
		"$(cap_sets "$out") $(answer "$out" NoNewPrivs:) $(answer "$out" keyctl)" \
		"0 a80405fb a80405fb a80405fb 0 1 EPERM"
	before=$(fingerprint "$dir/config.json")
	check "$runtime: apply again" "$cli" apply --policy "$policy" "$dir"
	is "$runtime: touches nothing" "$(fingerprint "$dir/config.json")" "$before"

	jq .linux.seccomp "$(bundle source "$deny")/config.json" >"$work/deny.json"
	jq '.syscalls[0].names = ["umask"]' "$work/deny.json" >"$work/umask.json"
	merged=$("$cli" merge runtime-default "$work/deny.json" - <"$work/umask.json")
	dir=$(bundle merge "$(runs probe mkdir umask keyctl getpid) | .linux.seccomp = $merged")
	is "$runtime: merge" "$(said "$(bare run --bundle "$dir" merge 2>&1)")" \
		"mkdir EACCES umask EACCES keyctl EPERM getpid ok "
	dir=$(bundle defaults "$(runs probe "${closed[@]}" "${open[@]}") |
		.linux.seccomp = $("$cli" defaults)")
	out=$(bare run --bundle "$dir" defaults 2>&1)
	all_denied "$runtime: defaults closes" "$out" "${closed[@]}"
	none_denied "$runtime: defaults leaves open" "$out" "${open[@]}"
	for caps in none default CAP_SYS_CHROOT; do
		dir=$(bundle defaults "$(runs probe chroot) | .linux.seccomp = $("$cli" defaults --caps $caps)")
		if [ $caps = none ]; then wanted=EPERM; else wanted=EFAULT; fi
		is "$runtime: defaults --caps $caps" "$(bare run --bundle "$dir" defaults 2>&1)" "chroot $wanted"
	done
done

# --- a pipe gives 64 KiB at a time ---
for size in 65535 65536 65537 131072 300000; do
	dir=$(bundle pipe)
	have=$(jq -c . "$dir/config.json" | wc -c)
	jq -c --argjson pad $((size - have - 10)) '.annotations.pad = "x" * $pad' \
		"$dir/config.json" | head -c -1 >"$work/piped"
	truncate -s "$size" "$work/piped"
	tr '\0' ' ' <"$work/piped" >"$dir/config.json"
	# shellcheck disable=SC2002 # a pipe is the point
	is "filter: $size bytes from a pipe are as from a file" \
		"$(cat "$dir/config.json" | "$cli" filter --policy "$policy" | sha256sum)" \
		"$("$cli" filter --policy "$policy" <"$dir/config.json" | sha256sum)"
done

# --- exit codes, and what comes out when it is refused ---
dir=$(bundle codes)
refuses() { # NAME CODE REGULAR-EXPRESSION WORD...
	local name=$1 code=$2 wanted=$3 rc before
	shift 3
	before=$(fingerprint "$dir/config.json")
	"$cli" "$@" <"$dir/config.json" >"$work/out" 2>"$work/err"
	rc=$?
	if [ "$rc" = "$code" ] && [ ! -s "$work/out" ] && [ "$(wc -l <"$work/err")" = 1 ] &&
		grep -Eq "$wanted" "$work/err" && [ "$(fingerprint "$dir/config.json")" = "$before" ]; then
		ok "$name"
	else
		not_ok "$name" "exit code $rc, wanted $code" "$(head -c 300 "$work/out")" "$(cat "$work/err")"
	fi
}

echo '{' >"$dir/config.json"
refuses "filter: no JSON" 1 'oci-confine: .*' filter --policy "$policy"
refuses "apply: no JSON" 1 "$dir/config.json: " apply --policy "$policy" "$dir"
refuses "apply: no bundle" 4 "/no/such/bundle" apply --policy "$policy" /no/such/bundle
refuses "merge: no JSON" 1 "config.json: " merge runtime-default "$dir/config.json"
refuses "merge: no such file" 4 "/no/such/file: " merge runtime-default /no/such/file
refuses "merge: no such version" 1 "0\.9" merge runtime-default@0.9
refuses "defaults: no such version" 1 "0.9" defaults 0.9
refuses "defaults: no such capability" 1 "CAP_EVERYTHING" defaults --caps CAP_EVERYTHING
dir=$(bundle codes '.annotations["run.oci.handler"] = "wasm"')
refuses "filter: denied by policy" 2 'annotations.*run\.oci\.handler' filter --policy "$policy"
refuses "apply: denied by policy" 2 'annotations.*run\.oci\.handler' apply --policy "$policy" "$dir"
dir=$(bundle codes)
"$cli" filter --policy "$policy" <"$dir/config.json" >/dev/full 2>"$work/err"
is "filter: nowhere to write" "$? $(grep -c 'No space left' "$work/err")" "4 1"
"$cli" filter --policy "$policy" <"$dir/config.json" >&- 2>"$work/err"
is "filter: no standard output at all" $? 4
for command in "" filter apply merge defaults; do
	# shellcheck disable=SC2086 # none or one word
	like "oci-confine $command --help" "$("$cli" $command --help 2>"$work/err") $(wc -c <"$work/err")" \
		"^usage: oci-confine.* 0\$"
done
like "oci-confine --version" "$("$cli" --version)" '^oci-confine [0-9]'
"$cli" >"$work/out" 2>"$work/err"
is "no command at all" "$? $(wc -c <"$work/out")" "1 0"
"$cli" unheard-of >"$work/out" 2>"$work/err"
is "an unknown command" "$? $(wc -c <"$work/out")" "1 0"
finish
