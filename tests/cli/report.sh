#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# report: lines as the kernel, dmesg and auditd write them, and lines that strangers wrote. TAP.
# Arguments: SOURCE-ROOT BUILD-ROOT.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "$0")/tap.sh" "$1" "$2"

none=999999999 # a process that there is none of
seccomp() { # TIME SYSCALL CODE [ARCH]
	echo "[   12.3] audit: type=1326 audit($1.123:45): auid=4294967295 uid=0 gid=0 ses=4294967295" \
		"subj=unconfined pid=$none comm=\"prog\" exe=\"/bin/prog\" sig=0 arch=${4:-c000003e}" \
		"syscall=$2 compat=0 ip=0x7f code=$3"
}
apparmor() { # VERDICT WORD...
	echo "audit: type=1400 audit(1700000000.5:47): apparmor=\"$1\" ${*:2} pid=$none comm=\"prog\""
}
# log LINE...
log() { printf '%s\n' "$@" > "$work/log"; }

log "$(seccomp 1700000000 272 0x50001)" "$(seccomp 1700000100 272 0x50001)" \
	"$(seccomp 1700000050 41 0x7ffc0000)" "$(seccomp 1700000050 9999 0x80000000)" \
	"$(seccomp 1700000050 272 0x7ffc0000)"
run report --json log
jqs 'the same call is counted' '.entries[0] | .call == "unshare" and .count == 2 and .last == 1700000100 and
	.arch == "SCMP_ARCH_X86_64" and .errno == 1 and .container == null and .comm == "prog"'
jqs 'its input and its capability' '.entries[0]."denied-by" == [{"input": "runtime-default",
	"capabilities": ["CAP_SYS_ADMIN"], "advice": "give the container CAP_SYS_ADMIN"}]'
jqs 'a call that no capability opens' '[.entries[] | select(.call == "socket")][0] |
	.answer == "logged, allowed" and (."denied-by"[0].advice | test("RuntimeDefault never allows"))'
jqs 'a call that has no name' '[.entries[] | select(.number == 9999)][0] | .call == null and
	.answer == "process killed" and ."denied-by" == []'
is 'for people' 0 report log
says 'with counts and advice' '2  unshare: errno 1  (prog)' 'give the container CAP_SYS_ADMIN' \
	'1  socket: logged, allowed' 'denies it for some' '1  call 9999: process killed'
echo '{"seccomp": {"baseline": "none"}}' > "$work/none.json"
run report --json --policy none.json log
jqs 'without a floor the policy denies nothing' '.entries[0]."denied-by" == []'

run report --json --since 1700000060 log
jqs 'since a time' '.records == 1 and .entries[0].count == 1'
run report --json --since 10m log
jqs 'since ten minutes' '.records == 0 and .entries == []'
is 'nothing' 0 report --since 10m log
says 'is said too' 'Nothing was denied or logged.'

for stamp in 'Nov 14 22:13:20' 1700000000.123456 2023-11-14T22:13:20+00:00; do
	log "$stamp node kernel: $(seccomp 1700000000 272 0x50001 | cut -d' ' -f5-)"
	run report --json - < "$work/log"
	jqs "journalctl -k, by a pipe: $stamp" '.entries[0] | .call == "unshare" and .last == 1700000000'
done

gap=$(printf '\035')
log "type=SECCOMP msg=audit(1700000000.1:4): auid=1 pid=$none comm=610A62 exe=\"/bin/x y\" sig=31 arch=40000003 syscall=54 compat=1 ip=0x1 code=0x30000${gap}ARCH=i386 SYSCALL=ioctl"
run report --json log
jqs "auditd's form, with what it adds" '.entries[0] | .call == "ioctl" and .arch == "SCMP_ARCH_X86" and
	.answer == "SIGSYS" and .comm == "a\nb" and .exe == "/bin/x y"'
is 'a name with a newline' 0 report log
says 'comes out escaped' 'ioctl on x86: SIGSYS  (a\x0ab)'

log "$(apparmor DENIED 'operation="open" profile="p" name="/etc/x" requested_mask="wc" denied_mask="wc"')" \
	"$(apparmor ALLOWED 'operation="capable" profile="oci-confine-audit.p" capability=21  capname="sys_admin"')" \
	"$(apparmor DENIED 'operation="signal" profile="p" requested_mask="send" denied_mask="send" signal=term peer="q"')" \
	"$(apparmor DENIED 'operation="create" profile="p" family="inet" sock_type="raw" protocol=1 requested_mask="create" denied_mask="create"')" \
	"$(apparmor DENIED 'operation="exec" profile="p" name=2F622063 requested_mask="x" denied_mask="x"')" \
	"$(apparmor DENIED 'operation="open" profile="p" name=2F22 requested_mask="r" denied_mask="r"')" \
	"$(apparmor STATUS 'operation="profile_load" profile="unconfined" name="p"')"
run report --json log
jqs 'what would allow it, in its language' '[.entries[].rule] | sort == [null, "\"/b c\" ix,", "/etc/x w,",
	"capability sys_admin,", "network inet raw,", "signal (send) set=(term) peer=\"q\","]'
jqs 'denied or only logged' '[.entries[] | select(.denied | not)] | length == 1 and
	.[0].profile == "oci-confine-audit.p"'
jqs 'loading a profile is no denial' '.records == 6'
is 'AppArmor for people' 0 report log
says 'names the profile, not its form' "capable sys_admin: would be denied by AppArmor's p  (prog)"

log "$(apparmor DENIED 'operation="open" profile="p" name="/**" requested_mask="r" denied_mask="r"')" \
	"$(apparmor DENIED 'operation="open" profile="p" name="/a,b" requested_mask="r" denied_mask="r"')" \
	"$(apparmor DENIED 'operation="capable" profile="p" capability=1 capname="x, file"')" \
	"$(apparmor DENIED 'operation="signal" profile="p" requested_mask="send), file" denied_mask="send), file" peer="q"')"
run report --json log
jqs 'no rule that would open more than was met' '[.entries[].rule] | sort == [null, null, null, "\"/a,b\" r,"]'

log junk '' 'type=1326 audit(17: pid=x' 'type=1326 audit(1.1:1): pid=1' "$(seccomp 1 x 0x0)" \
	"$(seccomp 1 -1 0x0)" "$(seccomp 99999999999999999999 1 0x0)" 'apparmor="DENIED"' \
	"audit(1.1:1): apparmor=\"DENIED\" pid=$none comm=\"" "type=1326 audit(1.1:1): pid=99999999999 arch=1 syscall=1 code=1"
run report --json log
jqs 'what is no such line is passed over' '.records == 0'
(for i in $(seq 1 5000); do seccomp 1 "$((i + 1000))" 0x0; done) > "$work/log"
run report --json log
jqs 'a flood of different ones is bounded, and said' '(.entries | length) == 4096 and ."left-out" == 904'

refuses 'a time that is none' 1 "--since: expected" report --since yesterday log
refuses 'no such log' 4 'absent: cannot open' report absent
refuses 'two logs' 1 "'log'" report log log
status=0
seccomp 1 272 0x50001 | "$confine" report --json - > "$work/out" 2> "$work/err" || status=$?
jqs 'standard input' '.records == 1'
finish
