# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=dash
# shellcheck disable=SC3043 # busybox sh knows local
#
# What AppArmor costs a start, in system calls and in files opened: when every profile is loaded two reads, to see
# that; a profile from the cache its text, the entry and one write. No process is started.
# shellcheck source=tests/vm/guest/lib.sh
. /vm/guest/lib.sh

# trace: what the wrapper does until it becomes the runtime, in /tmp/calls; and the names of the
# files that it opens, in /tmp/opened.
trace() {
	config /bin/act label >$bundle/config.json
	strace -f -o /tmp/trace /vm/oci-confine/oci-confine-runtime \
		--oci-confine-runtime=/vm/bin/runc create --bundle $bundle x >/dev/null 2>&1
	awk 'NR == 1 { self = $1 } $1 == self && / execve\(/ && ++n == 2 { exit } { print }' \
		/tmp/trace >/tmp/calls
	sed -n 's/^[0-9]* *open[a-z0-9]*([^"]*"\([^"]*\)".*/\1/p' /tmp/calls |
		sed 's/^[0-9a-f]\{32\}$/ENTRY/; s/^\.config\.json\..*/NEW/' >/tmp/opened
	echo "TAP # $1: $(wc -l </tmp/calls) system calls"
}

# at_most NAME LIMIT: system calls of the last start, up to the runtime's execve
at_most() {
	local calls
	calls=$(wc -l </tmp/calls)
	if [ "$calls" -le "$2" ]; then
		ok "$1: $calls system calls, at most $2"
	else
		not_ok "$1: $calls system calls, more than $2" "$(cut -c1-120 /tmp/calls)"
	fi
}

# for_apparmor: what is opened beside the policy and the bundle.
for_apparmor() {
	grep -v -x -e /etc/oci-confine/policy.json -e $bundle -e config.json -e NEW /tmp/opened |
		tr '\n' ' '
}

processes() {
	grep -c -E ' (v?fork|clone3?)\(' /tmp/calls
}

node "{$plain_policy}"
cp /vm/bin/act /vm/bin/runc # in the place of the runtime
label=zebra
trace "nothing loaded, no cache"
has "no cache: the parser is run" "$(processes)" "[1-9]"
trace "all loaded"
at_most "all loaded" 38
is "all loaded: what is opened" "$(for_apparmor)" \
	"/sys/module/apparmor/parameters/enabled $apparmor/profiles "
is "all loaded: no process is started" "$(processes)" 0
forget zebra
trace "one from the cache"
at_most "one from the cache" 86
is "from the cache: what is opened" "$(for_apparmor)" \
	"/sys/module/apparmor/parameters/enabled $apparmor/profiles \
/etc/oci-confine/apparmor zebra / var cache oci-confine apparmor ENTRY /etc/apparmor.d \
$apparmor .load $apparmor/profiles "
is "from the cache: no process is started" "$(processes)" 0
is "from the cache: it is loaded" "$(mode_of zebra)" enforce
