#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The scoreboard's table of the lines that the tests reach. It builds for itself.
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
cat <<'EOT'
Lines of the two layers that hold what is decided, as gcov counts them, after the suites unit,
golden, property, fuzz, diff, cli, e2e, hook and vm (`tests/coverage.sh`, a quarter of an hour).

EOT
exec "$(dirname "$0")/../coverage.sh"
