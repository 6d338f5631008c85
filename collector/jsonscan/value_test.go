package jsonscan

import (
	"encoding/json"
	"strings"
	"testing"
)

type member struct {
	kind Kind
	text string
}

// readObject reads the members of an object as a decoder of JSON lines does.
func readObject(text string) (map[string]member, bool) {
	var s Scanner
	s.Reset(text)
	s.Open('{')
	members := map[string]member{}
	first := true
	for key, ok := s.Key(&first); ok; key, ok = s.Key(&first) {
		kind := s.Kind()
		v, _ := s.Value()
		members[key] = member{kind, v}
	}
	return members, s.End()
}

func TestValue(t *testing.T) {
	got, ok := readObject(`{"a":"x","b" : "q\"\u00e9\ud83d\ude00\n", "n":-1.5e3,"o":{"k":[1,{"z":"\\"}]},"t":true,"u":null,"f":false} `)
	if !ok {
		t.Fatal("a valid object was refused")
	}
	for key, want := range map[string]member{
		"a": {String, "x"}, "b": {String, "q\"é😀\n"}, "n": {Number, "-1.5e3"},
		"o": {Object, `{"k":[1,{"z":"\\"}]}`}, "t": {Bool, "true"}, "u": {Null, "null"}, "f": {Bool, "false"},
	} {
		if got[key] != want {
			t.Errorf("%s: %q, want %q", key, got[key], want)
		}
	}
}

func TestValueRefused(t *testing.T) {
	for _, s := range []string{
		``, `{`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{"a":01}`, `{"a":1}x`, `{a:1}`, `{"a":"\x"}`, `{"a":"` + "\n" + `"}`,
		`{"a":tru}`, `{"a":NaN}`, `{"a":1 "b":2}`, `{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`,
	} {
		if _, ok := readObject(s); ok {
			t.Errorf("took %q", s)
		}
	}
}

func FuzzValueAgainstTheStandardLibrary(f *testing.F) {
	f.Add(`{"a":"x\u00e9\ud800","b":[1,2,{"c":null}],"d":-0.5e-3,"e":{}}`)
	f.Add(`{"message":"line\nline","context":{"request_id":"req-1"},"traceback":["a","b"]}`)
	f.Fuzz(func(t *testing.T, s string) {
		var want map[string]json.RawMessage // numbers that no float64 holds are taken too
		err := json.Unmarshal([]byte(s), &want)
		got, ok := readObject(s)
		if ok != (err == nil && want != nil) && !(err == nil && strings.Count(s, "[")+strings.Count(s, "{") > maxDepth) {
			t.Fatalf("%q: taken %v, by the standard library: %v", s, ok, err)
		}
		if !ok || strings.ToValidUTF8(s, "") != s {
			return
		}
		for key, v := range got {
			text := string(want[key])
			if v.kind == String {
				if err := json.Unmarshal(want[key], &text); err != nil {
					t.Fatalf("%q: %q is no string: %v", s, key, err)
				}
			}
			if v.text != text {
				t.Errorf("%q: %q is %q, want %q", s, key, v.text, text)
			}
		}
	})
}
