# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=dash
# shellcheck disable=SC3043 # busybox sh knows local
#
# What gets into the kernel: hostile files do not, one profile that many ask for at once gets in
# once, and `oci-confine apparmor` tells what is there.
# shellcheck source=tests/vm/guest/lib.sh
. /vm/guest/lib.sh

dir=/etc/oci-confine/apparmor
cli=/vm/oci-confine/oci-confine

# bad_file NAME PATTERN: a pod that asks for it is refused, and the kernel has nothing new.
bad_file() {
	local before
	before=$(cat $apparmor/profiles)
	unset label
	annotations='"oci-confine.io/apparmor": "localhost/'$1'"'
	refused "the file '$1'" "$2"
	annotations=
	is "the file '$1': nothing was loaded" "$(cat $apparmor/profiles)" "$before"
	rm -rf "${dir:?}/$1"
}

# file NAME: makes it, of what is on standard input.
file() {
	cat >"$dir/$1"
}

hostile_files() {
	mkdir -p $apparmor/policy/namespaces/elsewhere
	contain label >/dev/null # so that the baseline is there
	echo 'profile something { file, }' | file other
	bad_file other "$dir/other: defines the AppArmor profile 'something'"
	echo 'profile two { file, } profile extra { file, }' | file two
	bad_file two "$dir/two: defines the AppArmor profile 'extra'"
	echo 'profile taking { file, } profile unconfined { }' | file taking
	bad_file taking "$dir/taking: defines the AppArmor profile 'unconfined'"
	echo 'profile :elsewhere:spaced { file, }' | file spaced
	bad_file spaced "$dir/spaced: defines the AppArmor profile ':elsewhere"
	is "the other namespace is empty" \
		"$(ls $apparmor/policy/namespaces/elsewhere/profiles)" ""
	printf 'profile "one\nlines" { file, }\n' | file lines
	bad_file lines "$dir/lines: defines the AppArmor profile 'one'"
	echo "profile $baseline { file, }" | file baseline-again
	bad_file baseline-again "defines the AppArmor profile '$baseline'"
	echo 'profile unsound { file' | file unsound
	bad_file unsound "$dir/unsound: "
	: | file empty
	bad_file empty "$dir/empty: does not define"
	echo 'profile open { file, }' | file open
	chmod 666 $dir/open
	bad_file open "$dir/open: *writable"
	echo 'profile foreign { file, }' | file foreign
	chown 1 $dir/foreign
	bad_file foreign "$dir/foreign: *owned by"
	ln -s /vm/profiles/peer $dir/link
	bad_file link "$dir/link: "
	mkdir $dir/folder
	bad_file folder "$dir/folder: "
	mkfifo $dir/pipe
	bad_file pipe "$dir/pipe: "
	echo 'profile fine { file, }' | file fine
	chmod 777 $dir
	bad_file fine "$dir: *writable"
	chmod 755 $dir
}

# A text that would be loaded, but confines nobody.
toothless_files() {
	local flag
	for flag in complain unconfined; do
		echo "profile toothless flags=($flag) { file, }" | file toothless
		label=toothless
		refused "a profile that is only $flag" "'toothless' *mode"
		forget toothless
	done
	rm $dir/toothless
}

# Sixteen starts at once of a profile that is not loaded nor compiled.
crowd() {
	local i wrong=
	sed 's/peer\([^=]\)/crowd\1/g' $dir/peer | file crowd
	forget crowd
	forget $baseline
	rm -rf /var/cache/oci-confine
	count_parser_runs
	dmesg -c >/dev/null
	label=crowd
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
		mkdir -p "/tmp/crowd-$i"
		config /bin/act label >"/tmp/crowd-$i/config.json"
		rt run --bundle "/tmp/crowd-$i" "crowd-$i" >"/tmp/crowd-$i/said" 2>&1 </dev/null &
	done
	wait
	for i in /tmp/crowd-*/said; do
		grep -q "^label: crowd//&$baseline (enforce)" "$i" || wrong="$wrong $(cat "$i")"
	done
	is "16 starts at once: every one is confined" "$wrong" ""
	is "16 starts at once: each profile is compiled once" "$(grep -c -e '-S' /tmp/parser.log)" 2
	dmesg >/tmp/dmesg
	for i in crowd $baseline; do
		is "16 starts at once: $i is loaded once" \
			"$(grep 'operation="profile_load"' /tmp/dmesg | grep "name=\"$i\"" |
				grep -vc 'error=')" 1
	done
}

