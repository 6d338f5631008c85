package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// run is one script under test with what it injected.
type run struct {
	t        testing.TB
	env      *plugin.Env
	options  Options
	now      time.Time
	injected []*message.Message
	refuse   error // what Inject answers
}

// newRun writes a script and prepares its section.
func newRun(t testing.TB, script string, config map[string]any) *run {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "script.lua"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	r := &run{t: t, now: time.Unix(1454500800, 123456789)}
	r.env = &plugin.Env{
		Name: "sbx", Hostname: "host", BaseDir: filepath.Join(dir, "base"), ShareDir: dir,
		MaxProcessInject: 1, MaxTimerInject: 10, Health: plugin.NewHealth(nil),
		Inject: func(d *message.Draft) error {
			if r.refuse != nil {
				return r.refuse
			}
			r.injected = append(r.injected, seal(d))
			return nil
		},
	}
	r.options = defaultOptions()
	r.options.Filename, r.options.Config = "script.lua", config
	r.options.Clock = func() time.Time { return r.now }
	return r
}

func seal(d *message.Draft) *message.Message {
	b := message.NewBatch()
	defer b.Release()
	b.Append(d)
	return b.At(0).Clone()
}

func messageOf(t testing.TB, fill func(d *message.Draft)) *message.Message {
	t.Helper()
	var d message.Draft
	fill(&d)
	return seal(&d)
}

// Emit makes a run the emitter of a decoder.
func (r *run) Emit(d *message.Draft) { r.injected = append(r.injected, seal(d)) }

func (r *run) filter() *Filter {
	r.t.Helper()
	f, err := (&FilterConfig{Options: r.options}).NewFilter(r.env)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = f.(*Filter).Close() })
	if err := f.(*Filter).Start(); err != nil {
		r.t.Fatal(err)
	}
	return f.(*Filter)
}

func (r *run) decoder() *Decoder {
	r.t.Helper()
	d, err := (&DecoderConfig{Options: r.options}).NewDecoder(r.env)
	if err != nil {
		r.t.Fatal(err)
	}
	return d.(*Decoder)
}

func (r *run) encoder() *Encoder {
	r.t.Helper()
	e, err := (&EncoderConfig{Options: r.options}).NewEncoder(r.env)
	if err != nil {
		r.t.Fatal(err)
	}
	return e.(*Encoder)
}

// describe is a message in one line: headers that are set, then fields in order.
func describe(m *message.Message) string {
	var parts []string
	add := func(name, v string) {
		if v != "" {
			parts = append(parts, name+"="+v)
		}
	}
	add("Type", m.Type())
	add("Logger", m.Logger())
	add("Hostname", m.Hostname())
	if m.HasSeverity() {
		add("Severity", fmt.Sprint(m.Severity()))
	}
	if m.HasPid() {
		add("Pid", fmt.Sprint(m.Pid()))
	}
	add("EnvVersion", m.EnvVersion())
	add("Payload", m.Payload())
	for f := range m.Fields {
		var vs []string
		for v := range f.Values {
			vs = append(vs, valueText(v))
		}
		parts = append(parts, f.Name+"="+strings.Join(vs, ","))
	}
	return strings.Join(parts, " ")
}

func valueText(v message.Value) string {
	switch v.Type() {
	case message.TypeInteger:
		return fmt.Sprintf("%di", v.Int())
	case message.TypeDouble:
		return fmt.Sprintf("%g", v.Float())
	case message.TypeBool:
		return fmt.Sprint(v.Bool())
	case message.TypeBytes:
		return fmt.Sprintf("bytes(%s)", v.Text())
	}
	return v.Text()
}

// wantInjected compares what was injected since the last call; the order of fields does not count.
func (r *run) wantInjected(want ...string) {
	r.t.Helper()
	var got []string
	for _, m := range r.injected {
		got = append(got, describe(m))
	}
	r.injected = nil
	if g, w := ordered(got), ordered(want); g != w {
		r.t.Fatalf("injected\n%s\nwant\n%s", g, w)
	}
}

func ordered(lines []string) string {
	out := make([]string, len(lines))
	for i, l := range lines {
		words := strings.Split(l, " ")
		sort.Strings(words)
		out[i] = strings.Join(words, " ")
	}
	return strings.Join(out, "\n")
}
