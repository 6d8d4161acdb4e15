#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The compatibility table in short, for tests/scoreboard.sh: from docs/compatibility.md, which suite
# compat holds against what it sees.
"$(dirname "$0")/table.py" --summary && printf '\n%s\n' \
	'What each word means, and why not where not: [compatibility.md](compatibility.md).'
