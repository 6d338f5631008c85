package message

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestAppendJSON(t *testing.T) {
	uuid, _ := ParseUUID("0f6c3a52-1b7d-4c8e-9a10-2b3c4d5e6f70")
	for _, c := range []struct {
		name string
		fill func(d *Draft)
		want string
	}{
		{"empty", func(*Draft) {}, `{}`},
		{"headers", func(d *Draft) {
			d.SetUUID(uuid)
			d.SetTimestamp(1700000000123456789)
			d.Type, d.Logger, d.Payload, d.Hostname = "log", "openstack.nova", "a \"line\"\n", "node-1"
			d.empty = emptyEnvVersion
			d.SetSeverity(6)
			d.SetPid(25746)
		}, `{"uuid":"0f6c3a52-1b7d-4c8e-9a10-2b3c4d5e6f70","timestamp":1700000000123456789,"type":"log","logger":"openstack.nova",` +
			`"severity":6,"payload":"a \"line\"\n","env_version":"","pid":25746,"hostname":"node-1"}`},
		{"zeroes are set", func(d *Draft) { d.SetTimestamp(0); d.SetSeverity(-1); d.SetPid(0) }, `{"timestamp":0,"severity":-1,"pid":0}`},
		{"one or many", func(d *Draft) {
			d.AddString("one", "a")
			d.AddStrings("two", []string{"a", "b"})
			d.AddStrings("none", nil)
		}, `{"fields":{"one":"a","two":["a","b"],"none":[]}}`},
		{"repeated", func(d *Draft) {
			d.AddString("a", "x")
			d.AddInt("b", "", 1)
			d.AddStrings("a", []string{"y", "z"})
			d.AddInt("a", "", 5)
		}, `{"fields":{"a":["x","y","z",5],"b":1}}`},
		{"types", func(d *Draft) {
			d.AddInt("int", "", math.MinInt64)
			d.AddFloat("whole", "", 1)
			d.AddFloat("minus zero", "", math.Copysign(0, -1))
			d.AddFloat("part", "", .1)
			d.AddFloat("large", "", 1e20)
			d.AddFloat("larger", "", 1e21)
			d.AddFloat("small", "", 1e-7)
			d.AddBool("yes", true)
			d.AddBool("no", false)
			d.AddBytes("raw", []byte{0, 255})
		}, `{"fields":{"int":-9223372036854775808,"whole":1.0,"minus zero":-0.0,"part":0.1,"large":100000000000000000000.0,` +
			`"larger":1e+21,"small":1e-07,"yes":true,"no":false,"raw":{"base64":"AP8="}}}`},
		{"no numbers", func(d *Draft) {
			d.AddList("f", "", FloatValue(math.NaN()), FloatValue(math.Inf(1)), FloatValue(math.Inf(-1)))
		}, `{"fields":{"f":[{"double":"NaN"},{"double":"Inf"},{"double":"-Inf"}]}}`},
		{"representations", func(d *Draft) {
			d.AddInt("size", "B", 1)
			d.AddInt("n", "", 2)
			d.AddInt("n", "count", 3)
			d.AddInt("n", "s", 4)
		}, `{"fields":{"size":1,"n":[2,3,4]},"representations":{"size":"B","n":"count"}}`},
		{
			"not UTF-8", func(d *Draft) {
				d.Payload = "\xffé\xc3\x00\x1f\x7f\t\r\\\u2028\uFFFD"
				d.AddString("\xfe", "\xed\xa0\x80")
			},
			`{"payload":"` + "\uFFFDé\uFFFD" + `\u0000\u001f` + "\x7f" + `\t\r\\` + "\u2028\uFFFD" + `","fields":{"` + "\uFFFD" + `":"` + "\uFFFD\uFFFD\uFFFD" + `"}}`,
		},
	} {
		var d Draft
		c.fill(&d)
		got := string(AppendJSON([]byte("x"), indexed(t, d.Encode(nil))))
		if got != "x"+c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
		if !json.Valid([]byte(got[1:])) {
			t.Errorf("%s: not JSON", c.name)
		}
	}
}

// TestManyNames has more fields than are compared one by one.
func TestManyNames(t *testing.T) {
	var d Draft
	want := `{"fields":{`
	for i := range 2 * manyFields {
		d.AddInt(strings.Repeat("n", i%manyFields+1), "", int64(i))
		if i < manyFields {
			want += fmt.Sprintf("%q:[%d,%d],", strings.Repeat("n", i+1), i, i+manyFields)
		}
	}
	want = strings.TrimSuffix(want, ",") + "}}"
	if got := string(AppendJSON(nil, indexed(t, d.Encode(nil)))); got != want {
		t.Errorf("\n%s\nwant\n%s", got, want)
	}
}

// TestJSONRoundTrip: what is written reads back as the same message.
func TestJSONRoundTrip(t *testing.T) {
	for _, line := range []string{
		`{}`,
		`{"uuid":"0f6c3a52-1b7d-4c8e-9a10-2b3c4d5e6f70","timestamp":-1,"type":"t","logger":"l","severity":0,"payload":"p","pid":-5,"hostname":"h"}`,
		`{"env_version":""}`,
		`{"fields":{"a":"x","b":[1,2],"c":1.0,"d":[1.5,2.0,{"double":"NaN"}],"e":[true,false],"f":{"base64":"AP8="},"g":[],"h":["x",1,"y"]}}`,
		`{"fields":{"a":1,"b":2.0},"representations":{"a":"B","b":"s"}}`,
		`{"payload":"\u0000é😀\"\\\n"}`,
	} {
		var d Draft
		if err := ParseJSON([]byte(line), &d); err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if got := string(AppendJSON(nil, indexed(t, d.Encode(nil)))); got != line {
			t.Errorf("\n%s came back as\n%s", line, got)
		}
	}
}

