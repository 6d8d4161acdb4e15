#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the documentation says is so: every example of a --help runs, man pages and --help name the
# same commands and options, README's transcript is what quickstart.sh prints, and every file in
# examples/ is read by the program it is for. TAP. Arguments: SOURCE-ROOT BUILD-ROOT.
set -euo pipefail

top=$1 build=$2
confine=$build/cli/oci-confine
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0 failed=0

ok() { count=$((count + 1)); echo "ok $count - $1"; }
not_ok() {
	count=$((count + 1)) failed=1
	echo "not ok $count - $1"
	sed 's/^/# /' "$work/out"
}
# check WHAT COMMAND...
check() {
	local what=$1
	shift
	if "$@" > "$work/out" 2>&1; then ok "$what"; else not_ok "$what"; fi
}

# --- each command's example, run as it stands ---

mkdir -p "$work/bin" "$work/bundle"
ln -s "$confine" "$work/bin/oci-confine"
cp "$top/examples/profiles/prevent-chmod.json" "$work/"
"$top/tests/bench/make-config.sh" "$confine" > "$work/config.json"
cp "$work/config.json" "$work/bundle/"

# the words behind "Example:" of a --help, with the bundle where we have one and no container
example_of() {
	"$confine" "$1" --help | sed -n '/^Example:/,$p' | sed '1d; s/^ *//' |
		sed "s|/tmp/bundle|$work/bundle|g; s| && runc .*||"
}
run_example() { (cd "$work" && PATH=$work/bin:$PATH bash -euc "$1"); }

mapfile -t commands < <("$confine" --help | sed -n 's/^  \([a-z]*\)  *[a-z].*/\1/p')
[ ${#commands[@]} -ge 4 ] || { : > "$work/out"; not_ok "--help lists the commands"; }
for c in "${commands[@]}"; do
	example=$(example_of "$c")
	status=0
	run_example "$example" > "$work/log" 2>&1 || status=$?
	# where there is no AppArmor it says so; tests/vm runs it where there is
	[ "$c" = apparmor ] && [ "$status" = 3 ] && grep -q 'this kernel has no AppArmor' "$work/log" &&
		status=0
	check "oci-confine $c --help has an example that runs: ${example//$'\n'/; }" \
		test -n "$example" -a "$status" = 0
	check "oci-confine(1) has the command $c" grep -q "^\.B.* $c\$\|^\.B $c\$" "$top/docs/man/oci-confine.1"
	while read -r option; do
		check "oci-confine(1) has $c's $option" \
			grep -qF -- "${option//-/\\-}" "$top/docs/man/oci-confine.1"
	done < <("$confine" "$c" --help | grep -o -- '--[a-z-]*' | grep -v -- --bundle | sort -u)
done
for option in runtime policy version; do
	check "oci-confine-runtime(8) has --oci-confine-$option" \
		grep -qF "oci\\-confine\\-$option" "$top/docs/man/oci-confine-runtime.8"
done

check "containerd-shim-confine-v2(8) has its option, and the program too" \
	sh -c "grep -qF 'oci\\-confine\\-version' '$top/docs/man/containerd-shim-confine-v2.8' &&
	'$build/shim/containerd-shim-confine-v2' --oci-confine-version | grep -q '^containerd-shim'"

# --- the manual of the policy names every key that the program knows ---

while read -r key; do
	check "oci-confine-policy(5) has $key" grep -qw -- "$key" "$top/docs/man/oci-confine-policy.5"
done < <(sed -n '/known\[\] =/,/;/p' "$top/confine/policy.c" | grep -o '"[a-z -]*"' | tr -d '"' | tr -s ' ' '\n' | sort -u)
sed -n '/^\.nf/,/^\.fi/p' "$top/docs/man/oci-confine-policy.5" | sed '1d; $d' > "$work/policy.json"
check "oci-confine-policy(5)'s example is a policy" \
	sh -c "'$confine' filter --policy '$work/policy.json' < '$work/config.json' > /dev/null"
for page in "$top"/docs/man/*.[1-9]; do
	groff -man -ww -Tutf8 -rLL=78n "$page" > "$work/page" 2> "$work/out" || true
	if [ -s "$work/out" ]; then not_ok "${page##*/} has no warnings"; else ok "${page##*/} has no warnings"; fi
done

# --- examples/ ---

chmod go-w "$top/examples/policy.json"
check "examples/policy.json is a policy" \
	sh -c "'$confine' filter --policy '$top/examples/policy.json' < '$work/config.json' > /dev/null"
for profile in "$top"/examples/profiles/*.json; do
	check "examples/profiles/${profile##*/} merges" "$confine" merge runtime-default "$profile"
done
"$top/examples/quickstart.sh" > "$work/transcript" 2> "$work/out" || not_ok "quickstart.sh runs"
sed -n '/^<!-- transcript: examples\/quickstart.sh/,/^<!-- end/p' "$top/README.md" |
	sed '/^<!--/d; /^```/d' > "$work/readme"
# what is built, and whether packages were missing, depends on the machine
check "README.md's transcript is what quickstart.sh prints" \
	diff <(grep -v '^Building\|^Installing' "$work/readme") \
	<(grep -v '^Building\|^Installing' "$work/transcript")
echo "1..$count"
exit "$failed"
