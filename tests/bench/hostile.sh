#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hostile.sh BUILD [--tap]: profiles made to be expensive: each is merged, or refused in a sentence,
# within the limits of hostile.gates beside this script, alone and with RuntimeDefault, as
# linux.seccomp of a start and as its Localhost profile, and so are sixteen Localhost profiles at
# once. Prints the scoreboard's table; with --tap it is a test.
set -euo pipefail

build=$(cd "$1" && pwd) tap=${2:-}
here=$(cd "$(dirname "$0")" && pwd)
OCI_CONFINE=$build/cli/oci-confine WRAPPER=$build/shim/oci-confine-runtime
COST=$build/tests/bench/cost NOTHING=$build/tests/bench/nothing
# limit_of KEY, what_of KEY
limit_of() { sed -n "s/^$1 \([0-9]*\) .*/\1/p" "$here/hostile.gates"; }
what_of() { sed -n "s/^$1 [0-9]* //p" "$here/hostile.gates"; }
max_us=$(limit_of cpu) max_kib=$(limit_of memory) rounds=7
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0 failed=0 worst_us=0 worst_kib=0 try_us=0 try_kib=0
mkdir "$work/root" "$work/bundle"
printf '{"seccomp":{"profile-root":"%s"}}' "$work/root" > "$work/policy.json"
mapfile -t names < <("$OCI_CONFINE" defaults | jq -r '.syscalls[].names[]' | sort -u)

report() { # NAME OK
	count=$((count + 1))
	if [ "$2" != 1 ]; then failed=1; fi
	if [ -z "$tap" ]; then return; fi
	if [ "$2" = 1 ]; then echo "ok $count - $1"; else echo "not ok $count - $1"; fi
}

# measured NAME STATUS COMMAND...: within both limits, and with this exit status
measured() {
	local name=$1 want=$2 us kib status good=1
	shift 2
	read -r us kib status < <("$COST" "$rounds" "$work/fresh" "$work/bundle/config.json" "$@" \
		2> "$work/err" 3>&1 1>&3 | tail -n 1)
	[ "$us" -le "$max_us" ] && [ "$kib" -le "$max_kib" ] && [ "$status" = "$want" ] || good=0
	[ "$us" -le "$try_us" ] || try_us=$us
	[ "$kib" -le "$try_kib" ] || try_kib=$kib
	# whoever refuses says why, in one line
	[ "$want" = 0 ] || [ "$(tail -n 1 "$work/err" | grep -c '^oci-confine')" = 1 ] || good=0
	report "$name: $us us, $kib KiB, exit $status" "$good"
}

# row NAME STATUS: what the runs since try_us was zeroed cost at most
row() {
	[ "$try_us" -le "$worst_us" ] || worst_us=$try_us
	[ "$try_kib" -le "$worst_kib" ] || worst_kib=$try_kib
	[ -n "$tap" ] ||
		echo "| $1 | $try_us | $try_kib | $([ "$2" = 0 ] && echo merged || echo refused) |"
}

# try NAME STATUS < PROFILE: by both programs
try() {
	local name=$1 want=$2 profile=$work/root/p.json
	try_us=0 try_kib=0
	cat > "$profile"
	: > "$work/fresh"
	measured "$name, merged with runtime-default" "$want" "$OCI_CONFINE" merge runtime-default "$profile"
	measured "$name, merged alone" "$want" "$OCI_CONFINE" merge "$profile"
	{
		printf '{"ociVersion":"1.1.0","process":{"args":["/x"],"cwd":"/"},"linux":{"seccomp":'
		cat "$profile"
		printf '}}'
	} > "$work/fresh"
	measured "$name, start" "$want" "$WRAPPER" --oci-confine-runtime="$NOTHING" create --bundle "$work/bundle" x
	printf '{"ociVersion":"1.1.0","process":{"args":["/x"],"cwd":"/"},"annotations":{"oci-confine.io/seccomp":"localhost/p.json"},"linux":{}}' \
		> "$work/fresh"
	measured "$name, start with the profile as Localhost" "$want" "$WRAPPER" \
		--oci-confine-policy="$work/policy.json" --oci-confine-runtime="$NOTHING" \
		create --bundle "$work/bundle" x
	row "$name" "$want"
}

