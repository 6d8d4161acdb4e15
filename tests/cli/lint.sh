#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# lint: each rule on a profile that has the fault and on one that has not. TAP.
# Arguments: SOURCE-ROOT BUILD-ROOT.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "$0")/tap.sh" "$1" "$2"

all='"architectures":["SCMP_ARCH_X86_64","SCMP_ARCH_X86","SCMP_ARCH_X32"]'
native='"architectures":["SCMP_ARCH_X86_64"]'
# rules ACTION RULES: a profile on the native architecture
rules() { printf '{"defaultAction":"SCMP_ACT_%s",%s,"syscalls":[%s]}' "$1" "$native" "$2"; }
# rule NAMES ACTION [INDEX OP VALUE VALUETWO...]
rule() {
	local names=$1 action=$2 comma=
	shift 2
	printf '{"names":["%s"],"action":"SCMP_ACT_%s"' "${names//,/\",\"}" "$action"
	if [ $# -gt 0 ]; then
		printf ',"args":['
		while [ $# -gt 0 ]; do
			printf '%s{"index":%s,"op":"SCMP_CMP_%s","value":%s,"valueTwo":%s}' "$comma" "$1" "$2" "$3" "$4"
			comma=,
			shift 4
		done
		printf ']'
	fi
	printf '}'
}
# finds ID SEVERITY PATH PROFILE: lint has this finding, whole, and the right exit status
finds() {
	local id=$1 severity=$2 path=$3
	printf '%s' "$4" > "$work/p.json"
	run lint --json p.json
	jqs "$id at '$path'" ".files[0].findings | any(.id == \"$id\" and .severity == \"$severity\" and
		.path == \"$path\" and (.why | length > 10) and (.fix | length > 4))"
	if [ "$severity" = error ] && [ "$status" != 1 ]; then not_ok "$id: status $status"; fi
	found="$found $id"
}
# clean ID PROFILE: lint does not have it
clean() {
	printf '%s' "$2" > "$work/p.json"
	run lint --json p.json
	jqs "no $1" ".files[0].findings | all(.id != \"$1\")"
}
found=

deny() { rules ALLOW "$1"; }
finds no-profile warning "" '{"linux":{}}'
finds unknown-key error "syscalls[0].priority" "$(deny '{"names":["acct"],"action":"SCMP_ACT_ERRNO","priority":3}')"
finds unknown-key error "DefaultAction" '{"DefaultAction":"SCMP_ACT_ALLOW"}'
finds unknown-key error "linux.seccomp.archMap" '{"linux":{"seccomp":{"defaultAction":"SCMP_ACT_ALLOW","archMap":[]}}}'
finds wrong-type error "syscalls[0].args" "$(deny '{"names":["acct"],"action":"SCMP_ACT_ERRNO","args":{}}')"
finds wrong-type error "syscalls[0]" "$(deny 7)"
finds wrong-type error "syscalls[0].names[1]" "$(deny '{"names":["acct",1],"action":"SCMP_ACT_ERRNO"}')"
finds missing-key error "" '{"syscalls":[]}'
finds missing-key error "syscalls[0]" "$(deny '{"names":["acct"]}')"
finds missing-key error "syscalls[0].names" "$(deny '{"names":[],"action":"SCMP_ACT_ERRNO"}')"
finds unknown-word error "syscalls[0].action" "$(deny '{"names":["acct"],"action":"DENY"}')"
finds unknown-word error "syscalls[0].args[0].op" "$(deny "$(rule dup ERRNO 0 EQUAL 1 0)")"
finds unknown-word error "architectures[0]" '{"defaultAction":"SCMP_ACT_ALLOW","architectures":["x86"]}'
finds bad-number error "syscalls[0].args[0].value" "$(deny "$(rule dup ERRNO 0 EQ -1 0)")"
finds bad-number error "syscalls[0].args[0].index" "$(deny "$(rule dup ERRNO 6 EQ 1 0)")"
finds bad-number error "syscalls[0].args[0].value" "$(deny "$(rule dup ERRNO 0 EQ 18446744073709551616 0)")"
finds too-many-conditions error "syscalls[0].args" "$(deny "$(rule dup ERRNO 0 EQ 1 0 0 EQ 2 0 0 EQ 3 0 0 EQ 4 0 0 EQ 5 0 0 EQ 6 0 0 EQ 7 0)")"
finds old-name error "syscalls[0].name" "$(deny '{"name":"acct","action":"SCMP_ACT_ERRNO"}')"
finds docker-key warning "archMap" '{"defaultAction":"SCMP_ACT_ALLOW","archMap":[]}'
finds docker-key warning "syscalls[0].includes" "$(deny '{"names":["acct"],"action":"SCMP_ACT_ERRNO","includes":{}}')"
finds unknown-call-denied error "syscalls[0].names[1]" "$(deny "$(rule acct,chmood ERRNO)")"
says "the nearest name" "did you mean 'chmod'?"
finds unknown-call warning "syscalls[0].names[0]" "$(rules ERRNO "$(rule chmood ALLOW)")"
finds newer-call warning "syscalls[0].names[0]" "$(deny "$(rule listns ERRNO)")"
clean newer-call "$(rules ERRNO "$(rule listns ALLOW)")"
finds errno-zero error "syscalls[0].errnoRet" "$(deny '{"names":["acct"],"action":"SCMP_ACT_ERRNO","errnoRet":0}')"
finds errno-zero error "defaultErrnoRet" '{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":0}'
finds errno-too-large error "syscalls[0].errnoRet" "$(deny '{"names":["acct"],"action":"SCMP_ACT_ERRNO","errnoRet":4095}')"
clean errno-too-large "$(deny '{"names":["acct"],"action":"SCMP_ACT_ERRNO","errnoRet":4094}')"
finds errno-ignored warning "syscalls[0].errnoRet" "$(deny '{"names":["acct"],"action":"SCMP_ACT_KILL","errnoRet":1}')"
finds repeated-index warning "syscalls[0].args[1]" "$(deny "$(rule dup ERRNO 0 GE 1 0 0 LE 9 0)")"
clean repeated-index "$(deny "$(rule dup2 ERRNO 0 GE 1 0 1 LE 9 0)")"
finds mask-zero error "syscalls[0].args[0].value" "$(deny "$(rule dup ERRNO 0 MASKED_EQ 0 5)")"
finds datum-outside-mask warning "syscalls[0].args[0].valueTwo" "$(deny "$(rule dup ERRNO 0 MASKED_EQ 3 5)")"
clean datum-outside-mask "$(deny "$(rule dup ERRNO 0 MASKED_EQ 7 5)")"
finds never-matches warning "syscalls[0].args[0]" "$(deny "$(rule dup ERRNO 0 LT 0 0)")"
finds pointer-condition error "syscalls[0].args[0]" "$(deny "$(rule openat ERRNO 1 EQ 4096 0)")"
clean pointer-condition "$(deny "$(rule openat ERRNO 1 EQ 0 0)")"
clean pointer-condition "$(deny "$(rule openat ERRNO 2 EQ 4096 0)")"
finds same-as-default note "syscalls[0]" "$(deny "$(rule acct ALLOW)")"
finds no-architectures warning "" '{"defaultAction":"SCMP_ACT_ALLOW"}'
clean no-architectures "{\"defaultAction\":\"SCMP_ACT_ALLOW\",$all}"
finds some-architectures note "architectures" "$(deny "")"
clean some-architectures "{\"defaultAction\":\"SCMP_ACT_ALLOW\",$all}"
finds flags warning "flags" '{"defaultAction":"SCMP_ACT_ALLOW","flags":["SECCOMP_FILTER_FLAG_LOG"]}'
finds high-half error "syscalls[0]" "$(deny "$(rule socket ERRNO 0 EQ 40 0)")"
finds high-half error "syscalls[0]" "$(rules ERRNO "$(rule socket ALLOW 0 NE 40 0)")"
finds high-half error "syscalls[0]" "$(deny "$(rule chmod ERRNO 1 MASKED_EQ 4294967295 511)")"
clean high-half "$(deny "$(rule socket ERRNO 0 MASKED_EQ 4294967295 40)")"
clean high-half "$(rules ERRNO "$(rule socket ALLOW 0 EQ 2 0)")"
clean high-half "$(deny "$(rule mmap ERRNO 1 EQ 40 0)")"
finds hidden-by-unconditional error "syscalls[1]" "$(rules ERRNO "$(rule dup ALLOW),$(rule dup KILL 0 EQ 1 0)")"
finds beside-unconditional warning "syscalls[1]" "$(deny "$(rule dup KILL),$(rule dup ERRNO 0 EQ 1 0)")"
finds contradiction error "syscalls[1]" "$(deny "$(rule setns TRAP),$(rule setns ERRNO)")"
finds contradiction error "syscalls[1]" "$(deny "$(rule dup TRAP 0 EQ 1 0),$(rule dup ERRNO 0 EQ 1 0)")"
finds duplicate note "syscalls[1]" "$(deny "$(rule dup TRAP 0 EQ 1 0),$(rule dup TRAP 0 EQ 1 0)")"
finds overlap warning "syscalls[1]" "$(deny "$(rule dup2 TRAP 0 EQ 1 0),$(rule dup2 ERRNO 1 EQ 1 0)")"
clean overlap "$(deny "$(rule dup TRAP 0 EQ 1 0),$(rule dup ERRNO 0 EQ 2 0)")"
finds range-above-32bit error "syscalls[0]" "$(rules ERRNO "$(rule mmap ALLOW 1 GE 4294967296 0),$(rule mmap ALLOW 1 LE 16 0)")"
clean range-above-32bit "$(rules ERRNO "$(rule mmap ALLOW 1 GE 4294967296 0)")"
finds several-arguments warning "syscalls[0]" "$(rules ERRNO "$(rule mmap ALLOW 1 NE 4 0),$(rule mmap ALLOW 2 EQ 16 0)")"
clean several-arguments "$(rules ERRNO "$(rule mmap ALLOW 1 EQ 4 0),$(rule mmap ALLOW 2 EQ 16 0)")"
finds never-compiles error "syscalls[1]" "$(rules ERRNO "$(rule mmap ALLOW 0 LT 256 0 1 LE 9223372036854775935 0),$(rule mmap ALLOW 0 LT 256 0 1 MASKED_EQ 1 0)")"
finds cut-to-32bit warning "syscalls[0]" "{\"defaultAction\":\"SCMP_ACT_ALLOW\",$all,\"syscalls\":[$(rule mmap ERRNO 1 MASKED_EQ 1099511627776 1099511627776)]}"
clean cut-to-32bit "$(deny "$(rule mmap ERRNO 1 MASKED_EQ 1099511627776 1099511627776)")"
finds multiplexed warning "syscalls[0]" "{\"defaultAction\":\"SCMP_ACT_ALLOW\",$all,\"syscalls\":[$(rule socket ERRNO 0 EQ 2 0)]}"
clean multiplexed "$(deny "$(rule socket ERRNO 0 EQ 2 0)")"
finds multiplexed warning "syscalls[0]" "{\"defaultAction\":\"SCMP_ACT_ERRNO\",$all,\"syscalls\":[$(rule socket ALLOW 0 EQ 2 0),$(rule socketcall,read ALLOW)]}"
says "that socketcall is open" "through socketcall, too, which is open"
every() { printf '{"defaultAction":"SCMP_ACT_ALLOW",%s,"syscalls":[%s]}' "$all" "$1"; }
finds unanchored error "syscalls[0]" "$(every "$(rule stime,waitpid ERRNO),$(rule dup KILL 0 EQ 1 0)")"
clean unanchored "$(every "$(rule stime ERRNO)")"
clean unanchored "$(every "$(rule stime,acct ERRNO),$(rule dup KILL 0 EQ 1 0)")"
clean unanchored "$(deny "$(rule stime ERRNO),$(rule dup KILL 0 EQ 1 0)")"
clean unanchored "$(deny "$(rule dup KILL 0 EQ 1 0)")"
finds unanchored error "syscalls[0]" "{\"defaultAction\":\"SCMP_ACT_ALLOW\",$all,\"syscalls\":[$(rule accept ERRNO),$(rule dup KILL 0 EQ 1 0)]}"
for pair in chmod:fchmodat2 open:openat2 clone:clone3 fork:vfork unshare:clone3 execve:execveat \
	mount:move_mount setxattr:setxattrat openat:io_uring_setup connect:io_uring_setup; do
	finds sibling-open warning "syscalls[0].names[0]" "$(deny "$(rule "${pair%:*}" ERRNO)")"
	says "${pair#*:}" "${pair#*:}"
done
finds sibling-open warning "syscalls[0].names[0]" "{\"defaultAction\":\"SCMP_ACT_ALLOW\",$all,\"syscalls\":[$(rule socket ERRNO)]}"
says "socketcall where i386 programs can run" socketcall
clean sibling-open "$(deny "$(rule chmod,fchmod,fchmodat,fchmodat2 ERRNO)")"
clean sibling-open "$(deny '{"names":["clone3"],"action":"SCMP_ACT_ERRNO","errnoRet":38}')"
clean sibling-open "$(rules ERRNO "$(rule openat ALLOW)")"
finds refused error "" "$(deny '{"names":["acct"],"action":"SCMP_ACT_ERRNO","includes":{"caps":["NOPE"]}}')"
says "with the strict reader's own words" "syscalls[0].includes.caps[0]"

# every rule has a test
while read -r id; do
	case " $found " in
	*" $id "*) ok "$id has a test" ;;
	*) not_ok "$id has a test" ;;
	esac
