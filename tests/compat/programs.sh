#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints what tells one build of our programs from another. Argument: the build directory.
set -eu
cd "$1"
cat cli/oci-confine hook/oci-confine-hook shim/oci-confine-runtime shim/oci-confine-filter \
	shim/containerd-shim-confine-v2 |
	sha256sum | cut -c1-32
