#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A process that is exec'd into a container has no more than the container: engines build it from
# the spec that they remember, with the capabilities that the pod lost and without no_new_privs.
. "$(dirname "$0")/lib.sh"
require runc crun
enter "$@"

names='sub("^CAP_"; "")'
lost='["CAP_NET_RAW","CAP_MKNOD","CAP_SYS_CHROOT"]'
left="0 a00005fb a00005fb a00005fb 0" # how the container is left, of a80425fb
tight=".annotations[\"oci-confine.io/drop-capabilities\"] = ($lost | map($names) | join(\",\")) |
	.annotations[\"oci-confine.io/no-new-privileges\"] = \"true\""

summary() { # OUTPUT: capability sets, no_new_privs, seccomp mode, keyctl
	echo "$(cap_sets "$1") nnp=$(answer "$1" NoNewPrivs:) seccomp=$(answer "$1" Seccomp:)" \
		"keyctl=$(answer "$1" keyctl)"
}

# A process.json as CRI sends it: the container's process as it was before it was confined.
process() { # FILE JQ-PROGRAM
	jq '.process' "$work/baseline.json" |
		jq '{user, args: ["probe", "status", "keyctl"], env, cwd, capabilities}' |
		jq "$2" >"$1"
}

# The same through either of them.
in_container() { # bare|confined EXEC-ARGUMENT...
	local how=$1
	shift
	"$how" exec "$@" 2>&1
}

start_container() { # ID JQ-PROGRAM
	dir=$(bundle "$1" "$(runs sleep 1000) | $2")
	confined create --bundle "$dir" "$1" && confined start "$1"
}

file=$work/process.json
for runtime in runc crun; do
	start_container box "$tight" </dev/null
	is "$runtime: the container itself" \
		"$(cap_sets "$(grep ^Cap "/proc/$(container_pid box)/status")")" "$left"

	# --- exec --process FILE ---
	process "$file" .
	is "$runtime alone: exec gets the lost capabilities back, and no_new_privs is off" \
		"$(summary "$(in_container bare --process "$file" box)")" \
		"0 a80425fb a80425fb a80425fb 0 nnp=0 seccomp=2 keyctl=EPERM"
	chown 1234:2345 "$file"
	chmod 0640 "$file"
	is "$runtime: exec --process has what the container has" \
		"$(summary "$(in_container confined --process "$file" box)")" \
		"$left nnp=1 seccomp=2 keyctl=EPERM"
	is "$runtime: process.json keeps owner and mode" "$(stat -c '%u:%g %a' "$file")" "1234:2345 640"
	is "$runtime: and everything else" "$(jq -c 'del(.capabilities, .noNewPrivileges)' "$file")" \
		"$(jq -c '.process | {user, args: ["probe", "status", "keyctl"], env, cwd}' "$work/baseline.json")"
	before=$(fingerprint "$file")
	is "$runtime: a second time" "$(summary "$(in_container confined --process="$file" box)")" \
		"$left nnp=1 seccomp=2 keyctl=EPERM"
	is "$runtime: it is not touched again" "$(fingerprint "$file")" "$before"
	is "$runtime: nothing is left beside it" "$(cd "$work" && echo .process* process*)" ".process* process.json"

	process "$file" 'del(.capabilities)'
	is "$runtime: no capabilities named: the container's" \
		"$(summary "$(in_container confined -p "$file" box)")" "$left nnp=1 seccomp=2 keyctl=EPERM"
	process "$file" '.capabilities = {}'
	is "$runtime: {}: none" "$(summary "$(in_container confined --process "$file" box)")" \
		"0 0 0 0 0 nnp=1 seccomp=2 keyctl=EPERM"
	process "$file" '.capabilities |= map_values(["CAP_CHOWN", "CAP_NET_RAW"])'
	is "$runtime: fewer: those, without the lost ones" \
		"$(summary "$(in_container confined --process "$file" box)")" "0 1 1 1 0 nnp=1 seccomp=2 keyctl=EPERM"
	all='["CAP_SYS_ADMIN", "CAP_NET_RAW", "CAP_CHOWN", "CAP_BPF"]'
	process "$file" ".capabilities = {bounding: $all, permitted: $all, effective: $all,
		inheritable: $all, ambient: $all} | .noNewPrivileges = false"
	is "$runtime: more, in all five sets" "$(summary "$(in_container confined --process "$file" box)")" \
		"1 1 1 1 1 nnp=1 seccomp=2 keyctl=EPERM"
	process "$file" '.user = {uid: 1000, gid: 1000} | del(.capabilities)'
	is "$runtime: another user" "$(summary "$(in_container confined --process "$file" box)")" \
		"0 0 0 a00005fb 0 nnp=1 seccomp=2 keyctl=EPERM"
	process "$file" .
	is "$runtime: a relative path" \
		"$(cd "$work" && summary "$(in_container confined --process process.json box)")" \
		"$left nnp=1 seccomp=2 keyctl=EPERM"

	# --- exec with options ---
	plain=$(summary "$(in_container bare box probe status keyctl)")
	if [ "$runtime" = crun ]; then
		is "crun alone: a plain exec is without no_new_privs" "$plain" \
			"$left nnp=0 seccomp=2 keyctl=EPERM"
	fi
	is "$runtime: plain" "$(summary "$(in_container confined box probe status keyctl)")" \
		"$left nnp=1 seccomp=2 keyctl=EPERM"
	isnt "$runtime alone: --cap adds to the container's" \
		"$(answer "$(in_container bare --cap CAP_NET_RAW box probe status)" CapBnd:)" \
		00000000a00005fb
	for option in "--cap CAP_NET_RAW" "--cap=CAP_NET_RAW" "-c CAP_SYS_ADMIN"; do
		# shellcheck disable=SC2086 # two words
		is "$runtime: exec $option, and nothing that it has: refused" \
			"$(confined exec $option box echo ran 2>/dev/null) $?" " 2"
	done
	# crun takes --cap for all there is, runc for one more
	if [ "$runtime" = crun ]; then kept="0 1 1 1 0"; else kept=$left; fi
	is "$runtime: exec --cap of one that it has, and one that it lost" \
		"$(summary "$(in_container confined --cap CAP_CHOWN --cap=CAP_NET_RAW box probe status keyctl)")" \
		"$kept nnp=1 seccomp=2 keyctl=EPERM"
	is "$runtime: exec --no-new-privs" \
		"$(answer "$(in_container confined --no-new-privs box probe status)" NoNewPrivs:)" 1
	for option in --no-new-privs=false --no-new-privs=0 --no-new-privs=F; do
		confined exec "$option" box touch /tmp/ran >"$work/out" 2>"$work/err"
		is "$runtime: exec $option is refused" $? 2
		like "$runtime: and says why" "$(cat "$work/err")" 'box: .*no.new.privs'
	done
	is "$runtime: words behind the command are the command's" \
		"$(confined exec box echo --cap CAP_SYS_ADMIN --process /no/such/file --no-new-privs=false)" \
		"--cap CAP_SYS_ADMIN --process /no/such/file --no-new-privs=false"
	confined exec box sh -c 'exit 23'
	is "$runtime: the exit code of the command" $? 23
	is "$runtime: standard input" "$(echo words | confined exec box cat)" words
	process "$file" '.args = ["sleep", "1000"]'
	check "$runtime: --detach --pid-file" confined exec --detach --pid-file "$work/exec.pid" \
		--process "$file" box
	is "$runtime: confined as well" "$(cap_sets "$(grep ^Cap "/proc/$(cat "$work/exec.pid")/status")")" \
		"$left"

	# --- what it is held against ---
	confined exec nobody true 2>"$work/err"
	is "$runtime: an id that is not there is refused" $? 1
	like "$runtime: by name" "$(cat "$work/err")" "nobody"
	for id in ../box . .. box/; do
		confined exec "$id" true 2>/dev/null
		isnt "$runtime: so is '$id'" $? 0
	done
	if [ "$runtime" = runc ]; then
		# runc reads the bundle again; its own record names it, behind an annotation of that name
		process "$file" .
		mv "$dir/config.json" "$dir/aside"
		confined exec --process "$file" box 2>/dev/null
		isnt "runc: without config.json no exec" $? 0
		echo '{' >"$dir/config.json"
		confined exec box touch /tmp/ran 2>/dev/null
		isnt "runc: nor with a broken one" $? 0
		mv "$dir/aside" "$dir/config.json"
	fi
	confined delete --force box

	# runc 1.1 reads the first "bundle=" of its record for a plain exec, and annotations come first
	mkdir -p "$work/other"
	cp "$work/baseline.json" "$work/other/config.json"
	dir=$(bundle named "$(runs sleep 1000) | $tight")
	confined create --bundle "$dir" named </dev/null && confined delete --force named
	jq --arg other "$work/other" '.annotations.bundle = $other' "$dir/config.json" >"$dir/new"
	mv "$dir/new" "$dir/config.json"
	check "$runtime: a confined config.json, then an annotation named bundle" \
		bare create --bundle "$dir" named
	check "$runtime: started without us" bare start named
	like "$runtime: a plain exec is held against the container, or refused" \
		"$(summary "$(in_container confined named probe status keyctl)")" \
		"^($left nnp=1 seccomp=2 keyctl=EPERM|.*nnp= seccomp= keyctl=)\$"
	process "$file" .
	like "$runtime: exec --process as well" \
		"$(summary "$(in_container confined --process "$file" named)")" \
		"^($left nnp=1 seccomp=2 keyctl=EPERM|.*nnp= seccomp= keyctl=)\$"
	bare delete --force named

	# --- the container started without us, or by another policy ---
	dir=$(bundle stranger "$(runs sleep 1000)")
	bare create --bundle "$dir" stranger </dev/null
	bare start stranger
	jq -n '{"capabilities": {drop: ["CAP_NET_RAW"]}, "no-new-privileges": true}' >"$work/tight-policy.json"
	process "$file" .
	own_policy=$policy
	policy=$work/tight-policy.json
	is "$runtime: exec into a container that was never confined" \
		"$(summary "$(in_container confined --process "$file" stranger)")" \
		"0 a80405fb a80405fb a80405fb 0 nnp=1 seccomp=0 keyctl=ok"
	process "$file" 'del(.capabilities)'
	like "$runtime: the same when process.json names no capabilities, or refused" \
		"$(summary "$(in_container confined --process "$file" stranger)")" \
		"^(0 a80405fb a80405fb a80405fb 0 nnp=1 .*|.*nnp= seccomp= keyctl=)\$"
	like "$runtime: the same by options, or refused" \
		"$(summary "$(in_container confined stranger probe status keyctl)")" \
		"^(0 a80405fb a80405fb a80405fb 0 nnp=1 .*|.*nnp= seccomp= keyctl=)\$"
	# --- in audit mode: as without us ---
	jq -n '{mode: "audit", "capabilities": {drop: ["ALL"]}, "no-new-privileges": true}' \
		>"$work/audit-policy.json"
	policy=$work/audit-policy.json
	for change in . 'del(.capabilities)' '.capabilities = {}' '.capabilities.bounding += ["CAP_BPF"]'; do
		process "$file" "$change"
		want=$(summary "$(in_container bare --process "$file" stranger)")
		before=$(fingerprint "$file")
		is "$runtime: audit mode takes nothing from an exec ($change)" \
			"$(summary "$(in_container confined --process "$file" stranger)")" "$want"
		is "$runtime: and its process.json is as it was" "$(fingerprint "$file")" "$before"
	done
	for option in "--cap CAP_SYS_ADMIN" "--cap=CAP_NET_RAW" "--no-new-privs=false"; do
		# shellcheck disable=SC2086 # two words
		is "$runtime: nor from exec $option" \
			"$(summary "$(in_container confined $option stranger probe status keyctl)")" \
			"$(summary "$(in_container bare $option stranger probe status keyctl)")"
	done
	policy=$own_policy
	confined delete --force stranger

	if [ "$runtime" = runc ]; then
		# root's runc does not look into XDG_RUNTIME_DIR: what lies there says nothing
		start_container planted "$tight" </dev/null
		mkdir -p "$work/planted/runc" /run/runc
		cp -r "$(root_of)/planted" /run/runc/
		mkdir "$work/planted/runc/planted"
		jq . "$work/baseline.json" >"$work/planted/runc/planted/config.json"
		process "$file" .
		is "runc: a state planted in XDG_RUNTIME_DIR counts for nothing" \
			"$(summary "$(XDG_RUNTIME_DIR=$work/planted "$wrapper" \
				"--oci-confine-runtime=$(command -v runc)" "--oci-confine-policy=$policy" \
				exec --process "$file" planted 2>&1)")" "$left nnp=1 seccomp=2 keyctl=EPERM"
		rm -rf /run/runc/planted
		bare delete --force planted
	fi

	# --- where the runtime keeps its state when nobody says ---
	for user_dir in "" "$work/user-$runtime"; do
		rootless=(env)
		if [ -n "$user_dir" ]; then
			mkdir -p "$user_dir"
			rootless+=("XDG_RUNTIME_DIR=$user_dir")
		fi
		rootless+=("$wrapper" "--oci-confine-runtime=$(command -v "$runtime")"
			"--oci-confine-policy=$policy")
		dir=$(bundle rootless "$(runs sleep 1000) | $tight")
		"${rootless[@]}" create --bundle "$dir" nowhere </dev/null
		"${rootless[@]}" start nowhere
		process "$file" .
		is "$runtime: without --root, XDG_RUNTIME_DIR='${user_dir##*/}'" \
			"$(summary "$("${rootless[@]}" exec --process "$file" nowhere 2>&1)")" \
			"$left nnp=1 seccomp=2 keyctl=EPERM"
		"${rootless[@]}" delete --force nowhere
	done
done
finish