func TestParseJSON(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{` { "type" : "t" , "pid" : null , "logger" : null } ` + "\n", "uuid  text0 \"t\""},
		{`{"uuid":"","severity":7}`, "uuid  severity 7"},
		{`{"representations":{"a":"B"},"fields":{"a":[1,2.0],"a":"x"}}`, "uuid \n\"a\" \"B\" 2 [\"1\"]\n\"a\" \"B\" 3 [\"4611686018427387904\"]\n\"a\" \"B\" 0 [\"x\"]"},
		{`{"fields":{"a":1e2,"b":-0}}`, "uuid \n\"a\" \"\" 3 [\"4636737291354636288\"]\n\"b\" \"\" 2 [\"0\"]"},
		{`{"fields":{"a":[{"base64":""},{"base64":"AQ=="}]}}`, "uuid \n\"a\" \"\" 1 [\"\" \"\\x01\"]"},
	} {
		d := Draft{Type: "left over"}
		if err := ParseJSON([]byte(c.line), &d); err != nil {
			t.Errorf("%s: %v", c.line, err)
		} else if got := contentOf(indexed(t, d.Encode(nil))); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.line, got, c.want)
		}
	}
}

func TestParseJSONRefuses(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{``, "byte 0: unexpected end"},
		{`[]`, "byte 1: a message must be an object"},
		{`{"type":"t"`, "byte 11: unexpected end"},
		{`{"type":"t"} {}`, "byte 14: something follows the message"},
		{`{"type":"t"}x`, "byte 12: something follows the message"},
		{`{"type":5}`, `byte 9: "type" must be a string`},
		{`{"tpye":"t"}`, `byte 11: unknown member "tpye": a message has uuid, timestamp, type, logger, severity, payload, env_version, pid, hostname, fields and representations`},
		{`{"uuid":"0f6c"}`, `byte 14: uuid "0f6c" is not in the form 01234567-89ab-cdef-0123-456789abcdef`},
		{`{"timestamp":1.5}`, `byte 16: "timestamp" must be an integer of 64 bits`},
		{`{"timestamp":"1"}`, `byte 16: "timestamp" must be an integer of 64 bits`},
		{`{"pid":2147483648}`, `byte 17: "pid" must be an integer of 32 bits`},
		{`{"fields":[]}`, `byte 11: "fields" must be an object`},
		{`{"fields":{"a":null}}`, `byte 19: field "a": a value is a string, a number, true, false, {"base64":…} or {"double":…}`},
		{`{"fields":{"a":[[1]]}}`, `byte 17: field "a": a value is a string, a number, true, false, {"base64":…} or {"double":…}`},
		{`{"fields":{"a":9223372036854775808}}`, `byte 34: field "a": integer 9223372036854775808 needs more than 64 bits: write it as 9223372036854775808.0`},
		{`{"fields":{"a":1e400}}`, `byte 20: field "a": number 1e400 is out of range`},
		{`{"fields":{"a":{}}}`, `byte 18: field "a": an object is {"base64":"…"} or {"double":"NaN"}, "Inf" or "-Inf"`},
		{`{"fields":{"a":{"base64":"!"}}}`, `byte 28: field "a": illegal base64 data at input byte 0`},
		{`{"fields":{"a":{"double":"x"}}}`, `byte 28: field "a": an object is {"base64":"…"} or {"double":"NaN"}, "Inf" or "-Inf"`},
		{`{"fields":{"a":{"base64":"","x":1}}}`, `byte 31: field "a": more than one member in a value`},
		{`{"representations":{"a":1}}`, `byte 25: "a" must be a string`},
	} {
		d := Draft{Type: "left over"}
		err := ParseJSON([]byte(c.line), &d)
		if err == nil || err.Error() != "message as JSON: "+c.want {
			t.Errorf("%s\n got %v\nwant message as JSON: %s", c.line, err, c.want)
		}
		if d.Type != "" {
			t.Errorf("%s leaves the draft half filled", c.line)
		}
	}
}

// FuzzParseJSON: no text panics, and what is taken is written in a form that reads back the same.
func FuzzParseJSON(f *testing.F) {
	f.Add([]byte(`{"uuid":"0f6c3a52-1b7d-4c8e-9a10-2b3c4d5e6f70","timestamp":-1,"type":"t","severity":0,"payload":"p","pid":-5}`))
	f.Add([]byte(`{"fields":{"a":"x","b":[1,2],"c":1.0,"d":[1.5,{"double":"NaN"}],"e":[true,1],"f":{"base64":"AP8="},"g":[]},"representations":{"a":"B"}}`))
	f.Add([]byte(`{"fields":{"a":[`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var d, again Draft
		if ParseJSON(data, &d) != nil {
			return
		}
		line := AppendJSON(nil, indexed(t, d.Encode(nil)))
		if strings.ContainsAny(string(line), "\n\r") {
			t.Fatalf("%q is not one line", line)
		}
		if err := ParseJSON(line, &again); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if got := AppendJSON(nil, indexed(t, again.Encode(nil))); string(got) != string(line) {
			t.Fatalf("%s\ncame back as\n%s", line, got)
		}
	})
}
