# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=dash
# shellcheck disable=SC3043 # busybox sh knows local
#
# What a name can do that is handed to the kernel as it is, by real runtimes: the reason why ours
# are checked. Should one of these fail, the kernel has become wiser and a check may go.
# shellcheck source=tests/vm/guest/lib.sh
. /vm/guest/lib.sh

# falls NAME LABEL WANTED-LABEL [ANSWER]: what the container runs under, and whether it may write
# where the baseline forbids it.
falls() {
	local text wanted=$3
	label=$2
	text=$(contain label write=/proc/sys/kernel/core_pattern)
	is "the kernel falls for $1" "$(answer label "$text"), \
$(answer write=/proc/sys/kernel/core_pattern "$text")" "$wanted, ${4:-ok}"
}

load /vm/profiles/*
mkdir -p $apparmor/policy/namespaces/elsewhere
echo 'profile loose flags=(attach_disconnected) { file, network, capability, signal, ptrace, }' |
	apparmor_parser --quiet --replace --skip-cache --namespace elsewhere
for name in $(cut -d' ' -f1 /vm/runtimes); do
	use "$name"
	falls "a prefix of unconfined" u unconfined
	falls "a longer prefix of unconfined" unconf unconfined
	falls "a prefix of unconfined as a member" "peer//&un" "peer//&unconfined (enforce)"
	falls "an empty member" "peer//&" "peer//&unconfined (enforce)"
	falls "a NUL that cuts the baseline off" "peer\\u0000//&$baseline" "peer (enforce)"
	falls "another namespace" ":elsewhere:loose" "loose (enforce)"
	falls "a stack on what the runtime has" "&peer" "peer//&unconfined (enforce)"
	falls "a space before unconfined" " unconfined" unconfined
	falls "a space behind unconfined" "unconfined " unconfined
	falls "a member that only complains" "peer//&complaining" \
		"complaining//&peer (mixed)"

	# the member that forbade is gone, and "enforce" is still said
	label="peer//&passing"
	stay removed
	printf passing >$apparmor/.remove
	is "a removed member leaves a hole" "$(cat "/proc/$pid/attr/apparmor/current")" \
		"peer//&unconfined (enforce)"
	load /vm/profiles/passing
	is "loading it again does not close it" "$(cat "/proc/$pid/attr/apparmor/current")" \
		"peer//&unconfined (enforce)"
	gone removed
done
