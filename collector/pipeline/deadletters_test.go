package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/queue"
)

// checkDeadLetters compares the reasons of the output's dead letters, in any order.
func checkDeadLetters(t *testing.T, p *Pipeline, want []string) {
	t.Helper()
	data, err := os.ReadFile(p.dead.(*queue.DeadLetters).Path("out"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	skipped, err := message.ReadRecorded(bytes.NewReader(data), func(m *message.Message) error {
		got = append(got, strings.Clone(m.Text("dead_letter_reason")))
		return nil
	})
	slices.Sort(got)
	if err != nil || skipped != 0 || !slices.Equal(got, want) {
		t.Errorf("dead letters %q (skipped %d, %v), want %q", got, skipped, err, want)
	}
}

// feedOnce delivers a text and ends.
func feedOnce(t *testing.T, name, text string) {
	feeds.Store(name, func(ctx context.Context, host plugin.InputHost) error {
		s, err := host.NewSource(name)
		if err != nil {
			return err
		}
		defer s.Close()
		for r := strings.NewReader(text); ; {
			if _, err := s.Fill(r); errors.Is(err, io.EOF) {
				break
			}
		}
		s.Finish()
		if err := s.Flush(ctx, nil); err != nil {
			return err
		}
		return s.Drain(ctx)
	})
	t.Cleanup(func() { feeds.Delete(name) })
}

// Refused messages with a reason each do not fill the collector's own log, and a disk that has room
// again ends what was said of it.
func TestRefusalsAreToldOnce(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	dead := &fullDisk{full: true}
	o := &output{dead: dead, consumer: &consumer{section: section{name: "out", health: plugin.NewHealth(logger)}}}
	d := message.Draft{Payload: "x"}
	m := sealed(&d).At(0)
	for i := range 1000 {
		o.bury(m, fmt.Errorf("failed to parse document %d", i))
	}
	if n := strings.Count(log.String(), "\n"); n > 2 {
		t.Errorf("%d lines in the log", n)
	}
	dead.full = false
	o.bury(m, errors.New("failed to parse"))
	for _, c := range o.health.Conditions() {
		if c.Key == "dead letters" {
			t.Errorf("says still: %s", c.Text)
		}
	}
}

type fullDisk struct{ full bool }

func (f *fullDisk) Add(string, *message.Message, error) error {
	if f.full {
		return errors.New("no space left on device")
	}
	return nil
}

func (*fullDisk) Close() error { return nil }
