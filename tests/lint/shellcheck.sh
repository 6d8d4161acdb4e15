#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every shell script in the tree, from warnings on. 77: shellcheck is not installed.
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

command -v shellcheck >/dev/null || exit 77
find tests examples .ci -type f 2>/dev/null | sort | while read -r file; do
	case "$file" in
	*.sh) ;;
	*) head -n 1 "$file" | grep -aq '^#!.*sh' || continue ;;
	esac
	shellcheck --severity=warning --external-sources "$file" >>"$complaints" || :
done
finish
