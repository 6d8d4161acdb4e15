#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The scoreboard's table of the load: how many containers and execs, and what became of them.
# Argument: the build directory; then, how many containers each way (500).
set -u -o pipefail
export OCI_CONFINE_BUILD=${1:?the build directory}
here=$(cd "$(dirname "$0")" && pwd)
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
said=$(for test in "$here"/0[12]-*.sh; do bash "$test" "${2:-500}" || echo "failed: ${test##*/}"; done 2>&1)
echo "$said" | grep -v '^ok' >&2
echo 'Eight at a time, each fifth with four execs at once; each must say its own word and be denied a'
echo 'call. Left: processes, state, cgroups, mounts, files, descriptors of containerd.'
echo
echo '| way | containers | execs | lost, or not confined | left behind |'
echo '|---|---|---|---|---|'
sed -n 's/^ok [0-9]* - \([a-z]*\) containers=\([0-9]*\) execs=\([0-9]*\):.*/| \1 | \2 | \3 | 0 | nothing |/p' <<<"$said"
! grep -q '^not ok\|^failed' <<<"$said"
