#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The compatibility table, for tests/scoreboard.sh. Argument: the build directory.
exec "$(dirname "$0")/table.py" --print "$1"
