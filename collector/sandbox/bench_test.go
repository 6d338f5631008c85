package sandbox

import (
	"os"
	"runtime"
	"testing"

	"lma_collector/collector/message"
)

// metricMessage looks like one datapoint of collectd.
func metricMessage(t testing.TB) *message.Message {
	return messageOf(t, func(d *message.Draft) {
		d.SetUUID([16]byte{1})
		d.SetTimestamp(1454500800123456789)
		d.Type, d.Logger, d.Hostname, d.Payload = "metric", "collectd", "node-1", `{"type":"cpu"}`
		d.SetSeverity(6)
		d.AddString("name", "cpu_idle")
		d.AddFloat("value", "", 99.5)
		d.AddString("source", "cpu")
		d.AddString("type", "gauge")
		d.AddInt("interval", "s", 10)
		d.AddString("hostname", "node-1")
		d.AddStrings("tag_fields", []string{"hostname"})
	})
}

// benchmarkCalls runs a body 100 times per message and reports the cost of one.
func benchmarkCalls(b *testing.B, before, body string) {
	r := newRun(b, before+`
function process_message()
  for i = 1, 100 do `+body+` end
  return 0
end`, nil)
	r.env.MaxProcessInject = 100
	r.env.Inject = func(*message.Draft) error { return nil }
	f := r.filter()
	m := metricMessage(b)
	b.ReportAllocs()
	for n := 0; n < b.N; n += 100 {
		if err := f.Process(m); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEmptyLoop(b *testing.B) { benchmarkCalls(b, "local x", "x = i") }
func BenchmarkReadMessageHeader(b *testing.B) {
	benchmarkCalls(b, "local x; local read = read_message", `x = read("Type")`)
}

func BenchmarkReadMessageField(b *testing.B) {
	benchmarkCalls(b, "local x; local read = read_message", `x = read("Fields[hostname]")`)
}

func BenchmarkReadMessageNumber(b *testing.B) {
	benchmarkCalls(b, "local x; local read = read_message", `x = read("Fields[value]")`)
}

func BenchmarkInjectMessage(b *testing.B) {
	benchmarkCalls(b, `local msg = {Type="x", Timestamp=1454500800e9, Payload="some text", Severity=6, Fields={
  a="one", b="two", c="three", d=4, e=5.5, f=true, g="seven", h=8, i={value=9, representation="B"}, j={"x", "y"}}}
local inject = inject_message`, `inject(msg)`)
}

func BenchmarkCircularBuffer(b *testing.B) {
	benchmarkCalls(b, `require "circular_buffer"; local cb = circular_buffer.new(60, 2, 10); local x`,
		`cb:add(1454500800e9 + i * 1e9, 1, i); x = cb:compute("avg", 1)`)
}

func BenchmarkCircularBufferAdd(b *testing.B) {
	benchmarkCalls(b, `require "circular_buffer"; local cb = circular_buffer.new(60, 2, 10)`,
		`cb:add(1454500800e9 + i * 1e9, 1, i)`)
}

func BenchmarkDecodeJSON(b *testing.B) {
	benchmarkCalls(b, `require "cjson"; local x
local text = '{"alarms":[{"severity":"WARN","function":"avg","metric":"cpu_idle","fields":{},"value":12.5,"threshold":5}],"n":1}'`,
		`x = cjson.decode(text)`)
}

func BenchmarkEncodeJSON(b *testing.B) {
	benchmarkCalls(b, `require "cjson"; local x
local v = {alarms={{severity="WARN", ["function"]="avg", metric="cpu_idle", fields={}, value=12.5, threshold=5}}, n=1}`,
		`x = cjson.encode(v)`)
}

// BenchmarkCounterFilter is a filter that only counts: the cost of a call.
func BenchmarkCounterFilter(b *testing.B) {
	r := newRun(b, `
local counts = {}
function process_message()
  local t = read_message("Type")
  counts[t] = (counts[t] or 0) + 1
  return 0
end`, nil)
	f := r.filter()
	m := metricMessage(b)
	b.ReportAllocs()
	for b.Loop() {
		if err := f.Process(m); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkIdleSandbox starts filters that have the libraries and a grammar, and tells what each holds.
func BenchmarkIdleSandbox(b *testing.B) {
	script, err := os.ReadFile("../../tests/bench/testdata/errors.lua")
	if err != nil {
		b.Fatal(err)
	}
	r := newRun(b, string(script), nil)
	r.filter() // what all share
	kept := make([]*Filter, 0, b.N)
	before := heap()
	b.ReportAllocs()
	for range b.N {
		kept = append(kept, r.filter())
	}
	b.ReportMetric(float64(heap()-before)/float64(b.N), "held-B/op")
	runtime.KeepAlive(kept)
}

// heap is what lives, in bytes.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
