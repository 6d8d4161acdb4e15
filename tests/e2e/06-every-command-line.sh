#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every form of command line that engines and people use: which config.json or process.json is
# rewritten, and that the runtime gets exactly the words that came. A runtime that only records
# stands in; what a form means to runc and crun is shown by the real ones at the end.
. "$(dirname "$0")/lib.sh"
require runc crun
enter "$@"
export RECORD=$work/record

call() { # WORD...: sets $rc and $got_words, the recorded command line
	rm -f "$RECORD"
	"$wrapper" --oci-confine-runtime="$recorder" --oci-confine-policy="$policy" "$@" \
		>"$work/out" 2>"$work/err" </dev/null
	rc=$?
	got_words=$(sed -n 's/^argv\[[1-9][0-9]*\]=//p' "$RECORD" 2>/dev/null)
}

given() { # WORD...: as $got_words has them
	[ $# -eq 0 ] || printf '%s\n' "$@"
}

explain() {
	echo "exit code $rc; runtime got: ${got_words//$'\n'/ }; $(cat "$work/err")"
}

# The config.json of $dir is rewritten, that of the working directory only if it is the bundle.
rewrites() { # NAME WORD...
	local name=$1 before after
	shift
	dir=$(bundle given)
	elsewhere=$(bundle elsewhere)
	before=$(cat "$dir/config.json" "$elsewhere/config.json" | sha256sum)
	cd "$elsewhere" || exit
	call "${@//BUNDLE/$dir}"
	cd "$work" || exit
	after=$(jq 'has("linux") and (.linux | has("seccomp"))' "$dir/config.json" \
		"$elsewhere/config.json" | tr '\n' ' ')
	if [ "$rc" = 0 ] && [ "$got_words" = "$(given "${@//BUNDLE/$dir}")" ] && [ "$after" = "true false " ]; then
		ok "$name"
	else
		not_ok "$name" "$(explain)" "before $before, has seccomp: $after"
	fi
}

refuses() { # NAME WORD...: no runtime, no change, one line
	local name=$1 before after
	shift
	dir=$(bundle given)
	elsewhere=$(bundle elsewhere)
	before=$(fingerprint "$dir/config.json" "$elsewhere/config.json")
	cd "$elsewhere" || exit
	call "${@//BUNDLE/$dir}"
	cd "$work" || exit
	after=$(fingerprint "$dir/config.json" "$elsewhere/config.json")
	if [ "$rc" = 1 ] && [ ! -e "$RECORD" ] && [ "$before" = "$after" ] &&
		[ "$(wc -l <"$work/err")" = 1 ]; then
		ok "$name"
	else
		not_ok "$name" "$(explain)"
	fi
}

passes() { # WORD...: to the runtime as they are
	call "$@"
	if [ "$rc" = 0 ] && [ "$got_words" = "$(given "$@")" ] && [ ! -s "$work/err" ]; then
		ok "passes: ${*:-nothing at all}"
	else
		not_ok "passes: ${*:-nothing at all}" "$(explain)"
	fi
}

log=(--log "$work/log.json" --log-format json)

# --- what is not ours ---
passes
passes --version
passes -v
passes --help
passes features
passes list --format=json
passes --root "$work/r" "${log[@]}" start ID
passes --root "$work/r" "${log[@]}" --systemd-cgroup state ID
passes --root "$work/r" "${log[@]}" pause ID
passes --root "$work/r" "${log[@]}" resume ID
passes --root "$work/r" "${log[@]}" ps --format json ID
passes --root "$work/r" "${log[@]}" kill ID 9
passes --root "$work/r" "${log[@]}" kill --all ID 9
passes --root "$work/r" "${log[@]}" delete ID
passes --root "$work/r" "${log[@]}" delete --force ID
passes --root "$work/r" "${log[@]}" update --resources - ID
passes --root "$work/r" "${log[@]}" update --resources=- ID
passes --root "$work/r" "${log[@]}" events --stats ID
passes --root "$work/r" "${log[@]}" checkpoint --image-path "$work/i" ID
passes --root="$work/r" --log="$work/log.json" --debug --rootless=true state create
passes --root "$work/r" state exec
passes state -- --bundle
passes unheard-of --of "" "two words"
passes --unheard-of state ID
passes spec --bundle "$work"

# --- create, run: as containerd, podman, CRI-O and people say it ---
for command in create run; do
	rewrites "containerd: $command" --root /run/containerd/runc/k8s.io "${log[@]}" $command \
		--bundle BUNDLE --pid-file BUNDLE/init.pid ID
	rewrites "containerd, terminal: $command" --root /run/containerd/runc/k8s.io "${log[@]}" \
		--systemd-cgroup $command --bundle BUNDLE --pid-file BUNDLE/init.pid \
		--console-socket /tmp/pty1/pty.sock ID
	rewrites "go-runc's other options: $command" --debug --root /r "${log[@]}" --rootless=true $command \
		--bundle BUNDLE --no-pivot --no-new-keyring --preserve-fds 3 --pidfd-socket /p ID
	rewrites "podman: $command" --log-format=json --log "$work/log" $command --bundle BUNDLE --pid-file P ID
	rewrites "podman with systemd: $command" --systemd-cgroup --log-format=json --log "$work/log" \
		$command --bundle BUNDLE --pid-file P ID
	rewrites "CRI-O: $command" --systemd-cgroup --root=/run/runc $command --bundle BUNDLE --pid-file P ID
	rewrites "$command -b DIR" $command -b BUNDLE ID
	rewrites "$command --bundle=DIR" $command --bundle=BUNDLE ID
	rewrites "$command, options behind the id" $command ID --bundle BUNDLE --pid-file P
	rewrites "$command, the same bundle twice" $command --bundle BUNDLE -b BUNDLE ID
	rewrites "$command, a value that looks like an option" $command --pid-file=--bundle --bundle BUNDLE ID
	rewrites "$command, values named as commands" --root exec --log run $command --pid-file create --bundle BUNDLE ID
	rewrites "$command, options end at --" $command --bundle BUNDLE -- ID
	rewrites "$command, crun's global options" --cgroup-manager=disabled --log-level debug $command --bundle BUNDLE ID
	rewrites "$command, an id called run" $command --bundle BUNDLE run

	# runc takes -b/DIR for an unknown option or -b, crun for -b with a value; and so on
	refuses "$command -bDIR is read differently by the two" $command -bBUNDLE ID
	refuses "$command -b=DIR too" $command -b=BUNDLE ID
	refuses "$command -bundle DIR, as Go reads it, is -b undle DIR to crun" $command -bundle BUNDLE ID
	refuses "$command with an unknown option, which may take the next word" \
		$command --program-name --bundle=BUNDLE ID
	refuses "$command -db DIR, crun's grouped letters" $command -db BUNDLE ID
	refuses "$command --bun, crun's abbreviation" $command --bun BUNDLE ID
	refuses "$command --bun=DIR" $command --bun=BUNDLE ID
	refuses "$command with a value that may be an option" $command --pid-file --bundle --bundle BUNDLE ID
	refuses "$command with a value that runc 1.1 takes for the id" $command --pid-file - --bundle=BUNDLE
	refuses "$command with a global option behind it" $command --root=/r --bundle BUNDLE ID
	refuses "$command with two bundles" $command --bundle BUNDLE --bundle /other ID
	refuses "$command with an option that lacks its value" $command ID --bundle
	refuses "an unknown global option before $command" --unheard-of $command --bundle BUNDLE ID
	refuses "an abbreviated global option before $command" --roo /r $command --bundle BUNDLE ID
done

# crun's -f names another file
dir=$(bundle other-file)
mv "$dir/config.json" "$dir/other.json"
before=$(bundle elsewhere)
for option in "-f $dir/other.json" "--config=$dir/other.json"; do
	# shellcheck disable=SC2086 # words
	call create --bundle "$before" $option ID
	is "create $option rewrites that file" "$rc $(jq 'has("linux") and (.linux | has("seccomp"))' \
		"$dir/other.json" "$before/config.json" | tr '\n' ' ')" "0 true false "
done

# no bundle: the working directory
dir=$(bundle cwd)
cd "$dir" || exit
call create ID
is "create without --bundle rewrites ./config.json" "$rc $(jq '.linux | has("seccomp")' config.json)" "0 true"
cd "$work" || exit

# --- restore: criu is not needed for what happens before it ---
dir=$(bundle given)
call restore --bundle "$dir" ID
is "restore is refused: an image brings its own confinement" \
	"$rc $([ -e "$RECORD" ] || echo not started)" "2 not started"
strict=$policy
policy=$work/restores.json
jq '. + {"restore": "pass"}' "$strict" >"$policy"
rewrites "where the policy trusts it: containerd: restore" --root /r "${log[@]}" restore --image-path /i \
	--work-path /w --detach --pid-file P -no-subreaper --bundle BUNDLE ID
rewrites "restore -b DIR" restore -b BUNDLE --tcp-established ID
refuses "restore -bDIR" restore -bBUNDLE ID
policy=$strict

# --- exec: against a container of crun's form of state ---
state=$work/state
mkdir -p "$state/ID"
jq '.process.capabilities |= map_values(["CAP_CHOWN", "CAP_KILL"]) | .process.noNewPrivileges = true' \
	"$work/baseline.json" >"$state/ID/config.json"

# What the runtime gets is WANTED, and process.json is confined when there is one.
execs() { # NAME WANTED WORD...
	local name=$1 wanted=$2 file_wanted='true'
	shift 2
	jq '.process' "$work/baseline.json" >"$work/process.json"
	case "$*" in *process.json*) ;; *) file_wanted='false' ;; esac
	call "${@//FILE/$work/process.json}"
	if [ "$rc" = 0 ] && [ "$got_words" = "$(tr ' ' '\n' <<<"${wanted//FILE/$work/process.json}")" ] &&
		[ "$(jq '.noNewPrivileges' "$work/process.json")" = "$file_wanted" ]; then
		ok "$name"
	else
		not_ok "$name" "$(explain)" "process.json: $(jq -c . "$work/process.json")"
	fi
}

as_given() { # NAME WORD...
	execs "$1" "${*:2}" "${@:2}"
}

file=$work/process.json
as_given "containerd: exec" --root "$state" --log "$work/log" --log-format json exec --process "$file" \
	--detach --pid-file /p ID
as_given "containerd, terminal: exec" --root "$state" exec --process "$file" --console-socket /s --detach --pid-file /p ID
as_given "podman: exec" --root "$state" --log-format=json --log "$work/log" exec --pid-file P --process "$file" --detach ID
as_given "CRI-O: exec" --systemd-cgroup --root="$state" exec --pid-file P --process="$file" ID
as_given "exec -p FILE" --root "$state" exec -p "$file" ID
nnp=--no-new-privs
execs "exec ID CMD" "--root $state exec $nnp ID ls -l --cap" --root "$state" exec ID ls -l --cap
execs "exec -t -e A=B -u 5 ID CMD" "--root $state exec $nnp -t -e A=B -u 5 ID ls" \
	--root "$state" exec -t -e A=B -u 5 ID ls
execs "exec with the flag there already" "--root $state exec $nnp ID ls" --root "$state" exec $nnp ID ls
execs "exec --cap, one that it has" "--root $state exec $nnp --cap CAP_KILL ID ls" \
	--root "$state" exec --cap CAP_KILL ID ls
execs "exec --cap=, those that it lacks" "--root $state exec $nnp --cwd / --cap CAP_CHOWN ID ls" \
	--root "$state" exec --cap=CAP_NET_RAW --cwd / --cap CAP_SYS_ADMIN -c CAP_BPF --cap CAP_CHOWN ID ls
execs "exec, options end at --" "--root $state exec $nnp -- ID ls" --root "$state" exec -- ID ls

denied() { # NAME CODE WORD...
	local name=$1 code=$2
	shift 2
	jq '.process' "$work/baseline.json" >"$file"
	call "$@"
	if [ "$rc" = "$code" ] && [ ! -e "$RECORD" ] && [ "$(wc -l <"$work/err")" = 1 ] &&
		[ "$(jq '.noNewPrivileges' "$file")" = false ]; then
		ok "$name"
	else
		not_ok "$name" "$(explain)"
	fi
}

denied "exec --no-new-privs=false" 2 --root "$state" exec --no-new-privs=false ID ls
denied "exec --no-new-privs --no-new-privs=false" 2 --root "$state" exec $nnp --no-new-privs=false ID ls
denied "exec --cap of none that it has" 2 --root "$state" exec --cap CAP_NET_RAW -c CAP_BPF ID ls
denied "exec -pFILE" 1 --root "$state" exec "-p$file" ID
denied "exec -p=FILE" 1 --root "$state" exec "-p=$file" ID
denied "exec --proc FILE" 1 --root "$state" exec --proc "$file" ID
denied "exec -tp FILE, crun's grouped letters" 1 --root "$state" exec -tp "$file" ID
denied "exec -cCAP" 1 --root "$state" exec -cCAP_NET_RAW ID ls
denied "exec with an unknown option" 1 --root "$state" exec --unheard-of ID ls
denied "exec with two process files" 1 --root "$state" exec --process "$file" --process /other ID
denied "exec --cap of no such name" 1 --root "$state" exec --cap CAP_EVERYTHING ID ls
denied "exec without id" 1 --root "$state" exec
denied "exec of an unknown id" 1 --root "$state" exec --process "$file" NOBODY
denied "exec of a path" 1 --root "$state" exec --process "$file" ../state/ID

# The same against runc's form of state, which names the bundle behind the annotations.
mkdir -p "$work/state-runc/ID"
dir=$(bundle runc-bundle '.process.noNewPrivileges = true')
jq -n --arg dir "$dir" '{config: {labels: ["a=b", "other=bundle=/x", "bundle=" + $dir]}}' \
	>"$work/state-runc/ID/state.json"
own_recorder=$recorder
recorder=$work/bin/runc
as_given "runc's state: exec --process" --root "$work/state-runc" exec --process "$file" ID
execs "runc's state: exec CMD" "--root $work/state-runc exec $nnp ID ls" --root "$work/state-runc" exec ID ls
denied "crun's state under runc counts for nothing" 4 --root "$state" exec ID ls
for labels in '[]' '["bundle=relative"]' '{}' '["bundle="]' '[1]'; do
	jq -n "{config: {labels: $labels}}" >"$work/state-runc/ID/state.json"
	denied "runc's state: labels $labels" 1 --root "$work/state-runc" exec ID ls
done
jq -n --arg dir "$dir" '{config: {labels: ["bundle=/x", "bundle=" + $dir]}}' >"$work/state-runc/ID/state.json"
denied "runc's state: two bundles, and no --process" 2 --root "$work/state-runc" exec ID ls
recorder=$own_recorder
chmod 0777 "$state/ID"
denied "a state that others can write" 1 --root "$state" exec ID ls
chmod 0755 "$state/ID"
chown 1000 "$state/ID"
denied "a state of another owner" 1 --root "$state" exec ID ls
chown 0 "$state/ID"

# --- ours ---
"$wrapper" --oci-confine-version >"$work/out"
like "--oci-confine-version" "$(head -n 1 "$work/out")" '^oci-confine-runtime [0-9]'
refuses "an unknown option of ours" --oci-confine-nonsense create --bundle BUNDLE ID
call state --oci-confine-runtime=/x ID
is "ours are taken in front only" "$got_words" "$(given state --oci-confine-runtime=/x ID)"
dir=$(bundle environment)
rm -f "$RECORD"
OCI_CONFINE_RUNTIME=$recorder OCI_CONFINE_POLICY=$policy "$wrapper" create --bundle "$dir" ID
is "OCI_CONFINE_RUNTIME and OCI_CONFINE_POLICY" \
	"$? $(sed -n 's/^argv\[1\]=//p' "$RECORD") $(jq '.linux | has("seccomp")' "$dir/config.json")" "0 create true"

# --- what a form means to the real ones: where they differ, it is refused above ---
dir=$(bundle meaning "$(runs echo meant)")
is "runc: options behind the id count" "$(runtime=runc confined run meaning --bundle "$dir" 2>&1)" meant
is "runc alone: so does -bundle" "$(runtime=runc bare run -bundle "$dir" meaning 2>&1)" meant
like "crun alone: none behind the id" "$(runtime=crun bare run meaning --bundle "$dir" 2>&1)" \
	"requires a maximum of 1 arguments"
is "crun alone: -bDIR counts" "$(runtime=crun bare run "-b$dir" meaning 2>&1)" meant
is "crun alone: --bun counts" "$(runtime=crun bare run --bun "$dir" meaning 2>&1)" meant
isnt "runc alone: it does not" "$(runtime=runc bare run --bun "$dir" meaning 2>&1)" meant

# Two files that could be meant, one word for them: never the one that is not confined.
dir=$(bundle meant-one "$(runs probe keyctl)")
elsewhere=$(bundle meant-other "$(runs probe keyctl)")
for shape in "--bundle $dir -f config.json" "-b $dir -f ./config.json" "--config config.json" \
	"-f $dir/config.json" "--program-name --bundle=$dir" "-b=$dir" "-kb $dir"; do
	# shellcheck disable=SC2086 # words
	isnt "crun run $shape: no call is open" \
		"$(cd "$elsewhere" && runtime=crun confined run $shape meaning 2>&1 | tail -n 1)" "keyctl ok"
	runtime=crun confined delete --force meaning >/dev/null 2>&1
done
finish
