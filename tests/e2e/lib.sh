# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for the scripts
#
# What the end-to-end tests share. A script sources this first, makes bundles, starts them with
# real runtimes and prints TAP. It runs as root in namespaces of its own: a pid namespace, so
# that every container dies with the script whatever happens; a mount namespace, so that the
# work directory, /run and a plain cgroup2 (this is what crun wants) are private and gone then.
#
#   OCI_CONFINE_BUILD        the build directory
#   OCI_CONFINE_ALLOW_SKIP   1: a requirement that is missing skips the script; else it fails
#   OCI_CONFINE_WRAPPER      stands where the wrapper does, to see tests fail without it

set -u -o pipefail
umask 022
export LC_ALL=C

build=${OCI_CONFINE_BUILD:?the build directory}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cli=$build/cli/oci-confine
probe=$build/tests/e2e/e2e-probe
recorder=$build/tests/e2e/e2e-recorder
wrapper=${OCI_CONFINE_WRAPPER:-$build/shim/oci-confine-runtime}

# --- TAP ---

tests=0
failures=0

ok() {
	tests=$((tests + 1))
	echo "ok $tests - $1"
}

not_ok() { # NAME [LINE-OF-EXPLANATION...]
	tests=$((tests + 1))
	failures=$((failures + 1))
	echo "not ok $tests - $1"
	shift
	if [ $# -gt 0 ]; then
		printf '%s\n' "$@" | head -n 40 | sed 's/^/#   /'
	fi
}

# Into a file, not a pipe: a container that stays behind would keep that open.
check() { # NAME COMMAND...: succeeds
	local name=$1
	shift
	if "$@" >"$work/check.said" 2>&1 </dev/null; then
		ok "$name"
	else
		not_ok "$name" "failed: $*" "$(cat "$work/check.said")"
	fi
}

is() { # NAME GOT WANTED
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "wanted: $3" "got:    $2"
	fi
}

isnt() { # NAME GOT UNWANTED
	if [ "$2" != "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "unwanted: $2"
	fi
}

like() { # NAME GOT REGULAR-EXPRESSION
	if [[ $2 =~ $3 ]]; then
		ok "$1"
	else
		not_ok "$1" "wanted a match of: $3" "got: $2"
	fi
}

finish() {
	echo "1..$tests"
	[ "$failures" -eq 0 ]
	exit
}

missing() {
	if [ "${OCI_CONFINE_ALLOW_SKIP:-0}" = 1 ]; then
		echo "1..0 # SKIP $1"
		exit 0
	fi
	echo "1..1"
	echo "not ok 1 - requirement: $1 (OCI_CONFINE_ALLOW_SKIP=1 skips)"
	exit 1
}

# --- namespaces, work directory ---

require() { # PROGRAM...
	local program
	[ "$(id -u)" = 0 ] || missing "root"
	for program in busybox jq "$@"; do
		command -v "$program" >/dev/null || missing "$program"
	done
	for program in "$wrapper" "$build/shim/oci-confine-filter" "$probe" "$recorder"; do
		[ -x "$program" ] || missing "$program"
	done
}

# Starts the script again inside; comes back only there.
enter() { # ARGUMENTS-OF-THE-SCRIPT...
	local outer
	if [ -n "${E2E_WORK:-}" ]; then
		work=$E2E_WORK
		mount -t tmpfs -o mode=0755,size=512m tmpfs "$work" || missing "a tmpfs"
		mount -t tmpfs -o mode=0755 tmpfs /run || missing "a private /run"
		mkdir /run/runc /run/crun
		# the node's own policy does not count, a script may put one there
		mkdir "$work/.etc" "$work/.etc.work"
		mount -t overlay -o "lowerdir=/etc,upperdir=$work/.etc,workdir=$work/.etc.work" overlay /etc ||
			missing "overlayfs"
		rm -rf /etc/oci-confine
		mount -t cgroup2 cgroup2 /sys/fs/cgroup || missing "cgroup2"
		install_maker
		cgroup=$(basename "$work")
		unset XDG_RUNTIME_DIR OCI_CONFINE_RUNTIME OCI_CONFINE_POLICY RECORD
		trap leave EXIT
		cd "$work" || missing "the work directory"
		prepare
		return
	fi
	outer=$(mktemp -d "${TMPDIR:-/tmp}/oci-confine-e2e.XXXXXXXX") || missing "a work directory"
	# shellcheck disable=SC2064 # now
	trap "rmdir '$outer'" EXIT
	E2E_WORK=$outer unshare --mount --propagation private --pid --fork --kill-child \
		--mount-proc -- bash "$0" "$@"
	exit
}

# Puts oci-confine-filter where the wrapper looks for it: where it would be installed.
install_maker() {
	local top
	maker=$(sed -n 's/^#define FILTER_MAKER_PATH "\(.*\)"$/\1/p' "$build/confine/paths.h")
	top=${maker%/*}
	while [ ! -d "$top" ]; do
		top=$(dirname "$top")
	done
	mkdir "$work/.libexec" "$work/.libexec.work"
	mount -t overlay -o "lowerdir=$top,upperdir=$work/.libexec,workdir=$work/.libexec.work" \
		overlay "$top" || missing "overlayfs"
	mkdir -p "${maker%/*}"
	put_maker
}

put_maker() {
	cp "$build/shim/oci-confine-filter" "$maker"
	# it is run without environment: a build with sanitizers is told here where findings go
	if [ -n "${ASAN_OPTIONS:-}" ]; then
		printf '#!/bin/sh\nexport ASAN_OPTIONS=%s UBSAN_OPTIONS=%s\nexec %s "$@"\n' "$ASAN_OPTIONS" \
			"${UBSAN_OPTIONS:-}" "$build/shim/oci-confine-filter" >"$maker"
	fi
}

# Into a root where our programs are installed: a build with sanitizers is not static.
bring_libraries() { # ROOT
	local library
	for library in $(ldd "$wrapper" "$build/shim/containerd-shim-confine-v2" "$cli" 2>/dev/null |
		sed -n 's|^[^/]*\(/[^ ]*\) (0x.*|\1|p' | sort -u); do
		mkdir -p "$1${library%/*}"
		[ -e "$1$library" ] || cp "$library" "$1$library"
	done
}

# A /dev of our own, where /dev/log is ours.
own_dev() {
	local dev=$work/dev
	mkdir "$dev"
	mount -t tmpfs -o mode=755 tmpfs "$dev"
	cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty /dev/ptmx /dev/fd "$dev/" ||
		missing "device nodes"
	mkdir "$dev/pts"
	mount --move "$dev" /dev
	mount -t devpts devpts /dev/pts
}

leave() {
	local root id
	for root in "$work"/root-* /run/runc /run/crun; do
		for id in "$root"/*; do
			[ -d "$id" ] || continue
			case $root in
			*runc) runc --root "$root" delete --force "$(basename "$id")" ;;
			*) crun --root "$root" delete --force "$(basename "$id")" ;;
			esac >/dev/null 2>&1
		done
	done
	# the runtimes leave the parent of their cgroups
	rmdir "/sys/fs/cgroup/$cgroup"/* "/sys/fs/cgroup/$cgroup" 2>/dev/null
	cd /
}

# --- bundles ---

prepare() {
	local dir=$work/image
	mkdir -p "$dir"/{bin,proc,sys,dev,tmp,data,etc}
	cp "$(command -v busybox)" "$dir/bin/busybox"
	for name in sh cat sleep true false echo env pwd ls kill stty id touch; do
		ln -s busybox "$dir/bin/$name"
	done
	cp "$probe" "$dir/bin/probe"
	# by its name a runtime is taken for runc or crun, which keep their state differently
	mkdir -p "$work/profiles" "$work/bin"
	cp "$recorder" "$work/bin/crun"
	cp "$recorder" "$work/bin/runc"
	recorder=$work/bin/crun
	policy=$work/policy.json
	echo '{"seccomp": {"profile-root": "'"$work"'/profiles"}}' >"$policy"
	baseline_config >"$work/baseline.json"
}

# The capabilities that containerd gives.
default_caps='["CAP_CHOWN","CAP_DAC_OVERRIDE","CAP_FSETID","CAP_FOWNER","CAP_MKNOD","CAP_NET_RAW","CAP_SETGID","CAP_SETUID","CAP_SETFCAP","CAP_SETPCAP","CAP_NET_BIND_SERVICE","CAP_SYS_CHROOT","CAP_KILL","CAP_AUDIT_WRITE"]'

# As `runc spec` and CRI write it: no seccomp profile, no no_new_privs.
baseline_config() {
	cat <<-JSON
	{
	  "ociVersion": "1.0.2-dev",
	  "process": {
	    "terminal": false,
	    "user": {"uid": 0, "gid": 0},
	    "args": ["true"],
	    "env": ["PATH=/bin", "TERM=xterm"],
	    "cwd": "/",
	    "capabilities": {
	      "bounding": $default_caps,
	      "effective": $default_caps,
	      "permitted": $default_caps
	    },
	    "noNewPrivileges": false
	  },
	  "root": {"path": "$work/image", "readonly": true},
	  "hostname": "e2e",
	  "mounts": [
	    {"destination": "/proc", "type": "proc", "source": "proc"},
	    {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
	     "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
	    {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
	     "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]},
	    {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid"]}
	  ],
	  "annotations": {},
	  "linux": {
	    "cgroupsPath": "/$cgroup/CONTAINER",
	    "namespaces": [{"type": "pid"}, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"}],
	    "maskedPaths": ["/proc/kcore", "/proc/keys"],
	    "readonlyPaths": ["/proc/sys"]
	  }
	}
	JSON
}

# Makes the bundle $work/b-NAME: the baseline, changed by a jq program. Prints its path.
bundle() { # NAME [JQ-PROGRAM [JQ-ARGUMENT...]]
	local name=$1 program=${2:-.} dir=$work/b-$1
	shift
	[ $# -eq 0 ] || shift
	rm -rf "$dir"
	mkdir "$dir"
	if [ "$program" = . ]; then
		sed "s/CONTAINER/$name-$runtime/" "$work/baseline.json" >"$dir/config.json"
	else
		jq --arg cgroup "/$cgroup/$name-$runtime" "$@" \
			".linux.cgroupsPath = \$cgroup | $program" "$work/baseline.json" >"$dir/config.json"
	fi
	echo "$dir"
}

# A jq program that sets what the container runs.
runs() { # WORD...
	printf '.process.args = %s' "$(jq -cn '$ARGS.positional' --args -- "$@")"
}

# --- runtimes: $runtime is "runc" or "crun" ---

runtime=runc

root_of() {
	echo "$work/root-$runtime"
}

# The real runtime as it is.
bare() {
	"$(command -v "$runtime")" --root "$work/root-$runtime" "$@"
}

# The same command through the wrapper, under the policy of the test.
confined() {
	"$wrapper" "--oci-confine-runtime=$(command -v "$runtime")" \
		"--oci-confine-policy=$policy" --root "$work/root-$runtime" "$@"
}

# Never 0, which kill(1) takes for everybody.
container_pid() { # ID
	bare state "$1" | jq -r 'if .pid > 0 then .pid else "none" end'
}

container_status() { # ID
	bare state "$1" 2>/dev/null | jq -r .status
}

wait_until() { # STATUS ID
	local i
	for ((i = 0; i < 100; i++)); do
		[ "$(container_status "$2")" = "$1" ] && return 0
		sleep 0.05
	done
	return 1
}

# --- what a probe printed ---

answer() { # OUTPUT NAME: the second word of the line that starts with NAME
	awk -v name="$2" '$1 == name { print $2; exit }' <<<"$1"
}

closed=(unshare-user clone-user clone3 setns mount keyctl add_key request_key userfaultfd bpf
	perf_event_open personality-no-aslr socket-vsock socket-vsock-high socket-vsock-sign
	i386-keyctl i386-socket-vsock)
open=(getpid fchmod ptrace socket-inet personality-query umask i386-getpid)

is_denied() { # ANSWER: by a filter
	[ "$1" = EPERM ] || [ "$1" = ENOSYS ] || [ "$1" = EACCES ] || [ "$1" = killed ]
}

all_denied() { # NAME OUTPUT CALL...
	local name=$1 output=$2 word got bad=()
	shift 2
	for word in "$@"; do
		got=$(answer "$output" "$word")
		is_denied "$got" || bad+=("$word: '$got'")
	done
	if [ ${#bad[@]} -eq 0 ]; then
		ok "$name"
	else
		not_ok "$name" "not denied:" "${bad[@]}"
	fi
}

none_denied() { # NAME OUTPUT CALL...
	local name=$1 output=$2 word got bad=()
	shift 2
	for word in "$@"; do
		got=$(answer "$output" "$word")
		if is_denied "$got" || [ -z "$got" ]; then
			bad+=("$word: '$got'")
		fi
	done
	if [ ${#bad[@]} -eq 0 ]; then
		ok "$name"
	else
		not_ok "$name" "denied or not run:" "${bad[@]}" "output:" "$output"
	fi
}

# The five sets as /proc/self/status shows them: "inh prm eff bnd amb", without leading zeros.
cap_sets() { # OUTPUT
	awk '/^Cap/ { sub(/^0+/, "", $2); printf "%s%s", sep, $2 == "" ? "0" : $2; sep = " " }' <<<"$1"
}

# --- files ---

fingerprint() { # FILE...: content, time of change, place on disk, owner and mode
	sha256sum "$@"
	stat -c '%n %Y %y %i %u:%g %a %s' "$@"
}

# --- refusals ---

# The wrapper refuses its command line "${words[@]}" as it should: exit code CODE; one line on
# standard error that matches; the same as one JSON line in the log; no runtime started; nothing
# on standard output; the files "${watched[@]}" untouched, and no other beside them.
words=()
watched=()

refused() { # NAME CODE REGULAR-EXPRESSION
	local name=$1 code=$2 wanted=$3 rc before after bad=()
	local aside=$work/refused
	local record=$aside/record log=$aside/log out=$aside/out err=$aside/err
	mkdir -p "$aside"
	rm -f "$record" "$log"
	before=$(fingerprint "${watched[@]}" 2>&1; for f in "${watched[@]}"; do ls -A "$(dirname "$f")"; done)
	RECORD=$record "$wrapper" "--oci-confine-runtime=${refused_runtime:-$recorder}" \
		"--oci-confine-policy=$policy" --log "$log" --log-format json "${words[@]}" \
		>"$out" 2>"$err" </dev/null
	rc=$?
	after=$(fingerprint "${watched[@]}" 2>&1; for f in "${watched[@]}"; do ls -A "$(dirname "$f")"; done)
	[ "$rc" = "$code" ] || bad+=("exit code $rc, wanted $code")
	[ "$(wc -l <"$err")" = 1 ] || bad+=("not one line on standard error")
	grep -Eq -- "$wanted" "$err" || bad+=("standard error does not match: $wanted")
	grep -q '^oci-confine-runtime: ' "$err" || bad+=("it does not say who speaks")
	LC_ALL=C grep -q '[^ -~]' "$err" && bad+=("standard error holds more than printable characters")
	[ ! -s "$out" ] || bad+=("standard output is not empty")
	[ ! -e "$record" ] || bad+=("the runtime was started")
	[ "$before" = "$after" ] || bad+=("files changed:" "$(diff <(echo "$before") <(echo "$after"))")
	if [ ! -e "$log" ] || [ "$(wc -l <"$log")" != 1 ]; then
		bad+=("not one line in the log")
	elif ! jq -e --arg line "$(cat "$err")" '(keys == ["level", "msg", "time"]) and .level == "error"
		and (.msg | startswith("oci-confine: ")) and (.time | fromdateiso8601 > 1700000000)
		and ("oci-confine-runtime: " + (.msg | ltrimstr("oci-confine: ")) == $line)' "$log" >/dev/null
	then
		bad+=("the log's line is not what go-runc reads: $(cat "$log")")
	fi
	if [ ${#bad[@]} -eq 0 ]; then
		ok "$name"
	else
		not_ok "$name" "${bad[@]}" "standard error: $(cat "$err")"
	fi
}

# The opposite, to show that it is not refused for another reason.
accepted() { # NAME
	local name=$1 record=$work/refused/record err=$work/refused/err
	mkdir -p "$work/refused"
	rm -f "$record"
	if RECORD=$record "$wrapper" "--oci-confine-runtime=$recorder" "--oci-confine-policy=$policy" \
		"${words[@]}" >/dev/null 2>"$err" </dev/null && [ -e "$record" ]; then
		ok "$name"
	else
		not_ok "$name" "refused: $(cat "$err")"
	fi
}
