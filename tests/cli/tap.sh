# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# TAP for the tests of commands. Sets: confine, work. Sourced with SOURCE-ROOT BUILD-ROOT.
top=$1 build=$2
confine=$build/cli/oci-confine
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0 failed=0

ok() { count=$((count + 1)); echo "ok $count - $1"; }
not_ok() {
	count=$((count + 1)) failed=1
	echo "not ok $count - $1"
	sed 's/^/# /' "$work/out" "$work/err" 2> /dev/null
}
# run WORD...: oci-confine in $work, output to $work/out and $work/err, its status in $status
run() {
	status=0
	(cd "$work" && "$confine" "$@") > "$work/out" 2> "$work/err" || status=$?
}
# is WHAT STATUS WORD...: runs and checks the status; what it prints is in $work/out
is() {
	local what=$1 want=$2
	shift 2
	run "$@"
	if [ "$status" = "$want" ]; then ok "$what"; else
		echo "status $status, expected $want" >> "$work/err"
		not_ok "$what"
	fi
}
# says WHAT TEXT...: each of them is a part of the output so far
says() {
	local what=$1 text
	shift
	for text in "$@"; do
		grep -qF -- "$text" "$work/out" || {
			echo "missing: $text" >> "$work/err"
			not_ok "$what"
			return
		}
	done
	ok "$what"
}
# holds WHAT COMMAND...
holds() {
	local what=$1
	shift
	if "$@"; then ok "$what"; else not_ok "$what"; fi
}
# golden WHAT < EXPECTED: the whole output
golden() {
	if diff -u - "$work/out" > "$work/diff"; then ok "$1"; else
		cat "$work/diff" >> "$work/err"
		not_ok "$1"
	fi
}
# jqs WHAT FILTER: the output is one JSON object for which the filter is true
jqs() {
	if [ "$(wc -l < "$work/out")" = 1 ] && jq -e "$2" "$work/out" > /dev/null 2>> "$work/err"; then
		ok "$1"
	else
		not_ok "$1"
	fi
}
# refuses WHAT STATUS TEXT WORD...: nothing on standard output, one line on standard error with TEXT
refuses() {
	local what=$1 want=$2 text=$3
	shift 3
	run "$@"
	if [ "$status" = "$want" ] && [ ! -s "$work/out" ] && [ "$(wc -l < "$work/err")" = 1 ] &&
		grep -qF -- "$text" "$work/err"; then ok "$what"; else
		echo "status $status, expected $want and: $text" >> "$work/err"
		not_ok "$what"
	fi
}
finish() {
	echo "1..$count"
	exit "$failed"
}
