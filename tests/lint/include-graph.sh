#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Data flows downward: who may include whom: oci-spec < confine < hook, shim, cli.
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

# Third-party headers and the files that may have them (tests may have all).
third_party() {
	case "$2" in
	yajl/*) [ "$1" = oci-spec/json_parse.c ] ;;
	seccomp.h) [ "$1" = confine/data/generate_syscall_table.c ] || [ "$1" = confine/filter/compile.c ] ;;
	sha2.h) [ "$1" = oci-spec/base/hash.c ] ;;
	xxhash.h) [ "$1" = oci-spec/base/fingerprint.c ] ;;
	cap-ng.h) [ "$1" = oci-spec/generate_capability_table.c ] ;;
	sys/apparmor.h) [ "$1" = confine/apparmor/interface.c ] ;;
	sys/capability.h | check.h | jansson.h | json-c/* | json.h) false ;;
	*) true ;;
	esac
}

may_include() {
	layer=${1%%/*}
	case "$layer/$2" in
	"$layer/$layer"/*) true ;;
	confine/oci-spec/* | hook/oci-spec/* | shim/oci-spec/* | cli/oci-spec/*) true ;;
	hook/confine/* | shim/confine/* | cli/confine/*) true ;;
	*) false ;;
	esac
}

# The parser's insides and the build's tables are for those that make them.
is_inside() {
	case "$2" in
	oci-spec/json_node.h)
		case "$1" in oci-spec/json.h) false ;; *) true ;; esac
		;;
	*_table.h | *_data.h)
		case "$1" in
		oci-spec/capability.c | confine/seccomp/syscalls.c | confine/seccomp/runtime_default*.[ch] | confine/apparmor/source.c)
			false
			;;
		confine/data/generate_*.c) false ;;
		*) true ;;
		esac
		;;
	*) false ;;
	esac
}

for file in $(product_files); do
	sed -n 's/^[ \t]*#[ \t]*include[ \t]*"\([^"]*\)".*/\1/p' "$file" | while read -r header; do
		case "$header" in
		../* | ./*) complain "$file: includes $header: name it from the source root" ;;
		*/*) may_include "$file" "$header" || complain "$file: must not include $header" ;;
		*) complain "$file: includes $header: name it from the source root" ;;
		esac
		! is_inside "$file" "$header" || complain "$file: $header is not for this file"
	done
	sed -n 's/^[ \t]*#[ \t]*include[ \t]*<\([^>]*\)>.*/\1/p' "$file" | while read -r header; do
		third_party "$file" "$header" || complain "$file: must not include <$header>"
	done
done

# The engine has one door: stages are for confine/ alone.
for file in $(product_files); do
	case "$file" in shim/main.c | hook/main.c)
		sed -n 's/^#include "\(confine\/[^"]*\)".*/\1/p' "$file" | while read -r header; do
			case "$header" in
			confine/confine.h | confine/version.h | confine/policy.h | confine/inject*.h | confine/attest*.h | confine/log.h) ;;
			*) complain "$file: $header: the programs use confine/confine.h" ;;
			esac
		done
		;;
	esac
done
finish
