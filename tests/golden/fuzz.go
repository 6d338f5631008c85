package golden

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lma_collector/collector/logline"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// FuzzDecoder fuzzes a decoder of log lines with what its text cases read. Whatever the lines: no
// panic, no message together with an error, nothing left held back at the end, no payload beyond the
// limit, and messages that can be encoded.
func FuzzDecoder(f *testing.F, build Build[plugin.Decoder]) {
	files, _ := filepath.Glob("testdata/*.txt")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(data), "-- input --\n")
		input, _, _ := strings.Cut(rest, "-- output --\n")
		f.Add(input, "nova_nova-api", false)
		f.Add(input, "", true)
	}
	f.Fuzz(func(t *testing.T, input, logger string, whole bool) {
		c := &Case{Plugin: "fuzz"}
		decoder, err := build(c, c.Env())
		if err != nil {
			t.Fatal(err)
		}
		records := strings.SplitAfter(input, "\n")
		if whole {
			records = []string{input}
		}
		run := fuzzRun{t: t}
		for _, record := range records {
			run.record(decoder, record, logger)
		}
		if h, holds := decoder.(plugin.Holder); holds {
			h.Release(&run)
			if h.Held() != 0 {
				t.Errorf("%d records held after Release", h.Held())
			}
		}
	})
}

type fuzzRun struct {
	t       *testing.T
	draft   message.Draft
	emitted int
}

func (r *fuzzRun) record(decoder plugin.Decoder, record, logger string) {
	d := &r.draft
	d.Reset()
	memory := []byte(record)
	d.Type, d.Logger, d.Hostname, d.Payload = "logfile", logger, Hostname, message.View(memory)
	d.SetTimestamp(1795161600e9)
	r.emitted = 0
	err := decoder.Decode(d, r)
	if err != nil && r.emitted > 0 {
		r.t.Errorf("%q: %d messages together with the error %v", record, r.emitted, err)
	}
	if string(memory) != record {
		r.t.Errorf("the record %q was changed", record)
	}
	for i := range memory { // what is kept must have been copied
		memory[i] = 'X'
	}
}

// Emit checks a draft.
func (r *fuzzRun) Emit(d *message.Draft) {
	r.emitted++
	m := Seal(d)
	if len(m.Payload()) > logline.MaxRecord && len(m.Payload()) > len(r.draft.Payload) {
		r.t.Errorf("a payload of %d bytes", len(m.Payload()))
	}
	if m.Type() != "log" || !m.HasTimestamp() || !m.HasSeverity() {
		r.t.Errorf("not a whole log message: %s", message.AppendJSON(nil, m))
	}
}