done < <(sed -n 's/^\t{ "\([a-z0-9-]*\)", SEVERITY.*/\1/p' "$top/cli/lint_find.c")

# --- RuntimeDefault itself ---

cp "$top"/confine/data/runtime-default*.json "$work/"
is "our own RuntimeDefault has no errors" 0 lint --json runtime-default.json
is "containerd 1.7's has one" 1 lint --json runtime-default-1.7.json
jqs "AF_VSOCK with a high bit" '.errors == 1 and (.files[0].findings | any(.id == "high-half" and (.why | test("^socket"))))'

# --- output ---

printf '%s' "$(rules ALLOW "$(rule chmod ERRNO),$(rule chmood ERRNO)")" > "$work/a.json"
is "text" 1 lint a.json
golden "findings in the order of the file" << 'END'
a.json: architectures: note: some-architectures
    SCMP_ARCH_X86 is not listed: its programs are killed on a machine that could
    run them
    fix: add it if such programs are to run
a.json: architectures: note: some-architectures
    SCMP_ARCH_X32 is not listed: its programs are killed on a machine that could
    run them
    fix: add it if such programs are to run
a.json: syscalls[0].names[0]: warning: sibling-open
    chmod is denied, but these do the same and are open: fchmod, fchmodat,
    fchmodat2
    fix: deny them too, or deny by default and list what is allowed
