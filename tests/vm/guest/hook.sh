# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=dash
# shellcheck disable=SC3043 # busybox sh knows local
#
# oci-confine-hook where the kernel has AppArmor and Yama: the label that it composes is loaded and
# put on between execve and the first instruction, next to everything else; poststart finds it.
# shellcheck source=tests/vm/guest/lib.sh
. /vm/guest/lib.sh

program=/vm/oci-confine/oci-confine-hook
# shellcheck disable=SC2034 # read by config()
hooks='"createRuntime": [{"path": "'$program'", "args": ["oci-confine-hook", "--stage=createRuntime"]}],
	"poststart": [{"path": "'$program'", "args": ["oci-confine-hook", "--stage=poststart"]}]'
unset through

labels() {
	local text
	unset label
	forget $baseline
	confined "no profile, nothing loaded" "$(ask)" $baseline
	is "no profile: the baseline is loaded" "$(mode_of $baseline)" enforce
	annotations='"oci-confine.io/apparmor": "localhost/zebra"'
	confined "one more, by annotation" "$(ask)" "$baseline//&zebra"
	nnp=true
	confined "under no_new_privs of its own" "$(ask)" "$baseline//&zebra"
	nnp=false
	annotations=''
	# what the engine's own profile is: it stays if it is enough, and cannot be added to
	load /vm/profiles/peer
	label="$baseline//&peer"
	confined "the engine's own says it already" "$(ask)" "$baseline//&peer"
	label=peer
	text=$(contain label)
	hasnt "the engine's own says less: nothing was run" "$text" "label:"
	case $runtime in
	*runc) has "the engine's own says less: the reason" "$text" "a hook cannot add to the AppArmor profile 'peer'" ;;
	esac
	unset label
	annotations='"oci-confine.io/apparmor": "localhost/nowhere"'
	hasnt "a profile that is not there: nothing was run" "$(contain label)" "label:"
	annotations=''
}

# Who has no /proc of its own has no file to write its label to: lsm_set_self_attr(2), since Linux
# 6.8, needs none. Before that nothing is run, and the keeper says why in the only place it can.
without_proc() {
	local log=/tmp/without-proc.log syslogd waited=0
	case $runtime in
	*runc) return 0 ;; # closes a container's descriptors by way of its /proc, and has no such container
	esac
	unset label
	rm -f $log
	busybox syslogd -n -O $log &
	syslogd=$!
	until [ -S /dev/log ]; do sleep 0.1; done
	proc=''
	case $(uname -r) in
	6.1.*)
		hasnt "without /proc: nothing was run" "$(contain label)" "label:"
		until grep -q killed $log || [ $waited -eq 20 ]; do
			sleep 0.2
			waited=$((waited + 1))
		done
		has "without /proc: the log names what is missing" "$(cat $log)" \
			"/proc/thread-self/attr/apparmor/current, which setting its label takes"
		;;
	*)
		stay noproc
		is "without /proc: the label is put on by a call, not by a file" "$(members "$(label_of "$pid")")" \
			"$(members $baseline)"
		gone noproc
		;;
	esac
	unset proc
	kill $syslogd
	rm -f /dev/log
}

# Root may trace whatever Yama says, but for 3, which nobody can take back.
yama() { # SCOPE
	echo "$1" >/proc/sys/kernel/yama/ptrace_scope
	unset label
	confined "ptrace_scope $1" "$(ask)" $baseline
}

forbidden_by_yama() {
	local text
	unset label
	text=$(contain label)
	hasnt "ptrace_scope 3: nothing was run" "$text" "label:"
	case $runtime in
	*runc) has "ptrace_scope 3: the line names it" "$text" "kernel.yama.ptrace_scope is 3" ;;
	esac
	is "ptrace_scope 3: no keeper stays" "$(pgrep -f '^oci-confine-keeper')" ""
}

node "{$plain_policy}"
for name in $(cut -d' ' -f1 /vm/runtimes); do
	use "$name"
	labels
	without_proc
	yama 0
	yama 1
	yama 2
	is "no keeper stays" "$(pgrep -f '^oci-confine-keeper')" ""
done
echo 3 >/proc/sys/kernel/yama/ptrace_scope
for name in $(cut -d' ' -f1 /vm/runtimes); do
	use "$name"
	forbidden_by_yama
done
