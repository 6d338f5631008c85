package logstreamer

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// record is what a fake host got.
type record struct {
	stream, text string
	uuid         [16]byte
}

// host takes records in, and acknowledges them at once, when told, or never.
type host struct {
	mu      sync.Mutex
	records []record
	hold    bool // acknowledgements wait in acks
	patient bool // records that are held back stay so until the next one, or the end
	acks    []func()
	open    int
	most    int // sources at the same time
	panic   string
}

func (h *host) NewSource(token string) (plugin.Source, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open++
	h.most = max(h.most, h.open)
	return &source{host: h, token: token}, nil
}

func (h *host) got() []record {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]record(nil), h.records...)
}

func (h *host) texts() []string {
	var list []string
	for _, r := range h.got() {
		list = append(list, r.text)
	}
	return list
}

func (h *host) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.records)
}

// acknowledge delivers the first n batches that wait.
func (h *host) acknowledge(n int) {
	h.mu.Lock()
	acks := h.acks[:min(n, len(h.acks))]
	h.acks = h.acks[len(acks):]
	h.mu.Unlock()
	for _, a := range acks {
		a()
	}
}

// source splits lines and holds a line that ends in "+" back until the next one.
type source struct {
	host     *host
	token    string
	decorate func(*message.Draft)
	buf      []byte
	consumed int64
	safe     int64
	offset   int64
	held     *record
	batch    []record
	draft    message.Draft
}

func (s *source) SetDecorator(f func(*message.Draft)) { s.decorate = f }
func (s *source) RecordOffset() int64                 { return s.offset }
func (s *source) SetUrgent()                          {}
func (s *source) Consumed() int64                     { return s.safe }
func (s *source) Pending() bool                       { return len(s.batch) > 0 || s.held != nil }

func (s *source) Fill(r io.Reader) (int, error) {
	if s.buf == nil {
		s.buf = make([]byte, 0, 64<<10)
	}
	if len(s.buf) == cap(s.buf) {
		s.buf = append(make([]byte, 0, 2*cap(s.buf)), s.buf...)
	}
	n, err := r.Read(s.buf[len(s.buf):cap(s.buf)])
	s.buf = s.buf[:len(s.buf)+n]
	rest := s.buf
	for {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			break
		}
		s.line(string(rest[:i+1]))
		rest = rest[i+1:]
	}
	s.buf = s.buf[:copy(s.buf, rest)]
	return n, err
}

func (s *source) line(text string) {
	s.release()
	s.offset = s.consumed
	s.draft.Reset()
	s.draft.Payload = text
	s.decorate(&s.draft)
	r := record{s.draft.Logger, strings.TrimRight(text, "\n"), s.draft.UUID}
	if s.host.panic != "" && r.text == s.host.panic {
		panic(r.text)
	}
	start := s.consumed
	s.consumed += int64(len(text))
	if strings.HasSuffix(r.text, "+") {
		s.held, s.safe = &r, start
		return
	}
	s.batch = append(s.batch, r)
	s.safe = s.consumed
}

func (s *source) release() {
	if s.held != nil {
		s.batch = append(s.batch, *s.held)
		s.held = nil
	}
	s.safe = s.consumed
}

func (s *source) Idle() {
	if !s.host.patient {
		s.release()
	}
}

func (s *source) Finish() {
	if len(s.buf) > 0 {
		s.line(string(s.buf))
	}
	s.release()
	s.buf = s.buf[:0]
}

func (s *source) Reset() {
	s.release()
	s.buf = s.buf[:0]
	s.consumed, s.safe = 0, 0
}

func (s *source) Flush(ctx context.Context, done func()) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.host.mu.Lock()
	s.host.records = append(s.host.records, s.batch...)
	s.batch = nil
	hold := s.host.hold
	if hold && done != nil {
		s.host.acks = append(s.host.acks, done)
	}
	s.host.mu.Unlock()
	if !hold && done != nil {
		done()
	}
	return nil
}

