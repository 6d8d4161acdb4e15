#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What cannot be confined does not start, and one line says why: under real runtimes, and by the
# hook's own word. User namespaces and containers of a user are confined, or refused.
. "$(dirname "$0")/lib.sh"
require runc crun setpriv
enter "$@"
find_runtimes
mkdir "$work/witness"
chmod 755 "$work"
chmod 777 "$work/witness"

witness='.mounts += [{destination: "/witness", type: "bind", source: $witness, options: ["bind"]}]'

# refused_start NAME JQ-PROGRAM REGULAR-EXPRESSION: runc shows what the hook says, crun does not
refused_start() {
	local err rc
	rm -f "$work/witness/"*
	dir=$(bundle case "$(runs sh -c 'echo > /witness/ran') | $witness | $(hooked) | $2" \
		--arg witness "$work/witness")
	err=$(runtime_command run --bundle "$dir" case 2>&1 </dev/null)
	rc=$?
	isnt "$version, $1: does not start" "$rc" 0
	is "$version, $1: nothing ran" "$(ls "$work/witness")" ""
	[ "$runtime" = crun ] || like "$version, $1: the reason" "$err" "oci-confine-hook: case: $3"
}

policy_file() { # NAME JSON: a jq program that gives it to the hook
	echo "$2" >"$work/$1.json"
	printf '.hooks.createRuntime[0].args |= map(if startswith("--policy=") then "--policy=%s" else . end)' \
		"$work/$1.json"
}
stage() { # STAGE
	printf '.hooks = {"%s": [.hooks.createRuntime[0] | .args |= map(if startswith("--stage=")
		then "--stage=%s" else . end)]}' "$1" "$1"
}
notify='.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": "/nowhere", "syscalls": [
	{"names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"}]}'

