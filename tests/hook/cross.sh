#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The keeper compiles for the other processor too. It cannot run there: qemu-user has no
# ptrace(2). TAP. Arguments: SOURCE-ROOT COMPILER.
set -u
top=$1 compiler=$2
count=0 failed=0
cd "$top" || exit 1
if ! command -v "$compiler" >/dev/null; then
	[ "${OCI_CONFINE_ALLOW_SKIP:-0}" != 1 ] || { echo "1..0 # SKIP $compiler"; exit 0; }
	echo "not ok 1 - requirement: $compiler"
	echo "1..1"
	exit 1
fi

for file in confine/inject/aarch64.c confine/inject/[!ax]*.c confine/live.c; do
	count=$((count + 1))
	if said=$("$compiler" -std=gnu17 -D_GNU_SOURCE -O2 -Wall -Wextra -Wconversion -Wshadow \
		-Wno-missing-field-initializers -Werror -I. -c -o /dev/null "$file" 2>&1); then
		echo "ok $count - $file"
	else
		failed=1
		echo "not ok $count - $file"
		echo "$said" | head -n 20 | sed 's/^/# /'
	fi
done
echo "1..$count"
exit "$failed"
