package tcp

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// host collects what its sources hand over: lines, with the headers that the decorator gave.
type host struct {
	mu    sync.Mutex
	lines []string
	block chan struct{} // Flush waits for it, unless nil
	panic string        // a line that makes the decoder panic
	fail  error         // of NewSource
	open  int
}

func (h *host) NewSource(token string) (plugin.Source, error) {
	if h.fail != nil {
		return nil, h.fail
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open++
	return &source{host: h, token: token, buf: make([]byte, 0, 64<<10)}, nil
}

func (h *host) got() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.lines...)
}

// source is what the input asks of its source; anything else ends the test.
type source struct {
	plugin.Source
	host     *host
	token    string
	decorate func(*message.Draft)
	buf      []byte
	batch    []string
	held     string // a line that ends in "+" waits for more
}

func (s *source) SetDecorator(f func(*message.Draft)) { s.decorate = f }

func (s *source) Fill(r io.Reader) (int, error) {
	n, err := r.Read(s.buf[len(s.buf):cap(s.buf)])
	s.buf = s.buf[:len(s.buf)+n]
	for {
		i := bytes.IndexByte(s.buf, '\n')
		if i < 0 {
			return n, err
		}
		s.record(string(s.buf[:i]))
		s.buf = s.buf[:copy(s.buf, s.buf[i+1:])]
	}
}

func (s *source) record(line string) {
	if s.host.panic != "" && line == s.host.panic {
		panic("decoder: " + line)
	}
	if n := len(line); n > 0 && line[n-1] == '+' {
		s.held = line
		return
	}
	d := &message.Draft{Payload: line}
	s.decorate(d)
	s.batch = append(s.batch, fmt.Sprintf("%s %s %s %s", s.token, d.Type, d.Hostname, d.Payload))
}

func (s *source) Idle() {
	if s.held != "" {
		line := s.held[:len(s.held)-1]
		s.held = ""
		s.record(line)
	}
}

func (s *source) Flush(ctx context.Context, done func()) error {
	if s.host.block != nil && len(s.batch) > 0 {
		select {
		case <-s.host.block:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.host.mu.Lock()
	defer s.host.mu.Unlock()
	s.host.lines = append(s.host.lines, s.batch...)
	s.batch = s.batch[:0]
	if done != nil {
		done()
	}
	return nil
}

func (s *source) Finish() { s.Idle() }

func (s *source) Close() {
	s.host.mu.Lock()
	defer s.host.mu.Unlock()
	s.host.open--
}

func (s *source) Pending() bool { return s.held != "" || len(s.batch) > 0 }

// start runs an input until the test ends.
func start(t testing.TB, c Config, h *host) (in *Input, stop func() error) {
	t.Helper()
	p, err := c.NewInput(testEnv())
	if err != nil {
		t.Fatal(err)
	}
	in = p.(*Input)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- in.Run(ctx, h) }()
	select {
	case <-in.listened:
	case err := <-ended:
		cancel()
		t.Fatal(err)
	}
	var once sync.Once
	var result error
	stop = func() error {
		once.Do(func() { cancel(); result = <-ended })
		return result
	}
	t.Cleanup(func() { stop() })
	return in, stop
}

// eventually waits for a condition.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		<-time.After(time.Millisecond)
	}
}

func testEnv() *plugin.Env {
	return &plugin.Env{Name: "tcp_input", Log: slog.New(slog.DiscardHandler), Health: plugin.NewHealth(nil), Metrics: &plugin.Metrics{}}
}
