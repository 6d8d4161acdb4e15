#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Many containers, eight at a time, with storms of execs: through the wrapper in front of runc and
# of crun, and under the hook. None is lost, each is confined, and nothing is left of them.
# TAP. Argument: how many containers each way.
# shellcheck disable=SC2154 # cgroup is lib.sh's
# shellcheck source=tests/hook/lib.sh
. "$(dirname "$0")/../hook/lib.sh"
# shellcheck source=tests/load/lib.sh
. "$(dirname "$0")/lib.sh"
require runc crun
[ -x "$hook" ] || missing "$hook"
enter "$@"
containers=${1:-150}

# In this pid namespace, under these directories, all there is is ours.
remains() {
	{
		pgrep -a 'runc|crun|sleep|probe|oci-confine' | grep -v ' sleep 0\.'
		find "$work"/root-* -mindepth 1 -maxdepth 1 ! -name .cache
		find "/sys/fs/cgroup/$cgroup" -mindepth 1 -type d
		find "$work" /run -xdev -name '*.oci-confine-*'
		grep " $work/b-" /proc/self/mounts
	} 2>/dev/null
}

through() { # WAY COMMAND-LINE...
	case $1 in
	hook) bare "${@:2}" ;;
	*) confined "${@:2}" ;;
	esac
}

exec_one() { # WAY ID NAME
	local said
	said=$(through "$1" exec "$2" sh -c "echo $3 \$(probe keyctl)" 2>&1 </dev/null)
	says "$3" "$said"
	echo "$3" >>"$work/execs"
}

life() { # WAY NUMBER
	local way=$1 id=$1-$2 dir=$work/b-$1-$2 i
	mkdir "$dir"
	sed "s/IDENTITY/$id/g" "$work/template-$way.json" >"$dir/config.json"
	through "$way" run --detach --bundle "$dir" "$id" >"$dir/said" 2>&1 </dev/null ||
		lost "$id: did not start"
	for ((i = 0; i < 500; i++)); do
		[ -s "$dir/said" ] && break
		sleep 0.02
	done
	says "$id" "$(cat "$dir/said")"
	if wants_execs "$2"; then
		for ((i = 0; i < execs_each; i++)); do
			exec_one "$way" "$id" "$id.$i" &
		done
		wait
	fi
	through "$way" delete --force "$id" >/dev/null 2>&1 || lost "$id: was not deleted"
	rm -rf "$dir"
}

template() { # WAY JQ-PROGRAM
	local dir
	# shellcheck disable=SC2016 # the container's shell
	dir=$(bundle template "$(runs sh -c 'echo IDENTITY $(probe keyctl); exec sleep 1000') |
		.linux.cgroupsPath = \"/$cgroup/IDENTITY\" | $2")
	mv "$dir/config.json" "$work/template-$1.json"
	rmdir "$dir"
}

for way in runc crun hook; do
	case $way in
	# under the hook alone an exec has the filter of config.json, so it brings one
	hook) runtime=runc change="$(hooked) | .linux.seccomp = $("$build/cli/oci-confine" defaults)" ;;
	*) runtime=$way change=. ;;
	esac
	template "$way" "$change"
	storm 1 "$containers" "$way"
	stormed "$way" "$containers"
	nothing_left "$way"
done
entries=$(find /run/oci-confine -type f 2>/dev/null | wc -l)
check "the caches have an entry a profile, not one a container ($entries)" [ "$entries" -le 4 ]
finish