a.json: syscalls[1].names[0]: error: unknown-call-denied
    'chmood' is no system call, so the rule denies nothing by it
    fix: did you mean 'chmod'?
1 error, 1 warning, 2 notes
END
is "warnings are no errors" 0 lint "$top/examples/profiles/prevent-chmod.json"
is "several files" 1 lint --json "$top/examples/profiles/prevent-chmod.json" a.json
jqs "each with its findings" '.errors == 1 and (.files | map(.errors) == [0, 1]) and .files[1].file == "a.json"'
mkdir "$work/bundle"
{ printf '{"linux":{"seccomp":'; cat "$work/a.json"; printf '}}'; } > "$work/bundle/config.json"
is "a bundle" 1 lint --json bundle
jqs "paths of the config.json" '.files[0].findings | map(.path) | index("linux.seccomp.syscalls[1].names[0]")'
(cd "$work" && "$confine" lint --json - < a.json) > "$work/out" 2> "$work/err" || :
jqs "standard input" '.errors == 1'
refuses "no file" 1 "which files?" lint
refuses "a word" 1 "is built in" lint runtime-default
echo "{" > "$work/half.json"
refuses "no JSON" 1 "half.json: " lint half.json
echo "{\"a\":1,\"a\":2}" > "$work/twice.json"
refuses "a key twice" 1 "twice.json: a: " lint twice.json
finish
