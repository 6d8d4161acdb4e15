# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=dash
#
# A kernel without AppArmor: whoever asks for a profile is refused; the baseline alone is left
# out, unless the policy requires it.
# shellcheck source=tests/vm/guest/lib.sh
. /vm/guest/lib.sh

runs() { # NAME
	has "$1: runs" "$(contain read=/proc/version)" "read=/proc/version: ok"
}

is "this kernel has no AppArmor" "$(ls -d $apparmor 2>/dev/null)" ""
for job in compile load status; do
	said=$(/vm/oci-confine/oci-confine apparmor $job 2>&1)
	is "oci-confine apparmor $job" "$? $said" "3 oci-confine: this kernel has no AppArmor"
done
is "nothing is compiled for a kernel without features" "$(ls /var/cache/oci-confine 2>/dev/null)" ""
for name in $(cut -d' ' -f1 /vm/runtimes); do
	use "$name"
	unset through
	label=$baseline
	case $name in
	crun*) runs "crun by itself does not mind that there is no AppArmor" ;;
	*) hasnt "runc by itself refuses" "$(contain read=/proc/version)" "version: ok" ;;
	esac
	through=yes
	node "{$plain_policy}"
	refused "the engine asks for a profile" "process.apparmorProfile*this kernel has no AppArmor"
	unset label
	annotations='"oci-confine.io/apparmor": "localhost/peer"'
	refused "the pod asks for a profile" "annotations*this kernel has no AppArmor"
	annotations=
	runs "nobody asks"
	stay long
	process ', "apparmorProfile": "peer"' >/tmp/process
	has "an exec asks for a profile: refused" "$(rt exec --process /tmp/process long 2>&1)" \
		"oci-confine-runtime: *this kernel has no AppArmor"
	process '' >/tmp/process
	has "an exec asks for none: runs" "$(rt exec --process /tmp/process long 2>&1)" "label: "
	gone long
	node "{$plain_policy, \"apparmor\": {\"required\": false}}"
	runs "nobody asks, not required"
	node "{$plain_policy, \"apparmor\": {\"required\": true}}"
	refused "nobody asks, but the policy requires it" "AppArmor is required by *no AppArmor"
done
