#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The hard limits; the style asks for less: files of 400 lines, 90 columns, three levels.
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

file_max=700
function_max=80
column_max=120
level_max=6 # of tabs, a function's body is one

for file in $(product_files; find tests -name '*.[ch]' | sort); do
	lines=$(wc -l <"$file")
	[ "$lines" -le "$file_max" ] || complain "$file: $lines lines, at most $file_max"
	expand -t8 "$file" | awk -v file="$file" -v max="$column_max" '
		length($0) > max { print file ":" NR ": " length($0) " columns, at most " max }
	' >>"$complaints"
	code_only "$file" | awk -v file="$file" -v max="$function_max" -v level="$level_max" '
		/^[A-Za-z_].*\(/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
		/^START_TEST\(/ { name = $0; sub(/^START_TEST\(/, "", name); sub(/\).*/, "", name) }
		/^\{/ { start = NR }
		/^\}/ && start {
			n = NR - start + 1
			if (n > max)
				print file ":" start ": " name "() has " n " lines, at most " max
			start = 0
		}
		# statements only: a continued line is indented as far as it needs
		start && /^\t+(if|for|while|switch|return|do)([^A-Za-z0-9_]|$)/ {
			match($0, /^\t+/)
			if (RLENGTH > level)
				print file ":" NR ": " RLENGTH " levels deep in " name "()"
		}
	' >>"$complaints"
done
finish
