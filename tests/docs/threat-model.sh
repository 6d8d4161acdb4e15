#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# docs/threat-model.md: every class of hostile input has a paragraph of its own, every paragraph
# names tests, and each test that is named is there, is run, and has in it what stands in brackets.
# TAP. Argument: SOURCE-ROOT.
set -euo pipefail

cd "$1"
model=docs/threat-model.md
count=0 failed=0
report() { # ok|"not ok" NAME
	count=$((count + 1))
	echo "$1 $count - $2"
	[ "$1" = ok ] || failed=1
}

# What can come from somebody who is not trusted. A new input gets a line here and a paragraph there.
classes='Annotations
Localhost profiles
config.json from the engine
process.json and exec
Capabilities
Privileged pods
Argv
The first instruction
x32 and i386
io_uring
User namespaces
Seccomp listeners
libseccomp
The compiled filter for crun
Ptrace, signals, the way out of a label
The environment
The programs'\'' own links and names
The policy
Caches
AppArmor texts and includes
Hook state
The keeper
Ptrace and Yama
/proc races
runc/crun state directories
The log files
The bundle and the disk
The kernel'\''s journal
Containerd'\''s configuration'

# paragraphs: "HEADING<tab>FILE<tab>WORDS" for each test of each paragraph, words may be empty.
paragraphs() {
	awk '
	function put(tests,   file, words) {
		while (match(tests, /tests\/[A-Za-z0-9_.\/-]*[A-Za-z0-9_]/)) {
			file = substr(tests, RSTART, RLENGTH)
			tests = substr(tests, RSTART + RLENGTH)
			words = ""
			if (match(tests, /^ \([^)]*\)/)) {
				words = substr(tests, RSTART + 2, RLENGTH - 3)
				gsub(/^"|"$/, "", words)
				tests = substr(tests, RSTART + RLENGTH)
			}
			print heading "\t" file "\t" words
		}
	}
	/^## The paths/ { on = 1 }
	/^## What is not covered/ { on = 0 }
	on && /^\*\*/ { heading = $0; sub(/^\*\*/, "", heading); sub(/\.\*\*.*/, "", heading); print heading "\t\t" }
	on && /^Tests: / { tests = ""; reading = 1 }
	on && reading { tests = tests (tests == "" ? "" : " ") $0 }
	on && /^$/ && reading { put(tests); reading = 0 }
	END { if (reading) put(tests) }' "$model"
}
paragraphs >"${list:=$(mktemp)}"
trap 'rm -f "$list"' EXIT

while read -r class; do
	if cut -f1 "$list" | grep -Fxq -- "$class"; then report ok "there is a paragraph: $class"
	else report "not ok" "there is a paragraph: $class"; fi
done <<<"$classes"

while IFS= read -r heading; do
	if grep -Fxq -- "$heading" <<<"$classes"; then report ok "known here: $heading"
	else report "not ok" "known here: $heading"; fi
	guards=$(awk -F'\t' -v h="$heading" '$1 == h && $2 != ""' "$list" | wc -l)
	if [ "$guards" -gt 0 ]; then report ok "$heading: $guards tests"; else report "not ok" "$heading: no test"; fi
done < <(cut -f1 "$list" | sort -u)

# is_run FILE: some meson.build of the tests names it, or what sources or starts it does
is_run() {
	local name=${1##*/}
	case $1 in
	tests/golden/*) return 0 ;; # every folder is a case
	esac
	name=${name%.sh} name=${name%.c} name=${name%.py}
	name=${name#test_} name=${name#fuzz_}
	grep -rqwF --include=meson.build -e "$name" tests ||
		grep -qwF -e "$name" tests/vm/run-tests tests/containerd/pods.sh tests/hook/lib.sh
}
while IFS=$'\t' read -r _ file words; do
	if ! [ -e "$file" ]; then report "not ok" "$file is there"
	elif ! is_run "$file"; then report "not ok" "$file is run"
	elif [ -n "$words" ] && ! grep -Fq -- "$words" "$file"; then report "not ok" "$file has '$words'"
	else report ok "$file${words:+ has \'$words\'}"; fi
done < <(awk -F'\t' '$2 != ""' "$list" | sort -u)
echo "1..$count"
exit "$failed"
