# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=dash
#
# Audit mode: nothing is denied, also not by "deny", and the kernel's log has all of it. The
# profiles are loaded in their complain form, under other names.
# shellcheck source=tests/vm/guest/lib.sh
. /vm/guest/lib.sh

cli=/vm/oci-confine/oci-confine
tutorial=k8s-apparmor-example-deny-write
prefix=oci-confine-audit.

# logged NAME PROFILE WORD...: the kernel logged a line with each of these as allowed.
logged() {
	what=$1 profile=$2 lacking=
	shift 2
	for word; do
		grep 'apparmor="ALLOWED"' /tmp/dmesg | grep "profile=\"$profile\"" |
			grep -q "$word" || lacking="$lacking $word"
	done
	if [ -z "$lacking" ]; then
		ok "$what"
	else
		not_ok "$what" "not logged: $lacking" "$(grep -c ALLOWED /tmp/dmesg) lines"
	fi
}

sleep 1000 &
host=$!
node "{$plain_policy, \"mode\": \"audit\"}"
for name in $(cut -d' ' -f1 /vm/runtimes); do
	use "$name"
	through=yes
	unset label
	dmesg -c >/dev/null
	# shellcheck disable=SC2086
	text=$(contain label kill-child trace-child unix "signal=$host" "trace=$host" $forbidden)
	dmesg >/tmp/dmesg
	is "nothing asked for: the label" "$(answer label "$text")" "$prefix$baseline (complain)"
	# shellcheck disable=SC2086
	answers "nothing asked for: nothing is denied" "$text" ok kill-child trace-child unix \
		"signal=$host" "trace=$host" $forbidden
	logged "nothing asked for: all of it is logged" "$prefix$baseline" 'operation="mount"' \
		/proc/sys/kernel/core_pattern /proc/sys/kernel/shmmax /proc/sys/vm/swappiness \
		/proc/sysrq-trigger /sys/firmware/acpi/tables/APIC \
		/sys/module/printk/parameters/time /sys/kernel/security/apparmor/profiles \
		'operation="signal"' 'operation="ptrace"'

	annotations='"oci-confine.io/apparmor": "localhost/'$tutorial'"'
	dmesg -c >/dev/null
	# shellcheck disable=SC2086
	text=$(contain label kill-child unix create=/tmp/file $forbidden)
	dmesg >/tmp/dmesg
	is "the tutorial's pod: the label" "$(members "$(answer label "$text")")" \
		"$(members "$prefix$tutorial//&$prefix$baseline")"
	# shellcheck disable=SC2086
	answers "the tutorial's pod: nothing is denied" "$text" ok kill-child unix create=/tmp/file \
		$forbidden
	logged "the tutorial's pod: what its deny rule would deny is logged" "$prefix$tutorial" \
		'name="/tmp/file"'
	has "the tutorial's pod: the report says so, and what would allow it" \
		"$($cli report /tmp/dmesg | tr -s ' \n' ' ')" \
		"open /tmp/file (wc): would be denied by AppArmor's $tutorial (act) to allow it, and no deny rule in the way: /tmp/file w,"
	is "neither is loaded under its own name" "$(mode_of $tutorial)$(mode_of $baseline)" ""

	stay audited
	execs "in audit mode" "$prefix$tutorial//&$prefix$baseline" audited /bin/act label
	gone audited
	annotations=

	label=peer
	has "a profile of the container's own stays, and enforces" \
		"$(contain label write=/proc/sys/kernel/core_pattern)" "label: peer (enforce)"
done