# sixteen NAME STATUS COMMAND...: all that one container may ask for, by a start; COMMAND N prints
# the profile N
sixteen() {
	local name=$1 want=$2 n list=
	shift 2
	try_us=0 try_kib=0
	for n in {0..15}; do
		"$@" "$n" > "$work/root/p$n.json"
		list=$list${list:+,}localhost/p$n.json
	done
	printf '{"ociVersion":"1.1.0","process":{"args":["/x"],"cwd":"/"},"annotations":{"oci-confine.io/seccomp":"%s"},"linux":{}}' \
		"$list" > "$work/fresh"
	measured "sixteen at once: $name" "$want" "$WRAPPER" --oci-confine-policy="$work/policy.json" \
		--oci-confine-runtime="$NOTHING" create --bundle "$work/bundle" x
	row "sixteen at once: $name" "$want"
}

# profile DEFAULT SHAPE COUNT CALLS: rules by awk. SHAPE: plain, or the operators of the
# conditions, one an argument, of which each gets a large number that no other rule has; with
# "shared:" before it each rule names all CALLS, else rule N names call N modulo CALLS.
profile() {
	printf '%s\n' "${names[@]}" | awk -v fallback="$1" -v shape="$2" -v count="$3" -v calls="$4" '
		function number() { return sprintf("%d%09d", 1 + rand() * 900000000, rand() * 1000000000) }
		{ name[NR - 1] = $1; all = all (NR > 1 && NR <= calls ? "," : "") (NR <= calls ? "\"" $1 "\"" : "") }
		END {
			srand(7)
			actions = split(fallback == "ALLOW" ? "ERRNO TRAP" : "ALLOW LOG", action, " ")
			shared = sub(/^shared:/, "", shape)
			ops = shape == "plain" ? 0 : split(shape, op, ",")
			printf "{\"defaultAction\":\"SCMP_ACT_%s\",\"architectures\":[\"SCMP_ARCH_X86_64\"],\"syscalls\":[", fallback
			for (i = 0; i < count; i++) {
				printf "%s{\"names\":[%s],\"action\":\"SCMP_ACT_%s\"", (i > 0 ? "," : ""),
					(shared ? all : "\"" name[i % calls] "\""), action[ops == 0 ? 1 : 1 + int(i / calls) % actions]
				for (a = 1; a <= ops; a++)
					printf "%s{\"index\":%d,\"value\":%s,\"op\":\"SCMP_CMP_%s\"%s}", (a == 1 ? ",\"args\":[" : ","),
						a - 1, number(), op[a], (op[a] == "MASKED_EQ" ? ",\"valueTwo\":" number() : "")
				printf "%s}", (ops > 0 ? "]" : "")
			}
			printf "]}"
		}'
}

