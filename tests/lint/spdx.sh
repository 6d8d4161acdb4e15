#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every source file says its licence in its first three lines; headers are guarded by their path.
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

for file in $(source_files); do
	[ -s "$file" ] || continue
	head -n 3 "$file" | grep -q 'SPDX-License-Identifier: Apache-2\.0' ||
		complain "$file: no SPDX-License-Identifier in its first three lines"
	case "$file" in
	*.h)
		guard=$(printf '%s' "$file" | tr 'a-z/.-' 'A-Z___')
		grep -q "^#ifndef $guard\$" "$file" || complain "$file: expected the guard $guard"
		;;
	esac
done
finish
