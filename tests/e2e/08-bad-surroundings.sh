#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Files that others can write, paths that lead elsewhere, runtimes that are not there, disks that
# are full: refused, in one line, with everything as it was.
. "$(dirname "$0")/lib.sh"
require runc crun
enter "$@"

good_policy=$(cat "$policy")
asked=$work/profiles/asked.json
fresh() { # [JQ-PROGRAM]: a bundle that asks for a profile, a policy, the profile
	printf '%s\n' "$good_policy" >"$policy"
	rm -rf "$work/profiles"
	mkdir -p "$work/profiles/sub"
	echo '{"defaultAction": "SCMP_ACT_ALLOW"}' >"$asked"
	cp "$asked" "$work/profiles/sub/deep.json"
	dir=$(bundle given "${1:-.annotations[\"oci-confine.io/seccomp\"] = \"localhost/asked.json\"}")
	words=(create --bundle "$dir" ID)
	watched=("$dir/config.json" "$policy")
}

asks_for() { # VALUE
	fresh ".annotations[\"oci-confine.io/seccomp\"] = \"$1\""
}

# --- who may have written it ---
fresh
accepted "as it should be"
for mode in 0664 0646 0622 0777; do
	fresh
	chmod $mode "$policy"
	refused "policy of mode $mode" 1 "policy.json: is writable by group or others \(mode $mode\)"
	chmod 0644 "$policy"
	fresh
	chmod $mode "$asked"
	refused "profile of mode $mode" 1 "profiles/asked.json: is writable by group or others"
done
fresh
chown 1000 "$policy"
refused "policy of another owner" 1 "policy.json: is owned by uid 1000, must be root's"
chown 0 "$policy"
fresh
chown 1000 "$asked"
refused "profile of another owner" 1 "profiles/asked.json: is owned by uid 1000, must be root's"
fresh
chmod 0777 "$work/profiles"
refused "profile root that others can write" 1 "profiles: is writable by group or others"
fresh
chown 1000 "$work/profiles"
refused "profile root of another owner" 1 "profiles: is owned by uid 1000"
fresh
jq -n --arg file "$work/floor.json" '{seccomp: {baseline: $file}}' >"$policy"
echo '{"defaultAction": "SCMP_ACT_ALLOW"}' >"$work/floor.json"
chmod 0666 "$work/floor.json"
dir=$(bundle given)
refused "baseline file that others can write" 1 "floor.json: is writable by group or others"
rm "$work/floor.json"
refused "baseline file that is not there" 4 "floor.json: cannot open"

# --- where it leads ---
asks_for localhost/sub/deep.json
accepted "a profile in a directory below"
for path in ../policy.json sub/../asked.json /etc/passwd ./asked.json sub//deep.json .. sub/.. "" sub/; do
	asks_for "localhost/$path"
	refused "profile path '$path'" 1 'config.json: .*annotations.*oci-confine\.io/seccomp'
done
asks_for localhost/link.json
ln -s asked.json "$work/profiles/link.json"
refused "profile: a link" 1 "profiles/link.json: is a symbolic link"
asks_for localhost/linked/deep.json
ln -s sub "$work/profiles/linked"
refused "profile: through a linked directory" 1 "profiles/linked/deep.json: is a symbolic link"
asks_for localhost/away/config.json
ln -s "$work/b-given" "$work/profiles/away"
refused "profile: out of the root by a link" 1 "profiles/away/config.json: (is a symbolic link|leaves)"
asks_for localhost/none.json
refused "profile: not there" 4 "profiles/none.json: cannot open: No such file"
asks_for localhost/sub
refused "profile: a directory" 1 "profiles/sub: is not a regular file"
fresh
rm -rf "$work/profiles"
refused "profile root: not there" 4 "profiles: .*cannot open"
for value in asked.json localhost unconfined runtime/other "localhost/asked.json," ",localhost/asked.json" \
	"localhost/asked.json localhost/a\u0001" "Localhost/asked.json" ""; do
	asks_for "$value"
	refused "annotation '$value'" 1 'config.json: annotations.*oci-confine\.io/seccomp.*: '
done
for pair in 'unheard-of=1' 'seccomp.=localhost/a' 'drop-capabilities=NET_EVERYTHING' \
	'drop-capabilities=' 'drop-capabilities=net_raw' 'drop-capabilities=NET_RAW MKNOD' \
	'no-new-privileges=yes' 'no-new-privileges=1' '=x' 'Seccomp=localhost/a'; do
	key=oci-confine.io/${pair%%=*}
	fresh ".annotations[\"$key\"] = \"${pair#*=}\""
	refused "annotation $key: '${pair#*=}'" 1 "config.json: annotations.*$key.*: "
done
fresh '.annotations["oci-confine.io/apparmor"] = "localhost/some-profile"'
if [ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ]; then
	ok "this kernel has AppArmor"
else
	refused "AppArmor is asked for, and there is none" 3 "config.json: .*oci-confine\.io/apparmor.*no AppArmor"
fi
for name in unconfined unconf 'a//&b' ':ns:a' '&a' '' 'a b' '../a' '-a'; do
	fresh ".annotations[\"oci-confine.io/apparmor\"] = \"localhost/$name\""
	refused "AppArmor profile '$name'" 1 "config.json: .*oci-confine\.io/apparmor.*"
done

