package cli

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"lma_collector/collector/config"
	"lma_collector/collector/pipeline"
)

func newCheck() *cobra.Command {
	var path string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check --config PATH",
		Short: "Finds everything wrong with a configuration that can be known without starting it",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			conf, found := config.Load(path, nil)
			if conf != nil {
				found = append(found, pipeline.Check(conf.Sections, settingsOf(conf, quiet()))...)
			}
			found.Sort()
			if asJSON {
				return checkJSON(cmd, found)
			}
			printDiagnostics(cmd, found)
			if found.HasErrors() {
				return errProblem
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s: %d %s, no errors, %d %s\n", path, len(conf.Sections), plural(len(conf.Sections), "section"),
				len(found.Of(config.Warning)), plural(len(found.Of(config.Warning)), "warning"))
			return err
		},
	}
	configFlag(cmd, &path)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print what was found as a JSON array")
	return cmd
}

func checkJSON(cmd *cobra.Command, found config.Diagnostics) error {
	list := make([]map[string]any, 0, len(found))
	for _, d := range found {
		list = append(list, map[string]any{
			"file": d.File, "line": d.Line, "column": d.Column, "severity": d.Severity.String(),
			"class": d.Class, "section": d.Section, "option": d.Option, "text": d.Text, "hint": d.Hint,
		})
	}
	if err := json.NewEncoder(cmd.OutOrStdout()).Encode(list); err != nil {
		return err
	}
	if found.HasErrors() {
		return errProblem
	}
	return nil
}
