# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=dash
#
# The baseline allows nothing to files that an engine's own default profile forbids: asked of
# the kernel, which has them all.
# shellcheck source=tests/vm/guest/lib.sh
. /vm/guest/lib.sh

load /vm/profiles/* /vm/engines/*
# the processes' own directories once, not every process's
find /proc /sys -not -path '/proc/[2-9]*' -not -path '/proc/1[0-9]*' >/tmp/paths 2>/dev/null
# shellcheck disable=SC2046 # words
said=$(/vm/bin/looser $baseline $(ls /vm/engines) </tmp/paths)
has "no looser than $(ls /vm/engines | tr '\n' ' ')" "$said" "questions, 0 looser"
said=$(/vm/bin/looser peer $baseline </dev/null)
hasnt "a profile that is looser is noticed" "$said" "questions, 0 looser"
