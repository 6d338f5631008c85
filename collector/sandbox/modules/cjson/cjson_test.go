package cjson

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/modules/moduletest"
)

// newScript is an interpreter with cjson as a global and a show function that makes text of values.
func newScript(t testing.TB, limit int) *lua.Interp {
	t.Helper()
	in := lua.New(lua.Options{})
	t.Cleanup(in.Close)
	in.SetGlobal("cjson", Module(limit).Open(in).Value())
	in.SetGlobal("number", in.NewFunction("number", func(c *lua.Call) {
		f, _ := c.Number(1)
		c.PushText(lua.FormatNumber(f))
	}))
	fn, err := in.Load("show", []byte(`
function show(v)
  if type(v) == "number" then return number(v) end
  if type(v) == "string" then return "'" .. v .. "'" end
  if v == cjson.null then return "null" end
  if type(v) == "boolean" then return v and "true" or "false" end
  if type(v) ~= "table" then return type(v) end
  local out = "{"
  for k, x in pairs(v) do out = out .. (type(k) == "number" and number(k) or k) .. "=" .. show(x) .. " " end
  return out .. "}"
end`))
	if err == nil {
		err = in.Call(fn, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func evaluate(t testing.TB, in *lua.Interp, body string) string {
	t.Helper()
	fn, err := in.Load("test", []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	result := make([]lua.Value, 1)
	if err := in.Call(fn, result); err != nil {
		return err.Error()
	}
	return result[0].Text()
}

func TestDecode(t *testing.T) {
	for text, want := range map[string]string{
		`1`: "1", ` -1.5e3 `: "-1500", `"x"`: "'x'", `true`: "true", `false`: "false", `null`: "nil", `[]`: "{}", `{}`: "{}",
		`{"a":1,"b":[1,2,{"c":"d"}],"a":2}`:    "{a=2 b={1=1 2=2 3={c='d' } } }",
		`{"a":null,"b":1}`:                     "{b=1 }",
		`[1,null,3]`:                           "{1=1 3=3 }",
		`{"1":2}`:                              "{1=2 }",
		"\t{\r\n \"a\" : 1 , \"b\" : 2 }\n":    "{a=1 b=2 }",
		`"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"`: "'\"\\/\b\f\n\r\té😀'",
		"\"raw\ttab\"":                         "'raw\ttab'",
		`007`:                                  "7", `0x10`: "16", `+1`: "1", `inf`: "inf", `-Infinity`: "-inf", `1e400`: "inf", `5.`: "5",
		// errors
		``:                        "Expected value but found T_END at character 1",
		`{"a"}`:                   "Expected colon but found T_OBJ_END at character 5",
		`{"a":1 "b"}`:             "Expected comma or object end but found T_STRING at character 8",
		`[1 2]`:                   "Expected comma or array end but found T_NUMBER at character 4",
		`{1:2}`:                   "Expected object key string but found T_NUMBER at character 2",
		`{"a":}`:                  "Expected value but found T_OBJ_END at character 6",
		`[1,]`:                    "Expected value but found T_ARR_END at character 4",
		`{} x`:                    "Expected the end but found invalid token at character 4",
		`1 true`:                  "Expected the end but found T_BOOLEAN at character 3",
		`"open`:                   "Expected value but found unexpected end of string at character 6",
		`"\q"`:                    "Expected value but found invalid escape code at character 2",
		`"\ud83d"`:                "Expected value but found invalid unicode escape code at character 2",
		`"\ude00\ud83d"`:          "Expected value but found invalid unicode escape code at character 2",
		`"\u12"`:                  "Expected value but found invalid unicode escape code at character 2",
		`{x`:                      "Expected object key string but found invalid token at character 2",
		`-`:                       "Expected value but found invalid number at character 1",
		"\x00\x00":                "JSON parser does not support UTF-16 or UTF-32",
		strings.Repeat("[", 1001): "Found too many nested data structures (1001) at character 1001",
	} {
		in := newScript(t, 0)
		in.SetGlobal("text", lua.String(text))
		got := evaluate(t, in, "return show(cjson.decode(text))")
		if got = strings.TrimPrefix(got, "test:1: "); got != want {
			t.Errorf("%.40q\ngot  %q\nwant %q", text, got, want)
		}
	}
}

func TestEncode(t *testing.T) {
	for expression, want := range map[string]string{
		`nil`: "null", `true`: "true", `false`: "false", `3`: "3", `1e15`: "1e+15", `0.1+0.2`: "0.3", `-1.5`: "-1.5", `cjson.null`: "null",
		`"x"`: `"x"`, `"\"\\/\b\t\n\f\r\1\127\200"`: `"\"\\\/\b\t\n\f\r\u0001\u007f` + "\xc8\"",
		`{}`: "{}", `{1,2,3}`: "[1,2,3]", `{a=1}`: `{"a":1}`, `{a={1,{b=2}}}`: `{"a":[1,{"b":2}]}`,
		`{1,2,nil,4}`: "[1,2,null,4]", `{[3]=1}`: "[null,null,1]", `{1,2,x=3}`: `{"1":1,"2":2,"x":3}`, `{[1.5]=1}`: `{"1.5":1}`,
		`(function() local t = {1}; return {t, t} end)()`:                               "[[1],[1]]",
		`(function() cjson.encode_number_precision(3) return 3.14159 end)()`:            "3.14",
		`(function() cjson.encode_invalid_numbers(true) return {0/0, 1/0, -1/0} end)()`: "[NaN,Infinity,-Infinity]",
		`(function() cjson.encode_invalid_numbers("null") return 1/0 end)()`:            "null",
		`(function() cjson.encode_sparse_array(true) return {[100]=1} end)()`:           `{"100":1}`,
		// errors
		`{[100]=1}`:  "Cannot serialise table: excessively sparse array",
		`0/0`:        "Cannot serialise number: must not be NaN or Infinity",
		`show`:       "Cannot serialise function: type not supported",
		`{[true]=1}`: "Cannot serialise boolean: table key must be a number or string",
		`1, 2`:       "bad argument #1 to 'encode' (expected 1 argument)",
	} {
		in := newScript(t, 0)
		got := evaluate(t, in, "return cjson.encode("+expression+")")
		if got = strings.TrimPrefix(got, "test:1: "); got != want {
			t.Errorf("%s\ngot  %q\nwant %q", expression, got, want)
		}
	}
}

func TestSettings(t *testing.T) {
	for body, want := range map[string]string{
		`cjson.decode_null(true) local v = cjson.decode("[null]") return show(v)`:           "{1=null }",
		`cjson.decode_max_depth(2) return show(cjson.decode("[[[1]]]"))`:                    "test:1: Found too many nested data structures (3) at character 3",
		`cjson.encode_max_depth(1) return cjson.encode({{1}})`:                              "test:1: Cannot serialise, excessive nesting (2)",
		`cjson.decode_invalid_numbers(false) return show(cjson.decode("[007]"))`:            "test:1: Expected value but found invalid number at character 2",
		`return show(cjson.encode_sparse_array()) .. show(cjson.encode_number_precision())`: "false14",
		`return show(cjson.new) .. show(cjson.encode_keep_buffer) .. cjson._VERSION`:        "nilnil2.1.0",
		// short ones
		`cjson.encode_max_depth(0)`:                                                "test:1: bad argument #1 to 'encode_max_depth' (expected integer between 1 and 2147483647)",
		`cjson.decode_null(1, 2)`:                                                  "test:1: bad argument #2 to 'decode_null' (found too many arguments)",
		`return show(cjson.encode_number_precision(18))`:                           "test:1: bad argument #1 to 'encode_number_precision' (expected integer between 1 and 17)",
		`cjson.encode_invalid_numbers("on") return cjson.encode({0/0, 1/0, -1/0})`: "[NaN,Infinity,-Infinity]",
		`return cjson.encode("01234567890")`:                                       `test:1: strbuf output_limit exceeded`,
		`return cjson.encode("012345678")`:                                         `"012345678"`,
	} {
		in := newScript(t, 64)
		if got := evaluate(t, in, body); got != want {
			t.Errorf("%s\ngot  %q\nwant %q", body, got, want)
		}
	}
}

// TestLimits has what the original's test does at an output_limit of 64.
func TestLimits(t *testing.T) {
	long := `["this is a test","this is a test","this is a test","this is a test","this is a test"]`
	for body, want := range map[string]string{
		`local ok, text = pcall(cjson.encode, cjson.decode(long)) return show(ok) .. text`:                           "falsestrbuf output_limit exceeded",
		`return show(#cjson.decode(long))`:                                                                           "5",
		`return show(cjson.decode('{"test" : 1, "null" : null}').null)`:                                              "nil",
		`cjson.decode_null(true) return type(cjson.decode('{"test" : 1, "null" : null}').null)`:                      "userdata",
		`cjson.decode_null(true) cjson.decode_null(false) return show(cjson.decode("[null]"))`:                       "{}",
		`return cjson.decode('[ true, { "foo": "bar" } ]')[2].foo`:                                                   "bar",
		`pcall(cjson.encode, {{{print or show}}}) return cjson.encode({1})`:                                          "[1]", // after an error all begins anew
		`local t = {} for i = 1, 30 do t[i] = i end local ok, text = pcall(cjson.encode, t) return show(ok) .. text`: "falsestrbuf output_limit exceeded",
	} {
		in := newScript(t, 64)
		in.SetGlobal("long", lua.String(long))
		if got := evaluate(t, in, body); got != want {
			t.Errorf("%s\ngot  %q\nwant %q", body, got, want)
		}
	}
	in := newScript(t, 64512)
	const itself = "Cannot serialise, excessive nesting (1001)"
	if got := evaluate(t, in, `local t = {} t[1] = t return cjson.encode(t)`); got != "test:1: "+itself {
		t.Errorf("a table in itself: %q", got)
	}
	if got := evaluate(t, in, `local t = {a = 1} return cjson.encode({t, t, {_k = "/"}})`); got != `[{"a":1},{"a":1},{"_k":"\/"}]` {
		t.Errorf("a table twice: %q", got)
	}
}

// TestCharged ends scripts that keep encode and decode busy.
func TestCharged(t *testing.T) {
	const text = `local s = "{}" for i = 1, 14 do s = s .. "," .. s end s = "[" .. s .. "]" `
	moduletest.ExpectExhausted(t, Module(0),
		text+`for i = 1, 1e5 do cjson.decode(s) end`,
		text+`local v = cjson.decode(s) for i = 1, 1e5 do cjson.encode(v) end`,
		`local s = "x" for i = 1, 18 do s = s .. s end s = '"\\n' .. s .. '"' for i = 1, 1e5 do cjson.decode(s) end`,
		`cjson.encode_sparse_array(false, 0) cjson.encode({[2^40] = 1})`,
	)
	s := moduletest.New(t, Module(0))
	s.In.SetMemoryLimit(16 << 20)
	if got := s.Run(`local s, t = "x", {} for i = 1, 20 do s = s .. s end for i = 1, 20 do t[i] = s end cjson.encode(t)`); got != "not enough memory" {
		t.Errorf("a text of 20 MB: %q", got)
	}
}

// FuzzDecode compares with encoding/json: what that takes, cjson takes, and what it makes of it
// encodes again to the same value where no null is lost.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,2.5,"x",true,null]}`, `"\ud83d\ude00"`, `[[[]]]`, `-0x1p-3`, `{"a":{"b":{}}}`, "[1e999]", `"\u0000"`, `nan`, `{"":""}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<12 {
			return
		}
		in := lua.New(lua.Options{})
		defer in.Close()
		var reason, again string
		ok := true
		in.SetGlobal("f", in.NewFunction("f", func(c *lua.Call) {
			k := &codec{encodeDepth: maxDepth, decodeDepth: maxDepth, precision: 17, encodeInvalid: "off", decodeInvalid: true}
			k.open(in)
			k.names = new([nameSlots]string)
			d := decoder{codec: k, call: c, in: in, text: text}
			var v lua.Value
			if v, ok = d.parse(); !ok {
				reason = d.reason
				return
			}
			k.encoder.start(c)
			if k.encoder.value(v) {
				again = string(k.encoder.out)
			}
		}))
		if err := in.Call(in.Global("f"), nil); err != nil {
			t.Fatal(err)
		}
		if json.Valid([]byte(text)) && !ok && !strings.Contains(reason, "unicode escape") {
			t.Fatalf("valid JSON refused: %s", reason)
		}
		if ok && again != "" && !json.Valid([]byte(again)) && json.Valid([]byte(text)) {
			t.Fatalf("encoded to %q", again)
		}
	})
}

// TestMemory counts the strings of what was decoded.
func TestMemory(t *testing.T) {
	s := moduletest.New(t, Module(0))
	s.In.SetGlobal("text", lua.String(`["`+strings.Repeat("x", 1<<20)+`"]`))
	s.In.SetMemoryLimit(8 << 20)
	var failed *lua.Error
	if err := s.Call(`local t = {} for i = 1, 100 do t[i] = cjson.decode(text) end`, nil); !errors.As(err, &failed) || !failed.OutOfMemory {
		t.Error(err)
	}
}

// TestNestedBudget ends a script that reads nested texts which turn out to be bad.
func TestNestedBudget(t *testing.T) {
	s := moduletest.New(t, Module(0))
	s.In.SetGlobal("text", lua.String(strings.Repeat("[", 900)))
	s.In.SetBudget(1e6)
	var failed *lua.Error
	if err := s.Call(`for i = 1, 2000 do pcall(cjson.decode, text) end`, nil); !errors.As(err, &failed) || !failed.Exhausted {
		t.Error(err)
	}
}
