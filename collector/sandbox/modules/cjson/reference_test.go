package cjson

import (
	"bufio"
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lma_collector/collector/sandbox/lua"
)

// reference is the path of lua5.1 with lua-cjson.
func reference(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("lua5.1")
	if err == nil {
		err = exec.Command(path, "-e", "require 'cjson'").Run()
	}
	if err != nil {
		if os.Getenv("LMA_REQUIRE_SERVERS") == "1" {
			t.Fatalf("lua5.1 with lua-cjson: %v", err)
		}
		t.Skipf("lua5.1 with lua-cjson: %v", err)
	}
	return path
}

// describe is Lua that makes a line of what a call gave: errors without positions, tables with their
// keys sorted.
const describe = `
local function quoted(s) return (s:gsub("[^%w ]", function(c) return "\\" .. c:byte() end)) end
local function order(a, b) return type(a) == type(b) and a < b or type(a) ~= type(b) and type(a) < type(b) end
local function describe(v)
  if v == cjson.null then return "null" end
  if type(v) == "string" then return "'" .. quoted(v) .. "'" end
  if type(v) ~= "table" then return tostring(v) end
  local keys, out = {}, {}
  for k in pairs(v) do keys[#keys + 1] = k end
  table.sort(keys, order)
  for _, k in ipairs(keys) do out[#out + 1] = "[" .. describe(k) .. "]=" .. describe(v[k]) end
  return "{" .. table.concat(out, ",") .. "}"
end
function result(ok, v)
  if not ok then return "error: " .. quoted((tostring(v):gsub("^[^ ]*:%d+: ", ""))) end
  return describe(v)
end
`

// plainText is quoted of the script above.
func plainText(s string) string {
	var out strings.Builder
	for _, b := range []byte(s) {
		if b == ' ' || b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'z' {
			out.WriteByte(b)
		} else {
			fmt.Fprintf(&out, "\\%d", b)
		}
	}
	return out.String()
}

// describeValue is describe of the script above.
func describeValue(v lua.Value) string {
	switch v.Kind() {
	case lua.KindString:
		return "'" + plainText(v.Text()) + "'"
	case lua.KindNumber:
		return lua.FormatNumber(v.Float())
	case lua.KindBool:
		return fmt.Sprint(v.Truth())
	case lua.KindUserdata:
		return "null"
	case lua.KindTable:
		t, _ := v.AsTable()
		var keys []lua.Value
		t.Each(func(key, _ lua.Value) bool {
			keys = append(keys, key)
			return true
		})
		slices.SortFunc(keys, func(a, b lua.Value) int {
			return cmp.Or(cmp.Compare(a.Kind(), b.Kind()), cmp.Compare(a.Float(), b.Float()), cmp.Compare(a.Text(), b.Text()))
		})
		var out []string
		for _, key := range keys {
			out = append(out, "["+describeValue(key)+"]="+describeValue(t.Lookup(key)))
		}
		return "{" + strings.Join(out, ",") + "}"
	}
	return "nil"
}