# A start that is stopped while it compiles holds the lock for ever: another one waits ten seconds,
# then compiles for itself.
holder_hangs() {
	local holder began text
	rm -rf /var/cache/oci-confine
	forget crowd
	printf '%s\n' '#!/bin/sh' 'rm /tmp/hang 2>/dev/null && kill -STOP $PPID' \
		'exec /usr/sbin/real_parser "$@"' >/usr/sbin/apparmor_parser
	: >/tmp/hang
	label=crowd
	mkdir -p /tmp/hangs
	config /bin/act label >/tmp/hangs/config.json
	/vm/oci-confine/oci-confine-runtime "--oci-confine-runtime=$runtime" --root "$runtime_root" \
		run --bundle /tmp/hangs hangs >/tmp/hangs/said 2>&1 </dev/null &
	holder=$!
	while [ -e /tmp/hang ]; do sleep 0.1; done
	is "the holder of the lock hangs" "$(cut -d' ' -f3 /proc/$holder/stat)" T
	began=$(cut -d. -f1 /proc/uptime)
	config /bin/act label >$bundle/config.json
	text=$(timeout 40 /vm/oci-confine/oci-confine-runtime "--oci-confine-runtime=$runtime" \
		--root "$runtime_root" run --bundle $bundle waits 2>&1 </dev/null)
	has "the holder of the lock hangs: another start is confined" "$text" "label: crowd//&$baseline (enforce)"
	echo "TAP # the holder of the lock hangs: another start takes $(($(cut -d. -f1 /proc/uptime) - began)) s"
	kill -CONT $holder
	wait $holder
	has "and goes on: so is its container" "$(cat /tmp/hangs/said)" "label: crowd//&$baseline (enforce)"
	unset label
}

# line PROFILE: its line of the status.
line() {
	$cli apparmor status | grep "^$1 " | tr -s ' '
}

status() {
	label=crowd
	forget zebra
	has "status: not loaded" "$(line zebra)" "zebra - 0 not loaded"
	has "status: loaded, used by nobody" "$(line crowd)" "crowd enforce 0 current"
	stay one
	has "status: used" "$(line crowd)" "crowd enforce 1 current"
	has "status: the baseline is used too" "$(line $baseline)" "$baseline enforce 1 current"
	has "status: by whom" "$($cli apparmor status crowd)" "pid $pid"
	has "status: for machines" "$($cli apparmor status --json crowd | tr -d ' \n')" \
		'"profile":"crowd","mode":"enforce","state":"current",*"pids":\[''*]'
	sed -i 's/^}/  deny \/tmp\/new w,\n}/' $dir/crowd
	has "status: the text changed" "$(line crowd)" "crowd enforce 1 stale"
	hasnt "a changed text is not loaded by itself" "$($cli apparmor load crowd)" "replaced"
	has "a changed text stays changed" "$(line crowd)" "crowd enforce 1 stale"
	has "it is loaded when asked for" "$($cli apparmor load --replace crowd)" "crowd: replaced"
	has "status: current again" "$(line crowd)" "crowd enforce 1 current"
	is "it holds in the running container" \
		"$(answer create=/tmp/new "$(rt exec one /bin/act create=/tmp/new)")" EACCES
	load /vm/profiles/complaining
	has "status: a mode that only complains" "$(line complaining)" "complaining complain 0"
	echo 'profile unsound { file' | file unsound
	has "status: a text that is broken" "$(line unsound)" "unsound - 0 broken"
	rm $dir/unsound
	has "after removal by hand the profile counts as not loaded" \
		"$(forget crowd; line crowd)" "crowd - * not loaded"
	gone one
}

