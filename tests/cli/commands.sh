#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# explain, diff and merge --report: what they say, as text and as JSON, of good input and of bad.
# TAP. Arguments: SOURCE-ROOT BUILD-ROOT.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "$0")/tap.sh" "$1" "$2"

cp "$top/examples/profiles/prevent-chmod.json" "$work/"
cat > "$work/args.json" << 'END'
{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64","SCMP_ARCH_X86","SCMP_ARCH_X32"],
"syscalls":[
{"names":["kill"],"action":"SCMP_ACT_ERRNO","errnoRet":13,"args":[{"index":1,"value":9,"op":"SCMP_CMP_EQ"}]},
{"names":["prctl"],"action":"SCMP_ACT_TRAP","args":[{"index":0,"value":1,"op":"SCMP_CMP_EQ"},{"index":1,"value":2,"op":"SCMP_CMP_EQ"}]},
{"names":["dup2"],"action":"SCMP_ACT_ERRNO","args":[{"index":0,"value":1,"op":"SCMP_CMP_EQ"}]},
{"names":["dup2"],"action":"SCMP_ACT_KILL_PROCESS","args":[{"index":0,"value":2,"op":"SCMP_CMP_GT"}]}]}
END
cat > "$work/docker.json" << 'END'
{"defaultAction":"SCMP_ACT_ERRNO","archMap":[{"architecture":"SCMP_ARCH_X86_64","subArchitectures":null}],
"syscalls":[{"names":["mount"],"action":"SCMP_ACT_ALLOW","includes":{"caps":["CAP_SYS_ADMIN"]}},
{"names":["read"],"action":"SCMP_ACT_ALLOW"}]}
END
mkdir "$work/bundle"
{ printf '{"process":{"capabilities":{"bounding":["CAP_SYS_ADMIN"]}},"linux":{"seccomp":'
	cat "$work/args.json"; printf '}}'; } > "$work/bundle/config.json"
echo '{"process":{},"linux":{}}' > "$work/open.json"

# --- explain ---

is "explain a denied call" 0 explain runtime-default prevent-chmod.json unshare
golden "explain names verdict, origin, what allows it, and the risk" << 'END'
unshare, number 272 on x86_64
runtime-default
    denied, EPERM  [defaultAction]
    allowed with CAP_SYS_ADMIN in the bounding set
prevent-chmod.json
    allowed  [defaultAction]
all together
    denied, EPERM  [runtime-default, defaultAction]
    allowed with CAP_SYS_ADMIN in the bounding set
risk
    Makes namespaces; a user namespace needs no capability and opens much kernel
    code that only root could reach.
    The kernel itself asks for CAP_SYS_ADMIN.
END
is "explain with the capability" 0 explain --caps SYS_ADMIN --json runtime-default unshare
jqs "it is allowed" '.allowed and .verdict.action == "SCMP_ACT_ALLOW" and .allowed_with.capabilities == []'
is "explain without arguments" 0 explain args.json dup2
golden "explain divides by arguments, strictest verdicts with their rules" << 'END'
dup2, number 33 on x86_64
args.json
    kills the process if a0 >= 3  [syscalls[3]: a0 > 2]
    denied, EPERM if a0 == 1  [syscalls[2]: a0 == 1]
    allowed if a0 == 0 or a0 == 2  [defaultAction]
END
is "explain with arguments" 0 explain --json args.json kill a1=9
jqs "the rule and other arguments" '.verdict == {"action":"SCMP_ACT_ERRNO","errno":13} + {"name":"EACCES"}
	and .answers[0].path == "syscalls[0]" and .answers[0].conditions == "a1 == 9"
	and .allowed_with.arguments == "a1 != 9" and .arguments == {"a1":9}'
for word in "KILL_THREAD:kills the thread" "NOTIFY:up to the seccomp listener" \
	"TRACE:up to the tracer" "LOG:allowed and logged" "ERRNO:denied, errno 1999"; do
	echo '{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64"],"syscalls":[{"names":
		["chmod"],"action":"SCMP_ACT_'"${word%%:*}"'","errnoRet":1999}]}' |
		jq 'if .syscalls[0].action != "SCMP_ACT_ERRNO" then del(.syscalls[0].errnoRet) else . end' \
			> "$work/word.json"
	is "explain ${word%%:*}" 0 explain word.json chmod
	says "in words" "${word#*:}  [syscalls[0]: always]"
