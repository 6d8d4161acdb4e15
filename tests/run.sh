#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs what the tests need (Debian 12) and runs every suite, as root: with gcc, with clang,
# and what can be under the address and undefined-behaviour sanitizers. Ends with one line
# "N passed, N failed, N skipped"; exits 0 only when nothing failed or was skipped.
#
#   tests/run.sh             everything
#   tests/run.sh gcc         one configuration: gcc, clang or sanitizers
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top"
say() { printf '\n== %s\n' "$*"; }
die() { printf 'run.sh: %s\n' "$*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || die "must run as root (containers, and packages)"

packages=(gcc libc6-dev linux-libc-dev meson ninja-build pkg-config musl-tools libseccomp-dev
          clang-tidy cppcheck libcap-ng-dev libyajl-dev libmd-dev libxxhash-dev libapparmor-dev apparmor check clang
          libclang-rt-14-dev gcc-aarch64-linux-gnu libc6-dev-arm64-cross runc crun podman conmon
          containerd qemu-system-x86 busybox-static jq python3 python3-grpcio python3-protobuf
          python3-websocket python3-yaml protobuf-compiler strace valgrind shellcheck groff-base
          util-linux file patchelf procps)
missing=()
for p in "${packages[@]}"; do
	dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
done
if [ ${#missing[@]} -gt 0 ]; then
	say "Installing ${missing[*]}"
	log=$(mktemp)
	{ apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y \
		--no-install-recommends "${missing[@]}"; } > "$log" 2>&1 ||
		{ tail -n 20 "$log" >&2; die "apt-get failed"; }
	rm -f "$log"
fi

passed=0 failed=0 skipped=0

# count_of WORD FILE: the number behind "WORD:" in meson's summary
count_of() { sed -n "s/^$1: *\([0-9]*\).*/\1/p" "$2" | tail -n 1; }

# suites BUILD MESON-TEST-ARGUMENT...
suites() {
	local build=$1 out
	shift
	out=$(mktemp)
	meson test -C "$build" --no-rebuild --print-errorlogs "$@" 2>&1 | tee "$out" ||
		failed=$((failed + ($(count_of Fail "$out") + 0 == 0)))
	passed=$((passed + $(count_of Ok "$out") + 0))
	failed=$((failed + $(count_of Fail "$out") + $(count_of Timeout "$out") + 0))
	skipped=$((skipped + $(count_of Skipped "$out") + 0))
	rm -f "$out"
}

# build DIRECTORY MESON-SETUP-ARGUMENT...
build() {
	local dir=$1
	shift
	say "Building $dir $*"
	[ -e "$dir/build.ninja" ] || meson setup "$dir" --werror -Dtests=enabled "$@" > "$dir.log" ||
		{ tail -n 20 "$dir.log" >&2; die "meson setup failed"; }
	rm -f "$dir.log"
	ninja -C "$dir" --quiet
}

gcc_suites() {
	CC=gcc build build-test -Dmusl=enabled
	say "All suites, gcc"
	suites build-test
}

clang_suites() {
	CC=clang build build-clang
	say "All suites but those with real containers and tools, clang"
	suites build-clang --no-suite e2e --no-suite bench --no-suite lint --no-suite containerd \
		--no-suite docs --no-suite vm --no-suite hook --no-suite compat \
		--no-suite faults --no-suite load --no-suite memcheck
}

sanitizer_suites() {
	CC=gcc build build-sanitize -Db_sanitize=address,undefined -Db_lundef=false
	local found=$top/build-sanitize/findings
	rm -rf "$found"
	mkdir -p "$found"
	# whatever starts a program of ours: a finding ends it, and is a file
	export UBSAN_OPTIONS=halt_on_error=1:abort_on_error=1:print_stacktrace=1:log_path=$found/ub
	export ASAN_OPTIONS=halt_on_error=1:abort_on_error=1:log_path=$found/address
	say "unit, golden, property, fuzz and cli under sanitizers"
	suites build-sanitize --suite unit --suite golden --suite property --suite fuzz --suite cli
	# Under real runtimes: what is traced, or ends by execve or a signal, cannot look for leaks.
	# Left out: of containerd all but this system's version (minutes; other versions bring C libraries
	# of their own), vm (static programs in an initramfs), faults (counts system calls, and would fail
	# the sanitizer's), load, bench, compat and docs (they build and measure), memcheck (is one).
	say "e2e, hook and containerd 1.6 under sanitizers"
	ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 suites build-sanitize --suite e2e --suite hook
	ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 suites build-sanitize --suite containerd ctr-bookworm
	if [ -n "$(ls -A "$found")" ]; then
		cat "$found"/*
		failed=$((failed + 1))
	fi
	unset ASAN_OPTIONS UBSAN_OPTIONS
}

case ${1:-all} in
gcc) gcc_suites ;;
clang) clang_suites ;;
sanitizers) sanitizer_suites ;;
all) gcc_suites; clang_suites; sanitizer_suites ;;
*) die "usage: tests/run.sh [gcc|clang|sanitizers]" ;;
esac

say "Total"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$skipped" = 0 ] && [ "$passed" -gt 0 ]
