package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lma_collector/collector/config"
	"lma_collector/collector/filters/sandboxmanager/sender"
	"lma_collector/collector/pipeline"
)

// askPage is how long a status page may take to answer.
const askPage = 10 * time.Second

func newSandboxList() *cobra.Command {
	var page sender.Page
	var file string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list [--page HOST:PORT]",
		Short: "Lists the filters that were loaded into a running collector, as its status page tells",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if page.Address == "" && file != "" {
				c, _, err := sender.ReadConfig(file)
				if err != nil {
					return problem{err}
				}
				page = sender.Page{Address: c.Page, TokenFile: c.PageTokenFile}
			}
			if page.Address == "" {
				page.Address = config.DefaultAddress
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), askPage)
			defer cancel()
			all, err := page.Plugins(ctx)
			if err != nil {
				return problem{err}
			}
			if asJSON {
				return listJSON(cmd, sender.Loaded(all))
			}
			return listTable(cmd, sender.Loaded(all))
		},
	}
	cmd.Flags().StringVar(&page.Address, "page", "", "host:port of the collector's status page (default "+config.DefaultAddress+")")
	cmd.Flags().StringVar(&page.TokenFile, "page-token-file", "", "file with the page's token, if it asks for one")
	cmd.Flags().StringVar(&file, "config", "", "file whose option page names it, as for load")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON array")
	return cmd
}

func listJSON(cmd *cobra.Command, list []pipeline.PluginReport) error {
	if list == nil {
		list = []pipeline.PluginReport{}
	}
	return json.NewEncoder(cmd.OutOrStdout()).Encode(list)
}

func listTable(cmd *cobra.Command, list []pipeline.PluginReport) error {
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tMANAGER\tSTATE\tPROCESSED\tINJECTED\tRESTARTS\tLAST ERROR")
	for i := range list {
		r := &list[i]
		last := oneLine(r.LastError)
		if last == "" {
			last = "-"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\t%s\n", r.Name, r.Manager, r.State, counterOf(r, "processed"), counterOf(r, "injected"), r.Restarts, last)
	}
	return w.Flush()
}

// oneLine shows what a script's author wrote: neither new rows nor commands to the terminal.
func oneLine(text string) string {
	quoted := strconv.QuoteToGraphic(text)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

func counterOf(r *pipeline.PluginReport, name string) int64 {
	for _, c := range r.Counters {
		if c.Name == name {
			return c.Value
		}
	}
	return 0
}