done
is "explain two conditions" 0 explain args.json prctl
says "not (...)" "allowed if not (a0 == 1 and a1 == 2)" "denied, SIGSYS if a0 == 1 and a1 == 2"
for v in 40 0x28 050; do
	is "explain socket a0=$v" 0 explain --json runtime-default socket a0=$v
	jqs "a0=$v is read" '.arguments.a0 == 40 and (.allowed | not)'
done
is "explain a negative argument" 0 explain --arch x86 --json args.json kill a1=-1
jqs "two's complement of 32 bits on x86" '.arguments.a1 == 4294967295 and .allowed'
is "explain compares low halves on x86" 0 explain --arch x86 --json args.json kill a1=0x100000009
jqs "the high half does not count" '.allowed | not'
is "explain compares all on x86_64" 0 explain --json args.json kill a1=0x100000009
jqs "the high half counts" '.allowed'
is "explain a number" 0 explain --json --arch x86_64 runtime-default 56
jqs "56 is clone" '.syscall == "clone" and .number == 56'
is "explain a number of x32" 0 explain --json --arch x32 runtime-default 0x40000038
jqs "56 is clone there too" '.syscall == "clone"'
is "explain a number of arm64" 0 explain --json --arch arm64 runtime-default 220
jqs "220 is clone, but arm64 is not listed" '.syscall == "clone" and .answers[0].by == "architectures"
	and .verdict.action == "SCMP_ACT_KILL_THREAD"'
is "explain a bundle" 0 explain --json bundle dup2 a0=5
jqs "the path is the config.json's" '.answers[0].path == "linux.seccomp.syscalls[3]"'
is "a bundle brings its bounding set" 0 explain --json bundle runtime-default unshare
jqs "with SYS_ADMIN" '.inputs[1].allowed'
is "a Docker profile" 0 explain --json --caps none docker.json mount
jqs "its capability" '.allowed_with.capabilities == ["CAP_SYS_ADMIN"]'
is "two profiles, one capability" 0 explain --json --caps none docker.json runtime-default mount
jqs "lets both" '.allowed_with.capabilities == ["CAP_SYS_ADMIN"]'
is "a profile that no capability changes" 0 explain args.json prevent-chmod.json chmod
says "another profile" "no capability and no argument changes that, only another profile" \
	"denied, EPERM  [prevent-chmod.json, syscalls[0]: always]"
is "ties of errno: a rule's beats a default's" 0 explain --json runtime-default docker.json clone3
jqs "ENOSYS" '.verdict.errno == 38 and .answers[0].input == "runtime-default"'
is "the same the other way round" 0 explain --json docker.json runtime-default clone3
jqs "ENOSYS" '.verdict.errno == 38 and .answers[0].input == "runtime-default"'
sed 's/"errnoRet":13/"errnoRet":14/' "$work/args.json" > "$work/fault.json"
is "ties of errno: of two rules the later counts" 0 explain --json args.json fault.json kill a1=9
jqs "EFAULT" '.verdict.errno == 14 and .answers[0].input == "fault.json"'
is "the same the other way round" 0 explain --json fault.json args.json kill a1=9
jqs "EACCES" '.verdict.errno == 13 and .answers[0].input == "args.json"'
sed 's/"value":9/"value":4294967305/' "$work/args.json" > "$work/high.json"
is "a number above 32 bits on x86" 0 explain --arch x86 high.json kill
says "is cut" "denied, EACCES if a1 == 9 "
is "a config.json without profile" 0 explain open.json chmod
says "allows" "allowed"
for call in acct bpf clock_adjtime clone keyctl kexec_load mount open_by_handle_at perf_event_open \
	ptrace process_vm_readv process_vm_writev reboot request_key setns swapon sysfs umount \
	unshare uselib userfaultfd ustat vm86 vm86old; do
	run explain --json runtime-default "$call"
	jqs "the risk of $call" '.risk.sentence | length > 20'
