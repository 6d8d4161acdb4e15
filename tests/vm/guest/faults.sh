# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=dash
# shellcheck disable=SC3043 # busybox sh knows local
#
# A profile has to be compiled and loaded, and each system call of the wrapper, and of the hook,
# fails meanwhile or is the last one before a SIGKILL: the workload runs under the whole label or
# not at all, one line says why, and the next start finds nothing in the cache that it would trip
# over. See tests/faults/every_call.c. Parser and runtime are stand-ins, which only repeat what the
# real parser said: what is tried here are our own calls.
# shellcheck source=tests/vm/guest/lib.sh
. /vm/guest/lib.sh

cache=/var/cache/oci-confine/apparmor
here=/vm/stand-in

# One kernel has the failures, the other one the kills. every-fault.sh tries all of them, which
# takes too long for every day.
case ${every:-}$(uname -r) in
6.1.*) kinds="-o errors -m 1" create_step=2 hook_step=4 ;;
every6.1.*) kinds="-o errors -m 2" create_step=1 hook_step=1 ;;
every*) kinds="-o kills" create_step=1 hook_step=1 ;;
*) kinds="-o kills" create_step=8 hook_step=10 ;;
esac

# scenario NAME OPTION... -- COMMAND...
scenario() {
	local name=$1 said
	shift
	# shellcheck disable=SC2086 # words
	if said=$(/vm/faults/every_call -n "$name" -i /vm/faults/ignored.list -p 42 -r /tmp/record \
		-c $cache -d $cache $kinds "$@" 2>&1); then
		ok "$(echo "$said" | sed -n 's/^summary //p')"
	else
		not_ok "$name" "$said"
	fi
}

node "{$plain_policy}"
mkdir -p $here /tmp/said
for name in runc labelled without; do
	cp /vm/bin/stand_in $here/$name
done
[ -e /usr/sbin/real_parser ] || mv /usr/sbin/apparmor_parser /usr/sbin/real_parser
cat >/usr/sbin/apparmor_parser <<'SCRIPT'
#!/bin/sh
case " $* " in
*" -N "*) said=names ;;
*" -p "*) said=text ;;
*) said=blob ;;
esac
/usr/sbin/real_parser "$@" | tee /tmp/said/$said
SCRIPT
chmod 755 /usr/sbin/apparmor_parser
label=zebra
config /bin/act label >$bundle/config.json
cp $bundle/config.json /tmp/original.json
create="/vm/oci-confine/oci-confine-runtime --oci-confine-runtime=$here/runc create --bundle $bundle x"
$create
is "a label that nothing has gone wrong for" "$(members "$(cat /tmp/record)")" "$(members "$baseline//&zebra")"
cp /vm/bin/stand_in /usr/sbin/apparmor_parser
cp /tmp/original.json $bundle/config.json

# shellcheck disable=SC2086 # words
scenario apparmor-create -s $create_step -w oci-confine-runtime -f $bundle/config.json -d $bundle -- \
	$here/without zebra /vm/faults/inject self @FAULT @REPORT $create
is "apparmor-create: the kernel has it, whole" "$(mode_of zebra)" enforce
unset label
annotations='"oci-confine.io/apparmor": "localhost/zebra"'
config /bin/act label >$bundle/config.json
scenario apparmor-hook -s $hook_step -b 100 -w oci-confine-hook -- $here/without zebra \
	/vm/faults/pretend plain $bundle $here/labelled /vm/faults/inject self @FAULT @REPORT \
	/vm/oci-confine/oci-confine-hook --stage=createRuntime
is "apparmor-hook: the kernel has it, whole" "$(mode_of zebra)" enforce
mv /usr/sbin/real_parser /usr/sbin/apparmor_parser
