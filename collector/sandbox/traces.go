package sandbox

import (
	"context"
	"log/slog"
	"sync"
)

// Traces is a log that keeps nothing but where the last script died, for tools that show it to the
// script's author beside the error.
type Traces struct {
	mu   sync.Mutex
	last string
}

// Take gives the traceback of the last script that died since the last call, "" for none.
func (t *Traces) Take() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := t.last
	t.last = ""
	return last
}

// Enabled, Handle, WithAttrs and WithGroup make it a slog.Handler.
func (t *Traces) Enabled(context.Context, slog.Level) bool { return true }

func (t *Traces) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key != traceKey {
			return true
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		t.last = a.Value.String()
		return false
	})
	return nil
}

func (t *Traces) WithAttrs([]slog.Attr) slog.Handler { return t }
func (t *Traces) WithGroup(string) slog.Handler      { return t }

// traceKey is the key under which a script's end is logged with its traceback.
const traceKey = "trace"
