#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# docs/scoreboard.md has every section of tests/scoreboard.list, with a table in each, and the limits
# in it are those that the tests hold. TAP. Argument: SOURCE-ROOT.
set -euo pipefail

top=$1
docs=$top/docs/scoreboard.md
count=0 failed=0

# check WHAT COMMAND...
check() {
	local what=$1
	shift
	count=$((count + 1))
	if "$@"; then echo "ok $count - $what"; else
		echo "not ok $count - $what"
		failed=1
	fi
}

section() { sed -n "/^<!-- section: $1 -->$/,/^<!-- end: $1 -->$/p" "$docs"; }
has_title() { section "$1" | grep -qxF "## $2"; }
has_table() { [ "$(section "$1" | grep -c '^|')" -ge 3 ]; }
has_limit() { section "$1" | grep -F "| $3 |" | grep -qF "| $2 |"; }

while read -r name script gates title; do
	check "$name: its script is there" test -x "$top/tests/$script"
	check "$name: the section is called '$title'" has_title "$name" "$title"
	check "$name: has a table" has_table "$name"
	[ "$gates" != - ] || continue
	while read -r key limit what; do
		check "$name: $key, its limit $limit" has_limit "$name" "$limit" "$what"
	done < <(grep -v '^#' "$top/tests/$gates")
done < <(grep -v '^#' "$top/tests/scoreboard.list")
while read -r name; do
	check "$name is in tests/scoreboard.list" grep -q "^$name " "$top/tests/scoreboard.list"
done < <(sed -n 's/^<!-- section: \(.*\) -->$/\1/p' "$docs")
echo "1..$count"
exit "$failed"
