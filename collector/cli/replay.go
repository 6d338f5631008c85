package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lma_collector/collector/message"
	"lma_collector/collector/pipeline"
	"lma_collector/collector/recording"
)

func newReplay() *cobra.Command {
	var path, until string
	var ticks []string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "replay --config PATH [flags] MESSAGES…",
		Short: "Runs recorded messages (JSON lines or framed, - for standard input) through the filters by the messages' own time, and prints what the filters inject",
		Example: "  lma_collector decode --config conf.d --decoder my_decoder my.log > messages.json\n" +
			"  lma_collector replay --config conf.d --until +90s messages.json",
		Args: needs("a file of messages, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o := pipeline.ReplayOptions{Ticks: map[string]time.Duration{}}
			for _, t := range ticks {
				if err := addTick(o.Ticks, t); err != nil {
					return err
				}
			}
			end, err := parseUntil(until)
			if err != nil {
				return err
			}
			tools, traces, clean, err := loadApart(cmd, path)
			if err != nil {
				return err
			}
			defer clean()
			o.Failure = func(f pipeline.ReplayFailure) {
				f.Trace = traces.Take()
				_, _ = cmd.ErrOrStderr().Write(jsonLine(f))
			}
			return replay(cmd, tools, o, end, args, asJSON)
		},
	}
	configFlag(cmd, &path)
	cmd.Flags().StringArrayVar(&ticks, "tick", nil, "SECTION=SECONDS: another ticker_interval for a filter, 0 for none (can be repeated)")
	cmd.Flags().StringVar(&until, "until", "", "go on to this time, where all timers fire once more: 2026-11-20T07:30:00Z, nanoseconds, or +90s after the last message")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the counts at the end as JSON, too")
	return cmd
}

// addTick reads SECTION=SECONDS.
func addTick(ticks map[string]time.Duration, text string) error {
	name, number, _ := strings.Cut(text, "=")
	seconds, err := strconv.ParseUint(number, 10, 31)
	if err != nil || name == "" {
		return fmt.Errorf("--tick %q is not SECTION=SECONDS, such as my_filter=10", text)
	}
	ticks[name] = time.Duration(seconds) * time.Second
	return nil
}

// parseUntil makes a function that gives the end of a replay from where it is; nil for none.
func parseUntil(text string) (func(now time.Time) time.Time, error) {
	if text == "" {
		return nil, nil
	}
	if d, err := time.ParseDuration(text); err == nil && text[0] == '+' {
		return func(now time.Time) time.Time { return now.Add(d) }, nil
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if ns, e := strconv.ParseInt(text, 10, 64); e == nil {
		t, err = time.Unix(0, ns).UTC(), nil
	}
	if err != nil {
		return nil, fmt.Errorf("--until %q is not a time such as 2026-11-20T07:30:00Z, nanoseconds since 1970, or +90s after the last message", text)
	}
	return func(time.Time) time.Time { return t }, nil
}

func replay(cmd *cobra.Command, tools *pipeline.Tools, o pipeline.ReplayOptions, until func(time.Time) time.Time, names []string, asJSON bool) (err error) {
	out := bufio.NewWriter(cmd.OutOrStdout())
	var line []byte
	o.Message = func(m *message.Message) error {
		line = append(message.AppendJSON(line[:0], m), '\n')
		_, err := out.Write(line)
		return err
	}
	r, err := tools.NewReplay(o)
	if err != nil {
		return problem{err}
	}
	files, closeAll, err := openRecordings(cmd, names)
	if err != nil {
		return problem{err}
	}
	defer closeAll()
	skipped := false
	err = recording.Each(files, r.Process, func(name string, bytes int) {
		skipped = true
		fmt.Fprintf(cmd.ErrOrStderr(), "%s: %d bytes were no message and were skipped\n", name, bytes)
	})
	if err == nil && until != nil && r.Counts().Messages > 0 {
		err = r.Until(until(r.Now()))
	}
	if err = errors.Join(err, r.Close(), out.Flush()); err != nil {
		return problem{err}
	}
	c := r.Counts()
	tellCounts(cmd, c, asJSON)
	if c.Failures > 0 || skipped {
		return errProblem
	}
	return nil
}

func tellCounts(cmd *cobra.Command, c pipeline.ReplayCounts, asJSON bool) {
	form := "messages=%d injected=%d failures=%d\n"
	if asJSON {
		form = `{"messages":%d,"injected":%d,"failures":%d}` + "\n"
	}
	fmt.Fprintf(cmd.ErrOrStderr(), form, c.Messages, c.Injected, c.Failures)
}

// openRecordings opens all files, - being standard input.
func openRecordings(cmd *cobra.Command, names []string) (files []recording.File, closeAll func(), err error) {
	var open []*os.File
	closeAll = func() {
		for _, f := range open {
			f.Close()
		}
	}
	for _, name := range names {
		if name == "-" {
			files = append(files, recording.File{Name: name, Reader: cmd.InOrStdin()})
			continue
		}
		f, err := os.Open(name)
		if err != nil {
			closeAll()
			var cause *fs.PathError
			if errors.As(err, &cause) {
				err = fmt.Errorf("%s: %w", name, cause.Err)
			}
			return nil, nil, err
		}
		open = append(open, f)
		files = append(files, recording.File{Name: name, Reader: f})
	}
	return files, closeAll, nil
}