done
# where a rule of runtime-default stands in what defaults writes
for caps in none default ALL; do
	"$confine" defaults --caps "$caps" > "$work/defaults.json"
	for call in read clone clone3 socket personality; do
		run explain --json --caps "$caps" runtime-default "$call"
		path=$(jq -r '[.answers[] | select(.by == "rule")][0].path' "$work/out")
		holds "the path of runtime-default's rule on $call, capabilities $caps" \
			test "$(jq ".$path.names | index(\"$call\") != null" "$work/defaults.json")" = true
	done
done
is "a call that x86 also makes through socketcall" 0 explain --arch x86 runtime-default socket a0=40
says "its number, the denial, and the way past it" "socket, number 359 on x86" "denied, EPERM" \
	"i386 code makes socket calls through socketcall, too, which is allowed" "leaving out"
is "its number on x86" 0 explain --arch x86 --json runtime-default 359
jqs "is socket" '.syscall == "socket" and (.out_of_sight | test("socketcall"))'
is "socketcall itself" 0 explain --arch x86 --json runtime-default socketcall
jqs "no filter sees its arguments" '.allowed and (.out_of_sight | test("no filter sees them"))'
is "a call that x86 makes only so" 0 explain --arch x86 runtime-default accept
says "how" "accept, only through socketcall on x86"
is "elsewhere" 0 explain --json runtime-default socket
jqs "all is in sight" '.out_of_sight == null'
refuses "an unknown call" 1 "did you mean 'fchmodat'?" explain runtime-default fchmoddat
refuses "an unknown number" 1 "number 9999 on SCMP_ARCH_X86_64" explain runtime-default 9999
refuses "an unknown architecture" 1 "--arch: unknown architecture 'vax'" explain --arch vax runtime-default read
refuses "a number where there is no table" 1 "no table of numbers" explain --arch s390x runtime-default 3
refuses "a bad argument" 1 "a0: '1z' is no number" explain runtime-default read a0=1z
refuses "too large an argument" 1 "a0: '18446744073709551616'" explain runtime-default read a0=18446744073709551616
refuses "an argument that there is not" 1 "a0 to a5" explain runtime-default read a6=1
refuses "an argument twice" 1 "a1 is given twice" explain runtime-default read a1=1 a1=2
refuses "no call" 1 "which profile, and which call?" explain runtime-default
refuses "an unknown capability" 1 "unknown capability 'NOPE'" explain --caps NOPE runtime-default read

# --- diff ---

is "diff shows what replacing opens" 1 diff runtime-default prevent-chmod.json
says "opened and closed, with counts" "opened: 80 calls, 3 of them by argument" "closed: 4 calls" \
	"chmod fchmod fchmodat fchmodat2" " keyctl " "SCMP_ARCH_X86, SCMP_ARCH_X32: no longer listed" \
	"socket            opened for a0 & 0xffffffff == 40 or a0 & 0xffffffff >= 64" \
	"clone             opened for a0 & 0x7e020000 != 0" "default: denied, EPERM -> allowed"
is "diff of a profile and itself" 0 diff args.json args.json
golden "equal" << 'END'
args.json -> args.json
compared: calls of x86, x86_64, x32, arguments in 64 bits
equal: every call gets the same answer
END
is "diff on x86" 0 diff --arch x86 --json high.json args.json
jqs "compares the low halves" '.compared == ["SCMP_ARCH_X86"] and (.changes | map(.call) | index("kill") | not)'
run diff --json high.json args.json
jqs "which are not all on x86_64" '.changes | map(.call) | index("kill")'
is "diff on an architecture that one does not list" 1 diff --arch i386 runtime-default prevent-chmod.json
says "says so" "compared: no calls" "SCMP_ARCH_X86: no longer listed, so their programs are killed"
is "diff on one that neither lists" 1 diff --arch arm runtime-default prevent-chmod.json
refuses "diff on one that there is not" 1 "unknown architecture 'vax'" diff --arch vax args.json args.json
"$confine" merge "$work/args.json" > "$work/normal.json"
is "diff of a profile and its normal form" 0 diff --json args.json normal.json
jqs "equal" '.equal and .changes == []'
is "diff of a profile and the bundle with it" 0 diff args.json bundle
is "diff of versions" 1 diff runtime-default@1.6 runtime-default@1.7
says "by argument" "closed: 1 call, by argument" "socket            closed for a0 == 40"
sed 's/"errnoRet":13/"errnoRet":14/; s/SCMP_ACT_TRAP/SCMP_ACT_LOG/' "$work/args.json" > "$work/other.json"
is "diff of errnos and actions" 1 diff args.json other.json
golden "changed, and opened by argument" << 'END'
args.json -> other.json
compared: calls of x86, x86_64, x32, arguments in 64 bits
opened: 1 call, by argument
  prctl             opened for a0 == 1 and a1 == 2
