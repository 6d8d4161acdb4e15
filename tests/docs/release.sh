#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# docs/release.md and SECURITY.md: what they name is there, what step 7 changes is changed, and step
# 8's promise holds: the same tree, built at another path with the same options, gives the same
# programs, byte for byte but for debug information. TAP. Arguments: SOURCE-ROOT BUILD-ROOT.
set -euo pipefail

top=$1 build=$2
programs=(shim/oci-confine-runtime shim/oci-confine-filter shim/containerd-shim-confine-v2
	hook/oci-confine-hook cli/oci-confine)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0 failed=0

# check NAME COMMAND...
check() {
	local what=$1
	shift
	count=$((count + 1))
	if "$@" >"$work/said" 2>&1; then
		echo "ok $count - $what"
	else
		echo "not ok $count - $what"
		sed "s|$work/||g; s/^/# /" "$work/said"
		failed=1
	fi
}

copy=$work/another/path
mkdir -p "$copy"
tar -C "$top" --exclude='./build*' --exclude=./.git -c . | tar -C "$copy" -x
cd "$copy"
for named in $(sed 's|build-test/[^ ]*||g' SECURITY.md docs/release.md | grep -oE '(tests|docs|confine|examples)/[A-Za-z0-9_./-]*[A-Za-z0-9]' | sort -u); do
	check "$named is there" test -e "$named" -o -e "$named.json"
done
check "what is not covered has a section of that name" grep -q '^## What is not covered, and why$' docs/threat-model.md

# --- step 7, in the copy ---
mapfile -t steps < <(sed -n 's/^       \(sed -i .*\)/\1/p' docs/release.md | sed 's/VERSION/9.8.7/')
check "step 7 has two edits" test "${#steps[@]}" = 2
cp meson.build docs/CHANGELOG.md "$work"
for step in "${steps[@]}"; do
	bash -euc "$step"
done
check "the version is changed, once" grep -cx "  version: '9.8.7'," meson.build
check "and nothing else" test "$(diff "$work/meson.build" meson.build | grep -c '^[<>]')" = 2
check "the CHANGELOG has it below Unreleased" test "$(grep '^## ' docs/CHANGELOG.md | head -n 2 | tr '\n' ' ')" = \
	"## Unreleased ## 9.8.7, $(date -I) "
mv "$work/meson.build" meson.build
mv "$work/CHANGELOG.md" docs/CHANGELOG.md

# --- step 8 ---
# option NAME: as BUILD-ROOT has it
option() { meson introspect --buildoptions "$build" | jq -r --arg name "$1" '.[] | select(.name == $name) | .value'; }
CC=gcc meson setup "$copy/build" "$copy" "--buildtype=$(option buildtype)" "-Dmusl=$(option musl)" \
	-Dtests=disabled >"$work/log"
ninja -C "$copy/build" "${programs[@]}" >>"$work/log"
for program in "${programs[@]}"; do
	# the build's id is a hash of all of it, debug information too
	strip -s -R .note.gnu.build-id -o "$work/here" "$build/$program"
	strip -s -R .note.gnu.build-id -o "$work/there" "$copy/build/$program"
	check "$program, built at another path, is the same" cmp "$work/here" "$work/there"
done
echo "1..$count"
exit "$failed"
