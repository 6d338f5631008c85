package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// FuzzLoad checks the pass before the parser: it keeps all lines, and does not change what the parser
// takes as it is; and everything from the text to decoded values survives any text.
func FuzzLoad(f *testing.F) {
	files, _ := filepath.Glob("testdata/check/*.toml")
	more, _ := filepath.Glob("testdata/check/*.d/*.toml")
	for _, file := range append(files, more...) {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	for _, text := range []string{
		"a = \"\"\"\"\"\"\"\"\nb|c = 1", "[[a]]\n[a.b]\n[[a]]\n[a.b]\n", "a = [[{b = [{c.d = 1}]}], 1]", "a.b = 1\na.c = 2\n[a.d]\n",
		"[a.b]\n[a]\nb.c = 1\n[a.b]", "\"\\u0000\" = 1", "a = 1979-05-27 07:32:32", "'a' = 1\n\"a\" = 2\na = 3", "\ufeffa = 1",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rewritten, _ := apply(text, outlined(scan(text)).edits)
		if strings.Count(rewritten, "\n") != strings.Count(text, "\n") {
			t.Fatalf("%q became %q", text, rewritten)
		}
		if scan(text).tooDeep < 0 {
			unchanged(t, text, rewritten)
		}
		s, found := Parse("x.toml", []byte(text), func(name string) (string, bool) { return "a\n]b\"" + name, name != "" })
		if (s == nil) != found.HasErrors() && s == nil {
			t.Fatalf("no section and no error for %q", text)
		}
		if s != nil {
			var any map[string]any
			s.Decode(&any)
			s.Decode(&struct {
				A int      `toml:"a"`
				B struct{} `toml:"b" alias:"d"`
			}{})
			s.Redact(text)
		}
	})
}

func unchanged(t *testing.T, text, rewritten string) {
	was, err := parseTOML(text)
	if err != nil {
		return
	}
	is, err := parseTOML(rewritten)
	if err != nil || !reflect.DeepEqual(was, is) && !strings.Contains(text, "nan") {
		t.Fatalf("%q (%v) became %q (%v, %v)", text, was, rewritten, is, err)
	}
}
