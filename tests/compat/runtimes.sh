#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What holds under each runc and crun, with the libseccomp that it is linked to: through the wrapper
# and by the hook alone. Records it for the table; a "no" fails in table.py, unless the document
# says it.
# shellcheck source-path=SCRIPTDIR source=../hook/lib.sh
. "$(dirname "$0")/../hook/lib.sh"
# shellcheck source-path=SCRIPTDIR source=cells.sh
. "$(dirname "$0")/../compat/cells.sh"
require runc crun
enter "$@"
find_runtimes
runtime_paths+=("$unpacked/trixie/usr/bin/crun")
mkdir -m 0777 "$work/witness"
cells_begin runtimes

drop='.annotations = {"oci-confine.io/drop-capabilities": "NET_RAW,MKNOD",
	"oci-confine.io/no-new-privileges": "true"}'
left="0 a00405fb a00405fb a00405fb 0"
localhost='.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
	"architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
	"syscalls": [{"names": ["chmod", "fchmodat"], "action": "SCMP_ACT_ERRNO"}]}'

suite_of() { # PATH
	case $1 in
	"$unpacked"/*) echo "$1" | sed "s|^$unpacked/||; s|/.*||" ;;
	*) echo bookworm ;;
	esac
}

libseccomp_of() { # SUITE
	if [ "$1" = bookworm ]; then
		dpkg-query -W -f '${Version}' libseccomp2
	else
		awk '$1 == "libseccomp2" { print $2 }' "$unpacked/$1/.packages"
	fi | sed 's/-.*//'
}

through() { # the same through the wrapper
	"$wrapper" "--oci-confine-runtime=$runtime_path" "--oci-confine-policy=$policy" --root "$root" "$@"
}

tries=(probe status "${closed[@]}" chmod getpid)

# process.json as CRI sends it: with the capabilities that the pod was given first
process() {
	jq --argjson args "$(jq -cn '$ARGS.positional' --args -- "${tries[@]}")" \
		'.process | {user, args: $args, env, cwd, capabilities}' "$work/baseline.json" >"$work/process.json"
}

# by_the_wrapper: leaves the container "box" behind
by_the_wrapper() {
	local out dir
	dir=$(bundle start "$(runs "${tries[@]}") | $localhost | $drop")
	out=$(through run --bundle "$dir" start 2>&1 </dev/null)
	seen start "$(seccomp_of "$out") filters=$(answer "$out" Seccomp_filters:)" "confined filters=1"
	dir=$(bundle box "$(runs sleep 1000) | $localhost | $drop")
	through run --detach --bundle "$dir" box >"$work/said" 2>&1 </dev/null
	process
	in_box=$(through exec --process "$work/process.json" box 2>&1 </dev/null)
	seen exec "$(seccomp_of "$in_box")" confined
	seen capabilities "$(cap_sets "$out"), $(cap_sets "$in_box")" "$left, $left"
	seen no_new_privs "$(answer "$out" NoNewPrivs:) $(answer "$in_box" NoNewPrivs:)" "1 1"
	seen inspect "$("$cli" inspect --root "$root" --policy "$policy" box 2>&1 | tail -n 1 | cut -d, -f1), $(
		"$cli" verify --policy "$policy" "$dir" | sed 's/.*: //')" "held to the decision, carries the decision"
}

# same COMMAND...: says in what it is another answer through the wrapper
same() {
	local ours theirs
	theirs=$(runtime_command "$@" 2>&1 </dev/null; echo "exit code $?")
	ours=$(through "$@" 2>&1 </dev/null; echo "exit code $?")
	diff <(masked "$theirs") <(masked "$ours") >"$work/differs" || echo "$*: $(head -n 4 "$work/differs")"
}
# what changes by itself, and the name that a program calls itself by
masked() { # TEXT
	sed -E "s|$runtime_path|$runtime|g; s/oci-confine-runtime/$runtime/g
		s/[0-9]{4}-[0-9]{2}-[0-9]{2}T[^ \"]*/TIME/g" <<<"$1"
}

every_command() { # of which those are left out that stream
	seen "passes on" "$(
		for words in --version --help "list --format json" "state box" "ps --format json box" \
			features "spec --help" "state nobody" "kill nobody 9" "delete nobody" "no-such-command box"; do
			read -ra words <<<"$words"
			same "${words[@]}"
		done
		for step in "pause box:paused" "resume box:running" "kill box KILL:stopped"; do
			read -ra words <<<"${step%:*}"
			through "${words[@]}" >/dev/null 2>&1 </dev/null || echo "${words[0]} fails"
			until_state "${step#*:}" box || echo "${words[0]}: $(state_of box)"
		done
		through delete box >/dev/null 2>&1 || echo "delete fails"
		[ -z "$(state_of box)" ] || echo "delete: $(state_of box)"
	)" ""
}

