package golden

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"lma_collector/collector/logline"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// TextOptions stand in the `-- config --` part of a text case.
type TextOptions struct {
	Logger   string         `toml:"logger"`
	Hostname string         `toml:"hostname"`
	Now      int64          `toml:"now"`   // the clock, in seconds since 1970
	Whole    bool           `toml:"whole"` // the input is one record, not one a line
	Options  map[string]any `toml:"options"`
}

var update = flag.Bool("update", false, "write the expected outputs anew")

// LogDecoder builds a type of decoder, in UTC unless a case has another zone.
func LogDecoder(typ string) Build[plugin.Decoder] {
	return func(c *Case, env *plugin.Env) (plugin.Decoder, error) {
		kind, ok := plugin.Lookup(typ)
		if !ok {
			return nil, fmt.Errorf("there is no type %s", typ)
		}
		config := kind.NewConfig().(plugin.DecoderConfig)
		utc := &Case{Config: map[string]any{"tz": "UTC"}}
		if err := errors.Join(Options(utc, config), Options(c, config)); err != nil {
			return nil, err
		}
		return config.NewDecoder(env)
	}
}

// Text runs the cases testdata/*.txt of a decoder: the parts `-- config --` (TextOptions), `-- input --`
// (a record a line) and `-- output --` (a message a line as JSON, or `error:` and the text of an error).
// With -update it writes the outputs anew.
func Text(t *testing.T, build Build[plugin.Decoder]) {
	t.Helper()
	files, _ := filepath.Glob("testdata/*.txt")
	if len(files) == 0 {
		t.Fatal("no cases in testdata")
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { textCase(t, build, file) })
	}
}

func textCase(t *testing.T, build Build[plugin.Decoder], file string) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok1 := strings.Cut(string(data), "-- input --\n")
	input, want, ok2 := strings.Cut(rest, "-- output --\n")
	if !ok1 || !ok2 {
		t.Fatalf("%s: the parts are -- config --, -- input -- and -- output --", file)
	}
	o := TextOptions{Hostname: Hostname}
	if _, err := toml.Decode(strings.TrimPrefix(head, "-- config --\n"), &o); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	got := strings.Join(runText(t, build, o, input), "\n") + "\n"
	switch {
	case got == want:
	case *update:
		if err := os.WriteFile(file, []byte(head+"-- input --\n"+input+"-- output --\n"+got), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s:\n%s", file, lineDifference(want, got))
	}
}

func runText(t *testing.T, build Build[plugin.Decoder], o TextOptions, input string) []string {
	c := &Case{Plugin: "text", ClockNS: o.Now * 1e9, Config: o.Options}
	env := c.Env()
	env.Tags = nil
	d, err := build(c, env)
	if err != nil {
		return []string{"error: " + err.Error()}
	}
	records := strings.SplitAfter(input, "\n")
	if o.Whole {
		records = []string{input}
	}
	s := NewStream(d, o)
	for _, record := range records {
		if record != "" {
			s.Record(record)
		}
	}
	return s.Finish()
}

// Stream gives records to a decoder as a source does, and collects what comes out as lines.
type Stream struct {
	decoder plugin.Decoder
	options TextOptions
	draft   message.Draft
	call    []string // emitted by the running call
	out     []string

	// Each, which may be nil, sees every message, instead of its being collected.
	Each     func(d *message.Draft)
	Failures []error
}

// NewStream is a stream into a decoder.
func NewStream(d plugin.Decoder, o TextOptions) *Stream { return &Stream{decoder: d, options: o} }

// Record decodes one record.
func (s *Stream) Record(record string) {
	d := &s.draft
	d.Reset()
	d.Type, d.Logger, d.Hostname, d.Payload = "logfile", s.options.Logger, s.options.Hostname, record
	if s.options.Now != 0 {
		d.SetTimestamp(s.options.Now * 1e9)
	}
	if err := s.decoder.Decode(d, s); err != nil {
		s.call = s.call[:0]
		s.Failures = append(s.Failures, err)
		s.out = append(s.out, "error: "+err.Error())
	}
	s.take()
}

func (s *Stream) take() {
	s.out = append(s.out, s.call...)
	s.call = s.call[:0]
}