// compare evaluates expressions here and in the reference.
func compare(t *testing.T, expressions []string) {
	t.Helper()
	lua51 := reference(t)
	script := filepath.Join(t.TempDir(), "cases.lua")
	var source strings.Builder
	source.WriteString("cjson = require 'cjson'\n" + describe)
	for _, e := range expressions {
		fmt.Fprintf(&source, "print(result(pcall(function() local v = %s return v end)))\n", e)
	}
	if err := os.WriteFile(script, []byte(source.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(lua51, script).Output()
	if err != nil {
		t.Fatalf("lua5.1: %v", err)
	}
	in := newScript(t, 0)
	lines := bufio.NewScanner(strings.NewReader(string(out)))
	lines.Buffer(nil, 1<<24)
	for _, e := range expressions {
		if !lines.Scan() {
			t.Fatalf("no line for %s", e)
		}
		fn, err := in.Load("cases", []byte("local v = "+e+" return v"))
		if err != nil {
			t.Fatal(err)
		}
		results := make([]lua.Value, 1)
		var got string
		if err := in.Call(fn, results); err != nil {
			got = "error: " + plainText(strings.TrimPrefix(err.Error(), "cases:1: "))
		} else {
			got = describeValue(results[0])
		}
		if want := lines.Text(); got != want {
			t.Errorf("%.300s\ngot  %.300s\nwant %.300s", e, got, want)
		}
	}
	t.Logf("golden C's cjson, %s: %d cases", t.Name(), len(expressions))
}

// literal is a text as Lua writes it.
func literal(s string) string {
	var out strings.Builder
	out.WriteByte('"')
	for i := range len(s) {
		fmt.Fprintf(&out, "\\%03d", s[i])
	}
	out.WriteByte('"')
	return out.String()
}

// oddTexts are texts at the edges of what decode takes.
var oddTexts = []string{
	"-", "+", "+1", ".5", "-.5", "nan", "nan(1)", "nan(", "NaN", "infinity", "infinit", "INF", "-inf", "0x", "0x1p3", "0X.8", "1e", "1e+", "1E5", "[1 -]",
	`{"open`, `[1 "x`, `{"a" "b\q"}`, `"\u12"`, `"\`, "tru", "nul", "[nope]", "1,", "[1}", `{"a":1,}`, "{,}", "\x00", "1\x00x", "[1\x00", "\"a\x00b\"",
	"01", "-0", "-01", "1.5.5", `"\ud83d"`, `"\ud83d\u0041"`, `"\udc00"`, `"\ud83d\ude00"`, "'x'", "[}", "{]", ":", "/*", "\xef\xbb\xbf1", `"\u+123"`,
	"Infinity", "I", "i", "N", "n", "t", "f", "[t", "e5", "--1", "1-", "0x1G", `"\u0000"`, "1 2", "[1,2,3", `{"a":1`, `{"a":`, `{"a"`, "{", "", " ",
	"1e400", "-1e400", "123456789012345678901234567890", "0.1e-400", "[\x0b]", "\"\x7f\"", `"\/\b\f\n\r\t\"\\"`, "5.", "5.e1", "1e5x", "[1,,2]", "[,1]",
	`{"a":1 "b":2}`, `{"a",1}`, `{1:2}`, `{"a":1,"a":2}`, `{"1":1,"":2}`, `[null,1,null]`, `{"a":null}`, "null", "true", "false", "truefalse", "nullx",
	"0.1", "1234567890123456", "0.000001", "123456.789", "9007199254740993", "1e22", "1e23", "99999999999999", "1e-5", "0.30000000000000004", "4.35", "00.5",
}

func TestDecodeReference(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	texts := append([]string(nil), oddTexts...)
	pieces := []string{
		"{", "}", "[", "]", ",", ":", `"a"`, `"b\n"`, `"\u00e9"`, "1", "-2.5", "1e3", "true", "null", "nan", "x", " ", "\n", `"`, `\`, "0x1F", "\"\xc3\"", "\x00",
	}
	for range 4000 {
		if random.IntN(2) == 0 {
			var text strings.Builder
			for range random.IntN(12) {
				text.WriteString(pieces[random.IntN(len(pieces))])
			}
			texts = append(texts, text.String())
			continue
		}
		text := []byte(randomJSON(random, 4))
		for range random.IntN(3) { // a valid document with errors
			if len(text) > 0 {
				text[random.IntN(len(text))] = byte(random.IntN(256))
			}
		}
		texts = append(texts, string(text))
	}
	expressions := []string{"cjson.decode_null and cjson.decode_null(true) and nil"}
	for _, text := range texts {
		expressions = append(expressions, "cjson.decode("+literal(text)+")")
	}
	expressions = append(expressions, "cjson.decode_invalid_numbers(false)")
	for _, text := range texts[:len(oddTexts)+500] {
		expressions = append(expressions, "cjson.decode("+literal(text)+")")
	}
	compare(t, expressions)
}

func randomJSON(random *rand.Rand, depth int) string {
	kinds := 7
	if depth == 0 {
		kinds = 5
	}
	switch random.IntN(kinds) {
	case 0:
		return fmt.Sprint(random.IntN(1000) - 500)
	case 1:
		return fmt.Sprint(random.NormFloat64() * 1e3)
	case 2:
		return fmt.Sprintf("%q", string(rune('a'+random.IntN(26)))+strings.Repeat("/", random.IntN(3)))
	case 3:
		return []string{"true", "false", "null"}[random.IntN(3)]
	case 4:
		return fmt.Sprintf(`"\u%04x"`, 0xe000+random.IntN(0x1000))
	case 5:
		var items []string
		for range random.IntN(4) {
			items = append(items, randomJSON(random, depth-1))
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	var items []string
	for range random.IntN(4) {
		items = append(items, fmt.Sprintf(`"k%d" : %s`, random.IntN(5), randomJSON(random, depth-1)))
	}
	return "{" + strings.Join(items, ",") + "}"
}

// TestEncodeReference encodes values that have one form only: objects of at most one member. Debian's
// version has other words for NaN and the infinities and a lower limit of the precision than the
// specification.
func TestEncodeReference(t *testing.T) {
	values := []string{
		"{}", "{1,2,3}", "{1,nil,3}", "{[3]=1}", "{[11]=1}", "{[10]=1}", "{[1.5]=1}", "{[0]=1}", "{[-1]=1}", "{[true]=1}", "{[{}]=1}", "{x=next}", "next",
		"-0", "1e15", "1e14", "123456789", "1234567890", "12345678901234", "0.1+0.2", "1/3", "1e-7", "1e300", "-1e9", "2^53",
		"cjson.null", "{{{{}}}}", "{a={b={1,{c=2}}}}", `{[1e20]=1}`, "nil", "true", "false",
		literal("\x00\x01\x1f\x7f\x80\xff\"\\/\b\f\n\r\t"), `{["a/b"]=1}`, `"1"`, `{["1"]=1}`,
	}
	expressions := []string{}
	add := func() {
		for _, v := range values {
			expressions = append(expressions, "cjson.encode("+v+")")
		}
	}
	add()
	for _, setting := range []string{
		"encode_sparse_array(true)", "encode_sparse_array(false, 0)", "encode_sparse_array(true, 3, 1)",
		"encode_number_precision(3)", "encode_number_precision(14)", "encode_max_depth(2)",
	} {
		expressions = append(expressions, "cjson."+setting)
		add()
	}
	random := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		expressions = append(expressions, fmt.Sprintf("cjson.encode({%v, %v})", random.NormFloat64()*1e5, random.IntN(1e9)))
	}
	compare(t, expressions)
}

func TestSettingsReference(t *testing.T) {
	var expressions []string
	for _, call := range []string{
		"encode_sparse_array()", "encode_sparse_array(1)", "encode_sparse_array(nil, -1)", "encode_sparse_array(nil, nil, 'x')", "encode_sparse_array(true, 1, 2, 3)",
		"encode_max_depth()", "encode_max_depth(0)", "encode_max_depth('x')", "encode_max_depth(5, 6)", "encode_max_depth(2^40)", "decode_max_depth(7)",
		"encode_number_precision('9')", "encode_invalid_numbers('on')", "encode_invalid_numbers('off')",
		"encode_invalid_numbers('bad')", "encode_invalid_numbers(1)", "encode_invalid_numbers({})", "encode_invalid_numbers()", "encode_invalid_numbers('null')",
		"decode_invalid_numbers('on')", "decode_invalid_numbers('off')", "decode_invalid_numbers('x')", "decode_invalid_numbers(false)", "decode_invalid_numbers()",
		"decode()", "decode(1, 2)", "decode({})", "decode(12)", "encode()", "encode(1, 2)",
	} {
		expressions = append(expressions, "cjson."+call)
	}
	compare(t, expressions)
}
