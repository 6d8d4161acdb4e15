#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every golden folder says why it is there and what comes out of it, and holds nothing else.
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

for folder in tests/golden/*/; do
	folder=${folder%/}
	[ "$(wc -l <"$folder/WHY")" = 1 ] || complain "$folder/WHY: expected one line"
	for file in config.json host.json; do
		[ -s "$folder/$file" ] || complain "$folder/$file: is missing"
	done
	expected=0
	for file in "$folder"/*; do
		case "${file##*/}" in
		WHY | config.json | host.json | policy.json | profiles | expected.notes) ;;
		expected.json | expected.err) expected=$((expected + 1)) ;;
		*) complain "$file: is not part of a case" ;;
		esac
	done
	[ "$expected" = 1 ] || complain "$folder: expected either expected.json or expected.err"
done
finish