ahead() {
	rm -rf /var/cache/oci-confine
	forget zebra
	has "compile: all that there is" "$($cli apparmor compile)" "zebra: compiled"
	: >/tmp/parser.log
	label=zebra
	has "compiled ahead: it starts" "$(contain label)" "label: $baseline//&zebra (enforce)"
	is "compiled ahead: the start compiles nothing" "$(parser_runs)" 0
	forget zebra
	has "load: what is not loaded" "$($cli apparmor load zebra)" "zebra: loaded"
	is "load: it is there" "$(mode_of zebra)" enforce
	has "load: a second time" "$($cli apparmor load zebra)" "zebra: loaded already"
}

# What else the policy can say of AppArmor.
policies() {
	unset label
	echo "{$plain_policy, \"apparmor\": {\"baseline\": \"peer\"}}" >/etc/oci-confine/policy.json
	has "another baseline" "$(contain label)" "label: peer (enforce)"
	echo "{$plain_policy, \"apparmor\": {\"baseline\": \"none\"}}" >/etc/oci-confine/policy.json
	has "no baseline" "$(contain label)" "label: unconfined"
	echo "{$plain_policy, \"apparmor\": {\"required\": true}}" >/etc/oci-confine/policy.json
	has "required, and there" "$(contain label)" "label: $baseline (enforce)"
	echo "{$plain_policy, \"apparmor\": {\"load\": false}}" >/etc/oci-confine/policy.json
	forget zebra
	label=zebra
	refused "nothing shall be loaded" "'zebra' is not loaded, and *says not to load"
	echo "{$plain_policy, \"apparmor\": {\"profile-root\": \"/tmp/elsewhere\"}}" \
		>/etc/oci-confine/policy.json
	mkdir -p /tmp/elsewhere
	mv $dir/zebra /tmp/elsewhere/zebra
	has "another directory" "$(contain label)" "label: $baseline//&zebra (enforce)"
	mv /tmp/elsewhere/zebra $dir/zebra
	# an engine's own default stays by itself, and gives way where more is asked for
	echo "{$plain_policy}" >/etc/oci-confine/policy.json
	load /vm/engines/containerd-trixie
	sed 's/containerd-trixie/cri-containerd.apparmor.d/' /vm/engines/containerd-trixie >/tmp/default
	load /tmp/default
	label=cri-containerd.apparmor.d
	has "the engine's default alone" "$(contain label)" "label: cri-containerd.apparmor.d (enforce)"
	annotations='"oci-confine.io/apparmor": "localhost/zebra"'
	has "the engine's default and one more" "$(contain label)" "label: $baseline//&zebra (enforce)"
	annotations=
	hasnt "doctor has nothing against that" "$($cli doctor)" "name only itself"
	echo "{$plain_policy, \"apparmor\": {\"baseline\": \"cri-containerd.apparmor.d\"}}" \
		>/etc/oci-confine/policy.json
	has "the engine's default as the baseline: doctor warns" "$($cli doctor)" \
		"warning  AppArmor: baseline cri-containerd.apparmor.d: its rules for signals name only itself"
	has "so does status" "$($cli apparmor status | tr -s ' \n' ' ')" \
		"the policy's baseline warning: its rules for signals name only itself"
}

use "$(sed -n 's/^\(crun[^ ]*\) .*/\1/p' /vm/runtimes)"
through=yes
node "{$plain_policy}"
count_parser_runs
hostile_files
toothless_files
crowd
holder_hangs
count_parser_runs
status
ahead
policies
