#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two starts at once, the first of them stopped before each of its system calls: the other one is
# done all the same, and then the first is, too. Both need the same things: the same policy, the
# same profile, the same filter, which is in no cache yet where it says "cold". (Compiling an
# AppArmor profile is the one thing that is waited for, ten seconds: tests/vm/guest/loading.sh.)
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"
# shellcheck source=tests/faults/lib.sh
. "$(dirname "$0")/lib.sh"
require runc crun
enter "$@"
runtime=runc
filters=/run/oci-confine/filters
cp "$here/../../examples/profiles/prevent-chmod.json" "$work/profiles/"
export RECORD=/dev/null

# words HELD DIR COMMAND...: the command in $words, with what HELD has for @HELD, and DIR for @DIR
words() {
	local held=$1 dir=$2 word
	shift 2
	words=()
	for word; do
		# shellcheck disable=SC2206 # words
		if [ "$word" = @HELD ]; then words+=($held); else words+=("${word/@DIR/$dir}"); fi
	done
}

# nobody_waits NAME STEP PREPARE CODE COMMAND...: every STEP-th call of the program behind @HELD;
# PREPARE comes before each, CODE is the exit code
nobody_waits() {
	local name=$1 step=$2 prepare=$3 code=$4 call held=0 bad=() first i rc
	shift 4
	for ((call = 1; call < 2000; call += step)); do
		"$prepare"
		rm -f "$work/report"*
		words "$inject self $call:hold $work/report" "$one" "$@"
		"${words[@]}" >"$work/first" 2>&1 </dev/null &
		first=$!
		for ((i = 0; i < 2000; i++)); do
			if [ -e "$work/report.held" ] || [ -e "$work/report" ]; then break; fi
			sleep 0.005
		done
		[ -e "$work/report.held" ] || break # that was the last one
		held=$((held + 1))
		words "" "$other" "$@"
		timeout 5 "${words[@]}" >"$work/said" 2>&1 </dev/null
		rc=$?
		[ "$rc" = "$code" ] || bad+=("call $call: the other: $rc $(cat "$work/said")")
		rm "$work/report.held"
		wait "$first"
		rc=$?
		[ "$rc" = "$code" ] || bad+=("call $call: the first: $rc $(cat "$work/first")")
		cmp -s "$one/config.json" "$other/config.json" || bad+=("call $call: they differ")
	done
	wait
	if [ ${#bad[@]} -eq 0 ] && [ "$held" -gt 4 ]; then
		ok "$name: stopped at $held calls, nobody waits"
	else
		not_ok "$name: stopped at $held calls" "${bad[@]}"
	fi
}

one=$(bundle one '.annotations = {"oci-confine.io/seccomp": "localhost/prevent-chmod.json"}')
other=$work/b-other
cp -r "$one" "$other"
cp "$one/config.json" "$work/original.json"
# shellcheck disable=SC2317 # by name
fresh() {
	cp "$work/original.json" "$one/config.json"
	cp "$work/original.json" "$other/config.json"
}
# shellcheck disable=SC2317 # by name
cold() {
	fresh
	rm -rf "$filters"
}
create=(@HELD "$wrapper" "--oci-confine-policy=$policy")
nobody_waits "create" 1 fresh 0 "${create[@]}" "--oci-confine-runtime=$work/bin/runc" create --bundle @DIR ID
nobody_waits "create for crun, no filter there" 3 cold 0 "${create[@]}" \
	"--oci-confine-runtime=$work/bin/crun" create --bundle @DIR ID
apart=$other
other=$one
nobody_waits "create, both in one bundle" 1 fresh 0 "${create[@]}" \
	"--oci-confine-runtime=$work/bin/runc" create --bundle @DIR ID
other=$apart

# --- the hook, beneath a runtime that is nothing else ---
hook=("$build/tests/hook/hook-pretend" plain @DIR "$build/tests/hook/hook-first" @HELD
	"$build/hook/oci-confine-hook" "--policy=$policy" --stage=createRuntime)
nobody_waits "the hook" 2 fresh 42 "${hook[@]}"
nobody_waits "the hook, no filter there" 41 cold 42 "${hook[@]}"
finish
