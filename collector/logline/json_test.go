package logline

import (
	"encoding/json"
	"strings"
	"testing"
)

func readObject(text string) (map[string]JSONValue, bool) {
	var j JSON
	members := map[string]JSONValue{}
	if !j.Open(text) || !j.object {
		return nil, false
	}
	for {
		key, v, ok := j.Next()
		if !ok {
			return members, j.Valid()
		}
		members[key] = v
	}
}

func TestJSON(t *testing.T) {
	got, ok := readObject(`{"a":"x","b" : "q\"\u00e9\ud83d\ude00\n", "n":-1.5e3,"o":{"k":[1,{"z":"\\"}]},"t":true,"u":null,"f":false} `)
	if !ok {
		t.Fatal("a valid object was refused")
	}
	for key, want := range map[string]JSONValue{
		"a": {JSONString, "x"}, "b": {JSONString, "q\"é😀\n"}, "n": {JSONNumber, "-1.5e3"},
		"o": {JSONObject, `{"k":[1,{"z":"\\"}]}`}, "t": {JSONTrue, "true"}, "u": {JSONNull, "null"}, "f": {JSONFalse, "false"},
	} {
		if got[key] != want {
			t.Errorf("%s: %q, want %q", key, got[key], want)
		}
	}
}

func TestJSONRefused(t *testing.T) {
	for _, s := range []string{
		``, `{`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{"a":01}`, `{"a":1}x`, `{a:1}`, `{"a":"\x"}`, `{"a":"` + "\n" + `"}`,
		`{"a":tru}`, `{"a":1 "b":2}`, `{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`,
	} {
		if _, ok := readObject(s); ok {
			t.Errorf("took %q", s)
		}
	}
}

func FuzzJSONAgainstTheStandardLibrary(f *testing.F) {
	f.Add(`{"a":"x\u00e9\ud800","b":[1,2,{"c":null}],"d":-0.5e-3,"e":{}}`)
	f.Add(`{"message":"line\nline","context":{"request_id":"req-1"},"traceback":["a","b"]}`)
	f.Fuzz(func(t *testing.T, s string) {
		var want map[string]any
		err := json.Unmarshal([]byte(s), &want)
		got, ok := readObject(s)
		if ok != (err == nil && want != nil) && !(err == nil && strings.Count(s, "[")+strings.Count(s, "{") > maxDepth) {
			t.Fatalf("%q: taken %v, by the standard library: %v", s, ok, err)
		}
		for key, v := range got {
			if w, isString := want[strings.ToValidUTF8(key, "\uFFFD")].(string); ok && isString && v.Kind == JSONString && strings.ToValidUTF8(v.Text, "\uFFFD") != strings.ToValidUTF8(w, "\uFFFD") {
				if len(got) == len(want) && strings.ToValidUTF8(s, "") == s {
					t.Errorf("%q: %q is %q, want %q", s, key, v.Text, w)
				}
			}
		}
	})
}
