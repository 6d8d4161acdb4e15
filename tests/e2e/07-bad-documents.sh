#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Documents that are broken, hostile or not understood: the container does not start, one line
# says which file and where in it, and nothing on disk has changed.
. "$(dirname "$0")/lib.sh"
require jq
enter "$@"

state=$work/state
mkdir -p "$state/ID"
cp "$work/baseline.json" "$state/ID/config.json"
localhost='.annotations["oci-confine.io/seccomp"] = "localhost/asked.json"'
good_profile='{"defaultAction": "SCMP_ACT_ALLOW"}'
good_policy=$(cat "$policy")
asked=$work/profiles/asked.json

dir=$(bundle given "$localhost")
pristine=$work/pristine.json
cp "$dir/config.json" "$pristine"
pristine_process=$work/pristine-process.json
jq .process "$work/baseline.json" >"$pristine_process"

# What the four kinds of document are called, where they lie, and a way to have each one read.
use() { # KIND; sets $doc, $words, $watched
	printf '%s\n' "$good_policy" >"$policy"
	printf '%s\n' "$good_profile" >"$asked"
	cat "$pristine" >"$dir/config.json"
	words=(create --bundle "$dir" ID)
	case $1 in
	config) doc=$dir/config.json ;;
	policy) doc=$policy ;;
	profile) doc=$asked ;;
	process)
		doc=$work/process.json
		cp "$pristine_process" "$doc"
		words=(--root "$state" exec --process "$doc" ID)
		;;
	esac
	watched=("$dir/config.json" "$doc")
}

# The document with one key more.
add() { # "KEY": VALUE
	local text
	text=$(cat "$doc")
	printf '%s, %s}\n' "${text%\}*}" "$1" >"$doc"
}

# The document changed by a jq program.
edit() { # JQ-PROGRAM
	jq "$1" "$doc" >"$work/edited" && cat "$work/edited" >"$doc"
}

nested() { # DEPTH
	printf '%*s' "$1" '' | tr ' ' '['
	printf '%*s' "$1" '' | tr ' ' ']'
}

