#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# RuntimeDefault is what the real containerds write: unpacks each suite's containerd, starts it,
# reads what `ctr run --seccomp` puts into config.json with no capability, the default set, all,
# and each alone, and holds the data files and `oci-confine defaults` against it, call by call.
# TAP. As root, with a Debian mirror. Arguments: DATA-DIRECTORY OCI-CONFINE.
set -euo pipefail

data=$1 confine=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0 failed=0

# check WHAT COMMAND...
check() {
	local what=$1
	shift
	count=$((count + 1))
	if "$@" > "$work/out" 2>&1; then
		echo "ok $count - $what"
	else
		echo "not ok $count - $what"
		failed=1
	fi
	cut -c1-300 "$work/out" | sed 's/^/# /'
}

check 'the data files are as SOURCES.md says' "$here/derive.py" check "$data"
for suite in bookworm trixie sid; do
	check "a containerd of $suite writes config.json" \
		env COLLECT_FEW=1 "$here/collect.sh" "$work/cases" "$suite"
done
# sid moves on: a containerd that we have no data for is news, not a failure
for dir in "$work/cases"/*.*.*; do
	version=${dir##*/}
	[ -e "$data/runtime-default-${version%.*}.json" ] && continue
	echo "# containerd $version is new here: derive.py make would write its data"
	rm -rf "$dir"
done
check 'the data files equal what they write' "$here/derive.py" verify "$work/cases" "$data"
check 'oci-confine defaults equals what they write' \
	"$here/derive.py" program "$work/cases" "$confine"
echo "1..$count"
exit "$failed"
