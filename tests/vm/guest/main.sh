# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=dash
# The first script in the machine: main.sh SCRIPT... runs each of them.
# shellcheck source=tests/vm/guest/lib.sh
. /vm/guest/lib.sh

make_image
for script; do
	began=$(cut -d. -f1 /proc/uptime)
	sh "/vm/guest/$script.sh" || not_ok "$script ends well"
	echo "TAP # $script: $(($(cut -d. -f1 /proc/uptime) - began)) s"
done
echo "TAP done"