func (s *source) Close() {
	s.host.mu.Lock()
	defer s.host.mu.Unlock()
	s.host.open--
}

func (s *source) Emit(*message.Draft)         {}
func (s *source) Deliver([]byte)              {}
func (s *source) DeliverBody([]byte) error    { return nil }
func (s *source) Drain(context.Context) error { return nil }

// site is a log directory with an input on it.
type site struct {
	t      testing.TB
	dir    string
	config *Config
	env    *plugin.Env
	host   *host
	stop   func()
	tune   func(*Input)
}

func newSite(t testing.TB, fileMatch string, priority ...string) *site {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	if os.Getenv("LOGSTREAMER_TEST_LOG") != "" {
		log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	s := &site{t: t, dir: t.TempDir(), config: defaultConfig(), host: &host{}, stop: func() {}}
	s.config.LogDirectory, s.config.FileMatch, s.config.Priority = s.dir, fileMatch, priority
	s.config.CheckDataInterval = time.Millisecond
	s.env = &plugin.Env{Name: "in", Hostname: "node-1", MachineID: "m1", BaseDir: t.TempDir(), Log: log, Health: plugin.NewHealth(log), Metrics: &plugin.Metrics{}}
	t.Cleanup(func() { s.stop() })
	return s
}

// start runs an input; the host goes on collecting what all of them give.
func (s *site) start() {
	s.t.Helper()
	p, err := s.config.NewInput(s.env)
	if err != nil {
		s.t.Fatal(err)
	}
	in := p.(*Input)
	in.rotateWait, in.quietAfter, in.housekeep = 10*time.Millisecond, 10*time.Second, 10*time.Millisecond
	if s.tune != nil {
		s.tune(in)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- in.Run(ctx, s.host) }()
	var once sync.Once
	s.stop = func() {
		once.Do(func() {
			cancel()
			if err := <-ended; err != nil {
				s.t.Error(err)
			}
			s.host.mu.Lock()
			defer s.host.mu.Unlock()
			if s.host.open != 0 {
				s.t.Errorf("%d sources are left open", s.host.open)
			}
		})
	}
}

func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

func (s *site) put(name, text string) {
	s.t.Helper()
	write(s.t, s.dir, []string{name}, text)
}

func (s *site) add(name, text string) {
	s.t.Helper()
	f, err := os.OpenFile(s.path(name), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) rename(from, to string) {
	s.t.Helper()
	if err := os.Rename(s.path(from), s.path(to)); err != nil {
		s.t.Fatal(err)
	}
}

// wants waits for exactly these records, in this order.
func (s *site) wants(texts ...string) {
	s.t.Helper()
	eventually(s.t, fmt.Sprintf("%d records", len(texts)), func() bool { return s.host.count() >= len(texts) })
	if got := s.host.texts(); strings.Join(got, "|") != strings.Join(texts, "|") {
		s.t.Fatalf("got  %.2000q\nwant %.2000q", got, texts)
	}
}

// position waits until a stream's journal says what is wanted.
func (s *site) position(stream, file string, seek int64) {
	s.t.Helper()
	var p position
	eventually(s.t, fmt.Sprintf("journal at %s %d, is at %s %d", file, seek, p.path, p.seek), func() bool {
		p, _, _ = readJournal(filepath.Join(s.env.BaseDir, "logstreamer", stream))
		return p.path == s.path(file) && p.seek == seek
	})
}

func (s *site) condition(key string) string {
	for _, c := range s.env.Health.Conditions() {
		if c.Key == key {
			return c.Text
		}
	}
	return ""
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

func lines(from, to int) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		fmt.Fprintf(&b, "line %d\n", i)
	}
	return b.String()
}

func texts(from, to int) (list []string) {
	for i := from; i < to; i++ {
		list = append(list, fmt.Sprintf("line %d", i))
	}
	return list
}
