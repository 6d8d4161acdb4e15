#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Calls and constructs that the product does without.
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

calls='strcpy strcat sprintf vsprintf strtok atoi atol strtol gets system popen alloca basename
dirname setlocale realpath tmpnam mktemp setjmp longjmp'

is_generator() {
	case "$1" in */generate_*.c) true ;; *) false ;; esac
}

# uses FILE CALL...: "LINE CALL" for every use of one of the calls as a word of its own.
uses() {
	file=$1
	shift
	code_only "$file" | awk -v list="$*" '
		BEGIN { count = split(list, calls, /[ \n]+/) }
		/\(/ {
			for (i = 1; i <= count; i++)
				if (match($0, "(^|[^A-Za-z0-9_.>])" calls[i] "[ \t]*\\("))
					print NR, calls[i]
		}'
}

# refuse_uses WHY FILE CALL...
refuse_uses() {
	why=$1
	shift
	uses "$@" | while read -r line call; do
		complain "$1:$line: $call() $why"
	done
}

for file in $(product_files); do
	# shellcheck disable=SC2086
	refuse_uses 'is not used here' "$file" $calls
	case "$file" in */main.c | */generate_*.c) ;; *)
		refuse_uses 'outside a main.c' "$file" exit abort quick_exit
		;;
	esac
	# a forked child that could not execute has nothing left to return to
	case "$file" in */main.c | oci-spec/base/program.c) ;; *)
		refuse_uses 'outside a main.c' "$file" _exit
		;;
	esac
	# the environment is read where the command line is, and nowhere else
	case "$file" in shim/container_state.c | */environment.c | */options.c | cli/*) ;; *)
		refuse_uses "outside the command line's reader" "$file" getenv
		;;
	esac
	code_only "$file" | awk -v file="$file" '
		/\/\// { print file ":" NR ": // comment" }
		/^[ \t]+#[ \t]*if/ { print file ":" NR ": #if in a body" }
		/(^|[^A-Za-z0-9_])(float|double)([^A-Za-z0-9_]|$)/ { print file ":" NR ": floating point" }
		/(^|[^A-Za-z0-9_])goto([^A-Za-z0-9_]|$)/ { print file ":" NR ": goto: use AUTO()" }
		/^[ \t]+default[ \t]*:/ { print file ":" NR ": default: hides a new enumerator" }
	' >>"$complaints"
	# a variable at file level that is neither const nor a function or a type
	if ! is_generator "$file"; then
		code_only "$file" | awk -v file="$file" '
			/^static [^(]*(=|;)/ && !/const/ && !/\(/ { print file ":" NR ": mutable global: " $0 }
			/^\tstatic [^(]*(=|;)/ && !/const/ && !/no_new_privs|apparmor/ {
				print file ":" NR ": mutable static: " $0
			}
		' >>"$complaints"
	fi
done

# oci-spec and confine are libraries: they neither print nor read the terminal. (fortify_*.c holds
# what the C library lacks.)
find oci-spec confine -name '*.c' ! -name 'generate_*' ! -name 'fortify_*' | sort | while read -r file; do
	refuse_uses 'in a library' "$file" printf puts fputs putchar perror fprintf vfprintf vprintf
done
finish
