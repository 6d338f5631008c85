package cjson

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"lma_collector/collector/sandbox/lua"
)

// smallDocument is like the notification of a service: what decoders of JSON see most.
const smallDocument = `{"name":"cpu_idle","value":99.5,"time":1454500800,"host":"node-1","tags":["a","b"],"meta":{"type":"gauge","ok":true}}`

// benchmarkCalls gives the cost of one of 100 calls from Lua.
func benchmarkCalls(b *testing.B, body string) {
	in := newScript(b, 0)
	fn, err := in.Load("bench", []byte("local text, decode, encode = '"+smallDocument+"', cjson.decode, cjson.encode; local value = decode(text)\n"+
		"return function() for i = 1, 100 do "+body+" end end"))
	if err != nil {
		b.Fatal(err)
	}
	run := make([]lua.Value, 1)
	if err := in.Call(fn, run); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for n := 0; n < b.N; n += 100 {
		if err := in.Call(run[0], nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) { benchmarkCalls(b, "local v = decode(text)") }
func BenchmarkEncode(b *testing.B) { benchmarkCalls(b, "local s = encode(value)") }

// BenchmarkC is the same by lua-cjson under lua5.1.
func BenchmarkC(b *testing.B) {
	lua51 := reference(b)
	script := filepath.Join(b.TempDir(), "bench.lua")
	text := "local cjson = require 'cjson'; local text = '" + smallDocument + "'; local value = cjson.decode(text)\n" + `
for _, f in ipairs{function() cjson.decode(text) end, function() cjson.encode(value) end} do
  local start = os.clock()
  for i = 1, arg[1] do f() end
  print((os.clock() - start) * 1e9 / arg[1])
end`
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	out, err := exec.Command(lua51, script, strconv.Itoa(max(b.N, 1000))).Output()
	if err != nil {
		b.Fatal(err)
	}
	for i, name := range []string{"ns/decode", "ns/encode"} {
		f, err := strconv.ParseFloat(strings.Fields(string(out))[i], 64)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(f, name)
	}
}
