#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What was fuzzed, and when: one Markdown table from record.tsv, where run.sh adds a line a run. A
# section of tests/scoreboard.sh.
set -eu
cd "$(dirname "$0")"
cat <<'EOF'
`tests/fuzz/run.sh all 600` runs each target under the address and undefined behaviour sanitizers
with libFuzzer; these are the runs that were kept. Findings are fixed, and replayed with the rest of
`tests/fuzz/corpus` in every test run.

EOF
echo '| target | last run | at commit | CPU seconds, all runs | inputs tried, all runs | edges reached | findings open | replayed inputs |'
echo '|---|---|---|---:|---:|---:|---:|---:|'
for target in fuzz_*.c; do
	target=${target#fuzz_}
	target=${target%.c}
	awk -v target="$target" -v kept="$(find "corpus/$target" -type f | wc -l)" -F '\t' '
		$1 == target { day = $2; commit = $3; cpu += $4; inputs += $5; edges = $6; open = $8 }
		END {
			if (day == "")
				printf "| %s | not yet | - | 0 | 0 | - | - | %d |\n", target, kept
			else
				printf "| %s | %s | %s | %d | %d | %d | %d | %d |\n", target, day, commit,
					cpu, inputs, edges, open, kept
		}' record.tsv
done