# What a pod asks for and we do not understand, in the words of $1 (through or runtime_command).
refusal() { # COMMAND PROGRAM JQ-PROGRAM
	local command=$1 program=$2 dir out log=$work/refusal.log
	rm -f "$log"
	dir=$(bundle refused "$(runs probe getpid) | $3 | .annotations = {\"oci-confine.io/nonsense\": \"x\"}")
	out=$("$command" --log "$log" --log-format json run --bundle "$dir" refused 2>&1 </dev/null) &&
		echo "it started"
	[[ $out != *getpid* ]] || echo "it ran"
	case $out in
	*"$program: "*oci-confine.io/nonsense*) ;;
	*) echo "standard error does not say it: $out" ;;
	esac
	jq -e 'select(.level == "error") | .msg | contains("oci-confine.io/nonsense")' "$log" >/dev/null 2>&1 ||
		echo "the log does not say it"
	runtime_command delete --force refused >/dev/null 2>&1
}

by_the_hook() {
	local out dir
	dir=$(bundle hooked "$(runs "${tries[@]}") | $localhost | $(hooked) | $drop")
	out=$(runtime_command run --bundle "$dir" hooked 2>&1 </dev/null)
	seen hook "$(seccomp_of "$out") $(cap_sets "$out") $(answer "$out" NoNewPrivs:)" "confined $left 1"
	dir=$(bundle box "$(runs sleep 1000) | $localhost | $(hooked) | $drop")
	runtime_command run --detach --bundle "$dir" box >"$work/said" 2>&1 </dev/null
	process
	out=$(runtime_command exec --process "$work/process.json" box 2>&1 </dev/null)
	seen "hook exec" "$(seccomp_of "$out") $(cap_sets "$out")" "confined $left"
	runtime_command delete --force box >/dev/null 2>&1
	echo "# $version alone, after another profile of the same words: $(after_another)"
	seen hook "$(after_another "$(hooked)")" "mkdir EPERM"
	seen attest "$(attested '.') $(attested 'del(.hooks.createRuntime)')" "lives killed"
}

# attested JQ-PROGRAM: what becomes of a container at which poststart looks
attested() {
	local dir
	rm -f "$work/witness/late"
	dir=$(bundle case "$(runs sh -c 'sleep 0.4; echo > /witness/late') | $(hooked) |
		.hooks.poststart = [.hooks.createRuntime[0] | .args |= map(sub(\"createRuntime\"; \"poststart\"))] |
		$1 | .mounts += [{destination: \"/witness\", type: \"bind\", source: \$witness, options: [\"bind\"]}]" \
		--arg witness "$work/witness")
	runtime_command run --bundle "$dir" case >/dev/null 2>&1 </dev/null
	if [ -e "$work/witness/late" ]; then echo lives; else echo killed; fi
	runtime_command delete --force case >/dev/null 2>&1
}

# denying NAMES [JQ-PROGRAM]: a bundle that runs the probe under a profile that denies these alone
denying() {
	bundle cached "$(runs probe mkdir) | .linux.seccomp = {\"defaultAction\": \"SCMP_ACT_ALLOW\",
		\"syscalls\": [{\"names\": $1, \"action\": \"SCMP_ACT_ERRNO\"}]} | ${2:-.}"
}

# crun from 1.21 on keeps the filters it has made, found by a hash that joins a profile's words: who
# ran ["mk", "dir"], which are no calls, takes "mkdir" out of the profile that comes next. For the
# wrapper see tests/e2e/15-compiled-filters.sh.
after_another() { # [JQ-PROGRAM]
	runtime_command run --bundle "$(denying '["mk", "dir"]')" cached >/dev/null 2>&1 </dev/null
	runtime_command run --bundle "$(denying '["mkdir"]' "${1:-.}")" cached 2>&1 </dev/null
}

# The filter that crun would compile is handed to it made: config.json then names it.
compiled() {
	local dir out
	dir=$(bundle made "$(runs "${tries[@]}") | $localhost")
	out=$(through run --bundle "$dir" made 2>&1 </dev/null)
	seen "compiled filter" "$(jq -r '.annotations | has("run.oci.seccomp_bpf_data")' "$dir/config.json") $(
		seccomp_of "$out")" "true confined"
}

kernel=$(uname -r | sed 's/^\([0-9]*\.[0-9]*\).*/\1/')
for path in "${runtime_paths[@]}"; do
	use "$path"
	suite=$(suite_of "$path")
	library=$(libseccomp_of "$suite")
	row "$runtime $suite" "${version#* }, libseccomp $library" \
		"libseccomp $suite" "$library" "kernel host" "$kernel"
	by_the_wrapper
	row "$runtime $suite" "${version#* }, libseccomp $library"
	every_command
	through delete --force box >/dev/null 2>&1
	seen error "$(refusal through oci-confine-runtime .)" ""
	seen "hook error" "$(refusal runtime_command oci-confine-hook "$(hooked)")" ""
	[ "$runtime" = runc ] || compiled
	row "$runtime $suite" "${version#* }, libseccomp $library" \
		"libseccomp $suite" "$library" "kernel host" "$kernel"
	by_the_hook
done
finish
