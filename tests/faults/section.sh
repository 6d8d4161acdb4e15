#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The scoreboard's table of failing system calls: what tests 01 and 02 tried, and what came of it.
set -u -o pipefail
export OCI_CONFINE_BUILD=${1:?the build directory}
here=$(cd "$(dirname "$0")" && pwd)
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
said=$(for test in "$here"/0[12]-*.sh; do bash "$test" || echo "failed: ${test##*/}"; done 2>&1)
echo "$said" | grep -v '^ok' >&2
cat <<'TEXT'
Each system call of a start fails, in ways that its manual page names, and is the last one before
a SIGKILL. Refused: with one line that says why. Started: confined all the same; each such failure
is listed with its reason. Without a word: nobody could be told, or the C library died before
main(). Looser, half a file, or left behind: not once.

TEXT
echo '| what | system calls | failures tried | kills tried | refused | started, confined | without a word |'
echo '|---|---|---|---|---|---|---|'
sed -n 's/^ok [0-9]* - \([a-z-]*\) calls=\([0-9]*\) errors=\([0-9]*\) kills=\([0-9]*\) refused=\([0-9]*\) started=\([0-9]*\) dead=\([0-9]*\) problems=0$/| \1 | \2 | \3 | \4 | \5 | \6 | \7 |/p' <<<"$said"
! grep -q '^not ok\|^failed' <<<"$said"