// Emit takes a draft as the host does.
func (s *Stream) Emit(d *message.Draft) {
	if s.Each != nil {
		s.Each(d)
		return
	}
	s.call = append(s.call, string(message.AppendJSON(nil, Seal(d))))
}

// Finish completes what is held back, and gives all lines.
func (s *Stream) Finish() []string {
	if h, holds := s.decoder.(plugin.Holder); holds {
		h.Release(s)
		s.take()
	}
	return s.out
}

// lineDifference shows the first line that differs.
func lineDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := 0; i < len(w) || i < len(g); i++ {
		var wl, gl string
		if i < len(w) {
			wl = w[i]
		}
		if i < len(g) {
			gl = g[i]
		}
		if wl != gl {
			return fmt.Sprintf("line %d of the output:\n  got  %s\n  want %s", i+1, gl, wl)
		}
	}
	return "equal"
}

// Sample is a log of tests/samples, and how it is read.
type Sample struct {
	File   string
	Logger string
}

// Samples decodes whole logs of tests/samples and compares a summary of each with testdata/samples.golden:
// how many messages of which severity, how often each field is there, which lines fail. With -update it
// writes the summary anew.
func Samples(t *testing.T, build Build[plugin.Decoder], samples ...Sample) {
	t.Helper()
	var got strings.Builder
	for _, sample := range samples {
		got.WriteString(summarize(t, build, sample))
	}
	const file = "testdata/samples.golden"
	want, err := os.ReadFile(file)
	switch {
	case err == nil && string(want) == got.String():
	case *update:
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s: %v\n%s", file, err, lineDifference(string(want), got.String()))
	}
}

func summarize(t *testing.T, build Build[plugin.Decoder], sample Sample) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(Root(), "tests", "samples", sample.File))
	if err != nil {
		t.Fatal(err)
	}
	c := &Case{Plugin: "samples", Config: map[string]any{}}
	env := c.Env()
	env.Tags = nil
	d, err := build(c, env)
	if err != nil {
		t.Fatal(err)
	}
	s := NewStream(d, TextOptions{Logger: sample.Logger, Hostname: Hostname, Now: 1795165200})
	counts, failed := newCounts(), []int(nil)
	s.Each = counts.see
	lines := strings.SplitAfter(string(data), "\n")
	for i, line := range lines {
		if line == "" {
			lines = lines[:i]
			break
		}
		before := len(s.Failures)
		s.Record(line)
		if len(s.Failures) > before {
			failed = append(failed, i+1)
		}
	}
	s.Finish()
	return fmt.Sprintf("%s: %d lines, %d messages, %d failures %s\n%s", sample.File, len(lines), counts.messages, len(failed), ranges(failed), counts)
}

// TooLong gives a decoder a record whose further lines exceed logline.MaxRecord, and the next record: of
// the first it must let go what there is room for, once, and count the lines that it drops.
func TooLong(t *testing.T, build Build[plugin.Decoder], first, further, next string) {
	t.Helper()
	c := &Case{Plugin: "long"}
	env := c.Env()
	d, err := build(c, env)
	if err != nil {
		t.Fatal(err)
	}
	s := NewStream(d, TextOptions{Logger: "nova_nova-api"})
	var sizes []int
	s.Each = func(d *message.Draft) { sizes = append(sizes, len(d.Payload)) }
	s.Record(first + "\n")
	const lines = 2 * logline.MaxRecord / 1000
	for range lines {
		s.Record(further + strings.Repeat("x", 1000) + "\n")
	}
	if len(sizes) != 1 || sizes[0] != logline.MaxRecord || d.(plugin.Holder).Held() != 0 {
		t.Errorf("messages of %d bytes, %d records held", sizes, d.(plugin.Holder).Held())
	}
	s.Record(next + "\n")
	s.Finish()
	cut, dropped := env.Metrics.Counter("records_cut", "", ""), env.Metrics.Counter("lines_dropped", "", "")
	if len(sizes) != 2 || len(s.Failures) > 0 || cut.Value() != 1 || dropped.Value() < lines/3 {
		t.Errorf("messages of %d bytes, errors %v, %d cut, %d lines dropped", sizes, s.Failures, cut.Value(), dropped.Value())
	}
}
