package cli

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"lma_collector/collector/inputs/logstreamer"
)

func newLogstream() *cobra.Command {
	var path string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "logstream --config PATH",
		Short: "Shows which files each LogstreamerInput would read, in which order, from where, and why a file is left out",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, tools, err := load(cmd, path)
			if err != nil {
				return err
			}
			plans := map[string][]logstreamer.StreamPlan{}
			sections := tools.Sections("LogstreamerInput")
			failed := false
			for _, name := range sections {
				conf, env, _ := tools.Plugin(name)
				plan, err := conf.(*logstreamer.Config).Plan(env)
				if err != nil {
					fmt.Fprintf(cmd.ErrOrStderr(), "[%s] %v\n", name, err)
					failed = true
					continue
				}
				plans[name] = plan
			}
			if asJSON {
				err = json.NewEncoder(cmd.OutOrStdout()).Encode(plans)
			} else {
				for _, name := range sections {
					printPlan(cmd.OutOrStdout(), name, plans[name])
				}
			}
			if err == nil && failed {
				err = errProblem
			}
			return err
		},
	}
	configFlag(cmd, &path)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func printPlan(w io.Writer, section string, plans []logstreamer.StreamPlan) {
	fmt.Fprintf(w, "[%s]\n", section)
	streams := 0
	for _, s := range plans {
		if s.Stream != "" {
			streams++
			printStream(w, s)
		}
	}
	if streams == 0 {
		fmt.Fprintln(w, "  no file matches")
	}
	for _, s := range plans {
		if s.Stream == "" {
			for _, f := range s.LeftOut {
				fmt.Fprintf(w, "  left out: %s: %s\n", f.Path, f.Reason)
			}
		}
	}
}

func printStream(w io.Writer, s logstreamer.StreamPlan) {
	fmt.Fprintf(w, "  stream %s\n", s.Stream)
	if s.Problem != "" {
		fmt.Fprintf(w, "    problem: %s\n", s.Problem)
	}
	for _, f := range s.Files {
		note := ""
		switch {
		case f.Done:
			note = "  (done)"
		case f.Path == s.File:
			note = fmt.Sprintf("  <- from byte %d", s.Offset)
			if !s.Known {
				note += ", no journal yet"
			}
		}
		fmt.Fprintf(w, "    %s  %d bytes%s\n", f.Path, f.Size, note)
	}
	for _, f := range s.LeftOut {
		fmt.Fprintf(w, "    left out: %s: %s\n", f.Path, f.Reason)
	}
}
