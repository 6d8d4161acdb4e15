# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=dash
# Not among those that run-tests runs by itself: faults.sh, at every call. Some ten minutes.
# shellcheck disable=SC2034 # read there
every=every
# shellcheck source=tests/vm/guest/faults.sh
. /vm/guest/faults.sh
