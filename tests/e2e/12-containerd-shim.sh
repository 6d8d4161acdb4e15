#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# containerd-shim-confine-v2: hands everything over to the real shim but PATH, where it finds our
# wrapper as `runc` and nothing else; stops when anything of that is not as it should be. Links of
# both programs choose a policy. All installed, in a root of its own, in front of recorders.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
require meson
enter "$@"

root=$work/node
mkdir -p "$root"/{bin,usr/bin,usr/sbin,etc/oci-confine/policy.d,proc,tmp,bundle}
mount -t proc proc "$root/proc"
DESTDIR=$root meson install -C "$build" --no-rebuild --quiet >/dev/null || missing "meson install"
bring_libraries "$root"
shim=$(cd "$root" && find . -name containerd-shim-confine-v2 | cut -c2-)
bin=${shim%/*}
private=$(cd "$root" && find . -name oci-confine -path '*libexec*' -type d | cut -c2-)
cp "$recorder" "$root/usr/bin/containerd-shim-runc-v2"
cp "$recorder" "$root/usr/sbin/runc"
search=$bin:/usr/sbin:/usr/bin

# A command in the root: its record in $record, what it said in $err, its exit code in $rc.
record=$root/tmp/record
inside() { # COMMAND...
	rm -f "$record"
	env -i "${environment[@]}" RECORD=/tmp/record "$(command -v chroot)" "$root" "$@" \
		>"$work/out" 2>"$work/err" </dev/null
	rc=$?
	err=$(cat "$work/err")
}
environment=("PATH=$search")

recorded() { # PREFIX: lines of the record that start with it
	grep -- "^$1" "$record" 2>/dev/null
}

argv_is() { # NAME WORD...
	local name=$1 i=0 wanted='' word
	shift
	for word; do
		wanted+="argv[$i]=$word"$'\n'
		i=$((i + 1))
	done
	is "$name" "$(recorded 'argv\[')" "${wanted%$'\n'}"
}

# --- handed over ---

start=(-namespace k8s.io -address /run/containerd/containerd.sock -publish-binary /usr/bin/containerd
	-id 0a1b start)
for words in "${start[*]}" "-namespace n -id 0a1b -bundle /bundle delete" -info -v; do
	read -ra words <<<"$words"
	inside "$shim" "${words[@]}"
	argv_is "the real shim gets the words: ${words[*]}" "$shim" "${words[@]}"
done
environment+=(CONTAINERD_X=1 "TTRPC_ADDRESS=/run/containerd.sock.ttrpc")
inside "$shim" "${start[@]}"
is "the environment is as it was, but for PATH" "$(recorded env= | grep -v PATH= | sort)" \
	"$(printf 'env=%s\n' CONTAINERD_X=1 RECORD=/tmp/record TTRPC_ADDRESS=/run/containerd.sock.ttrpc)"
is "PATH is the private directory alone" "$(recorded env=PATH=)" "env=PATH=$private"
is "the old one waits" "$(recorded env=OCI_CONFINE_PATH=)" "env=OCI_CONFINE_PATH=$search"

cp "$(command -v busybox)" "$root/bin/busybox"
echo options >"$root/tmp/stdin"
from_here() { # PROGRAM: as a child whose descriptors and directory are known
	rm -f "$record"
	(
		exec env -i "PATH=$search" RECORD=/tmp/record chroot "$root" /bin/busybox sh -c \
			"cd /bundle; exec $1 start" <"$root/tmp/stdin" 7<"$root/tmp/stdin" 9>"$work/nine"
	) &
	pid=$!
	wait "$pid"
}
from_here /usr/bin/containerd-shim-runc-v2
bare=$(recorded fd=)
from_here "$shim"
is "no process more: it is the same one" "$(recorded pid=)" "pid=$pid"
is "in the same directory" "$(recorded cwd=)" "cwd=/bundle"
is "with the same descriptors and no other" "$(recorded fd=)" "$bare"
like "standard input among them" "$bare" 'fd=0 /tmp/stdin'

inside "$shim" --oci-confine-version
like "--oci-confine-version says what is built in" "$(cat "$work/out")" '^containerd-shim-confine-v2 [0-9]'

# --- what the real shim then finds ---

environment=("PATH=$private" "OCI_CONFINE_PATH=$search")
inside "$private/runc" --root /run/r state x
argv_is "runc in the private directory is the wrapper, in front of runc" "$private/runc" \
	--root /run/r state x
is "the real runtime has the old PATH again" "$(recorded 'env=.*PATH=')" "env=PATH=$search"
environment=("PATH=$search")

# --- a policy for each link ---

link_policy() { # NAME
	ln -s oci-confine-runtime "$root$bin/oci-confine-runtime-$1"
	ln -s containerd-shim-confine-v2 "$root$bin/containerd-shim-confine-$1-v2"
	mkdir "$root$private/$1"
	ln -s "$bin/oci-confine-runtime-$1" "$root$private/$1/runc"
}

runtime=node
link_policy strict
cp "$(bundle plain)/config.json" "$root/bundle/"
create=(create --bundle /bundle x)
confined_in() { # COMMAND...
	cp "$work/b-plain/config.json" "$root/bundle/"
	inside "$@"
}

inside "$bin/containerd-shim-confine-strict-v2" -info
is "the link's own directory is in PATH" "$(recorded env=PATH=)" "env=PATH=$private/strict"
for program in "$private/strict/runc" "$bin/oci-confine-runtime-strict"; do
	confined_in "$program" "${create[@]}"
	is "${program#"$bin"}: without policy.d/strict.json every container is refused" "$rc" 4
	like "${program#"$bin"}: and it says which file is missing" "$err" \
		'^oci-confine-runtime: x: /etc/oci-confine/policy.d/strict.json: .*No such file'
	is "${program#"$bin"}: nothing was started" "$(cat "$record" 2>&1)" \
		"cat: $record: No such file or directory"
	confined_in "$program" delete x
	argv_is "${program#"$bin"}: yet delete passes" "$program" delete x
done
echo '{"unconfined": "refuse", "runtime-override": false}' >"$root/etc/oci-confine/policy.d/strict.json"
echo '{}' >"$root/etc/oci-confine/lax.json"
for program in "$private/strict/runc" "$bin/oci-confine-runtime-strict"; do
	confined_in "$program" "${create[@]}"
	is "${program#"$bin"}: its policy refuses what is unconfined" "$rc" 2
	environment=("PATH=$search" OCI_CONFINE_POLICY=/etc/oci-confine/lax.json)
	confined_in "$program" "${create[@]}"
	is "${program#"$bin"}: which the environment cannot change" "$rc" 2
	like "${program#"$bin"}: as that policy says" "$err" 'policy.d/strict.json forbids'
	environment=("PATH=$search")
done
for program in "$private/runc" "$bin/oci-confine-runtime"; do
	confined_in "$program" "${create[@]}"
	argv_is "${program#"$bin"}: the other policy holds without the name" "$program" "${create[@]}"
done

for name in oci-confine-runtime- oci-confine-runtime-.hidden oci-confine-runtime-a,b \
	oci-confine-runtimes "oci-confine-runtime-$(printf 'a%.0s' {1..65})"; do
	ln -s oci-confine-runtime "$root$bin/$name"
	confined_in "$bin/$name" "${create[@]}"
	is "${name:0:40}: not a policy's name: exit code" "$rc" 1
	like "${name:0:40}: not a policy's name: what is" "$err" 'chooses no policy: expected oci-confine-runtime or'
done

# --- whatever is missing: one line, and nothing starts ---

stops() { # WHAT CODE REGULAR-EXPRESSION [SHIM]
	inside "${4:-$shim}" "${start[@]}"
	if [ "$rc" = "$2" ] && [ ! -e "$record" ] && [ ! -s "$work/out" ] &&
		[ "$(wc -l <"$work/err")" = 1 ] && [[ $err =~ ^containerd-shim-confine-v2:\ .*$3 ]]; then
		ok "stops: $1"
	else
		not_ok "stops: $1" "exit code $rc, wanted $2 and: $3" "said: $err" "started: $(recorded argv)"
	fi
}

# broken WHAT CODE REGULAR-EXPRESSION COMMAND-THAT-BREAKS COMMAND-THAT-MENDS
broken() {
	eval "$4"
	stops "$1" "$2" "$3"
	eval "$5"
}

# shellcheck disable=SC2034 # the texts that broken() evaluates use them
p=$root$private w=$root$bin/oci-confine-runtime s=$root/usr/bin/containerd-shim-runc-v2
broken "no private directory" 3 "cannot open the private directory $private: No such file" \
	'mv "$p" "$p.away"' 'mv "$p.away" "$p"'
broken "the private directory is a link" 3 "cannot open the private directory" \
	'mv "$p" "$p.away"; ln -s "${private##*/}.away" "$p"' 'rm "$p"; mv "$p.away" "$p"'
