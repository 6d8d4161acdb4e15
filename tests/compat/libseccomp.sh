#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The library built with each libseccomp, and the filters that come of it held against the rules by
# the judges of tests/diff: our own, those that runtimes make, and this kernel. (With one that is
# only put in its place afterwards the two would know other calls.)
# shellcheck source-path=SCRIPTDIR source=../e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"
# shellcheck source-path=SCRIPTDIR source=cells.sh
. "$(dirname "$0")/cells.sh"
top=$(cd "$here/../.." && pwd)
work=$(mktemp -d) || missing "a work directory"
trap 'rm -rf "$work"' EXIT
cells_begin libseccomp

judged() { # DIFF_MERGE
	"$1" --pairs 100 --triples 20 --seed 7 >"$work/judged" 2>&1 </dev/null && echo agree ||
		tail -n 12 "$work/judged"
}

# build_with SUITE: diff_merge with that libseccomp in it, in $build/tests/compat/SUITE
build_with() {
	local dir=$build/tests/compat/$1 tree=$build/tests/compat/libseccomp-$1
	mkdir -p "$dir.pc"
	[ -e "$tree/.packages" ] || "$top/tests/tools/unpack-debs" "$1" "$tree" libseccomp-dev || return
	# linked as an archive: its shared library would want that Debian's libc
	sed "s|^Libs:.*|Libs: $(find "$tree/usr/lib" -name libseccomp.a)|; s|^Cflags:.*|Cflags: -I$tree/usr/include|" \
		"$(find "$tree/usr/lib" -name libseccomp.pc)" >"$dir.pc/libseccomp.pc"
	[ -e "$dir/build.ninja" ] || CC=gcc PKG_CONFIG_PATH=$dir.pc meson setup "$dir" "$top" --werror \
		-Dtests=enabled -Dmusl=disabled -Dbuildtype=plain >"$work/setup" 2>&1 ||
		{ tail -n 20 "$work/setup"; return 1; }
	ninja -C "$dir" tests/diff/diff_merge >"$work/ninja" 2>&1 || { tail -n 20 "$work/ninja"; return 1; }
}

row "libseccomp bookworm" "$(dpkg-query -W -f '${Version}' libseccomp2 | sed 's/-.*//')"
seen "own filter" "$(judged "$build/tests/diff/diff_merge")" agree
for suite in trixie sid; do
	check "it builds with the libseccomp of $suite" build_with "$suite"
	version=$(sed -n 's/^Version: //p' "$build/tests/compat/$suite.pc/libseccomp.pc")
	row "libseccomp $suite" "$version"
	like "and that is the one in it" "$(meson introspect --dependencies "$build/tests/compat/$suite")" \
		"\"name\": \"libseccomp\"[^}]*\"version\": \"$version\""
	seen "own filter" "$(judged "$build/tests/compat/$suite/tests/diff/diff_merge")" agree
done
finish
