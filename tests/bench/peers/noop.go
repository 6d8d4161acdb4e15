// SPDX-License-Identifier: Apache-2.0

// The least that a wrapper in Go does: RUNTIME ARGS..., executed.
package main

import (
	"os"
	"syscall"
)

func main() {
	if len(os.Args) < 2 || syscall.Exec(os.Args[1], os.Args[1:], os.Environ()) != nil {
		os.Exit(127)
	}
}
