#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Prints how fast and how safe this tree is, as Markdown tables, all of them measured here and
# now. As root, with the programs built for the tests (tests/run.sh builds them in build-test).
#
#   tests/scoreboard.sh [--write] [--build DIR] [SECTION...]
#
#   --write      puts the tables into docs/scoreboard.md as well, each between its marks
#   --build DIR  of meson; default build-test
#   SECTION      these only; their names are in tests/scoreboard.list
#
# Ends with 1 where a section failed; one that needs what is not here says so and is no failure.
# What tests/run.sh does not install and a section wants for all of its rows: golang-go (peers).
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
docs=$top/docs/scoreboard.md write=no build=build-test
die() { printf 'scoreboard.sh: %s\n' "$*" >&2; exit 2; }
while [ $# -gt 0 ]; do
	case $1 in
	--write) write=yes ;;
	--build) build=${2:?--build wants a directory}; shift ;;
	-*) die "usage: scoreboard.sh [--write] [--build DIR] [SECTION...]" ;;
	*) break ;;
	esac
	shift
done
[ "$(id -u)" = 0 ] || die "must run as root (containers)"
build=$(cd "$top" && cd "$build" && pwd) || die "build first: tests/run.sh, or meson setup -Dtests=enabled"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# put NAME TITLE: the section into the document, in its place or at the end
put() {
	if ! grep -q "^<!-- section: $1 -->$" "$docs"; then
		printf '\n<!-- section: %s -->\n<!-- end: %s -->\n' "$1" "$1" >> "$docs"
	fi
	{ printf '<!-- section: %s -->\n## %s\n\n' "$1" "$2"; cat "$work/section"; } > "$work/new"
	awk -v name="$1" -v new="$work/new" '
		$0 == "<!-- section: " name " -->" { while ((getline line < new) > 0) print line; skip = 1 }
		$0 == "<!-- end: " name " -->" { skip = 0 }
		!skip { print }' "$docs" > "$work/docs"
	cat "$work/docs" > "$docs"
}

known=" $(sed -n 's/^\([a-z][a-z-]*\) .*/\1/p' "$top/tests/scoreboard.list" | tr '\n' ' ')"
for name in "$@"; do
	case $known in *" $name "*) ;; *) die "no section '$name'; there are$known" ;; esac
done
while read -r name script _ title <&3; do
	[ $# = 0 ] || case " $* " in *" $name "*) ;; *) continue ;; esac
	status=0
	"$top/tests/$script" "$build" > "$work/section" 2> "$work/err" || status=$?
	printf '## %s\n\n' "$title"
	cat "$work/section"
	case $status in
	0) [ "$write" = no ] || put "$name" "$title" ;;
	77) printf 'Left out here: see above.\n' ;;
	*)
		printf 'FAILED (exit %s):\n' "$status"
		tail -n 20 "$work/err"
		failed=1
		;;
	esac
	printf '\n'
done 3< <(grep -v '^#' "$top/tests/scoreboard.list")
exit "$failed"
