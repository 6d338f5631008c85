package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"lma_collector/collector/matcher"
	"lma_collector/collector/message"
)

func newMatch() *cobra.Command {
	return &cobra.Command{
		Use:     "match EXPR [MESSAGES…]",
		Short:   "Compiles a message_matcher; with messages (JSON lines or framed, - for standard input) prints true or false for each",
		Example: `  lma_collector match "Type == 'log' && Severity <= 3" messages.json`,
		Args:    needs("a message_matcher, in quotes"),
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := compileMatcher(cmd, args[0])
			if err != nil {
				return err
			}
			if len(args) == 1 {
				_, err := fmt.Fprintln(cmd.OutOrStdout(), m.String())
				return err
			}
			return eachMessage(cmd, args[1:], func(msg *message.Message) error {
				_, err := fmt.Fprintln(cmd.OutOrStdout(), m.Match(msg))
				return err
			})
		},
	}
}

// compileMatcher parses an expression and prints what is wrong with it, with a caret.
func compileMatcher(cmd *cobra.Command, expr string) (*matcher.Matcher, error) {
	m, err := matcher.Parse(expr)
	if err != nil {
		var syntax *matcher.SyntaxError
		if errors.As(err, &syntax) {
			fmt.Fprintf(cmd.ErrOrStderr(), "message_matcher: %v\n%s\n", err, syntax.Caret())
			return nil, errProblem
		}
		return nil, problem{err}
	}
	for _, w := range m.Warnings() {
		fmt.Fprintln(cmd.ErrOrStderr(), "warning: "+w)
	}
	return m, nil
}

// eachMessage reads recorded messages of files and hands them on, one at a time. Bytes that are no
// message are a problem, which is told when all is read.
func eachMessage(cmd *cobra.Command, files []string, see func(*message.Message) error) error {
	bad := false
	for _, name := range files {
		err := withFile(cmd, name, func(r io.Reader) error {
			skipped, err := message.ReadRecorded(r, see)
			if skipped > 0 {
				bad = true
				fmt.Fprintf(cmd.ErrOrStderr(), "%s: %d bytes were no message and were skipped\n", name, skipped)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			return nil
		})
		if err != nil {
			return problem{err}
		}
	}
	if bad {
		return errProblem
	}
	return nil
}