# padded BYTES < TEXT: with spaces behind it
padded() {
	local text
	text=$(cat)
	printf '%s%*s' "$text" $(($1 - ${#text})) ''
}

if [ -z "$tap" ]; then
	echo 'The dearest of four runs of each: merged with RuntimeDefault, merged alone, a start with it as'
	echo 'linux.seccomp, a start with it as Localhost profile; of "at once" and "twice" one start.'
	echo
	printf '| %s | us CPU | KiB | |\n|---|---|---|---|\n' 'a profile of'
fi
try "16384 rules" 0 < <(profile ERRNO plain 16384 350)
try "16384 rules that deny" 0 < <(profile ALLOW plain 16384 350)
try "16385 rules" 1 < <(profile ERRNO plain 16385 350)
try "61000 names" 0 < <(profile ERRNO shared:plain 190 320)
try "256 numbers for one call" 0 < <(profile ERRNO EQ 256 1)
try "512 numbers for one call" 0 < <(profile ALLOW EQ 512 1)
try "513 numbers for one call" 1 < <(profile ALLOW EQ 513 1)
try "256 masks on three arguments of one call" 0 < <(profile ERRNO MASKED_EQ,MASKED_EQ,MASKED_EQ 256 1)
try "256 holes in three arguments of one call" 0 < <(profile ALLOW NE,LT,GE 256 1)
try "90 numbers for each of 100 calls" 0 < <(profile ERRNO EQ 9000 100)
try "512 rules on three arguments for 100 calls at once" 0 < <(profile ALLOW shared:EQ,EQ,EQ 512 100)
try "512 ranges on two arguments for 100 calls at once" 0 < <(profile ERRNO shared:LE,MASKED_EQ 512 100)
try "9 rules with six conditions for each of 200 calls" 0 < <(profile ALLOW NE,LT,LE,GE,GT,MASKED_EQ 1800 200)
try "4 rules with ranges for each of 350 calls" 0 < <(profile KILL LT,GE 1400 350)
try "4 rules with masks for each of 350 calls" 0 < <(profile ALLOW MASKED_EQ,EQ 1400 350)
try "1 MiB of JSON" 0 < <(profile ALLOW plain 16000 350 | padded 1048576)
try "1 MiB of brackets" 1 < <(head -c 524288 /dev/zero | tr '\0' '[')
try "1 MiB of keys" 1 < <(printf '{"defaultAction":"SCMP_ACT_ALLOW"'; awk 'BEGIN { for (i = 0; i < 90000; i++) printf ",\"k%d\":1", i }'; printf '}')
try "names that are none" 0 < <(printf '{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"action":"SCMP_ACT_ALLOW","names":["a0"'; awk 'BEGIN { for (i = 1; i < 65000; i++) printf ",\"a%d\"", i }'; printf ']}]}')
# as linux.seccomp and as a Localhost profile at once, of the same size
profile ERRNO plain 16384 350 > "$work/root/p.json"
jq -c '{ociVersion: "1.1.0", process: {args: ["/x"], cwd: "/"}, linux: {seccomp: .},
	annotations: {"oci-confine.io/seccomp": "localhost/p.json"}}' "$work/root/p.json" > "$work/fresh"
try_us=0 try_kib=0
measured "16384 rules twice" 0 "$WRAPPER" --oci-confine-policy="$work/policy.json" \
	--oci-confine-runtime="$NOTHING" create --bundle "$work/bundle" x
row "16384 rules twice" 0

usual() { "$OCI_CONFINE" defaults; }
ordinary() { profile ALLOW plain "$((10 + $1))" 350; }
most_rules() { profile ERRNO plain 1024 350; }
too_many_rules() { profile ERRNO plain 1025 350; }
too_many_alone() { profile ERRNO plain 16384 350; }
most_names() { profile ERRNO shared:plain 12 320; }
too_many_names() { profile ERRNO shared:plain 190 320; }
most_numbers() { profile ERRNO EQ 30 1; }
many_conditions() { profile ALLOW shared:EQ,EQ,EQ 32 100; }
many_masks() { profile ALLOW MASKED_EQ,EQ 87 $((20 + $1)); }
most_bytes() { profile ALLOW plain 1000 350 | padded 65536; }
too_many_bytes() { profile ALLOW plain 1000 350 | padded 65537; }
many_calls() { profile KILL LT,GE 350 350; }
sixteen "RuntimeDefault" 0 usual
sixteen "ordinary ones" 0 ordinary
sixteen "1024 rules each" 0 most_rules
sixteen "1025 rules each" 1 too_many_rules
sixteen "16384 rules each" 1 too_many_alone
sixteen "3840 names each" 0 most_names
sixteen "61000 names each" 1 too_many_names
sixteen "30 numbers for one call each" 0 most_numbers
sixteen "32 rules on three arguments for 100 calls each" 0 many_conditions
sixteen "87 masks each" 0 many_masks
sixteen "ranges for 350 calls each" 0 many_calls
sixteen "64 KiB each" 0 most_bytes
sixteen "a byte more each" 1 too_many_bytes
if [ -n "$tap" ]; then
	echo "1..$count"
else
	echo "| $(what_of cpu) | $worst_us | | $max_us |"
	echo "| $(what_of memory) | | $worst_kib | $max_kib |"
fi
exit "$failed"