# --- the bundle ---
fresh
words=(create --bundle "$work/none" ID)
refused "bundle: not there" 4 "ID: .*$work/none"
words=(create --bundle "$asked" ID)
refused "bundle: a file" 1 "ID: .*asked.json.*: Not a directory"
mkdir -p "$work/empty"
words=(create --bundle "$work/empty" ID)
refused "bundle: empty" 4 "$work/empty/config.json: cannot open: No such file"
fresh
mount --bind "$dir" "$dir" && mount -o remount,bind,ro "$dir"
refused "bundle: read-only" 4 "config.json: .*Read-only file system"
umount "$dir"
fresh
chattr +i "$dir/config.json" 2>/dev/null && {
	refused "config.json: immutable" 4 "config.json: .*not permitted"
	chattr -i "$dir/config.json"
}

# --- no room left, at every size that is too small ---
full=$work/full
mkdir "$full"
for room in 0 4; do
	fresh
	mount -t tmpfs -o size=64k tmpfs "$full"
	cp "$dir/config.json" "$full/config.json"
	head -c $((65536 - 4096 - room * 1024)) /dev/zero >"$full/ballast" 2>/dev/null
	words=(create --bundle "$full" ID)
	watched=("$full/config.json")
	refused "disk full, $room KiB left" 4 "full/config.json: .*No space left"
	truncate -s 0 "$full/ballast"
	accepted "and when there is room again"
	umount "$full"
done
fresh
mount -t tmpfs -o size=64k,nr_inodes=3 tmpfs "$full"
cp "$dir/config.json" "$full/config.json"
touch "$full/last"
words=(create --bundle "$full" ID)
watched=("$full/config.json")
refused "no file can be made" 4 "full/config.json: .*No space left"
umount "$full"

# --- the runtime ---
fresh
for path in "$work/no-runtime" "$work" "$policy" runc ""; do
	refused_runtime=$path
	[ -n "$path" ] || continue
	case $path in runc) code=1 ;; *) code=3 ;; esac
	refused "runtime '$path'" $code "runtime '$path'"
done
refused_runtime=$wrapper
refused "the runtime is the wrapper itself" 3 "is this program"
cp "$recorder" "$work/loose-runtime"
chmod 0777 "$work/loose-runtime"
refused_runtime=$work/loose-runtime
refused "a runtime that others can write" 1 "loose-runtime: is writable by group or others"
unset refused_runtime

# Without an option the policy's list counts; /etc is this script's own.
mkdir -p /etc/oci-confine
by_list() { # NAME CODE REGULAR-EXPRESSION: with the default policy, and no option
	local said code
	dir=$(bundle given)
	said=$("$wrapper" create --bundle "$dir" ID 2>&1 </dev/null)
	code=$?
	if [ "$code" = "$2" ] && [[ $said =~ $3 ]] && [ "$(wc -l <<<"$said")" = 1 ]; then
		ok "$1"
	else
		not_ok "$1" "exit code $code" "$said"
	fi
}
echo '{"runtimes": ["/no/runc", "/no/crun"]}' >/etc/oci-confine/policy.json
by_list "a list of runtimes that are not there" 3 "/no/runc, /no/crun.*/etc/oci-confine/policy.json"
jq -n --arg self "$wrapper" '{runtimes: [$self]}' >/etc/oci-confine/policy.json
by_list "a list that names the wrapper" 3 "$wrapper"
ln -s "$wrapper" "$work/alias"
jq -n --arg self "$work/alias" '{runtimes: [$self]}' >/etc/oci-confine/policy.json
by_list "a list that names it by a link" 3 "$work/alias"
jq -n --arg self "$work/alias" --arg next "$recorder" '{runtimes: [$self, "/no", $next]}' >/etc/oci-confine/policy.json
export RECORD=$work/record
by_list "the first of a list that is usable" 0 ""
unset RECORD
echo '{"runtimes": []}' >/etc/oci-confine/policy.json
by_list "a list of none" 3 "no runtime"

# --- an administrator may forbid to choose ---
echo '{"runtime-override": false}' >/etc/oci-confine/policy.json
fresh
refused "a runtime chosen where that is forbidden" 2 "/etc/oci-confine/policy.json .*runtime-override"
words=(state ID)
refused "for state as well" 2 "/etc/oci-confine/policy.json .*runtime-override"
chosen() { # VARIABLE=VALUE...
	env RECORD="$work/chosen" "$@" "$wrapper" state ID >/dev/null 2>&1
	echo "$? $(ls "$work/chosen" 2>/dev/null)"
	rm -f "$work/chosen"
}
is "by the environment" "$(chosen OCI_CONFINE_RUNTIME="$recorder")" "2 "
is "a policy by the environment" "$(chosen OCI_CONFINE_POLICY="$policy")" "2 "
echo '{"runtime-override": false, "typo": 1}' >/etc/oci-confine/policy.json
isnt "nor with a policy that is broken" "$(chosen OCI_CONFINE_RUNTIME="$recorder")" "0 $work/chosen"

# --- a broken policy starts nothing, but what runs can be stopped ---
echo '{' >/etc/oci-confine/policy.json
by_list "broken policy: no create" 1 "/etc/oci-confine/policy.json: "
runtime=runc
rm /etc/oci-confine/policy.json
dir=$(bundle stops "$(runs sleep 1000)")
"$wrapper" create --bundle "$dir" stops </dev/null
"$wrapper" start stops
echo '{' >/etc/oci-confine/policy.json
isnt "broken policy: no exec" "$("$wrapper" exec stops echo ran 2>/dev/null)" ran
check "broken policy: kill" "$wrapper" kill stops KILL
sleep 0.3
check "broken policy: delete" "$wrapper" delete stops
finish
