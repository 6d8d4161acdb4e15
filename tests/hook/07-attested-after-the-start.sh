#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# At poststart the hook looks at the running process from outside. What is looser than decided is
# killed, and the line says in what; what is as decided, or has not run yet, lives.
. "$(dirname "$0")/lib.sh"
require runc crun
enter "$@"
find_runtimes
mkdir -m 0777 "$work/witness"

both() { # adds the poststart hook to the one there is
	printf '.hooks.poststart = [.hooks.createRuntime[0] | .args |= map(if startswith("--stage=") then
		"--stage=poststart" else . end)]'
}

# attested NAME JQ-PROGRAM [PREPARE]: a container that takes half a second; sets $rc, $err, $ran
attested() {
	rm -f "$work/witness/"*
	dir=$(bundle case "$(runs sh -c 'sleep 0.4; echo late > /witness/late') | $(hooked) | $(both) | $2 |
		.mounts += [{destination: \"/witness\", type: \"bind\", source: \$witness, options: [\"bind\"]}]" \
		--arg witness "$work/witness")
	[ "${3:-}" = "" ] || "$3" "$dir"
	err=$(runtime_command run --bundle "$dir" case 2>&1 </dev/null)
	rc=$?
	ran=$(ls "$work/witness")
	runtime_command delete --force case >/dev/null 2>&1
}

# killed NAME REGULAR-EXPRESSION
killed() {
	is "$version, $1: killed" "$ran" ""
	isnt "$version, $1: the start fails, or the container ends with a signal" "$rc" 0
	[ "$runtime" = crun ] || like "$version, $1: the line says in what" "$err" "$2"
}

# The runtime reads a config.json that carries no decision, and the hook one that does: what an
# engine that is taken over could do. A hook of its own, before ours, swaps them.
swapped() {
	cp "$1/config.json" "$1/carried.json"
	mkdir "$1/confined"
	jq "${after:-.}" "$1/config.json" >"$1/confined/config.json"
	"$cli" apply --policy "${carried_policy:-$policy}" "$1/confined" >/dev/null
}
swap='.hooks.createRuntime = [{path: "/bin/cp", args: ["cp", "confined/config.json", "config.json"]}] +
	.hooks.createRuntime'

for path in "${runtime_paths[@]}"; do
	use "$path"
	attested "hooked" .
	is "$version, confined by the hook: lives" "$rc $ran" "0 late"
	attested "user" '.process.user = {uid: 1000, gid: 1000} |
		.annotations = {"oci-confine.io/drop-capabilities": "NET_RAW"}'
	is "$version, confined by the hook, not root: lives" "$rc $ran" "0 late"

	attested "no enforcement" 'del(.hooks.createRuntime)'
	killed "nobody enforced" 'not confined as decided: .*filter'
	attested "swapped" "$swap" swapped
	killed "config.json swapped" 'not confined as decided: .*filter'
	after='.annotations = {"oci-confine.io/drop-capabilities": "NET_RAW"}'
	attested "swapped capabilities" "$swap" swapped
	killed "config.json swapped, capabilities" 'not confined as decided: the bounding set has CAP_NET_RAW'
	after=.
	no_keeper "$version"
done
finish
