# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # build, cli, failures and their like are lib.sh's
#
# Cells of the table in docs/compatibility.md: what was seen to hold with one version of a program.
# A script of any suite sources this behind ../e2e/lib.sh, says cells_begin, then for each version
# `row`, then for each thing that was tried `cell` or `cell_from_checks`. table.py puts together what all
# suites have left in the build directory. A cell that is recorded twice holds if both did.

cells_dir=$build/tests/compat/cells
cell_rows=()

# cells_begin NAME: what NAME recorded before is forgotten. Its first line says which programs were
# tried: table.py does not mix builds.
cells_begin() {
	mkdir -p "$cells_dir"
	cells_file=$cells_dir/$1
	printf 'programs\t%s\n' "$("$here/../compat/programs.sh" "$build")" >"$cells_file"
}

# row ROW VERSION [ROW VERSION]...: the rows that the next cells are for. ROW is "PROGRAM SUITE", as
# table.py lists them; VERSION is what that program says of itself.
row() {
	cell_rows=()
	while [ $# -gt 0 ]; do
		cell_rows+=("$1")
		printf 'version\t%s\t%s\n' "$1" "$2" >>"$cells_file"
		shift 2
	done
	cell_failures=$failures
}

# cell COLUMN yes|no
cell() {
	local r
	for r in "${cell_rows[@]}"; do
		printf 'cell\t%s\t%s\t%s\n' "$r" "$1" "$2" >>"$cells_file"
	done
}

# cell_from_checks COLUMN...: yes if no check has failed since the last one, or since the row began.
cell_from_checks() {
	local column value=no
	[ "$failures" != "$cell_failures" ] || value=yes
	for column; do
		cell "$column" "$value"
	done
	cell_failures=$failures
}

# seen COLUMN GOT WANTED: it holds if both are the same. What was got otherwise is told: whether it
# should be so is table.py's to say.
seen() {
	if [ "$2" = "$3" ]; then
		cell "$1" yes
		ok "${cell_rows[0]}: $1: yes"
	else
		cell "$1" no
		ok "${cell_rows[0]}: $1: no"
		printf '%s\n' "wanted: $3" "got:    $2" | head -n 20 |
			sed "s|$build|BUILD|g; s|$work|WORK|g; s|${unpacked:-$work}|UNPACKED|g; s/^/#   /"
	fi
}

# seccomp_of OUTPUT: what a probe of "${closed[@]}", chmod and getpid shows, in one word
seccomp_of() {
	local word
	for word in "${closed[@]}" chmod; do
		is_denied "$(answer "$1" "$word")" || {
			echo "$word: $(answer "$1" "$word")"
			return
		}
	done
	if [ "$(answer "$1" getpid)" = ok ]; then echo confined; else echo "getpid: $(answer "$1" getpid)"; fi
}