changed: 1 call, by argument
  kill              denied, EACCES -> denied, EFAULT if a1 == 9
END
is "diff --json" 1 diff --json args.json other.json
jqs "the same" '.equal == false and .counts == {"opened":1,"closed":0,"changed":1,"unknown":0} and
	(.changes | map(.call) == ["kill","prctl"]) and .changes[1].when == "a0 == 1 and a1 == 2"'
python3 - > "$work/many.json" << 'END'
import json
ne = lambda i, v: {"index": i, "value": v, "op": "SCMP_CMP_NE"}
print(json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
  "syscalls": [{"names": ["mmap"], "action": "SCMP_ACT_ERRNO", "args": [ne(i, 0x5555555555555555) for i in range(4)]},
  {"names": ["prctl"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 0x155, "op": "SCMP_CMP_LE"}, {"index": 1, "value": 0x155, "op": "SCMP_CMP_GE"}]}]}))
END
echo '{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64","SCMP_ARCH_X86","SCMP_ARCH_X32"]}' > "$work/all.json"
is "diff over the budget" 1 diff all.json many.json
says "says so" "unknown: 1 call, as the arguments differ in too many ways to compare" "mmap" \
	"prctl             closed; arguments differ in too many ways to list"
refuses "diff of one" 1 "which two profiles?" diff args.json
refuses "diff of three" 1 "two profiles, not more" diff args.json args.json args.json
refuses "standard input twice" 1 "read only once" diff - -
(cd "$work" && "$confine" diff --json args.json - < bundle/config.json) > "$work/out" 2> "$work/err" || :
jqs "a config.json from standard input" '.equal'

# --- merge ---

is "merge --report" 0 merge --report runtime-default prevent-chmod.json
says "contributions" "closed: 4 calls" "closed: 80 calls, 3 of them by argument" \
	"architectures taken away: SCMP_ARCH_X86, SCMP_ARCH_X32" "exact: just what the inputs say together"
is "merge --report --json" 0 merge --report --json runtime-default prevent-chmod.json args.json
jqs "contributions" '(.inputs[1].changes | map(.call) | index("fchmodat2")) and
	.inputs[2].counts.closed == 3 and (.profile.syscalls | length > 3)'
jq -cS .profile "$work/out" > "$work/reported"
run merge --json runtime-default prevent-chmod.json args.json
jq -cS . "$work/out" > "$work/merged"
holds "the profile is merge's own" cmp -s "$work/merged" "$work/reported"
is "a profile that adds nothing" 0 merge --report runtime-default runtime-default
says "nothing" "contributes nothing that the others do not say"
is "merge --report of one" 0 merge --report prevent-chmod.json
says "what it says against no profile at all" "closed: 4 calls" "  chmod fchmod fchmodat fchmodat2"
is "a fallback" 0 merge --report --json many.json args.json
jqs "is listed, and only tightens" '(.exact | not) and (.fallbacks.changes | map(.call) | index("mmap")) and
	.fallbacks.counts.opened == 0 and (.warnings | length > 0)'
