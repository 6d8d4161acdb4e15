#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The compiled filter that crun is handed: that crun runs it and no other, for the container and
# for every exec, with the flags that the profile has; that an entry nobody can trust, and a maker
# that fails, cost time and nothing else. crun 1.8.1, 1.21, 1.28.
# shellcheck source-path=SCRIPTDIR source=../hook/lib.sh
. "$(dirname "$0")/../hook/lib.sh"
require runc crun strace base64
enter "$@"
find_runtimes

key=run.oci.seccomp_bpf_data
entries=/run/oci-confine/filters
cp "$here/../../examples/profiles/prevent-chmod.json" "$work/profiles/"
deny_chmod='.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
	"architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"], "syscalls": [
	{"names": ["chmod", "fchmodat", "fchmodat2"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13}]}'

# what strace's own ptrace does not get in the way of
works=()
for call in "${open[@]}"; do
	[ "$call" = ptrace ] || works+=("$call")
done

through() { # ARGUMENT...: the runtime behind the wrapper
	"$wrapper" "--oci-confine-runtime=$runtime_path" "--oci-confine-policy=$policy" \
		--root "$root" "$@" </dev/null
}
handed() { # BUNDLE: how many instructions it hands over
	jq -r ".annotations[\"$key\"] // \"\"" "$1/config.json" | base64 -d | wc -c | awk '{ print $1 / 8 }'
}
installed() { # TRACE: flags and length of the filters that were put on
	sed -n 's/.*seccomp(SECCOMP_SET_MODE_FILTER, \([A-Z_|0]*\), {len=\([0-9]*\).*/\1 \2/p' "$1" |
		sed 's/SECCOMP_FILTER_FLAG_//g'
}
traced() { # through|runtime_command ARGUMENT...: sets $out, and $put to what installed() says of it
	local words=("$runtime_path" --root "$root")
	[ "$1" = runtime_command ] || words=("$wrapper" "--oci-confine-runtime=$runtime_path"
		"--oci-confine-policy=$policy" --root "$root")
	shift
	out=$(strace -f -qq -e trace=seccomp -o "$work/trace" "${words[@]}" "$@" 2>"$work/err" </dev/null)
	rc=$?
	put=$(installed "$work/trace")
}

