package pipeline

import (
	"bytes"
	"context"
	"errors"
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

	"lma_collector/collector/config"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

func TestMain(m *testing.M) {
	message.PoisonReleased(true)
	goleak.VerifyTestMain(m)
}

// The plugins of these tests take their behaviour from the test through a name in their section.

type fakeInput struct {
	Feed string `toml:"feed"`
}

var feeds sync.Map // name -> func(ctx, plugin.InputHost) error

func (c *fakeInput) NewInput(*plugin.Env) (plugin.Input, error) {
	if c.Feed == "refused" {
		return nil, plugin.BadOption("feed", "must not be %q", c.Feed)
	}
	return c, nil
}

func (c *fakeInput) ReadsOnce() {}

func (c *fakeInput) Run(ctx context.Context, host plugin.InputHost) error {
	f, ok := feeds.Load(c.Feed)
	if !ok {
		<-ctx.Done()
		return nil
	}
	return f.(func(context.Context, plugin.InputHost) error)(ctx, host)
}

// lineSplitter cuts lines, their newline included.
type lineSplitter struct{}

func (*lineSplitter) NewSplitter(*plugin.Env) (plugin.Splitter, error) { return &lineSplitter{}, nil }

func (*lineSplitter) Split(data []byte, _ bool) (int, []byte) {
	i := bytes.IndexByte(data, '\n')
	if i < 0 {
		return 0, nil
	}
	return i + 1, data[:i+1]
}

type nullSplitter struct{}

func (*nullSplitter) NewSplitter(*plugin.Env) (plugin.Splitter, error)  { return &nullSplitter{}, nil }
func (*nullSplitter) Whole() bool                                       { return true }
func (*nullSplitter) Split(data []byte, _ bool) (advance int, r []byte) { return len(data), data }

// wordDecoder makes `type payload` of a line; "bad" fails after it has emitted, "explode" panics; a line that starts
// with a space belongs to the one before it.
type wordDecoder struct {
	held message.Draft
	text []byte
	n    int
}

func (*wordDecoder) NewDecoder(*plugin.Env) (plugin.Decoder, error) { return &wordDecoder{}, nil }

func (w *wordDecoder) Decode(d *message.Draft, out plugin.Emitter) error {
	line := strings.TrimSuffix(d.Payload, "\n")
	if strings.HasPrefix(line, " ") && w.n > 0 {
		w.text = append(w.text, line...)
		w.n++
		return nil
	}
	if strings.HasPrefix(line, "explode") {
		panic("a panic in a decoder")
	}
	w.Release(out)
	if strings.HasPrefix(line, "hold ") {
		w.text = append(w.text[:0], line[5:]...)
		w.held.CopyHeaders(d)
		w.held.Type, w.held.Logger, w.held.Payload, w.held.Hostname = "held", strings.Clone(d.Logger), "", ""
		w.n = 1
		return nil
	}
	typ, text, _ := strings.Cut(line, " ")
	d.Type, d.Payload = typ, text
	out.Emit(d)
	if typ == "bad" {
		return errors.New("a bad line")
	}
	return nil
}

func (w *wordDecoder) Held() int { return w.n }

func (w *wordDecoder) Release(out plugin.Emitter) {
	if w.n == 0 {
		return
	}
	w.n = 0
	w.held.Payload = message.View(w.text)
	out.Emit(&w.held)
}

func (w *wordDecoder) HoldTime() time.Duration { return 0 }

type fakeFilter struct {
	Act string `toml:"act"`
	env *plugin.Env
}

type filterAct struct {
	process func(f *fakeFilter, m *message.Message) error
	tick    func(f *fakeFilter) error
}

var acts sync.Map // name -> filterAct

func (c *fakeFilter) NewFilter(env *plugin.Env) (plugin.Filter, error) {
	return &fakeFilter{Act: c.Act, env: env}, nil
}

func (c *fakeFilter) Process(m *message.Message) error {
	if a, ok := acts.Load(c.Act); ok {
		return a.(filterAct).process(c, m)
	}
	return nil
}

func (c *fakeFilter) Tick(time.Time) error {
	if a, ok := acts.Load(c.Act); ok && a.(filterAct).tick != nil {
		return a.(filterAct).tick(c)
	}
	return nil
}

type payloadEncoder struct{}

func (*payloadEncoder) NewEncoder(*plugin.Env) (plugin.Encoder, error) { return &payloadEncoder{}, nil }

func (*payloadEncoder) Encode(dst []byte, m *message.Message) ([]byte, error) {
	switch m.Payload() {
	case "unencodable":
		return dst, errors.New("not to be encoded")
	case "explosive":
		panic("a panic in an encoder")
	}
	return append(dst, m.Payload()...), nil
}

type fakeOutput struct {
	Sink string `toml:"sink"`
}

// sink is what a fakeOutput delivers to.
type sink struct {
	mu    sync.Mutex
	got   []string
	fail  func(items []plugin.Item) error // before anything is taken
	gate  chan struct{}                   // closed: deliver
	calls int
}

var sinks sync.Map

func (c *fakeOutput) NewOutput(*plugin.Env) (plugin.Output, error) { return c, nil }

func (c *fakeOutput) Key(dst []byte, item plugin.Item) []byte {
	return append(dst, item.Message.Logger()...)
}

func (c *fakeOutput) Deliver(ctx context.Context, items []plugin.Item) error {
	v, ok := sinks.Load(c.Sink)
	if !ok {
		return nil
	}
	s := v.(*sink)
	if s.gate != nil {
		select {
		case <-s.gate:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	if s.fail != nil {
		if err := s.fail(items); err != nil {
			return err
		}
	}
	for i := range items {
		if _, no := items[i].Refused(); no {
			continue
		}
		if _, later := items[i].ToRetry(); later {
			continue
		}
		s.got = append(s.got, string(items[i].Data))
	}
	return nil
}

func (s *sink) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.got...)
}

func init() {
	plugin.RegisterInput("FakeInput", func() plugin.InputConfig { return &fakeInput{} })
	plugin.RegisterSplitter("LineSplitter", func() plugin.SplitterConfig { return &lineSplitter{} })
	plugin.RegisterSplitter("NullSplitter", func() plugin.SplitterConfig { return &nullSplitter{} })
	plugin.RegisterDecoder("WordDecoder", func() plugin.DecoderConfig { return &wordDecoder{} })
	plugin.RegisterFilter("FakeFilter", func() plugin.FilterConfig { return &fakeFilter{} })
	plugin.RegisterEncoder("TextEncoder", func() plugin.EncoderConfig { return &payloadEncoder{} })
	plugin.RegisterOutput("FakeOutput", func() plugin.OutputConfig { return &fakeOutput{} })
}

func testSettings(t testing.TB) Settings {
	return Settings{
		Hostname: "node-1", MachineID: "m", BaseDir: t.TempDir(), ShareDir: t.TempDir(), MaxMessageSize: 256 << 10,
		MaxMessageLoops: 4, MaxProcessInject: 1, MaxTimerInject: 10, MaxUnacknowledged: 64 << 20, Log: slog.New(slog.DiscardHandler),
	}
}

// sectionsOf parses a configuration; the text may have errors of plugins, not of syntax.
func sectionsOf(t testing.TB, text string) []*config.Section {
	t.Helper()
	file := filepath.Join(t.TempDir(), "test.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	conf, found := config.Load(file, nil)
	if found.HasErrors() {
		t.Fatalf("configuration: %v", found)
	}
	return conf.Sections
}

// start builds and runs a pipeline until the test ends or stop is called.
func start(t testing.TB, text string, adapt ...func(*Settings)) (p *Pipeline, stop func()) {
	t.Helper()
	s := testSettings(t)
	for _, a := range adapt {
		a(&s)
	}
	p, found := Build(sectionsOf(t, text), s)
	if p == nil {
		t.Fatalf("does not build: %v", found)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.Run(ctx)
	}()
	stop = func() {
		cancel()
		<-done
	}
	t.Cleanup(stop)
	return p, stop
}

// until waits for a condition.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// feedText delivers a text through the input of that name and reports the acknowledgement.
func feedText(t testing.TB, name, text string) (acked chan struct{}) {
	acked = make(chan struct{})
	feeds.Store(name, func(ctx context.Context, host plugin.InputHost) error {
		s, err := host.NewSource(name)
		if err != nil {
			return err
		}
		defer s.Close()
		r := strings.NewReader(text)
		for {
			if _, err := s.Fill(r); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return fmt.Errorf("fill: %w", err)
			}
		}
		s.Idle()
		var once sync.Once
		if err := s.Flush(ctx, func() { once.Do(func() { close(acked) }) }); err != nil {
			return err
		}
		<-ctx.Done()
		drain, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = s.Drain(drain)
		return nil
	})
	t.Cleanup(func() { feeds.Delete(name) })
	return acked
}

func newSink(t testing.TB, name string) *sink {
	s := &sink{}
	sinks.Store(name, s)
	t.Cleanup(func() { sinks.Delete(name) })
	return s
}