broken "the private directory is another user's" 1 "$private: is owned by uid 1000, must be root's" \
	'chown 1000 "$p"' 'chown 0 "$p"'
broken "the group can write it" 1 "$private: is writable by group or others" \
	'chmod g+w "$p"' 'chmod g-w "$p"'
broken "no runc in it" 3 "$private/runc must be a link to $bin/oci-confine-runtime: No such file" \
	'mv "$p/runc" "$p/.r"' 'mv "$p/.r" "$p/runc"'
broken "the real runc in it" 3 "$private/runc must be a link to" \
	'mv "$p/runc" "$p/.r"; ln -s /usr/sbin/runc "$p/runc"' 'mv "$p/.r" "$p/runc"'
broken "a copy of the wrapper in it" 3 "$private/runc must be a link to" \
	'mv "$p/runc" "$p/.r"; cp "$w" "$p/runc"' 'mv "$p/.r" "$p/runc"'
broken "the wrapper of another policy in it" 3 "$private/runc must be a link to" \
	'mv "$p/runc" "$p/.r"; ln -s "$bin/oci-confine-runtime-strict" "$p/runc"' 'mv "$p/.r" "$p/runc"'
broken "no wrapper" 3 "cannot find $bin/oci-confine-runtime: No such file" \
	'mv "$w" "$w.away"' 'mv "$w.away" "$w"'
