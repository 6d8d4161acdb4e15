# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=dash
# shellcheck disable=SC3043 # busybox sh knows local
#
# oci-confine-runtime on a node where nothing was prepared: the label it composes, loads and puts
# on, at the start and in every exec; what it refuses.
# shellcheck source=tests/vm/guest/lib.sh
. /vm/guest/lib.sh

tutorial=k8s-apparmor-example-deny-write

on_demand() {
	local text
	rm -rf /var/cache/oci-confine
	unset label
	forget $baseline
	text=$(ask kill-child trace-child unix)
	confined "no profile, nothing loaded, no cache" "$text" $baseline
	answers "no profile: its processes act on each other" "$text" ok kill-child trace-child unix
	is "no profile: the baseline is loaded" "$(mode_of $baseline)" enforce
	parser_runs >/dev/null
	forget $baseline
	confined "nothing loaded, a warm cache" "$(ask)" $baseline
	is "a warm cache: nothing is compiled" "$(parser_runs)" 0
	rm -rf /var/cache/oci-confine
	confined "all loaded, no cache" "$(ask)" $baseline
	is "all loaded: nothing is compiled" "$(parser_runs)" 0
	[ ! -e /var/cache/oci-confine ]
	is "all loaded: the cache is not touched" $? 0
}

# An unprepared node, where the profile was only put into the directory.
tutorials_pod() {
	local text
	unset label
	forget $baseline
	forget $tutorial
	annotations='"io.kubernetes.cri.container-name": "hello",
		"container.apparmor.security.beta.kubernetes.io/hello": "localhost/'$tutorial'"'
	text=$(ask create=/tmp/file kill-child)
	annotations=
	confined "the tutorial's pod" "$text" "$baseline//&$tutorial"
	answers "the tutorial's pod: writing is denied" "$text" EACCES create=/tmp/file
	answers "the tutorial's pod: it can end its own children" "$text" ok kill-child
}

stacks() {
	local text
	label=peer
	confined "one more, named by the engine" "$(ask)" "$baseline//&peer"
	label="peer//&$baseline"
	confined "two, in the other order" "$(ask)" "$baseline//&peer"
	annotations='"oci-confine.io/apparmor": "localhost/zebra"'
	label=peer nnp=true
	text=$(ask kill-child trace-child unix create=/tmp/file)
	annotations='' nnp=false
	confined "three, and no_new_privs" "$text" "$baseline//&peer//&zebra"
	answers "three: its processes act on each other" "$text" ok kill-child trace-child unix \
		create=/tmp/file
	label=unconfined
	confined "unconfined" "$(ask)" $baseline
}

refusals() {
	local profile
	annotations='"oci-confine.io/apparmor": "localhost/nosuch"' label=$baseline
	refused "a profile that is nowhere" "/etc/oci-confine/apparmor/nosuch*not loaded"
	annotations=
	label=complaining
	refused "a member that only complains" "'complaining' is loaded in complain mode"
	for label in u unconf "peer//&un" "peer//&" "u//&peer" "//&peer" ":elsewhere:loose" \
		"peer//&:elsewhere:loose" "&peer" " unconfined" "unconfined " "peer " "peer/../peer"; do
		refused "the engine's '$label'" "process.apparmorProfile*cannot be the name"
	done
	label="peer\\u0000//&$baseline"
	refused "a NUL that cuts the baseline off" "process.apparmorProfile*NUL"
	unset label
	for profile in u unconf "peer//&un" "peer//&" ":elsewhere:loose" "&peer" " peer" "../peer" \
		"peer\\u0000x"; do
		annotations='"oci-confine.io/apparmor": "localhost/'$profile'"'
		refused "the pod's '$profile'" "annotations*oci-confine.io/apparmor"
	done
	annotations=
}

exec_refused() { # NAME WORD...
	local name=$1 text
	shift
	text=$(rt exec "$@" 2>&1 </dev/null)
	has "exec, $name: refused" "$text" "oci-confine-runtime: *cannot be the name"
	hasnt "exec, $name: nothing was run" "$text" "label:"
}

every_exec() {
	local own="$baseline//&peer"
	label=peer
	stay long
	is "the host sees the label" "$(members "$(label_of "$pid")")" "$(members "$own")"
	process '' >/tmp/process
	execs "a process without a profile" "$own" --process /tmp/process long
	process ', "apparmorProfile": "'"peer//&$baseline"'"' >/tmp/process
	execs "a process with the same" "$own" --process /tmp/process long
	process ', "apparmorProfile": "zebra"' >/tmp/process
	execs "a process with another, which is stacked" "$own//&zebra" --process /tmp/process long
	process ', "apparmorProfile": "unconfined"' >/tmp/process
	execs "a process that is to be unconfined" "$own" --process /tmp/process long
	execs "nothing said" "$own" long /bin/act label
	process ', "apparmorProfile": "peer//&un"' >/tmp/process
	exec_refused "a process with half a name" --process /tmp/process long
	case $("$runtime" exec --help 2>&1) in
	*--apparmor*)
		execs "an option with another, which is stacked" "$own//&zebra" \
			--apparmor zebra long /bin/act label
		exec_refused "an option with half a name" --apparmor un long /bin/act label
		;;
	*) not_ok "exec, an option: the runtime has none" ;;
	esac
	# somebody removed a member: what runs has a hole, what is executed has not
	forget peer
	execs "after peer was removed by hand" "$own" long /bin/act label
	gone long
}

node "{$plain_policy}"
load /vm/profiles/complaining
count_parser_runs
for name in $(cut -d' ' -f1 /vm/runtimes); do
	use "$name"
	through=yes
	on_demand
	tutorials_pod
	stacks
	refusals
	every_exec
done
for name in $(cut -d' ' -f1 /vm/others); do
	use "$name"
	through=yes
	stacks
	every_exec
done
