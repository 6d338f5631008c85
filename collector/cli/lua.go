package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"lma_collector/collector/config"
	"lma_collector/collector/sandbox"
	"lma_collector/collector/sandbox/lua"
)

func newLua() *cobra.Command {
	var directory string
	cmd := &cobra.Command{
		Use:   "lua [--module-dir DIR[;DIR…]] SCRIPT [ARG…]",
		Short: "Runs a plain Lua 5.1 program (- for standard input) with every module that a script of a plugin may require",
		Long: `Runs a plain Lua 5.1 program, such as a test of a module, with every module that a script of a plugin may
require, and with io, os and debug; without limits, and without the functions by which plugins see messages.

What follows SCRIPT is the program's own: ... and arg. The exit code is 1 when an error ends it, with a
traceback, else 0 or what it gave os.exit.`,
		Example: "  lma_collector lua --module-dir lua_modules tests/names_test.lua\n" +
			"  echo 'print(require(\"cjson\").encode({1,2}))' | lma_collector lua -",
		DisableFlagsInUseLine: true, // behind SCRIPT they are the program's
		Args:                  needs("a script, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, source := args[0], []byte(nil)
			err := withFile(cmd, name, func(r io.Reader) (err error) {
				source, err = io.ReadAll(r)
				return err
			})
			if err != nil {
				return problem{err}
			}
			if name == "-" {
				name = "stdin"
			}
			return runLua(cmd, directory, name, source, args[1:])
		},
	}
	cmd.Flags().SetInterspersed(false) // what follows SCRIPT is its own
	cmd.Flags().StringVar(&directory, "module-dir", filepath.Join(config.DefaultShareDir, "lua_modules"),
		"where require looks after the current folder; folders separated by semicolons")
	return cmd
}

func runLua(cmd *cobra.Command, directory, name string, source []byte, args []string) error {
	out := bufio.NewWriter(cmd.OutOrStdout())
	p := sandbox.NewPlain(sandbox.PlainOptions{
		ModuleDirectory: directory, Stdin: cmd.InOrStdin(), Stdout: out, Stderr: cmd.ErrOrStderr(),
		Exit: func(code int) {
			out.Flush()
			os.Exit(code)
		},
	})
	err := p.Run(name, source, args...)
	if e := errors.Join(p.Close(), out.Flush()); err == nil && e != nil {
		return problem{e}
	}
	return luaError(cmd, err)
}

// luaError prints a script's error and where it happened.
func luaError(cmd *cobra.Command, err error) error {
	var e *lua.Error
	if !errors.As(err, &e) {
		return err
	}
	text := e.Text
	if _, ok := e.Value.AsText(); !ok && !e.Value.IsNil() {
		text = "(error object is not a string)"
	}
	if strings.Contains(text, "module '") && strings.Contains(text, "' not found:\n") {
		text += "\n(--module-dir says where else modules lie)"
	}
	fmt.Fprintln(cmd.ErrOrStderr(), "lma_collector: "+text)
	if trace := strings.TrimSpace(e.Trace); trace != "" {
		fmt.Fprintln(cmd.ErrOrStderr(), trace)
	}
	return errProblem
}