for runtime_path in "$(command -v crun)" "$unpacked/trixie/usr/bin/crun" "$unpacked/sid/usr/bin/crun"; do
	use "$runtime_path"
	rm -rf "$entries"

	# --- a container and its execs ---

	dir=$(bundle made "$(runs probe status "${closed[@]}" "${open[@]}" chmod) | $deny_chmod")
	cp "$dir/config.json" "$work/fresh.json"
	traced through run --bundle "$dir" made
	count=$(handed "$dir")
	is "$version: a filter that is not in the cache is made" \
		"$rc $(find "$entries" -type f | wc -l) $(cat "$work/err")" "0 1 "
	is "$version: crun puts on what it was handed, and nothing else" "$put" "SPEC_ALLOW $count"
	all_denied "$version: RuntimeDefault closes" "$out" "${closed[@]}"
	is "$version: and the profile" "$(answer "$out" chmod)" EACCES
	none_denied "$version: the rest works" "$out" "${works[@]}"
	once=$(fingerprint "$dir/config.json")
	again=$(through run --bundle "$dir" again 2>&1)
	is "$version: a second start of the bundle changes nothing" \
		"$(answer "$again" keyctl) $(fingerprint "$dir/config.json")" "EPERM $once"
	mkdir -p "$work/b-without"
	jq "del(.annotations[\"$key\"])" "$dir/config.json" >"$work/b-without/config.json"
	out=$(runtime_command run --bundle "$work/b-without" without 2>&1 </dev/null)
	all_denied "$version: linux.seccomp says the same, for a crun that takes no filter" "$out" \
		"${closed[@]}" chmod
	before=$(stat -c '%i %y' "$entries"/*)
	cp "$work/fresh.json" "$dir/config.json"
	through run --bundle "$dir" again >/dev/null 2>&1
	is "$version: the next container finds it in the cache" \
		"$(handed "$dir") $(stat -c '%i %y' "$entries"/*)" "$count $before"

	dir=$(bundle long "$(runs sleep 1000) | $deny_chmod")
	through create --bundle "$dir" long >"$work/err" 2>&1
	through start long
	said=$("$cli" inspect --root "$root" --policy "$policy" --json long 2>&1)
	is "$version: the kernel has that filter, and holds it to the decision" \
		"$(jq -c '[.held, .kernel.seccomp.filters, .kernel.seccomp.instructions]' <<<"$said" 2>&1)" \
		"[\"yes\",1,[$(handed "$dir")]]"
	for how in through runtime_command; do
		traced "$how" exec long probe "${closed[@]}" "${open[@]}" chmod
		is "$version, $how exec: the same filter" "$put" "SPEC_ALLOW $count"
		all_denied "$version, $how exec: RuntimeDefault closes" "$out" "${closed[@]}"
		is "$version, $how exec: and the profile" "$(answer "$out" chmod)" EACCES
		none_denied "$version, $how exec: the rest works" "$out" "${works[@]}"
	done
	jq '.process | {user, args: ["probe", "keyctl", "chmod"], env, cwd, capabilities}' \
		"$dir/config.json" >"$work/process.json"
	is "$version: exec with a process.json" \
		"$(through exec --process "$work/process.json" long 2>&1)" $'keyctl EPERM\nchmod EACCES'
	# a filter that is no longer to be had is no reason to keep anybody out
	rm -rf "$entries"
	is "$version: exec needs no cache" "$(through exec long probe keyctl chmod 2>&1)" \
		$'keyctl EPERM\nchmod EACCES'
	through delete --force long

	# --- flags, users, privileges ---

	dir=$(bundle flags "$(runs probe chmod keyctl) | $deny_chmod |
		.linux.seccomp.flags = [\"SECCOMP_FILTER_FLAG_LOG\"]")
	traced through run --bundle "$dir" flags
	is "$version: the profile's flags go with it" "$put" "LOG $(handed "$dir")"
	dir=$(bundle flags "$(runs probe chmod keyctl) | $deny_chmod | .linux.seccomp.flags = []")
	traced through run --bundle "$dir" flags
	is "$version: none are none" "$put" "0 $(handed "$dir")"
	dir=$(bundle user "$(runs probe status keyctl chmod) | $deny_chmod |
		.process.user = {uid: 1000, gid: 1000} | .process.noNewPrivileges = true")
	traced through run --bundle "$dir" user
	is "$version: user 1000 with no_new_privs" \
		"$put $(answer "$out" keyctl) $(answer "$out" chmod) $(answer "$out" NoNewPrivs:)" \
		"SPEC_ALLOW $(handed "$dir") EPERM EACCES 1"
	dir=$(bundle userns "$(runs probe keyctl chmod) | $deny_chmod | .linux.namespaces += [{type: \"user\"}] |
		.linux.uidMappings = [{containerID: 0, hostID: 0, size: 65536}] |
		.linux.gidMappings = .linux.uidMappings")
	traced through run --bundle "$dir" userns
	is "$version: in a user namespace" "$put $out" "SPEC_ALLOW $(handed "$dir") keyctl EPERM"$'\n'"chmod EACCES"

	# --- what it is not handed for ---

	echo '{"seccomp": {"profile-root": "'"$work"'/profiles", "precompiled": false}}' >"$work/off.json"
	strict=$policy
	policy=$work/off.json
	dir=$(bundle off "$(runs probe keyctl chmod) | $deny_chmod")
	is "$version: the policy turns it off" "$(through run --bundle "$dir" off 2>&1) $(handed "$dir")" \
		$'keyctl EPERM\nchmod EACCES 0'
	policy=$strict
	dir=$(bundle listener "$(runs probe keyctl) |
		.linux.seccomp = {defaultAction: \"SCMP_ACT_ALLOW\", listenerPath: \"$work/none\",
		syscalls: [{names: [\"mkdir\"], action: \"SCMP_ACT_NOTIFY\"}]}")
	through run --bundle "$dir" listener >/dev/null 2>&1
	is "$version: calls that a listener answers need more than a filter" "$(handed "$dir")" 0

	# --- crun's own cache, which knows a profile by its names joined, and not by its errnos ---

	echo '{"seccomp": {"baseline": "none"}}' >"$work/none.json"
	policy=$work/none.json
	dir=$(bundle victim "$(runs probe mkdir getpid) | .linux.seccomp = {defaultAction: \"SCMP_ACT_ALLOW\",
		syscalls: [{names: [\"mkdir\"], action: \"SCMP_ACT_ERRNO\"}]}")
	through run --bundle "$dir" victim >/dev/null 2>&1
	mkdir -p "$work/b-poison"
	jq "del(.annotations[\"$key\"]) | .linux.seccomp.syscalls[0].names = [\"mk\", \"dir\"]" \
		"$dir/config.json" >"$work/b-poison/config.json"
	is "$version alone: a profile whose names, joined, are the same denies nothing" \
		"$(runtime_command run --bundle "$work/b-poison" poison 2>/dev/null </dev/null)" \
		$'mkdir ENOENT\ngetpid ok'
	through create --bundle "$dir" victim >/dev/null 2>&1
	is "$version: which is not what ours is taken for" "$(through exec victim probe mkdir 2>&1)" \
		"mkdir EPERM"
	through delete --force victim
	is "$version: nor in a start" "$(through run --bundle "$dir" victim 2>&1)" $'mkdir EPERM\ngetpid ok'
	policy=$strict

	# --- entries that nobody can trust ---

	dir=$(bundle bad "$(runs probe keyctl chmod) | $deny_chmod")
	cp "$dir/config.json" "$work/fresh.json"
	through run --bundle "$dir" bad >/dev/null 2>&1
	good=$(jq -r ".annotations[\"$key\"]" "$dir/config.json")
	# shellcheck disable=SC2034 # for what is done to it
	entry=$(echo "$entries"/*)
	# shellcheck disable=SC2016 # until then
	for damage in 'printf x | dd of="$entry" bs=1 seek=$(($(stat -c %s "$entry") - 30)) conv=notrunc status=none' \
		'printf x | dd of="$entry" bs=1 seek=300 conv=notrunc status=none' \
		'truncate -s -8 "$entry"' ': >"$entry"' 'chmod 0666 "$entry"' 'chown 1000 "$entry"' \
		'mv "$entry" "$entries/x"; ln -s x "$entry"' 'rm "$entry"; mkfifo "$entry"'; do
		cp "$work/fresh.json" "$dir/config.json"
		eval "$damage"
		is "$version: made anew after: ${damage%% *} ..." \
			"$(through run --bundle "$dir" bad 2>&1) $(jq -r ".annotations[\"$key\"]" "$dir/config.json")" \
			$'keyctl EPERM\nchmod EACCES '"$good"
	done
	cp "$work/fresh.json" "$dir/config.json"
	chmod 0777 "$entries"
	is "$version: a directory that others can write is none" \
		"$(through run --bundle "$dir" bad 2>&1) $(handed "$dir")" $'keyctl EPERM\nchmod EACCES 0'
	chmod 0700 "$entries"
	rm -rf "$entries"

	# --- a maker that fails ---

	for script in 'echo no idea >&2; exit 1' 'kill -9 $$' 'exit 0' 'cat'; do
		cp "$work/fresh.json" "$dir/config.json"
		printf '#!/bin/sh\n%s\n' "$script" >"$maker"
		out=$(through run --bundle "$dir" bad 2>"$work/err")
		is "$version: a maker that says '$script': confined all the same" "$out $(handed "$dir")" \
			$'keyctl EPERM\nchmod EACCES 0'
		like "$version: and a line says so" "$(cat "$work/err")" \
			"no compiled filter is handed to crun: .*(no idea|signal 9|cannot be kept in $entries)"
	done
	rm "$maker"
	cp "$work/fresh.json" "$dir/config.json"
	is "$version: no maker" "$(through run --bundle "$dir" bad 2>&1) $(handed "$dir")" \
		$'keyctl EPERM\nchmod EACCES 0'
	put_maker

	# --- many at once, of which none is there yet ---

	for i in 1 2 3 4 5 6; do
		dir=$(bundle "many$i" "$(runs probe keyctl chmod) | $deny_chmod")
		through run --bundle "$dir" "many$i" >"$work/many$i" 2>&1 &
	done
	wait
	is "$version: six at once" "$(sort "$work"/many? | uniq -c | awk '{ print $1, $2, $3 }')" \
		$'6 chmod EACCES\n6 keyctl EPERM'
	is "$version: keep one entry, and nothing beside it" "$(find "$entries" -mindepth 1 | wc -l)" 1
done

# --- the maker by itself ---

not_made() { # NAME INPUT REGULAR-EXPRESSION
	said=$("$maker" "$entries" <<<"$2" 2>&1)
	like "the maker refuses $1" "$? $said" "^1 .*$3"
}
count=$(find "$entries" -type f | wc -l)
not_made "what is no JSON" '{' 'standard input'
not_made "a profile that oci-confine did not write" '{"defaultAction":"SCMP_ACT_ERRNO"}' \
	'not a profile as oci-confine writes it'
is "and keeps nothing then" "$(find "$entries" -type f | wc -l)" "$count"
finish
