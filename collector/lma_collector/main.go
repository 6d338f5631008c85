// Command lma_collector collects logs and metrics of an OpenStack node, computes health alarms and
// sends everything on. Its commands are in package cli.
package main

import (
	"os"

	"lma_collector/collector/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
