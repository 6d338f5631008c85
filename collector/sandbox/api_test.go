package sandbox

import (
	"slices"
	"strings"
	"testing"

	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox/lua"
)

// start runs the top level of a script of any kind.
func (r *run) start(kind plugin.Kind) (*script, error) {
	s, err := r.options.open(r.t.Context(), r.env, kind, deaf{})
	if err == nil {
		r.t.Cleanup(s.close)
	}
	return s, err
}

// Each kind has its functions, while the script is loaded and later, and no others.
func TestFunctionsOfKinds(t *testing.T) {
	names := []string{
		"add_to_payload", "decode_message", "inject_message", "inject_payload", "output", "read_config", "read_message",
		"read_next_field", "write_message",
	}
	all := []string{"decode_message", "inject_message", "inject_payload", "output", "read_config", "read_message", "read_next_field"}
	for kind, loading := range map[plugin.Kind][]string{
		plugin.KindInput:   {"decode_message", "inject_message", "output", "read_config"},
		plugin.KindDecoder: append(slices.Clone(all), "write_message"),
		plugin.KindFilter:  all,
		plugin.KindEncoder: append(slices.Clone(all), "write_message"),
		plugin.KindOutput:  {"decode_message", "output", "read_config", "read_message", "read_next_field"},
	} {
		r := newRun(t, `
function functions(list)
  local found = ""
  for i, name in ipairs(list) do if type(_G[name]) == "function" then found = found .. name .. " " end end
  return found
end
names = {"`+strings.Join(names, `", "`)+`"}
loading = functions(names)`, nil)
		s, err := r.start(kind)
		if err != nil {
			t.Fatal(err)
		}
		result := make([]lua.Value, 1)
		if err := s.interp.Call(s.interp.Global("functions"), result, s.interp.Global("names")); err != nil {
			t.Fatal(err)
		}
		later := slices.DeleteFunc(slices.Clone(loading), func(name string) bool { return name == "output" })
		if kind != plugin.KindInput && kind != plugin.KindOutput {
			later = append([]string{"add_to_payload"}, later...)
		}
		if got := strings.TrimSpace(s.interp.Global("loading").Text()); got != strings.Join(loading, " ") {
			t.Errorf("%s, while it is loaded: %s", kind, got)
		}
		if got := strings.TrimSpace(result[0].Text()); got != strings.Join(later, " ") {
			t.Errorf("%s, later: %s", kind, got)
		}
	}
}

// The base library of each kind has hekad's names.
func TestBaseOfKinds(t *testing.T) {
	const filter = "_G _VERSION assert error gcinfo getfenv getmetatable ipairs module next package pairs pcall rawequal rawget rawset " +
		"require select setfenv setmetatable tonumber tostring type unpack xpcall"
	for kind, want := range map[plugin.Kind]string{
		plugin.KindDecoder: filter, plugin.KindFilter: filter, plugin.KindEncoder: filter,
		plugin.KindInput: filter + " collectgarbage coroutine newproxy", plugin.KindOutput: filter + " collectgarbage coroutine newproxy",
	} {
		s, err := newRun(t, "names = {} for name in pairs(_G) do names[#names + 1] = name end", nil).start(kind)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		names, _ := s.interp.Global("names").AsTable()
		names.Each(func(_, v lua.Value) bool {
			if _, ours := apiNames[v.Text()]; !ours {
				got = append(got, v.Text())
			}
			return true
		})
		slices.Sort(got)
		wanted := strings.Fields(want)
		slices.Sort(wanted)
		if !slices.Equal(got, wanted) {
			t.Errorf("%s\ngot  %s\nwant %s", kind, got, wanted)
		}
	}
}

// apiNames are the host's functions, and the table of the test.
var apiNames = map[string]bool{
	"decode_message": true, "inject_message": true, "inject_payload": true, "output": true, "read_config": true,
	"read_message": true, "read_next_field": true, "write_message": true, "names": true,
}

// What the base library and the modules may reach depends on the kind.
func TestReachOfKinds(t *testing.T) {
	const script = `
local ok, err = pcall(require, "io")
local os = require "os"
reach = (ok and "io" or err) .. " " .. (os.execute and "execute" or "") .. (os.exit and "exit" or "")`
	for kind, want := range map[plugin.Kind]string{
		plugin.KindInput: "io execute", plugin.KindOutput: "io execute", plugin.KindDecoder: "module 'io' disabled ",
		plugin.KindFilter: "module 'io' disabled ", plugin.KindEncoder: "module 'io' disabled ",
	} {
		s, err := newRun(t, script, nil).start(kind)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.interp.Global("reach").Text(); got != want {
			t.Errorf("%s: got %q, want %q", kind, got, want)
		}
	}
}

// Injecting while the script is loaded is an error of the script and no more.
func TestInjectingWhileLoading(t *testing.T) {
	for _, call := range []string{`inject_message({})`, `inject_payload("txt", "", "x")`} {
		for _, kind := range []plugin.Kind{plugin.KindFilter, plugin.KindDecoder} {
			r := newRun(t, call, nil)
			var err error
			if kind == plugin.KindFilter {
				_, err = (&FilterConfig{Options: r.options}).NewFilter(r.env)
			} else {
				_, err = (&DecoderConfig{Options: r.options}).NewDecoder(r.env)
			}
			function, _, _ := strings.Cut(call, "(")
			want := map[plugin.Kind]string{
				plugin.KindFilter: "exceeded InjectMessage count (nothing can be injected while the script is loaded)", plugin.KindDecoder: "aborted: there is no message at this time",
			}[kind]
			if !strings.HasSuffix(errText(err), ":1: "+function+"() "+want) {
				t.Errorf("%s in a %s: %v", call, kind, err)
			}
		}
	}
}

// The values that a script cannot read are told by check and are nil.
func TestUnreadableConfig(t *testing.T) {
	config := map[string]any{"list": []any{int64(1)}, "table": map[string]any{}, "text": "x"}
	r := newRun(t, "function process_message() return 0 end", config)
	var got []string
	for _, f := range (&FilterConfig{Options: r.options}).Check(r.env) {
		got = append(got, f.Text)
	}
	want := []string{"config.list: read_config gives nil for a value of this kind", "config.table: read_config gives nil for a value of this kind"}
	if !slices.Equal(got, want) {
		t.Errorf("findings %q", got)
	}
	if got := evaluates(t, variedMessage(t), config, `read_config("list"), read_config("table"), read_config("text")`); got != "nil|nil|'x'" {
		t.Errorf("read %s", got)
	}
}
