# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Sourced by every lint: enters the source tree, lists its files, counts complaints.
set -eu
cd "${1:-"$(dirname "$0")/../.."}"
complaints=$(mktemp)
trap 'rm -f "$complaints"' EXIT

# C sources and headers of the product, without the tests.
product_files() {
	find oci-spec confine hook shim cli -name '*.[ch]' 2>/dev/null | sort
}

# Every text file that we wrote, by kind.
source_files() {
	find oci-spec confine hook shim cli tests examples docs .ci \
		\( -name '*.[ch]' -o -name '*.sh' -o -name '*.py' -o -name 'meson.build' -o -path '.ci/*' \) \
		-type f 2>/dev/null | sort
	find . -maxdepth 1 \( -name 'meson.build' -o -name 'meson_options.txt' \) | sort
}

complain() {
	printf '%s\n' "$*" >>"$complaints"
}

# Comments and the contents of strings and character constants become blanks; lines stay.
# shellcheck disable=SC2016
code_only() {
	awk '
	{
		out = ""
		for (i = 1; i <= length($0); i++) {
			c = substr($0, i, 1)
			two = substr($0, i, 2)
			if (comment) {
				if (two == "*/") { comment = 0; i++ }
			} else if (quote != "") {
				if (c == "\\") i++
				else if (c == quote) { quote = ""; out = out c }
			} else if (two == "/*") { comment = 1; i++ }
			else if (c == "\"" || c == "\047") { quote = c; out = out c }
			else out = out c
		}
		quote = ""
		print out
	}' "$1"
}

finish() {
	if [ -s "$complaints" ]; then
		cat "$complaints"
		exit 1
	fi
}
