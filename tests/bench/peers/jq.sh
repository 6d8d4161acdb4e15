#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a wrapper in a shell does: config.json rewritten by jq, then the runtime. RUNTIME ARGS...;
# the bundle is the working directory.
set -e
runtime=$1
shift
jq -c '.process.capabilities |= map_values(. - ["CAP_NET_RAW"])' config.json > config.json.new
mv config.json.new config.json
exec "$runtime" "$@"
