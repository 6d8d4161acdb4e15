#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Puts oci-confine on a node, or takes it off again; from the DaemonSet, whose busybox runs it.
#
#   install.sh install | uninstall
#
#   HOST       the node's root file system (/host)
#   PROGRAMS   where the programs are (/programs)
#   CONFIG     where policy.json is (/config)
set -eu

host=${HOST:-/host}
programs=${PROGRAMS:-/programs}
config=${CONFIG:-/config}
bin=/usr/local/bin
private=/usr/local/libexec/oci-confine

# A file is replaced at once: a container may be starting by the old one.
put() { # FROM TO MODE
	cmp -s "$1" "$host$2" && return
	cp "$1" "$host$2.new"
	chmod "$3" "$host$2.new"
	mv "$host$2.new" "$host$2"
}

# containerd's configuration as it is; empty when there is none.
configuration() {
	cat "$host/etc/containerd/config.toml" "$host/etc/containerd/oci-confine.toml" 2>/dev/null || :
}

# In the node's own namespace: there are systemd and its socket. Running containers go on.
restart_containerd() {
	nsenter -t 1 -m -- systemctl restart containerd
}

configure() { # OPTION...
	before=$(configuration)
	chroot "$host" $bin/oci-confine configure --runtime=containerd "$@"
	[ "$before" = "$(configuration)" ] || restart_containerd
}

install() {
	mkdir -p "$host$bin" "$host$private" "$host/etc/oci-confine"
	chmod 755 "$host$private" "$host/etc/oci-confine"
	put "$config/policy.json" /etc/oci-confine/policy.json 644
	for program in oci-confine oci-confine-runtime containerd-shim-confine-v2; do
		put "$programs/$program" "$bin/$program" 755
	done
	ln -sfn $bin/oci-confine-runtime "$host$private/runc"
	configure
}

# The handler goes; the programs and the policy stay, as containers of it may still run: they are
# stopped through oci-confine-runtime, and their execs are confined by it.
uninstall() {
	configure --uninstall
}

case ${1-} in
install | uninstall) "$1" ;;
*) echo "usage: install.sh install|uninstall" >&2; exit 2 ;;
esac
