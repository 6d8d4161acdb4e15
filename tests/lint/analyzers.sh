#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What reads the product's code: gcc's -fanalyzer, clang-tidy (.clang-tidy has the list) and
# cppcheck, several files at once. Arguments: SOURCE-ROOT BUILD-ROOT; the build has the tables.
set -eu
cd "$1"
build=$2
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT

case $(uname -m) in x86_64) other=aarch64 ;; *) other=x86_64 ;; esac
# not what is built for another processor or another C library, or only to make tables
find oci-spec confine hook shim cli -name '*.c' ! -name 'generate_*' ! -name 'fortify_*' \
	! -name "$other.c" | sort >"$found/files"

# null-dereference: gcc 12 takes a text of some length for one that may have no bytes, and
# clang-tidy looks for the same
# one FILE: every complaint about it on standard output
cat >"$found/one" <<'EOF'
common="-D_GNU_SOURCE -I. -I$1 -I$1/oci-spec -I$1/confine -I$1/confine/data"
# shellcheck disable=SC2086
{
	gcc -std=gnu17 -O1 -fanalyzer -Wno-analyzer-null-dereference $common -c -o /dev/null "$2" 2>&1
	clang-tidy --quiet "$2" -- -std=gnu17 $common 2>/dev/null
} >"$3/$(echo "$2" | tr / -).said"
EOF
xargs -P "$(nproc)" -n 1 sh -c "sh '$found/one' '$build' \"\$1\" '$found'" sh <"$found/files" || true

# uninitStructMember: it does not know that a status which is not OK ends the function;
# pointerOutOfBoundsCond: nor that text_equal() compares the lengths first
xargs cppcheck --std=c11 --quiet --inline-suppr --enable=warning,performance,portability \
	--suppress=missingInclude --suppress=missingIncludeSystem --suppress=uninitStructMember \
	--suppress=pointerOutOfBoundsCond \
	-D_GNU_SOURCE "-D__$(uname -m)__" -D__linux__ -I. "-I$build" "-I$build/oci-spec" \
	"-I$build/confine" "-I$build/confine/data" <"$found/files" >"$found/cppcheck.said" 2>&1

if cat "$found"/*.said | grep .; then
	exit 1
fi
echo "$(wc -l <"$found/files") files: nothing to say"
