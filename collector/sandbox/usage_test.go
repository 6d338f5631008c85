package sandbox

import (
	"strings"
	"testing"

	"lma_collector/collector/plugin"
)

// number reads a metric of the run's section.
func (r *run) number(name string) int64 { return r.env.Metrics.Gauge(name, "", "").Value() }

// A script that puts something out while it is loaded has used what C Lua counts.
func TestUsageAfterLoading(t *testing.T) {
	for script, want := range map[string]struct{ instructions, output int64 }{
		"output(\"hello world\\n\")\nfunction process_message() return 0 end": {6, 12},
		"x = 1\nfunction process_message() end\nfunction timer_event() end":   {7, 0},
	} {
		r := newRun(t, script, nil)
		r.env.Metrics = &plugin.Metrics{}
		s, err := r.start(plugin.KindFilter)
		if err != nil {
			t.Fatal(err)
		}
		if n := r.number("lua_max_instructions"); n != want.instructions || r.number("lua_instructions") != n {
			t.Errorf("%q takes %d instructions, want %d", script, n, want.instructions)
		}
		if n := r.number("lua_max_output_bytes"); n != want.output {
			t.Errorf("%q puts out %d bytes, want %d", script, n, want.output)
		}
		if s.terminated || s.lastError != "" || s.status != 0 {
			t.Errorf("%q: terminated %v, %q", script, s.terminated, s.lastError)
		}
	}
}

// What a script does is counted, in hekad's meaning of the numbers.
func TestUsageOfCalls(t *testing.T) {
	r := newRun(t, `
require "string"
local n = 0
function process_message() n = n + 1
  if n == 2 then return -1, "bad" end
  if n == 3 then for i = 1, 1000 do end end
  if n == 4 then inject_payload("txt", "", string.rep("x", 500)) end
  if n == 5 then for i = 1, 5000 do end error("dead") end
  return 0
end
function timer_event() end`, nil)
	r.env.Metrics = &plugin.Metrics{}
	f := r.filter()
	for range 4 {
		_ = f.Process(variedMessage(t))
	}
	if err := f.Tick(r.now); err != nil {
		t.Fatal(err)
	}
	most := r.number("lua_max_instructions")
	_ = f.Process(variedMessage(t))
	for name, want := range map[string]int64{
		"lua_calls": 6, "lua_failures": 1, "lua_injected": 1, "lua_deaths": 1, "lua_max_output_bytes": 500,
		"lua_memory_bytes": 0, "lua_instruction_limit": 1000000, "lua_memory_limit_bytes": 8 << 20, "lua_max_instructions": most, // a failed call does not count
	} {
		if got := r.number(name); got != want {
			t.Errorf("%s is %d, want %d", name, got, want)
		}
	}
	if most < 1000 || most > 1100 || r.number("lua_instructions") < most || r.number("lua_time_ns") <= 0 || r.number("lua_average_ns") <= 0 {
		t.Errorf("most %d, all %d instructions, %d ns, average %d", most, r.number("lua_instructions"), r.number("lua_time_ns"), r.number("lua_average_ns"))
	}
}

// Instances of one decoder share the numbers, with its name as label.
func TestUsageIsSummed(t *testing.T) {
	r := newRun(t, `function process_message() return 0 end`, nil)
	r.env.Metrics, r.env.Owner = &plugin.Metrics{}, "in"
	for range 2 {
		if err := r.decoder().Decode(record("x"), r); err != nil {
			t.Fatal(err)
		}
	}
	if n := r.env.Metrics.Counter("lua_calls", "sbx", "").Value(); n != 2 {
		t.Errorf("%d calls", n)
	}
	for _, n := range r.env.Metrics.Numbers() {
		if n.Label != "sbx" || !strings.HasPrefix(n.Name, "lua_") || n.Help() == "" {
			t.Errorf("number %s of %q: %q", n.Name, n.Label, n.Help())
		}
	}
}

// maxSize of a message is what it takes in hekad's encoding.
func TestMessageSize(t *testing.T) {
	for table, want := range map[string]int64{
		`{Timestamp=0}`:                                                       20,
		`{Timestamp=1454500800e9}`:                                            28,
		`{Timestamp=0, Type="abc", Severity=6, Pid=300}`:                      20 + 5 + 2 + 3,
		`{Timestamp=0, Fields={a="bc"}}`:                                      20 + 2 + 3 + 4,
		`{Timestamp=0, Fields={a=1}}`:                                         20 + 2 + 3 + 2 + 9,
		`{Timestamp=0, Fields={a=true}}`:                                      20 + 2 + 3 + 2 + 2,
		`{Timestamp=0, Fields={a={1,2,3}}}`:                                   20 + 2 + 3 + 2 + 2 + 24,
		`{Timestamp=0, Fields={a={"x","y"}}}`:                                 20 + 2 + 3 + 3 + 3,
		`{Timestamp=0, Fields={a={value=1,value_type=2,representation="B"}}}`: 20 + 2 + 3 + 2 + 2 + 3,
	} {
		r := newRun(t, "function process_message() inject_message("+table+") return 0 end", nil)
		r.env.Metrics = &plugin.Metrics{}
		if err := r.filter().Process(variedMessage(t)); err != nil {
			t.Fatal(err)
		}
		if got := r.number("lua_max_output_bytes"); got != want {
			t.Errorf("%s: %d bytes, want %d", table, got, want)
		}
	}
}
