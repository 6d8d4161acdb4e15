#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Nothing in the tree knows where it was written: no path of the checkout or beside it.
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

here=$(pwd -P)
parent=$(dirname "$here")

# All that git has, or all files where there is no git.
files() {
	if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
		git ls-files --cached --others --exclude-standard
	else
		find . -type f ! -path './build*' ! -path './.git/*'
	fi
}

# as_word PATH: a pattern for it where it begins and ends: "/src" is not in "$work/src"
as_word() {
	printf '(^|[^]A-Za-z0-9_.})/-])%s($|[^A-Za-z0-9_.-])' \
		"$(printf '%s' "$1" | sed 's/[][\.*^$+?(){}|]/\\&/g')"
}

search() {
	files | grep -v '^\(\./\)\?tests/lint/no-machine-paths\.sh$' | tr '\n' '\0' |
		xargs -0 grep -nIE -e "$(as_word "$1")" 2>/dev/null | while read -r hit; do
		complain "$hit: $2"
	done
}

search "$here" 'the path of this checkout'
case "$parent" in
/ | /tmp | /home | /root | /usr | /usr/src | /opt | /srv | /var | /var/tmp | /builds) ;;
*) search "$parent" 'a path beside this checkout' ;;
esac
finish
