package cli

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"lma_collector/collector/casefile"
	"lma_collector/collector/config"
	"lma_collector/collector/pipeline"
)

func newTest() *cobra.Command {
	var path string
	var update bool
	cmd := &cobra.Command{
		Use:   "test [--config PATH] [--update] FILE…",
		Short: "Runs test files of decoders, encoders and filters: what goes in, and what must come out",
		Long: `Runs test files of decoders, encoders and filters: what goes in, and what must come out.

A file has parts, each below a line of its own:
  -- config --    decoder = "SECTION", encoder = or filter =; then, if wanted, sections in place of --config
  -- input --     records of a decoder; else messages as JSON lines, {"tick":"TIME"} lets a filter's time pass
  -- output --    the messages that must come out, or an encoder's bytes; what a line does not name may be anything
  -- errors --    what must fail, such as {"record":"…"} of a decoder; without this part nothing may`,
		Example: "  lma_collector test --config conf.d tests/*.test",
		Args:    needs("a test file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, end, err := scratch()
			if err != nil {
				return problem{err}
			}
			defer end()
			r := &casefile.Runner{Config: path, Dir: dir, Settings: func(conf *config.Config) pipeline.Settings { return settingsOf(conf, quiet()) }}
			failed := 0
			for _, name := range args {
				good, err := testFile(cmd, r, name, update)
				if err != nil {
					return problem{err}
				}
				if !good {
					failed++
				}
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "files=%d failed=%d\n", len(args), failed)
			if failed > 0 {
				return errProblem
			}
			return nil
		},
	}
	configFlag(cmd, &path)
	cmd.Flags().BoolVar(&update, "update", false, "write what comes out into the files where it is not what they say")
	return cmd
}

// testFile runs one file and tells what came of it.
func testFile(cmd *cobra.Command, r *casefile.Runner, name string, update bool) (good bool, err error) {
	var data []byte
	if err := withFile(cmd, name, func(in io.Reader) (err error) {
		data, err = io.ReadAll(in)
		return err
	}); err != nil {
		return false, err
	}
	result := r.Run(name, data)
	switch {
	case len(result.Problems) == 0:
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "ok      %s (%d %s)\n", name, result.Messages, plural(result.Messages, "message"))
		return true, err
	case update && result.Updated != nil && name != "-":
		if err := os.WriteFile(name, result.Updated, 0o644); err != nil {
			return false, err
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "updated %s\n", name)
		return true, err
	}
	for _, text := range result.Problems {
		fmt.Fprintln(cmd.ErrOrStderr(), text)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "FAILED  %s\n", name)
	return false, err
}
