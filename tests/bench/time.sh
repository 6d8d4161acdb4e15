#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# time.sh BUILD [ROUNDS]: the CPU time that the wrapper costs, in one run with all commands in turn
# (cpu_time.c): in front of a runtime that does nothing, and in front of real ones. What two
# identical commands differ by says whether the machine was quiet enough: more than 1 %, and the
# figures of that row are void. Prints a table; nothing here passes or fails. As root.
set -euo pipefail

build=$(cd "$1" && pwd) rounds=${2:-50}
here=$(cd "$(dirname "$0")" && pwd)
wrapper=$build/shim/oci-confine-runtime exec_only=$build/tests/bench/exec_only
confine=$build/cli/oci-confine nothing=$build/tests/bench/nothing
# in mounts of its own, with a plain cgroup2: crun wants one
if [ -z "${TIME_SH_INSIDE:-}" ]; then
	TIME_SH_INSIDE=1 exec unshare --mount --propagation private "$0" "$build" "$rounds"
fi
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs -o mode=0755 tmpfs /run
# where engines keep bundles: containerd's and docker's are in /run
work=$(mktemp -d -p /run)
trap 'umount -l "$work/upper" 2> /dev/null || true; rm -rf "$work"' EXIT
# where it would be installed, as crun's compiled filters come from it
maker=$(sed -n 's/^#define FILTER_MAKER_PATH "\(.*\)"$/\1/p' "$build/confine/paths.h")
top=${maker%/*}
while [ ! -d "$top" ]; do top=$(dirname "$top"); done
mkdir "$work/upper"
mount -t tmpfs -o mode=0755 tmpfs "$work/upper"
mkdir "$work/upper/new" "$work/upper/work"
mount -t overlay -o "lowerdir=$top,upperdir=$work/upper/new,workdir=$work/upper/work" overlay "$top"
mkdir -p "${maker%/*}"
cp "$build/shim/oci-confine-filter" "$maker"
command -v jq > /dev/null || { echo "needs jq"; exit 77; }

mkdir -p "$work/merged" "$work/state"
"$here/make-config.sh" "$confine" > "$work/fresh.json"
cp "$work/fresh.json" "$work/merged/config.json"
"$confine" apply "$work/merged" > /dev/null
# a real runtime mounts /proc alone
jq -c '.mounts |= map(select(.type == "proc"))' "$work/fresh.json" > "$work/real.json"
for i in {0..7}; do
	mkdir -p "$work/bundle$i/rootfs/bin" "$work/bundle$i/rootfs/proc"
	cp "$nothing" "$work/bundle$i/rootfs/bin/sh"
done
measure() { "$build/tests/bench/cpu_time" -r "$@"; }

echo "Microseconds of CPU, user and system; ratios are of the same round, their median of $rounds rounds,"
echo "ten times as many for the first four rows. crun is handed its filter compiled. The bundle lies"
echo "on tmpfs, as containerd's in /run does; on a disk a new config.json costs more."
echo
echo "| what | us | ratio | at most | says |"
echo "|---|---|---|---|---|"

# --- in front of a runtime that does nothing ---

mapfile -t t < <(measure $((rounds * 10)) "$work/fresh.json" "$work/bundle0/config.json" \
	"$exec_only" "$nothing" create --bundle "$work/bundle0" x --- \
	"$wrapper" --oci-confine-runtime="$nothing" state x --- \
	"$wrapper" --oci-confine-runtime="$nothing" create --bundle "$work/merged" x --- \
	"$wrapper" --oci-confine-runtime="$nothing" create --bundle "$work/bundle0" x)
[ ${#t[@]} = 4 ] || exit 1
# row WHAT LINE LIMIT: a line of cpu_time
row() {
	awk -v what="$1" -v limit="$3" '{
		printf "| %s | %d | %.2f | %s | %s |\n", what, $1, $2, limit,
			limit == "" ? "" : $2 <= limit ? "holds" : "missed" }' <<< "$2"
}
row 'a program that only executes the runtime' "${t[0]}" ''
row 'a command that is not ours' "${t[1]}" ''
row 'create, config.json confined already' "${t[2]}" ''
row 'create, full merge and rewrite (3 would be splendid)' "${t[3]}" 6

# --- in front of real ones: bare, bare again, through us ---

# real WHAT RUNTIME AT-ONCE ROUNDS COLUMN: COLUMN of cpu_time's is the ratio, 2 median, 3 of sums
real() {
	local what=$1 runtime=$2 at_once=$3 many=$4 column=$5 lines
	local words=(--root "$work/state" create --bundle "$work/bundle@" "speed-$$-@")
	local after=(+++ "$runtime" --root "$work/state" delete --force "speed-$$-@")
	if ! lines=$(measure -j "$at_once" "$many" "$work/real.json" "$work/bundle@/config.json" \
		"$runtime" "${words[@]}" "${after[@]}" --- \
		"$runtime" "${words[@]}" "${after[@]}" --- \
		"$wrapper" "--oci-confine-runtime=$runtime" "${words[@]}" "${after[@]}"); then
		echo "| $what | | | 1.03 | failed |"
		return 1
	fi
	awk -v what="$what" -v column="$column" '
		{ us[NR] = $1; ratio[NR] = $column }
		END {
			apart = ratio[2] - 1
			says = ratio[3] <= 1.03 ? "holds" : "missed"
			if (apart > 0.01 || apart < -0.01)
				says = sprintf("void: bare and bare again differ by %.1f %%", 100 * apart)
			printf "| %s, bare | %d | | | |\n", what, us[1]
			printf "| %s, through oci-confine | %d | %.3f | 1.03 | %s |\n", what, us[3], ratio[3], says
		}' <<< "$lines"
}
status=0
for name in runc crun; do
	if ! runtime=$(command -v "$name"); then
		echo "| $name create | | | 1.03 | not here: $name |"
		continue
	fi
	real "$name create" "$runtime" 1 "$rounds" 2 || status=1
	real "$name create, 100 in sequence" "$runtime" 1 100 3 || status=1
	real "$name create, 8 at once" "$runtime" 8 $((rounds / 4 + 1)) 3 || status=1
done

echo
echo "A filter for RuntimeDefault: compiled, checked and kept, then from the cache:"
for arches in native three; do
	mapfile -t t < <("$build/tests/bench/filter_cost" "$work/filters" 1000 "$arches")
	[ ${#t[@]} = 2 ] || exit 1
	echo "${t[0]} us, then ${t[1]} us ($arches)."
done
exit "$status"
