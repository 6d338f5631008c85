package logstreamer

import (
	"bytes"
	"context"
	"io"
	"os"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// bare is a source that only cuts lines and has them decorated.
type bare struct {
	source
	records int
	buffer  [64 << 10]byte
	n       int
}

func (b *bare) Fill(r io.Reader) (int, error) {
	n, err := r.Read(b.buffer[b.n:])
	rest := b.buffer[:b.n+n]
	for {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			break
		}
		b.offset = b.consumed
		b.draft.Reset()
		b.draft.Payload = message.View(rest[:i+1])
		b.decorate(&b.draft)
		b.consumed += int64(i + 1)
		b.safe = b.consumed
		b.records++
		rest = rest[i+1:]
	}
	b.n = copy(b.buffer[:], rest)
	return n, err
}

func (b *bare) Pending() bool { return false }

func (b *bare) Flush(_ context.Context, done func()) error { done(); return nil }

type bareHost struct{ src *bare }

func (h bareHost) NewSource(string) (plugin.Source, error) { return h.src, nil }

// BenchmarkReading is the time per line of 262 bytes: reading, positions, headers and uuid.
func BenchmarkReading(b *testing.B) {
	s := newSite(b, `x\.log`)
	const lines = 20_000
	text := bytes.Repeat(append(bytes.Repeat([]byte("x"), 261), '\n'), lines)
	if err := os.WriteFile(s.path("x.log"), text, 0o644); err != nil {
		b.Fatal(err)
	}
	p, err := newPattern(s.config, "in")
	if err != nil {
		b.Fatal(err)
	}
	in := newInput(s.config, s.env, p)
	src := &bare{source: source{host: s.host}}
	st := &stream{in: in, name: "in", host: bareHost{src}, numbers: newStreamNumbers(nil, "in"), fresh: true}
	st.files = p.scan(in.began, 0, nil).streams["in"]
	defer st.close()
	b.SetBytes(262)
	b.ReportAllocs()
	b.ResetTimer()
	for src.records < b.N {
		v, err := st.work(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if v == idle { // at the end: from the start again
			if err := st.cur.seek(0); err != nil {
				b.Fatal(err)
			}
			src.consumed, src.safe = 0, 0
		}
	}
}

func FuzzJournal(f *testing.F) {
	f.Add([]byte(`{"seek":1,"file_name":"x","last_hash":"00"}`))
	f.Add([]byte(`{"seek":1,"file_name":"x","fingerprint":"00112233445566778899aabbccddeeff","fingerprint_size":5,"finished":[{"size":3}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		path := t.TempDir() + "/j"
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		p, ok, err := readJournal(path)
		if err != nil || !ok {
			return
		}
		if p.seek < 0 || p.path == "" || p.print.size < 0 || p.print.size > printBytes {
			t.Fatalf("position %+v", p)
		}
		if err := writeJournal(path, &p); err != nil {
			t.Fatal(err)
		}
		again, ok, err := readJournal(path)
		if err != nil || !ok || again.seek != p.seek || again.print != p.print || len(again.finished) != len(p.finished) {
			t.Fatalf("%+v became %+v, %v", p, again, err)
		}
	})
}
