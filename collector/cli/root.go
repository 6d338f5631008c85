// Package cli is the command line: one file per command, and no logic that another package could have.
package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	// Every plugin type registers itself.
	_ "lma_collector/collector/plugins"
)

// Exit codes of every command.
const (
	exitFine    = 0
	exitProblem = 1 // a problem was found
	exitUsage   = 2 // the command line was wrong
)

// errProblem ends a command with exit code 1 after it has said everything itself.
var errProblem = errors.New("problem found")

// problem is an error of the work at hand, not of the command line.
type problem struct{ error }

func (p problem) Unwrap() error { return p.error }

// Main runs the command line and gives the exit code.
func Main(args []string, in io.Reader, out, errOut io.Writer) int {
	root := newRoot()
	root.SetArgs(asHekad(args))
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	used, err := root.ExecuteC()
	var p problem
	switch {
	case err == nil:
		return exitFine
	case errors.Is(err, errProblem):
		return exitProblem
	case errors.As(err, &p):
		fmt.Fprintln(errOut, "lma_collector: "+err.Error())
		return exitProblem
	}
	help := "lma_collector help' to see the commands"
	if used != root {
		help = used.CommandPath() + " --help' to see how it is used"
	}
	fmt.Fprintf(errOut, "lma_collector: %v\nRun '%s.\n", err, help)
	return exitUsage
}

// needs is a command's demand for an argument, which what names.
func needs(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return fmt.Errorf("%s needs %s", cmd.Name(), what)
		}
		return nil
	}
}

// asHekad understands `-config=PATH` and `-version`, as hekad was started, and the flags of heka-sbmgr
// behind `sandbox`, which have one dash.
func asHekad(args []string) []string {
	if len(args) == 0 {
		return args
	}
	if args[0] == "sandbox" {
		return append(args[:1:1], doubleDashes(args[1:])...)
	}
	switch first := strings.TrimPrefix(args[0], "-"); {
	case args[0] == "-version" || args[0] == "--version":
		return []string{"version"}
	case strings.HasPrefix(args[0], "-config"):
		return append([]string{"run", "--" + first}, args[1:]...)
	case strings.HasPrefix(args[0], "--config"):
		return append([]string{"run"}, args...)
	}
	return args
}

// doubleDashes writes -flag as --flag.
func doubleDashes(args []string) []string {
	list := make([]string, len(args))
	for i, a := range args {
		if len(a) > 2 && a[0] == '-' && a[1] >= 'a' && a[1] <= 'z' {
			a = "-" + a
		}
		list[i] = a
	}
	return list
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "lma_collector",
		Short:         "Collects logs and metrics, computes health alarms, and tells Elasticsearch, InfluxDB and Nagios",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(newRun(), newCheck(), newDecode(), newReplay(), newTest(), newLua(), newLogstream(), newMatch(), newCat(), newNagiosConfig(), newSandbox(), newVersion())
	return root
}

// defaultConfig is where packages install the configuration.
const defaultConfig = "/etc/lma_collector"

func configFlag(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVar(path, "config", defaultConfig, "configuration file, or directory of *.toml files")
}
