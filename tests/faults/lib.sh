# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # what is set here is for the scripts, what is not is lib.sh's
#
# What the tests with faults share, on top of the end-to-end tests' library, which is sourced first.

faults=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
inject=$build/tests/faults/faults-inject
every_call=$build/tests/faults/faults-every_call
ignored=$faults/ignored.list

# scenario NAME OPTION... -- COMMAND...: every_call with our list. The work directory is its own.
scenario() {
	local name=$1 said
	shift
	if said=$("$every_call" -n "$name" -i "$ignored" -u "$work/used" "$@" 2>&1); then
		ok "$(sed -n 's/^summary //p' <<<"$said")"
	else
		not_ok "$name" "$said"
	fi
}

# Each line of the list for these SCENARIOs alone was needed: else it hides what has changed since.
list_is_used() { # SCENARIO...
	local name stale
	stale=$(grep -v '^#\|^$' "$ignored" | awk -v used="$(sort -un "$work/used" | tr '\n' ' ')" '
		BEGIN { n = split(used, list, " "); for (i = 1; i <= n; i++) seen[list[i]] = 1 }
		!seen[NR]' | while read -r pattern rest; do
		for name; do
			# shellcheck disable=SC2053 # a pattern
			[[ $pattern != \* && $name == $pattern ]] && echo "$pattern $rest" && break
		done
	done)
	is "every ignored failure that is listed is one" "$stale" ""
}
