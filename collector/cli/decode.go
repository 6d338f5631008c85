package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"lma_collector/collector/message"
	"lma_collector/collector/pipeline"
	"lma_collector/collector/sandbox"
)

func newDecode() *cobra.Command {
	var path string
	var o pipeline.DecodeOptions
	cmd := &cobra.Command{
		Use:   "decode --config PATH --decoder NAME [flags] [FILE…]",
		Short: "Runs records through one decoder section and prints one message a line as JSON",
		Example: "  lma_collector decode --config conf.d --decoder my_decoder my.log\n" +
			"  tail -f my.log | lma_collector decode --config conf.d --decoder my_decoder",
		RunE: func(cmd *cobra.Command, args []string) error {
			tools, traces, end, err := loadApart(cmd, path)
			if err != nil {
				return err
			}
			defer end()
			if len(args) == 0 {
				args = []string{"-"}
			}
			return decodeFiles(cmd, tools, traces, o, args)
		},
	}
	configFlag(cmd, &path)
	cmd.Flags().StringVar(&o.Decoder, "decoder", "", "decoder section, or a decoder type")
	cmd.Flags().StringVar(&o.Splitter, "splitter", "TokenSplitter", "splitter section or type")
	cmd.Flags().StringVar(&o.Logger, "logger", "", "logger of the records, as an input would set it")
	cmd.Flags().StringVar(&o.Hostname, "hostname", "", "host name of the records (default: this host's)")
	if err := cmd.MarkFlagRequired("decoder"); err != nil {
		panic("BUG: " + err.Error())
	}
	return cmd
}

// decodeFailure is what is told of a record that could not be decoded.
type decodeFailure struct {
	Error  string `json:"error"`
	Record string `json:"record"`
	Trace  string `json:"trace,omitempty"` // of a script that died of it
}

// jsonLine is a value as one line of JSON for people: < and > stay as they are.
func jsonLine(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("BUG: " + err.Error())
	}
	return b.Bytes()
}

// live is a source whose messages are seen before it is waited for: of a log that is still written.
type live struct {
	io.Reader
	out *bufio.Writer
}

func (l *live) Read(p []byte) (int, error) {
	if err := l.out.Flush(); err != nil {
		return 0, err
	}
	return l.Reader.Read(p)
}

func decodeFiles(cmd *cobra.Command, tools *pipeline.Tools, traces *sandbox.Traces, o pipeline.DecodeOptions, files []string) error {
	out := bufio.NewWriter(cmd.OutOrStdout())
	defer out.Flush()
	var line []byte
	o.Message = func(m *message.Message) error {
		line = append(message.AppendJSON(line[:0], m), '\n')
		_, err := out.Write(line)
		return err
	}
	o.Failure = func(record []byte, err error) {
		_, _ = cmd.ErrOrStderr().Write(jsonLine(decodeFailure{err.Error(), string(record), traces.Take()}))
	}
	var total pipeline.DecodeCounts
	for _, name := range files {
		err := withFile(cmd, name, func(r io.Reader) error {
			counts, err := tools.Decode(&live{r, out}, o)
			total.Records += counts.Records
			total.Messages += counts.Messages
			total.Failures += counts.Failures
			total.Skipped += counts.Skipped
			if counts.Skipped > 0 {
				fmt.Fprintf(cmd.ErrOrStderr(), "%s: %d bytes were no record, or one that is too large (see max_message_size), and were skipped\n", name, counts.Skipped)
			}
			return err
		})
		if err != nil {
			return problem{err}
		}
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "records=%d messages=%d failures=%d\n", total.Records, total.Messages, total.Failures)
	if total.Failures > 0 || total.Skipped > 0 {
		return errProblem
	}
	return nil
}
