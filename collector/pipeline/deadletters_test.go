package pipeline

import (
	"bytes"
	"context"
	"errors"
	"io"
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
