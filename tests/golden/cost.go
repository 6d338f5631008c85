package golden

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// feeder gives the lines of a sample to a decoder again and again.
type feeder struct {
	decoder plugin.Decoder
	lines   []string
	logger  string
	draft   message.Draft
	failed  int
}

// Emit takes a draft as a batch does, without encoding it.
func (f *feeder) Emit(*message.Draft) {}

func newFeeder(t testing.TB, build Build[plugin.Decoder], sample Sample) *feeder {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(Root(), "tests", "samples", sample.File))
	if err != nil {
		t.Fatal(err)
	}
	c := &Case{Plugin: "cost"}
	env := c.Env()
	env.Tags = nil
	decoder, err := build(c, env)
	if err != nil {
		t.Fatal(err)
	}
	return &feeder{decoder: decoder, lines: strings.SplitAfter(strings.TrimSuffix(string(data), "\n"), "\n"), logger: sample.Logger}
}

func (f *feeder) feed(line string) {
	d := &f.draft
	d.Reset()
	d.Type, d.Logger, d.Hostname, d.Payload = "logfile", f.logger, Hostname, line
	d.SetTimestamp(1795165200e9)
	if f.decoder.Decode(d, f) != nil {
		f.failed++
	}
}

// Benchmark measures a decoder with the lines of a sample, in ns for each line.
func Benchmark(b *testing.B, build Build[plugin.Decoder], sample Sample) {
	f := newFeeder(b, build, sample)
	size := 0
	for _, line := range f.lines {
		size += len(line)
	}
	b.SetBytes(int64(size / len(f.lines)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		f.feed(f.lines[i%len(f.lines)])
	}
}

// NoAllocation checks that decoding the lines of a sample, none of which fails, allocates nothing.
func NoAllocation(t *testing.T, build Build[plugin.Decoder], sample Sample) {
	t.Helper()
	f := newFeeder(t, build, sample)
	all := func() {
		for _, line := range f.lines {
			f.feed(line)
		}
	}
	all()
	if n := testing.AllocsPerRun(3, all); n != 0 || f.failed > 0 {
		t.Errorf("%s: %v allocations for %d lines, want none; %d failures", sample.File, n, len(f.lines), f.failed)
	}
}
