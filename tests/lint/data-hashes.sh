#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The profiles in confine/data are those that SOURCES.md says they are, all of them.
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

cd confine/data
sed -n '/^[0-9a-f]\{64\}  runtime/p' SOURCES.md >"$complaints.sums"
sha256sum --check --quiet --strict "$complaints.sums" >"$complaints" 2>&1 || :
for file in runtime-default*.json; do
	grep -q "  $file\$" "$complaints.sums" || complain "$file: no hash in SOURCES.md"
done
rm -f "$complaints.sums"
finish
