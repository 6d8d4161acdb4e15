#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# verify and inspect: what a config.json carries, what the kernel really holds a container to, and
# that a container which was started past us is told from one that was not.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

require runc crun
enter "$@"

said='' status=0

run_cli() { # WORD...: sets $said and $status
	said=$("$cli" "$@" 2>&1 </dev/null)
	status=$?
}

jqs() { # NAME JQ-PROGRAM: of what was said
	if jq -e "$2" <<<"$said" >"$work/jq.said" 2>&1; then
		ok "$1"
	else
		not_ok "$1" "wanted: $2" "$said"
	fi
}

start() { # ID BUNDLE RUN...: detached
	local id=$1 dir=$2
	shift 2
	"$@" run --detach --bundle "$dir" "$id" </dev/null >"$work/start.said" 2>&1 ||
		not_ok "start $id" "$(cat "$work/start.said")"
}

inspect() { # WORD...
	run_cli inspect --root "$(root_of)" --policy "$policy" "$@"
}

localhost_profile='.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
	"architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
	"syscalls": [{"names": ["chmod", "fchmod", "fchmodat", "fchmodat2"], "action": "SCMP_ACT_ERRNO"}]}'

for runtime in runc crun; do
	# --- verify ---

	dir=$(bundle good "$(runs sleep 1000) | $localhost_profile")
	run_cli verify --policy "$policy" "$dir"
	is "$runtime: a config.json as it came does not carry the decision" "$status" 1
	like "$runtime: verify names the calls that it opens" "$said" 'opened: .* calls.* unshare'
	start good "$dir" confined
	run_cli verify --policy "$policy" "$dir"
	is "$runtime: confined it does" "$status: $said" "0: $dir/config.json: carries the decision"

	# --- one that was started through us ---

	inspect good
	is "$runtime: a container that was started through us is held" "$status" 0
	like "$runtime: inspect says by how much" "$said" 'held to the decision, by [0-9]{4} system calls tried'
	inspect --json good
	jqs "$runtime: capabilities by name, filters with their sizes" \
		'.held == "yes" and .kernel.seccomp.mode == "filter" and .kernel.seccomp.filters == 1
		and (.kernel.seccomp.instructions | length == 1 and .[0] > 300)
		and (.kernel.capabilities.bounding | index("CAP_NET_RAW")) and .findings == []'
	jqs "$runtime: what was decided, from what" \
		'.decided.inputs[0] == "runtime-default" and (.decided.inputs[1] | endswith("/config.json"))
		and .decided.capabilities.bounding == .kernel.capabilities.bounding'
	pid=$(container_pid good)
	jqs "$runtime: and its process" ".pid == $pid and .runtime == \"$runtime\" and .id == \"good\""

	# --- one that was not ---

	dir=$(bundle past "$(runs sleep 1000) | $localhost_profile")
	start past "$dir" bare
	inspect past
	is "$runtime: one that was started past us is not held" "$status" 1
	like "$runtime: inspect names a call that is open" "$said" \
		'not held to the decision.*- x86_64 [a-z0-9_]+.*: the kernel would allow it, decided: errno 1'
	inspect --json past
	jqs "$runtime: and says so for machines" '.held == "no" and .findings[0].about == "seccomp"'

	dir=$(bundle naked "$(runs sleep 1000)")
	start naked "$dir" bare
	inspect --json naked
	is "$runtime: without any profile" "$status" 1
	jqs "$runtime: there is no filter" '.findings[0].text == "no seccomp filter is on it"
		and .kernel.seccomp == {"mode": "none", "filters": 0, "instructions": []}'

	# --- more than one thing wrong: capabilities and no_new_privs, with the right filter ---

	dir=$(bundle wide "$(runs sleep 1000)")
	"$cli" apply --policy "$policy" "$dir" >/dev/null
	start wide "$dir" bare
	inspect wide
	is "$runtime: confined by oci-confine apply it is held" "$status" 0
	jq '.capabilities = {"drop": ["CAP_NET_RAW"]} | ."no-new-privileges" = true' "$policy" >"$work/strict.json"
	run_cli inspect --root "$(root_of)" --policy "$work/strict.json" --json wide
	is "$runtime: under another policy it is not" "$status" 1
	jqs "$runtime: each thing that is looser is said" '[.findings[].text] | sort == [
		"no_new_privs is off, decided: on",
		"the bounding set has CAP_NET_RAW, which was not decided",
		"the effective set has CAP_NET_RAW, which was not decided",
		"the permitted set has CAP_NET_RAW, which was not decided"]'

	# --- by process number, an exec's too ---

	run_cli inspect --policy "$policy" "$pid"
	is "$runtime: of a process of no known container only the facts are told" "$status" 0
	like "$runtime: and that there is nothing to compare with" "$said" 'nothing to compare with'
	cp -a "$(root_of)/good" "/run/$runtime/good"
	run_cli inspect --policy "$policy" --json "$pid"
	jqs "$runtime: its process number finds a container" '.id == "good" and .held == "yes"'
	bare exec --detach --pid-file "$work/exec.pid" good sleep 500 </dev/null >/dev/null 2>&1
	other=$(cat "$work/exec.pid")
	run_cli inspect --policy "$policy" --json "$other"
	jqs "$runtime: and so does an exec's" ".id == \"good\" and .held == \"yes\" and .pid == $other"
	rm -rf "/run/$runtime/good"

	# --- one that the hook has confined: config.json carries nothing ---

	dir=$(bundle hooked "$(runs sleep 1000) | $localhost_profile | .hooks.prestart = [{path: \$hook,
		args: [\"oci-confine-hook\", \"--policy=$policy\", \"--stage=prestart\"]}]" \
		--arg hook "$build/hook/oci-confine-hook")
	start hooked "$dir" bare
	tries=0
	inspect --json hooked
	# the hook's keeper traces it up to its execve
	while [ "$status" != 0 ] && [ "$tries" -lt 40 ]; do
		sleep 0.05
		tries=$((tries + 1))
		inspect --json hooked
	done
	jqs "$runtime: one that the hook confined is held, by two filters" \
		'.held == "yes" and .kernel.seccomp.filters == 2 and (.kernel.seccomp.instructions | length) == 2
		and .kernel.noNewPrivileges'
	run_cli verify --policy "$policy" "$dir"
	is "$runtime: though its config.json does not carry the decision" "$status" 1
	bare delete --force hooked >/dev/null 2>&1

	# --- frozen ---

	bare pause good
	inspect good
	is "$runtime: a paused container can be looked at" "$status" 0
	is "$runtime: and stays paused" "$(container_status good)" paused
	bare resume good
	is "$runtime: until it is resumed" "$(container_status good)" running

	# --- it goes on as if nothing had happened ---

	dir=$(bundle counting "$(runs sh -c 'trap "exit 7" TERM; while :; do : $((n += 1)); done')")
	start counting "$dir" confined
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		inspect counting
	done
	is "$runtime: a busy container can be looked at again and again" "$status" 0
	is "$runtime: and runs on" "$(container_status counting)" running
	kill -STOP "$(container_pid counting)"
	inspect counting
	is "$runtime: a stopped one too" "$status" 0
	is "$runtime: which stays stopped" "$(awk '/^State/ { print $2 }' "/proc/$(container_pid counting)/status")" T
	kill -CONT "$(container_pid counting)"
	bare kill counting TERM
	wait_until stopped counting
	is "$runtime: and gets its signals" "$(container_status counting)" stopped

	# --- the table ---

	inspect --all
	is "$runtime: --all fails while something is not held" "$status" 1
	like "$runtime: the table has each of them" "$said" "good +$runtime +[0-9]+ +1 +off +14 .* yes"
	like "$runtime: with the reason" "$said" "naked +$runtime +[0-9]+ +0 +off +14 .* no: no seccomp filter is on it"
	like "$runtime: and one that has ended" "$said" 'counting .*\?: it is not running'
	bare delete --force counting >/dev/null 2>&1
	bare delete --force past >/dev/null 2>&1
	bare delete --force naked >/dev/null 2>&1
	inspect --all --json
	is "$runtime: --all is content when all are held" "$status" 0
	jqs "$runtime: for machines too" '.held and ([.containers[].id] | sort == ["good", "wide"])'

	# --- records that are not to be believed ---

	inspect missing
	is "$runtime: an id that nobody knows" "$status" 1
	like "$runtime: is said" "$said" "no container 'missing' is known"
	inspect ../"root-$runtime"/good
	like "$runtime: nor does a path lead anywhere" "$said" "no container '../root-$runtime/good' is known"
	file=$(root_of)/good/$([ "$runtime" = runc ] && echo state.json || echo status)
	cp "$file" "$work/record"
	sed -E 's/("init_process_start":|"process-start-time"[ :]*)[0-9]+/\11/' "$work/record" >"$file"
	inspect good
	like "$runtime: a process that started at another moment is another one" "$said" "it is not running"
	cp "$work/record" "$file"
	chmod 0777 "$(root_of)/good"
	inspect good
	is "$runtime: a record that others can write" "$status" 1
	like "$runtime: is not believed" "$said" 'not writable by (group or )?others|writable by'
	chmod 0711 "$(root_of)/good"
	echo '{' >"$file"
	inspect --all
	like "$runtime: nor one that does not parse, and the others are told" "$said" 'good .*\?: .*wide '
	cp "$work/record" "$file"
	inspect good
	is "$runtime: as it was it is" "$status" 0
	if [ "$runtime" = runc ]; then
		mv "$work/b-good" "$work/gone"
		inspect good
		is "runc: with its bundle gone it cannot be told" "$status" 1
		like "runc: which is said" "$said" 'it cannot be told'
		mv "$work/gone" "$work/b-good"
	fi
	bare delete --force good >/dev/null 2>&1
	bare delete --force wide >/dev/null 2>&1
done

# --- where engines keep them ---

runtime=runc
dir=$(bundle there "$(runs sleep 1000)")
mkdir -p /run/containerd/runc/k8s.io
"$wrapper" --oci-confine-runtime="$(command -v runc)" --oci-confine-policy="$policy" \
	--root /run/containerd/runc/k8s.io run --detach --bundle "$dir" there </dev/null >/dev/null 2>&1
run_cli inspect --all --json --policy "$policy"
jqs "--all finds containerd's" '[.containers[] | .id, .held] == ["there", "yes"]'
run_cli inspect --policy "$policy" there
is "and so does an id" "$status" 0
runc --root /run/containerd/runc/k8s.io delete --force there >/dev/null 2>&1

# root's crun has them in XDG_RUNTIME_DIR, if there is one
dir=$(bundle there "$(runs sleep 1000)")
mkdir -p /run/user/0
XDG_RUNTIME_DIR=/run/user/0 "$wrapper" --oci-confine-runtime="$(command -v crun)" \
	--oci-confine-policy="$policy" run --detach --bundle "$dir" there </dev/null >/dev/null 2>&1
run_cli inspect --all --json --policy "$policy"
jqs "--all finds crun's of root's own session" '[.containers[] | .id, .state, .held] == ["there", "/run/user/0/crun/there", "yes"]'
jqs "and says that there are no other users" '.usersNotLookedFor == []'

# a user's word: one that says so of our container, one that would keep us
mkdir -p /run/user/1000/crun/lie /run/user/not-a-number
cp -r /run/user/0/crun/there/. /run/user/1000/crun/lie
mkfifo /run/user/1000/runc
chown -R 1000:1000 /run/user/1000
mkdir -m 0700 /run/user/1001
run_cli inspect --all --json --policy "$policy"
is "what a user has is not looked at" "$status" 0
jqs "but it is said whose are not" '.usersNotLookedFor | sort == ["1000", "1001"]'
jqs "and no container of theirs is there" '[.containers[].id] == ["there"]'
run_cli inspect --all --policy "$policy"
like "the table says so too" "$(tr -s " \n" "  " <<<"$said")" \
	"not looked for: containers of users. own runtimes .* UID is (1000 1001|1001 1000)\. Each can ask for their own, with --all --root /run/user/UID/crun"
run_cli inspect --all --root /run/user/1000/crun --policy "$policy"
like "--root or not, root does not believe it" "$said" 'lie .* is owned by uid 1000, must be root.s'
install -m 0755 "$cli" /run/users-cli
said=$(setpriv --reuid 1000 --regid 1000 --clear-groups /run/users-cli inspect --all \
	--root /run/user/1000/crun </dev/null 2>&1)
like "the user's own question is answered" "$said" 'lie +crun '
rm -r /run/users-cli /run/user/1000 /run/user/1001 /run/user/not-a-number
XDG_RUNTIME_DIR=/run/user/0 crun delete --force there >/dev/null 2>&1

for words in '' 'a b' '--all a' '--wrong' '--root' '0' '99999999' '4294967296'; do
	# shellcheck disable=SC2086
	run_cli inspect $words
	is "inspect $words is refused" "$status" 1
done
for words in '' 'a b' '--wrong x' '/nowhere'; do
	# shellcheck disable=SC2086
	run_cli verify $words
	isnt "verify $words is refused" "$status" 0
done
dir=$(bundle privileged '.linux.maskedPaths = [] | .linux.resources.devices = [{"allow": true, "access": "rwm"}]
	| .process.capabilities.bounding = ["CAP_SYS_ADMIN"]')
run_cli verify --policy "$policy" - <"$dir/config.json"
like "a config.json can come from standard input" "$("$cli" verify --policy "$policy" - <"$dir/config.json")" \
	'standard input: does not carry the decision'
finish
