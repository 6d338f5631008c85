package token

import (
	"bytes"
	"slices"
	"testing"

	"lma_collector/collector/plugin"
)

func split(t testing.TB, s plugin.Splitter, data []byte) (records []string, rest string) {
	for {
		n, record := s.Split(data, true)
		if n < 0 || n > len(data) {
			t.Fatalf("advance %d of %d", n, len(data))
		}
		data = data[n:]
		if record == nil {
			return records, string(data)
		}
		records = append(records, string(record))
	}
}

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		config Config
		in     string
		want   []string
		rest   string
	}{
		{Config{"\n", 1}, "a\nbb\n\nc", []string{"a\n", "bb\n", "\n"}, "c"},
		{Config{"\n", 0}, "a\n", []string{"a\n"}, ""},
		{Config{"|", 2}, "a|b|c|d", []string{"a|b|"}, "c|d"},
		{Config{"\x00", 1}, "a\n\x00b", []string{"a\n\x00"}, "b"},
		{Config{"\n", 1}, "", nil, ""},
	} {
		s, err := c.config.NewSplitter(nil)
		if err != nil {
			t.Fatal(err)
		}
		got, rest := split(t, s, []byte(c.in))
		if !slices.Equal(got, c.want) || rest != c.rest {
			t.Errorf("%+v: %q gives %q and %q, want %q and %q", c.config, c.in, got, rest, c.want, c.rest)
		}
	}
}

func TestBadDelimiter(t *testing.T) {
	for _, d := range []string{"", "\r\n", "é"} {
		_, err := (&Config{Delimiter: d}).NewSplitter(nil)
		if err == nil {
			t.Errorf("delimiter %q is taken", d)
		}
	}
	_, err := (&Config{Delimiter: "\r\n"}).NewSplitter(nil)
	if want := `delimiter: "\r\n" has 2 bytes: it must be exactly one byte; RegexSplitter takes longer ones`; err.Error() != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
}

func FuzzSplit(f *testing.F) {
	f.Add([]byte("a\nb\n\nc"), byte('\n'), uint(1))
	f.Add([]byte("a|b|c"), byte('|'), uint(2))
	f.Fuzz(func(t *testing.T, data []byte, d byte, count uint) {
		count %= 8
		s := &Splitter{delimiter: d, count: max(int(count), 1)}
		records, rest := split(t, s, data)
		var joined []byte
		for _, r := range records {
			if bytes.Count([]byte(r), []byte{d}) != s.count || r[len(r)-1] != d {
				t.Fatalf("record %q", r)
			}
			joined = append(joined, r...)
		}
		if !bytes.Equal(append(joined, rest...), data) {
			t.Fatal("bytes lost")
		}
	})
}

func BenchmarkSplit(b *testing.B) {
	line := append(bytes.Repeat([]byte("x"), 261), '\n')
	data := bytes.Repeat(line, 256)
	var s plugin.Splitter = &Splitter{delimiter: '\n', count: 1}
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	rest := data
	for b.Loop() {
		n, record := s.Split(rest, false)
		if record == nil {
			b.Fatal("no record")
		}
		if rest = rest[n:]; len(rest) == 0 {
			rest = data
		}
	}
}
