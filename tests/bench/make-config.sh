#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make-config.sh OCI-CONFINE [ENV-COUNT]: a config.json as containerd writes it for a pod with
# RuntimeDefault, on standard output: some 15 KB, and 100 bytes more for each further ENV.
set -euo pipefail

confine=$1 env_count=${2:-70}
caps='"CAP_CHOWN","CAP_DAC_OVERRIDE","CAP_FSETID","CAP_FOWNER","CAP_MKNOD","CAP_NET_RAW","CAP_SETGID","CAP_SETUID","CAP_SETFCAP","CAP_SETPCAP","CAP_NET_BIND_SERVICE","CAP_SYS_CHROOT","CAP_KILL","CAP_AUDIT_WRITE"'
value=$(printf 'x%.0s' {1..80})

printf '{"ociVersion":"1.1.0","process":{"user":{"uid":0,"gid":0},"args":["/bin/sh"],"env":["PATH=/bin"'
for ((i = 0; i < env_count; i++)); do
	printf ',"VARIABLE_%05d=%s"' "$i" "$value"
done
printf '],"cwd":"/","capabilities":{"bounding":[%s],"effective":[%s],"permitted":[%s]},' "$caps" "$caps" "$caps"
printf '"noNewPrivileges":true,"oomScoreAdj":1000},"root":{"path":"rootfs"},"hostname":"pod","mounts":['
for ((i = 0; i < 12; i++)); do
	printf '{"destination":"/mnt/%d","type":"bind","source":"/var/lib/kubelet/pods/6f0a7e0c-%04d/volumes/data","options":["rbind","rprivate","ro"]},' "$i" "$i"
done
printf '{"destination":"/proc","type":"proc","source":"proc"}],"annotations":{"io.kubernetes.cri.container-name":"app","io.kubernetes.cri.container-type":"container","io.kubernetes.cri.sandbox-namespace":"default"},'
printf '"linux":{"namespaces":[{"type":"pid"},{"type":"mount"},{"type":"uts"},{"type":"ipc"}],"maskedPaths":["/proc/kcore"],"seccomp":'
"$confine" defaults 2.1 | tr -d '\n'
printf '}}\n'