broken "the wrapper is another user's" 1 "$bin/oci-confine-runtime: is owned by uid 1000" \
	'chown 1000 "$w"' 'chown 0 "$w"'
broken "the wrapper cannot be executed" 3 "$private/runc must be a link to" \
	'chmod a-x "$w"' 'chmod a+x "$w"'
broken "no real shim" 3 "cannot find containerd-shim-runc-v2 in PATH \($search\)" \
	'mv "$s" "$s.away"' 'mv "$s.away" "$s"'
broken "the real shim is a link to us" 3 "cannot find containerd-shim-runc-v2" \
	'mv "$s" "$s.away"; ln -s "$shim" "$s"' 'mv "$s.away" "$s"'
broken "the real shim is another user's" 1 "/usr/bin/containerd-shim-runc-v2: is owned by uid 1000" \
	'chown 1000 "$s"' 'chown 0 "$s"'
broken "PATH is relative" 3 "cannot find containerd-shim-runc-v2" \
	'environment=(PATH=usr/bin:.)' 'environment=("PATH=$search")'
broken "no PATH" 3 "cannot find containerd-shim-runc-v2 in PATH \(not set\)" \
	'environment=()' 'environment=("PATH=$search")'
environment=()
cp "$recorder" "$root$bin/containerd-shim-runc-v2"
inside "$shim" -info
argv_is "beside us it is found without PATH, as containerd finds it" "$shim" -info
is "and then there is no old PATH to keep" "$(recorded env=OCI_CONFINE)" ""
rm "$root$bin/containerd-shim-runc-v2"
environment=("PATH=$search")

strict=$bin/containerd-shim-confine-strict-v2
mv "$p/strict" "$p/.away"
stops "no directory for the link's name" 4 "$private/strict: .*No such file" "$strict"
mkdir "$p/strict"
stops "nothing in it" 3 "$private/strict/runc must be a link to $bin/oci-confine-runtime-strict" "$strict"
ln -s "$bin/oci-confine-runtime" "$p/strict/runc"
stops "the default policy's wrapper in it" 3 "must be a link to $bin/oci-confine-runtime-strict" "$strict"
rm -r "$p/strict"
mv "$p/.away" "$p/strict"
chmod o+w "$p/strict"
stops "others can write it" 1 "$private/strict: .*is writable by group or others" "$strict"
chmod o-w "$p/strict"
for name in containerd-shim-confine--v2 containerd-shim-confine-..-v2 containerd-shim-confine-x-v3; do
	ln -s containerd-shim-confine-v2 "$root$bin/$name"
	stops "a link called $name" 1 'chooses no policy: expected containerd-shim-confine-v2 or' "$bin/$name"
done
inside "$strict" -info
argv_is "mended, it starts" "$strict" -info

# --- cgroups by systemd, which containerd cannot tell a shim of ours ---

group() { # CGROUP-PATH WORD-OF-THE-COMMAND-LINE...
	jq --arg path "$1" '.linux.cgroupsPath = $path' "$work/b-plain/config.json" >"$root/bundle/config.json"
	shift
	inside "$private/runc" "$@"
}

cri=kubepods-besteffort-pod1a_2b.slice:cri-containerd:0a1b
for command in create run; do
	group "$cri" --root /r "$command" --bundle /bundle x
	argv_is "$command: a cgroup path of systemd's: --systemd-cgroup is added in front" \
		"$private/runc" --systemd-cgroup --root /r "$command" --bundle /bundle x
done
for path in /kubepods/pod1/0a1b x.slice:a x.slice:a:b:c :a:b x:a:b .slice:a:b x.slice:a: \
	/y/x.slice:a:b; do
	group "$path" "${create[@]}"
	argv_is "$path is not systemd's: nothing is added" "$private/runc" "${create[@]}"
done
for given in --systemd-cgroup --systemd-cgroup=false --cgroup-manager=cgroupfs; do
	group "$cri" "$given" "${create[@]}"
	argv_is "what is said already stays: $given" "$private/runc" "$given" "${create[@]}"
done
for command in start kill delete state; do
	group "$cri" "$command" x
	argv_is "$command gets no option" "$private/runc" "$command" x
done
finish