for path in "${runtime_paths[@]}"; do
	use "$path"
	refused_start "an annotation that is not understood" \
		'.annotations = {"oci-confine.io/nonsense": "x"}' '.*annotations'
	refused_start "a broken policy" "$(policy_file broken '{"seccomp": 7}')" '.*broken\.json: seccomp'
	refused_start "no_new_privs that the policy refuses" \
		"$(policy_file refuse '{"hook": {"no-new-privileges": "refuse"}}')" \
		'.*no_new_privs.*hook\.no-new-privileges'
	refused_start "createContainer" "$(stage createContainer)" 'createContainer and startContainer hooks run'
	refused_start "createContainer, unsaid" "$(stage createContainer) |
		.hooks.createContainer[0].args |= map(select(startswith(\"--stage=\") | not))" \
		'createContainer and startContainer hooks run'
	refused_start "two hooks that want to hold it" '.hooks.prestart = .hooks.createRuntime' \
		"cannot hold the container's init \\(it is traced already"
	[ "$version" = "runc 1.1.5" ] || refused_start "a listener" "$notify" '.*listener'

	# what asks for it itself is not refused by that policy
	dir=$(bundle case "$(runs probe keyctl) | $(hooked) | .process.noNewPrivileges = true |
		$(policy_file refuse '{"hook": {"no-new-privileges": "refuse"}}')")
	is "$version: no_new_privs of its own: confined" \
		"$(runtime_command run --bundle "$dir" case 2>&1 </dev/null)" "keyctl EPERM"

	dir=$(bundle case "$(runs probe status keyctl getpid) | $(hooked) | .linux.namespaces += [{type: \"user\"}] |
		.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] |
		.linux.gidMappings = .linux.uidMappings")
	out=$(runtime_command run --bundle "$dir" case 2>&1 </dev/null)
	is "$version: in a user namespace: confined" "$(answer "$out" keyctl) $(answer "$out" getpid)" "EPERM ok"

	# two containers in one pid namespace
	dir=$(bundle wait "$(runs sleep 100) | $(hooked)")
	runtime_command create --bundle "$dir" wait </dev/null >/dev/null 2>&1
	runtime_command start wait
	dir=$(bundle case "$(runs probe keyctl getpid) | $(hooked) |
		.linux.namespaces |= map(if .type == \"pid\" then .path = \"/proc/$(container_init)/ns/pid\" else . end)")
	out=$(runtime_command run --bundle "$dir" case 2>&1 </dev/null)
	is "$version: in another container's pid namespace: confined" "$out" $'keyctl EPERM\ngetpid ok'
	runtime_command delete --force wait >/dev/null 2>&1
	no_keeper "$version"
done

# A user's containers, by the runtimes that a user can execute.
rootless='.linux.namespaces += [{type: "user"}] | del(.linux.cgroupsPath) |
	.linux.uidMappings = [{containerID: 0, hostID: 1000, size: 1}] | .linux.gidMappings = .linux.uidMappings |
	del(.mounts[] | select(.destination == "/dev/pts"))'
for path in "$(command -v runc)" "$(command -v crun)"; do
	use "$path"
	mkdir "$work/user-$runtime"
	chown 1000:1000 "$work/user-$runtime"
	rm -f "$work/witness/"*
	dir=$(bundle rootless "$(runs sh -c 'probe keyctl > /witness/out') | $rootless | $witness | $(hooked)" \
		--arg witness "$work/witness")
	XDG_RUNTIME_DIR=$work/user-$runtime setpriv --reuid 1000 --regid 1000 --clear-groups "$path" \
		--root "$work/user-$runtime/root" run --bundle "$dir" rootless </dev/null >/dev/null 2>&1
	if [ "$runtime" = runc ]; then
		is "rootless $version: confined" "$(cat "$work/witness/"*)" "keyctl EPERM"
	else
		is "rootless $version, whose init no user can trace: refused" "$(ls "$work/witness")" ""
	fi
	no_keeper "rootless $version"
done

# --- by hand: exit codes and one line ---
says() { # NAME CODE REGULAR-EXPRESSION STATE WORD...
	local name=$1 code=$2 wanted=$3 state=$4 err rc
	shift 4
	err=$(printf '%s' "$state" | "$hook" "$@" 2>&1 >"$work/out")
	rc=$?
	is "$name: exit code, one line, nothing else" \
		"$rc $(wc -l <<<"$err") $(wc -c <"$work/out") $(LC_ALL=C grep -c '[^ -~]' <<<"$err")" "$code 1 0 0"
	like "$name: what it says" "$err" "^oci-confine-hook: $wanted"
}
runtime=runc
dir=$(bundle byhand .)
state() { printf '{"ociVersion": "1.0.2", "id": "x", "status": "%s", "pid": %s, "bundle": "%s"}' "$@"; }
says "no state" 1 'state: ' ''
says "half a state" 1 'state: ' '{"id": "x"'
says "a key twice" 1 'state: ' '{"id": "x", "id": "y"}'
says "a hostile id" 1 'a\\x0ab.*status is .stopped' '{"id": "a\nb", "status": "stopped", "bundle": "/"}'
says "an unknown option" 1 "unknown option or word '--stag'" '' --stag
says "an unknown stage" 1 "--stage: there is no 'never'" '' --stage=never
says "a relative policy" 1 '--policy: must be an absolute path' '' --policy=p.json
says "created, unsaid" 1 "x: the state says 'created', as crun does before" "$(state created 7 "$dir")"
says "stopped" 1 "x: there is nothing to confine" "$(state stopped 0 "$dir")"
says "startContainer" 3 "x: createContainer and startContainer hooks" "$(state created 7 "$dir")" --stage=startContainer
says "no bundle" 4 "x: /nowhere/config.json: " "$(state creating $$ /nowhere)"
says "no such process" 1 "x: process 4194000 is not there" "$(state creating 4194000 "$dir")" "--policy=$policy"
like "--version" "$("$hook" --version)" '^oci-confine-hook [0-9]'
like "--help" "$("$hook" --help)" '--stage=STAGE'
finish
