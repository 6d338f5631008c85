package regex

import (
	"bytes"
	"regexp"
	"slices"
	"testing"

	"lma_collector/collector/plugin"
)

func split(t testing.TB, s plugin.Splitter, data []byte) (records []string, rest string) {
	for {
		n, record := s.Split(data, true)
		if n < 0 || n > len(data) || record != nil && n == 0 {
			t.Fatalf("advance %d of %d with record %q", n, len(data), record)
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
		delimiter string
		eol       bool
		in        string
		want      []string
		rest      string
	}{
		{`\n`, true, "a\nb\n\nc", []string{"a", "b"}, "c"},
		{`\r?\n`, true, "a\r\nb\nc", []string{"a", "b"}, "c"},
		{`(\n)`, true, "a\nb\n\nc", []string{"a\n", "b\n", "\n"}, "c"},
		{`;(END);`, true, "a;END;b;END;", []string{"aEND", "bEND"}, ""},
		{`\n(# Time: )`, false, "# Time: 1\nx\n# Time: 2\ny\n# Time: 3", []string{"# Time: 1\nx", "# Time: 2\ny"}, "# Time: 3"},
		{`(\d\d:\d\d )`, false, "10:00 a\n10:01 b\n10:02 c", []string{"10:00 a\n", "10:01 b\n"}, "10:02 c"},
		{`(?:\n|(!))`, false, "a\nb!c\n", []string{"a", "b", "!c"}, ""},
		{`x*y|z*`, true, "azzbyc", nil, ""},
		{`\b|,`, true, "a,b", nil, ""},
		{`\n`, true, "\n\n", nil, ""},
		{`-+`, true, "---a---", []string{"a"}, ""},
	} {
		s, err := (&Config{c.delimiter, c.eol}).NewSplitter(nil)
		if err != nil {
			if c.want != nil {
				t.Error(c.delimiter, err)
			}
			continue
		}
		got, rest := split(t, s, []byte(c.in))
		if c.want != nil && (!slices.Equal(got, c.want) || rest != c.rest) {
			t.Errorf("%q: %q gives %q and %q, want %q and %q", c.delimiter, c.in, got, rest, c.want, c.rest)
		}
	}
}

func TestZeroWidthMatchesSplitNothing(t *testing.T) {
	s, err := (&Config{`,,|\b`, true}).NewSplitter(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, rest := split(t, s, []byte("a b,,c")); !slices.Equal(got, []string{"a b"}) || rest != "c" {
		t.Errorf("got %q and %q", got, rest)
	}
}

func TestBadDelimiter(t *testing.T) {
	for delimiter, want := range map[string]string{
		"(":      "delimiter: error parsing regexp: missing closing ): `(`",
		"":       `delimiter: "" matches the empty text, so that it would split everywhere`,
		`\n*`:    `delimiter: "\\n*" matches the empty text, so that it would split everywhere`,
		`(a)(b)`: `delimiter: "(a)(b)" has 2 capture groups, at most one may be there: write (?:…) for the others`,
	} {
		if _, err := (&Config{delimiter, true}).NewSplitter(nil); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add([]byte("a\nb\n\nc"), `\n`, true)
	f.Add([]byte("10:00 a10:01 b"), `(\d\d:\d\d )`, false)
	f.Add([]byte("a;END;b"), `;(END);`, true)
	f.Add([]byte("a b"), `\b|x`, true)
	f.Fuzz(func(t *testing.T, data []byte, delimiter string, eol bool) {
		if len(delimiter) > 64 || len(data) > 4096 {
			return
		}
		if _, err := regexp.Compile(delimiter); err != nil {
			return
		}
		s, err := (&Config{delimiter, eol}).NewSplitter(nil)
		if err != nil {
			return
		}
		records, rest := split(t, s, data)
		total := len(rest)
		for _, r := range records {
			if r == "" {
				t.Fatal("empty record")
			}
			total += len(r)
		}
		if total > len(data) {
			t.Fatal("bytes made up")
		}
	})
}

func BenchmarkSplit(b *testing.B) {
	for name, delimiter := range map[string]string{"literal": `\n`, "expression": `\r?\n`} {
		b.Run(name, func(b *testing.B) {
			s, _ := (&Config{delimiter, true}).NewSplitter(nil)
			data := bytes.Repeat(append(bytes.Repeat([]byte("x"), 261), '\n'), 256)
			b.SetBytes(262)
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
		})
	}
}
