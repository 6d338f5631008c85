package cli

import (
	"bufio"

	"github.com/spf13/cobra"

	"lma_collector/collector/message"
)

func newCat() *cobra.Command {
	var expr string
	cmd := &cobra.Command{
		Use:     "cat [--match EXPR] FILE…",
		Short:   "Prints framed protobuf streams and dead letters as JSON, one message a line (- for standard input)",
		Example: "  lma_collector cat /var/cache/lma_collector/dead_letters/elasticsearch_output.hpb | tail -1",
		Args:    needs("a file, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := compileMatcher(cmd, expr)
			if err != nil {
				return err
			}
			out := bufio.NewWriter(cmd.OutOrStdout())
			var line []byte
			err = eachMessage(cmd, args, func(msg *message.Message) error {
				if !m.Match(msg) {
					return nil
				}
				line = append(message.AppendJSON(line[:0], msg), '\n')
				_, err := out.Write(line)
				return err
			})
			if e := out.Flush(); err == nil {
				err = e
			}
			return err
		},
	}
	cmd.Flags().StringVar(&expr, "match", "TRUE", "message_matcher of the messages to print")
	return cmd
}
