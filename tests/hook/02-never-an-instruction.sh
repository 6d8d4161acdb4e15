#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The workload's first act is a forbidden call; if that is let through it leaves a byte in
# /witness. No kind of program gets it through, nor however its execve comes about.
. "$(dirname "$0")/lib.sh"
require runc crun gcc
enter "$@"
find_runtimes

mkdir -m 0777 "$work/witness"
mkdir -p "$work/image/lib64" "$work/image/witness" "$work/image/elsewhere/first" "$work/image/broken"
cp "$image_tools"/hook-first{,-pie,-i386} "$image_tools/hook-ordinary" "$work/image/bin/"
cp /lib64/ld-linux-x86-64.so.2 "$work/image/lib64/"
mkdir -p "$work/image/lib/x86_64-linux-gnu"
cp "$(gcc -print-file-name=libc.so.6)" "$work/image/lib/x86_64-linux-gnu/libc.so.6"
printf '#!/bin/hook-first\n' >"$work/image/bin/script"
printf '#!/bin/hook-first-i386 with words\n' >"$work/image/bin/script-i386"
printf '#!/bin/script\n' >"$work/image/bin/script-of-script"
printf '#!/bin/sh\nexec /bin/hook-first\n' >"$work/image/bin/shell-script"
chmod 755 "$work/image/bin/"*script*
# what stands first along PATH cannot be executed
: >"$work/image/broken/hook-first"

witness='.mounts += [{destination: "/witness", type: "bind", source: $witness, options: ["bind"]}]'

for path in "${runtime_paths[@]}"; do
	use "$path"
	# the file appears when nobody confines it: the test can fail
	dir=$(bundle bare "$(runs hook-first) | $witness" --arg witness "$work/witness")
	runtime_command run --bundle "$dir" bare </dev/null >/dev/null 2>&1
	is "$version alone: it is let through" "$? $(ls "$work/witness")" "66 unconfined"
	rm -f "$work/witness/"*
	for program in hook-first hook-first-pie hook-first-i386 hook-ordinary script script-i386 \
		script-of-script shell-script; do
		dir=$(bundle kind "$(runs "$program") | $witness | $(hooked)" --arg witness "$work/witness")
		runtime_command run --bundle "$dir" kind </dev/null >"$work/out" 2>&1
		is "$version: $program is confined from its first instruction" \
			"$? $(ls "$work/witness") $(cat "$work/out")" "42  "
	done
	dir=$(bundle path "$(runs hook-first) | $witness | $(hooked) |
		.process.env = [\"PATH=/nowhere:/elsewhere:/broken:/bin\"]" --arg witness "$work/witness")
	runtime_command run --bundle "$dir" path </dev/null >"$work/out" 2>&1
	is "$version: found late along PATH" "$? $(ls "$work/witness")" "42 "
	dir=$(bundle none "$(runs nowhere) | $witness | $(hooked)" --arg witness "$work/witness")
	runtime_command run --bundle "$dir" none </dev/null >"$work/out" 2>&1
	isnt "$version: what cannot be executed fails as ever" "$?" 0
	no_keeper "$version"
done
finish
