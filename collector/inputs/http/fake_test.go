package http

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// host collects messages as text and acknowledges them unless told otherwise.
type host struct {
	mu       sync.Mutex
	messages []string
	block    chan struct{} // Flush waits for it, unless nil
	keep     bool          // acknowledgements are kept in acks
	acks     []func()
	opened   int
	closed   int
}

func (h *host) NewSource(string) (plugin.Source, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.opened++
	return &source{host: h}, nil
}

func (h *host) got() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.messages...)
}

// source is what the input asks of its source; anything else ends the test.
type source struct {
	plugin.Source
	host     *host
	decorate func(*message.Draft)
	batch    []string
	urgent   bool
	inUse    sync.Mutex
}

func (s *source) SetDecorator(f func(*message.Draft)) { s.decorate = f }

func (s *source) DeliverBody(body []byte) error {
	if !s.inUse.TryLock() {
		panic("two requests use one source")
	}
	defer s.inUse.Unlock()
	if bytes.HasPrefix(body, []byte("panic")) {
		panic("decoder")
	}
	if rest, bad := bytes.CutPrefix(body, []byte("tail:")); bad {
		return fmt.Errorf("the last %d bytes are no whole record", len(rest))
	}
	d := &message.Draft{Payload: string(body)}
	s.decorate(d)
	text := fmt.Sprintf("%s %s %d %s %s", d.Type, d.Hostname, d.Severity, d.EnvVersion, d.Payload)
	if len(d.Payload) > 1000 {
		text = fmt.Sprint(len(d.Payload), " bytes")
	}
	for i := range d.FieldCount() {
		name, _, _, vs := d.FieldValues(i)
		text += " " + name + "=" + vs[0].Text()
	}
	s.batch = append(s.batch, text)
	return nil
}

func (s *source) SetUrgent() { s.urgent = true }

func (s *source) Finish() {}

func (s *source) Flush(ctx context.Context, done func()) error {
	if !s.urgent {
		panic("outputs may wait for more, but the client waits for its answer")
	}
	if s.host.block != nil {
		select {
		case <-s.host.block:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.host.mu.Lock()
	defer s.host.mu.Unlock()
	s.host.messages = append(s.host.messages, s.batch...)
	s.batch = nil
	if s.host.keep {
		s.host.acks = append(s.host.acks, done)
	} else {
		done()
	}
	return nil
}

func (s *source) Close() {
	s.host.mu.Lock()
	defer s.host.mu.Unlock()
	s.host.closed++
}

func testEnv() *plugin.Env {
	log := slog.New(slog.DiscardHandler)
	return &plugin.Env{Name: "http_input", Hostname: "node-1", Log: log, Health: plugin.NewHealth(log), Metrics: &plugin.Metrics{}}
}

// start runs an input until the test ends.
func start(t testing.TB, c *Config, h *host) (in *Input, url string, stop func() error) {
	t.Helper()
	c.Address = "127.0.0.1:0"
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
	t.Cleanup(func() { stop(); client.CloseIdleConnections() })
	return in, "http://" + in.address.String(), stop
}

var client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{}}

// do sends a request and gives status and text of the answer.
func do(t testing.TB, r *http.Request) (status int, text string, header http.Header) {
	t.Helper()
	a, err := client.Do(r)
	if err != nil {
		t.Error(err)
		return 0, "", nil
	}
	defer a.Body.Close()
	b, _ := io.ReadAll(a.Body)
	return a.StatusCode, strings.TrimSpace(string(b)), a.Header
}

func post(t testing.TB, url, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// eventually waits for a condition.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); <-time.After(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}