is "a fallback that drops an architecture" 0 merge --report --json runtime-default@1.7 args.json
is "a config.json without profile" 0 merge open.json prevent-chmod.json
jqs "adds nothing" '.defaultAction == "SCMP_ACT_ALLOW" and (.syscalls | length == 1)'
"$confine" merge <(sleep 0.3; cat "$work/args.json") > "$work/out" 2> "$work/err" || :
jqs "a pipe that is not ready yet" '.defaultAction == "SCMP_ACT_ALLOW"'

# --- bad input ---

echo '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["chmod"],"action":"DENY"}]}' > "$work/action.json"
echo '{"linux":{"seccomp":{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["chmdo"],"action":"SCMP_ACT_ERRNO"}]}}}' > "$work/name.json"
echo '{"defaultAction":' > "$work/half.json"
printf '{"Linux":{},"process":{}}' > "$work/case.json"
mkdir "$work/empty"
for c in "explain FILE read" "diff FILE args.json" "diff args.json FILE" "merge --report FILE"; do
	read -ra words <<< "$c"
	for w in "${words[0]}" "${words[0]} --json"; do
		read -ra start <<< "$w"
		args=("${start[@]}" "${words[@]:1}")
		refuses "$w of an unknown action" 1 "action.json: syscalls[0].action: unknown action 'DENY'" "${args[@]/FILE/action.json}"
		refuses "$w of an unknown name" 1 "name.json: linux.seccomp.syscalls[0].names[0]: 'chmdo'" "${args[@]/FILE/name.json}"
		refuses "$w of half a file" 1 "half.json: " "${args[@]/FILE/half.json}"
		refuses "$w of a key in another case" 1 "case.json: Linux: " "${args[@]/FILE/case.json}"
		refuses "$w of no file" 4 "nope.json: cannot open" "${args[@]/FILE/nope.json}"
		refuses "$w of a directory without config.json" 4 "empty/config.json: cannot open" "${args[@]/FILE/empty}"
		refuses "$w of a version that there is not" 1 "no runtime-default of version '9'" "${args[@]/FILE/runtime-default@9}"
	done
done
for c in explain diff lint merge; do
	refuses "$c --nope" 1 "unknown option or word '--nope'" "$c" --nope
	refuses "$c --caps without value" 1 "--caps needs a value" "$c" --caps
done
(cd "$work" && "$confine" diff runtime-default prevent-chmod.json > /dev/full) 2> "$work/err" && status=0 || status=$?
holds "a full disk is an error" test "$status" = 4

# --- colours ---

esc=$(printf '\033')
run diff runtime-default prevent-chmod.json
if grep -q "$esc" "$work/out"; then not_ok "no colours in a file"; else ok "no colours in a file"; fi
# script(1) gives it a terminal
tty() { (cd "$work" && env "$@" script -qec "$confine diff runtime-default prevent-chmod.json" /dev/null) > "$work/out" 2>&1 || :; }
tty TERM=xterm
if grep -q "$esc" "$work/out"; then ok "colours on a terminal"; else not_ok "colours on a terminal"; fi
tty TERM=xterm NO_COLOR=
if grep -q "$esc" "$work/out"; then ok "an empty NO_COLOR does not count"; else not_ok "an empty NO_COLOR does not count"; fi
tty TERM=xterm NO_COLOR=1
if grep -q "$esc" "$work/out"; then not_ok "NO_COLOR is honoured"; else ok "NO_COLOR is honoured"; fi
tty TERM=dumb
if grep -q "$esc" "$work/out"; then not_ok "no colours on a dumb terminal"; else ok "no colours on a dumb terminal"; fi
evil=$(printf 'ev\033[31mil.json')
cp "$work/args.json" "$work/$evil"
is "a file name with an escape sequence" 0 explain "$evil" read
if grep -q "$esc" "$work/out"; then not_ok "is not passed on"; else ok "is not passed on"; fi
is "the same as JSON" 0 explain --json "$evil" read
jqs "is escaped" '.inputs[0].name | test("\u001b")'
cp "$work/args.json" "$work/$(printf 'l\xe9.json')"
is "a file name that is no UTF-8" 0 explain --json "$(printf 'l\xe9.json')" read
jqs "comes out as UTF-8" '.inputs[0].name == "l\ufffd.json"'
finish