# --- whatever kind: not JSON, or JSON that readers do not agree about ---
for kind in config policy profile process; do
	use $kind
	accepted "$kind: as it should be"
	name=${doc##*/}

	use $kind
	truncate -s -5 "$doc"
	refused "$kind: truncated" 1 "$name: .*(line [0-9]+|ends in the middle)"
	use $kind
	: >"$doc"
	refused "$kind: empty" 1 "$name: "
	use $kind
	echo '[]' >"$doc"
	refused "$kind: an array" 1 "$name: .*object"
	use $kind
	echo 'trailing' >>"$doc"
	refused "$kind: something behind it" 1 "$name: .*line [0-9]+"
	use $kind
	truncate -s 17M "$doc"
	refused "$kind: larger than any" 1 "$name: .*larger than [0-9]+"
	use $kind
	add "\"x\": $(nested 300)"
	refused "$kind: nested 300 deep" 1 "$name: .*(deep|nest)"
	use $kind
	nested 1000000 >"$doc"
	refused "$kind: nested a million deep" 1 "$name: "
	for pair in '"a": 1, "a": 2' '"caf\u00e9": 1, "café": 2' '"a": 1, "\u0061": 2'; do
		use $kind
		add "$pair"
		refused "$kind: one key twice: $pair" 1 "$name: .*this key stands twice"
	done
	for text in '"a\u0000b"' '"\ud800"' "'a'" '/* a */ 1' 'NaN' '01' '"a	b"' '.5' '1.' 'nul' '"\x"' '+1' 'true false'; do
		use $kind
		add "\"x\": $text"
		refused "$kind: no JSON: $text" 1 "$name: "
	done
	# yajl takes these for blanks; then every key after them is misread
	for blank in '\v' '\f'; do
		use $kind
		printf "{$blank\"\": 1,%s" "$(tail -c +2 "$doc")" >"$work/edited" && cat "$work/edited" >"$doc"
		refused "$kind: no blank of JSON's: $blank" 1 "$name: "
	done
	use $kind
	add $'"x": "\xff\xfe"'
	refused "$kind: no UTF-8" 1 "$name: "
	use $kind
	iconv -f utf-8 -t utf-16 <"$doc" >"$work/edited" && cat "$work/edited" >"$doc"
	refused "$kind: UTF-16" 1 "$name: "
	use $kind
	head -c 3000 /dev/urandom >"$doc"
	refused "$kind: noise" 1 "$name: "
	use $kind
	mv "$doc" "$doc.aside"
	watched=("$doc.aside")
	refused "$kind: not there" 4 "$name: .*No such file"
	mv "$doc.aside" "$doc"
	use $kind
	mv "$doc" "$doc.aside"
	mkdir "$doc"
	watched=("$doc.aside")
	refused "$kind: a directory" 1 "$name: .*not a regular file"
	rmdir "$doc"
	mkfifo "$doc"
	watched=("$doc.aside")
	refused "$kind: a FIFO" 1 "$name: .*not a regular file"
	rm "$doc"
	ln -s "$doc.aside" "$doc"
	refused "$kind: a symbolic link" 1 "$name: .*symbolic link"
	rm "$doc"
	mv "$doc.aside" "$doc"
done

# --- wrong in what they say: KIND, JQ-PROGRAM, where ---
says() { # NAME CODE KIND JQ-PROGRAM WHERE
	use "$3"
	edit "$4"
	refused "$3: $1" "$2" "${doc##*/}: $5"
}

says "no process" 1 config 'del(.process)' "has no 'process'"
says "process is a string" 1 config '.process = "sh"' 'process: '
says "process in another case" 1 config '.Process = .process | del(.process)' "Process: .*another spelling"
says "a second process in another case" 1 config '.Process = {}' 'Process: '
says "linux is an array" 1 config '.linux = []' 'linux: '
says "annotations is an array" 1 config '.annotations = []' 'annotations: '
says "an annotation is a number" 1 config '.annotations.x = 1' 'annotations\.x: '
for kind in config process; do
	if [ $kind = config ]; then p=.process where='process\.'; else p='' where=''; fi
	says "capabilities is an array" 1 $kind "$p.capabilities = []" "${where}capabilities: "
	says "a set is a string" 1 $kind "$p.capabilities.bounding = \"ALL\"" "${where}capabilities\\.bounding: "
	says "a capability is a number" 1 $kind "$p.capabilities.effective[1] = 21" \
		"${where}capabilities\\.effective\\[1\\]: "
	says "no such capability" 1 $kind "$p.capabilities.permitted[2] = \"CAP_EVERYTHING\"" \
		"${where}capabilities\\.permitted\\[2\\]: .*CAP_EVERYTHING"
	says "a capability in small letters" 1 $kind "$p.capabilities.bounding[0] = \"cap_chown\"" \
		"${where}capabilities\\.bounding\\[0\\]: .*cap_chown"
	says "no such set" 1 $kind "$p.capabilities.everything = []" "${where}capabilities(\\.everything)?: "
	says "noNewPrivileges is a string" 1 $kind "$p.noNewPrivileges = \"true\"" "${where}noNewPrivileges: "
	says "noNewPrivileges in another case" 1 $kind "$p.nonewprivileges = false" "${where}(no|nonewprivileges)"
	says "apparmorProfile is an object" 1 $kind "$p.apparmorProfile = {}" "${where}apparmorProfile: "
done

for kind in config profile; do
	if [ $kind = config ]; then
		p=.linux.seccomp where='linux\.seccomp'
		set_it=".linux.seccomp = $good_profile | "
	else
		p='' where='' set_it=''
	fi
	dot=${where:+\\.}
	one="$set_it $p.syscalls = [{\"names\": [\"chmod\"], \"action\": \"SCMP_ACT_ERRNO\"}] | "
	with_arg="$one $p.syscalls[0].args = [{\"index\": 0, \"value\": 1, \"op\": \"SCMP_CMP_EQ\"}] | "
	says "no default action" 1 $kind "$set_it del($p.defaultAction)" "$where(: )?has no 'defaultAction'"
	says "no such default action" 1 $kind "$set_it $p.defaultAction = \"SCMP_ACT_MAYBE\"" \
		"$where${dot}defaultAction: .*SCMP_ACT_MAYBE"
	says "no such action" 1 $kind "$one $p.syscalls[0].action = \"SCMP_ACT_DENY\"" \
		"$where${dot}syscalls\\[0\\]\\.action: .*SCMP_ACT_DENY"
	says "no action" 1 $kind "$one del($p.syscalls[0].action)" "$where${dot}syscalls\\[0\\].*action"
	says "no such operator" 1 $kind "$with_arg $p.syscalls[0].args[0].op = \"SCMP_CMP_LIKE\"" \
		"$where${dot}syscalls\\[0\\]\\.args\\[0\\]\\.op: .*SCMP_CMP_LIKE"
	says "a seventh argument" 1 $kind "$with_arg $p.syscalls[0].args[0].index = 6" \
		"$where${dot}syscalls\\[0\\]\\.args\\[0\\]\\.index: "
	says "a negative value" 1 $kind "$with_arg $p.syscalls[0].args[0].value = -1" \
		"$where${dot}syscalls\\[0\\]\\.args\\[0\\]\\.value: "
	says "no such architecture" 1 $kind "$set_it $p.architectures = [\"SCMP_ARCH_Z80\"]" \
		"$where${dot}architectures\\[0\\]: .*SCMP_ARCH_Z80"
	says "no such call, under a deny rule" 1 $kind "$one $p.syscalls[0].names = [\"chmodat\"]" \
		"$where${dot}syscalls\\[0\\]\\.names\\[0\\]: .*chmodat"
	says "no such key" 1 $kind "$set_it $p.sycalls = []" "$where(${dot}sycalls)?: "
	says "a rule with no such key" 1 $kind "$one $p.syscalls[0].arg = []" \
		"$where${dot}syscalls\\[0\\](\\.arg)?: "
	says "an errno that is none" 1 $kind "$one $p.syscalls[0].errnoRet = 70000" \
		"$where${dot}syscalls\\[0\\]\\.errnoRet: "
	says "syscalls is an object" 1 $kind "$set_it $p.syscalls = {}" "$where${dot}syscalls: "
done

says "no such key" 1 policy '.capabilites = {}' 'capabilites: '
says "no such answer" 1 policy '.unconfined = "ignore"' 'unconfined: .*ignore'
says "a relative profile root" 1 policy '.seccomp["profile-root"] = "seccomp"' 'seccomp\.profile-root: '
says "no such baseline" 1 policy '.seccomp.baseline = "docker"' 'seccomp\.baseline: .*docker'
says "no such version" 1 policy '.seccomp.baseline = "runtime-default@0.9"' 'seccomp\.baseline: '
says "a relative runtime" 1 policy '.runtimes = ["runc"]' 'runtimes\[0\]: '
says "no such capability to drop" 1 policy '.capabilities.drop = ["NET_EVERYTHING"]' \
	'capabilities\.drop\[0\]: .*NET_EVERYTHING'
says "exempt without an engine" 1 policy '.exempt = {"namespaces": []}' 'exempt.*engine'
says "no-new-privileges is a string" 1 policy '.["no-new-privileges"] = "yes"' 'no-new-privileges: '
finish
