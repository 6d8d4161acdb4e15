#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# apparmor lint, and what the command says where the kernel has no AppArmor; the rest of it is
# tried in machines that have it, by tests/vm. TAP. Arguments: SOURCE-ROOT BUILD-ROOT.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "$0")/tap.sh" "$1" "$2"

# text NAME TEXT
text() { printf '%s\n' "$2" > "$work/$1"; }
# finds ID SEVERITY FILE
finds() {
	run apparmor lint --json "$3"
	jqs "$1 in $3" "any(.[]; .id == \"$1\" and .severity == \"$2\" and .file == \"$3\" and
		(.why | length > 10) and (.fix | length > 10))"
}

text good 'profile good { file, signal (send,receive) peer=good, }'
is 'a good text' 0 apparmor lint good
holds 'has no finding' test ! -s "$work/out"
text tutorial '#include <tunables/global>
profile tutorial flags=(attach_disconnected) {
  #include <abstractions/base>
  file,
  deny /** w,
}'
is 'what abstractions/base says of its own signals is enough' 0 apparmor lint tutorial
holds 'and so has no finding' test ! -s "$work/out"

text other 'profile another { }'
finds other-name error other
holds 'an error ends with 1' test "$status" = 1
text two "profile two { }
profile three { }"
finds other-name error two
text unconfined 'profile unconfined { }'
finds name error unconfined
text broken 'profile broken { fle }'
finds syntax error broken
text empty ''
finds other-name error empty
text space 'profile :ns:space { }'
finds other-name error space
text deaf 'profile deaf { file, }'
finds no-signals warning deaf
holds 'a warning ends with 0' test "$status" = 0
text attached 'profile attached /usr/bin/x { signal, }'
finds attaches warning attached
text child 'profile child { signal, profile inner { file, } }'
is 'a child profile belongs to it' 0 apparmor lint child
is 'several files' 1 apparmor lint good deaf other
says 'and each by its name' 'deaf: warning: no-signals' 'other: error: other-name'

refuses 'no files' 1 'which files' apparmor lint
refuses 'a file that is not there' 4 'absent: cannot open' apparmor lint absent
ln -s good "$work/link"
refuses 'a link' 1 'link: is a symbolic link' apparmor lint link
refuses 'no job' 1 'expected status, compile, load or lint' apparmor
refuses 'an unknown job' 1 'expected status, compile, load or lint' apparmor remove good
refuses 'an unknown option' 1 "'--remove'" apparmor --remove status
refuses 'a name that the kernel takes for something else' 1 "cannot be the name" apparmor load unconf
if [ ! -e /sys/kernel/security/apparmor ]; then
	for job in status compile load; do
		refuses "$job without AppArmor" 3 'this kernel has no AppArmor' apparmor $job
	done
fi
finish
