package sandbox

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lma_collector/collector/plugin"
)

// TestScriptErrors has what ends a script, with the reason that is reported. P stands for the place.
func TestScriptErrors(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"unknown module":   {`require "unknown"`, "P module 'unknown' not found:\n\tno file 'unknown.lua'\n\tno file 'unknown.so'"},
		"dotted module":    {`require "foo.bar"`, "P module 'foo.bar' not found:\n\tno file 'foo/bar.lua'\n\tno file 'foo/bar.so'\n\tno file 'foo.so'"},
		"io":               {`require "io"`, "module 'io' disabled"},
		"module name":      {`require "../invalid"`, "invalid module name '../invalid'"},
		"no payload":       {`add_to_payload()`, "P bad argument #0 to 'add_to_payload' (must have at least one argument)"},
		"table payload":    {`add_to_payload({})`, "P bad argument #1 to 'add_to_payload' (unsupported type)"},
		"endless":          {`while true do end`, "instruction_limit exceeded"},
		"endless pcall":    {`while true do pcall(function() while true do end end) end`, "instruction_limit exceeded"},
		"endless call":     {`(function() while true do end end)()`, "P instruction_limit exceeded"},
		"endless native":   {`(function() while true do pcall(("x").rep, "x", 4096) end end)()`, "P instruction_limit exceeded"},
		"endless sort":     {`require "table" table.sort({1, 2, 3}, function() while true do end end)`, "instruction_limit exceeded"},
		"endless recurse":  {`local function f() return f() end f()`, "instruction_limit exceeded"},
		"nil status":       {`return nil`, "must return a numeric status code"},
		"no status":        {`return`, "must return a numeric status code"},
		"text status":      {`return "0"`, "must return a numeric status code"},
		"bad message":      {`return -1, {}`, "must return a nil or string error message"},
		"read none":        {`read_message()`, "P read_message() incorrect number of arguments"},
		"read nil":         {`read_message(nil)`, "P bad argument #1 to 'read_message' (string expected, got nil)"},
		"field index":      {`read_message("Fields[x]", -1)`, "P bad argument #2 to 'read_message' (field index must be >= 0)"},
		"array index":      {`read_message("Fields[x]", 0, -1)`, "P bad argument #3 to 'read_message' (array index must be >= 0)"},
		"output limit":     {`add_to_payload(("x"):rep(200))`, "P output_limit exceeded"},
		"config none":      {`read_config()`, "P read_config() must have a single argument"},
		"next field":       {`read_next_field(1)`, "P read_next_field() takes no arguments"},
		"error object":     {`error({})`, "(null)"},
		"error":            {`error("oops")`, "P oops"},
		"error level":      {`error("oops", 0)`, "oops"},
		"inject nothing":   {`inject_message(nil, "name")`, "P inject_message() takes a single string or table argument"},
		"inject text":      {`inject_message("not a message")`, "P inject_message() protobuf unmarshal failed"},
		"payload type":     {`inject_payload(nil)`, "P bad argument #1 to 'inject_payload' (string expected, got nil)"},
		"payload name":     {`inject_payload("txt", nil)`, "P bad argument #2 to 'inject_payload' (string expected, got nil)"},
		"payload table":    {`inject_payload("txt", "", {})`, "P bad argument #3 to 'inject_payload' (unsupported type)"},
		"mixed":            {`inject_message({Fields={counts={2,"ten",4}}})`, "P inject_message() could not encode protobuf - array has mixed types"},
		"empty field":      {`inject_message({Fields={counts={}}})`, "P inject_message() could not encode protobuf - unsupported type: nil"},
		"function field":   {`inject_message({Fields={f=print or error}})`, "P inject_message() could not encode protobuf - unsupported type: function"},
		"nested array":     {`inject_message({Fields={f={{1}}}})`, "P inject_message() could not encode protobuf - unsupported array type: table"},
		"field name":       {`inject_message({Fields={[true]=1}})`, "P inject_message() could not encode protobuf - field name must be a string"},
		"list field name":  {`inject_message({Fields={{value=1}}})`, "P inject_message() could not encode protobuf - field name must be a string"},
		"string type":      {`inject_message({Fields={f={value="x", value_type=2}}})`, "P inject_message() could not encode protobuf - invalid string value_type: 2"},
		"number type":      {`inject_message({Fields={f={value=1, value_type=0}}})`, "P inject_message() could not encode protobuf - invalid numeric value_type: 0"},
		"boolean type":     {`inject_message({Fields={f={value=true, value_type=3}}})`, "P inject_message() could not encode protobuf - invalid boolean value_type: 3"},
		"large message":    {`inject_message({Payload=("x"):rep(200)})`, "P inject_message() output_limit exceeded"},
		"large json":       {`require "cjson"; cjson.encode(("x"):rep(200))`, "P strbuf output_limit exceeded"},
		"large cbuf":       {`require "circular_buffer"; inject_payload("cbuf", "", circular_buffer.new(100, 1, 1))`, "P output_limit exceeded"},
		"decode none":      {`decode_message()`, "P bad argument #0 to 'decode_message' (must have one string argument)"},
		"decode short":     {`decode_message("x")`, "P invalid message, too short"},
		"memory":           {`("x"):rep(1e9)`, "not enough memory"},
		"removed function": {`return loadstring == nil and os == nil and io == nil and print == nil and 5`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRun(t, "require 'string'\nfunction process_message()\n"+c.body+"\nend", nil)
			r.options.OutputLimit, r.options.InstructionLimit = 128, 20000
			cfg := &FilterConfig{Options: r.options}
			f, err := cfg.NewFilter(r.env)
			if err != nil {
				t.Fatal(err)
			}
			filter := f.(*Filter)
			filter.script.moduleDirectory = "" // no directory at all
			err = filter.Process(variedMessage(t))
			if !plugin.IsFatal(err) || filter.script.terminated != (c.want != "") {
				t.Fatalf("error %v is not fatal", err)
			}
			place := r.env.SharePath("script.lua") + ":3:"
			want := cut("process_message() " + strings.Replace(c.want, "P", place, 1))
			if c.want == "" {
				want = ""
			}
			if filter.script.lastError != want {
				t.Errorf("got  %q\nwant %q", filter.script.lastError, want)
			}
			last := r.injected[len(r.injected)-1]
			if got := last.Type() + " " + last.Logger() + " " + last.Payload() + " " + last.Text("plugin"); got != "heka.sandbox-terminated hekad "+want+" sbx" {
				t.Errorf("termination message: %s", got)
			}
			if err := filter.Process(variedMessage(t)); !plugin.IsFatal(err) || filter.script.lastError != want {
				t.Errorf("a dead script answers %v", err)
			}
		})
	}
}

// TestMetered has ends by the limits, and errors that name what they are about.
func TestMetered(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"arithmetic":      {`local y = x + 1`, "P attempt to perform arithmetic on global 'x' (a nil value)"},
		"no such API":     {`write_message("Type", "x")`, "P attempt to call global 'write_message' (a nil value)"},
		"tables":          {`local t = {} for i = 1, 1e5 do t[i] = {} end`, "not enough memory"},
		"concatenation":   {`local s = "x" for i = 1, 40 do s = s .. s end`, "not enough memory"},
		"caught":          {`while true do pcall(function() local s = "x" for i = 1, 40 do s = s .. s end end) end`, "not enough memory"},
		"rep":             {`local s = ("x"):rep(1e9)`, "not enough memory"},
		"a global":        {`kept = {} while true do kept[#kept + 1] = "x" .. #kept end`, "not enough memory"},
		"limit in a loop": {`while true do end`, "instruction_limit exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRun(t, "require 'string'\nfunction process_message()\n"+c.body+"\nend", nil)
			r.options.MemoryLimit = 1 << 20
			r.env.Metrics = &plugin.Metrics{}
			f := r.filter()
			if n := r.number("lua_memory_bytes"); n <= 0 || r.number("lua_max_memory_bytes") < n {
				t.Errorf("memory %d, at most %d", n, r.number("lua_max_memory_bytes"))
			}
			want := "process_message() " + strings.Replace(c.want, "P", r.env.SharePath("script.lua")+":3:", 1)
			if err := f.Process(variedMessage(t)); !plugin.IsFatal(err) || f.script.lastError != want || !f.script.terminated {
				t.Errorf("got  %v\nwant %s", err, want)
			}
			if n := r.number("lua_memory_bytes"); n != 0 {
				t.Errorf("a dead script holds %d bytes", n)
			}
		})
	}
}

// The memory that is shown is what lives, not what was thrown away.
func TestMemoryOfWhatLives(t *testing.T) {
	r := newRun(t, `require "string"
kept = ""
function process_message() for i = 1, 1000 do local s = ("x"):rep(1000) .. i end kept = ("y"):rep(50000) return 0 end
function timer_event() end`, nil)
	r.env.Metrics = &plugin.Metrics{}
	f := r.filter()
	before := r.number("lua_memory_bytes")
	if err := f.Process(variedMessage(t)); err != nil || f.Tick(r.now) != nil {
		t.Fatal(err)
	}
	if n := r.number("lua_memory_bytes") - before; n < 50000 || n > 60000 {
		t.Errorf("%d bytes more", n)
	}
	if err := f.Close(); err != nil || r.number("lua_memory_bytes") != 0 {
		t.Errorf("%v, %d bytes after the end", err, r.number("lua_memory_bytes"))
	}
}

func TestFunctionMissing(t *testing.T) {
	r := newRun(t, "x = 1", nil)
	if err := r.filter().Process(variedMessage(t)); err == nil || !strings.Contains(err.Error(), "process_message() function was not found") {
		t.Errorf("process: %v", err)
	}
	if err := r.filter().Tick(r.now); err == nil || !strings.Contains(err.Error(), "timer_event() function was not found") {
		t.Errorf("tick: %v", err)
	}
	r = newRun(t, "function timer_event() error('late') end", nil)
	if err := r.filter().Tick(r.now); !plugin.IsFatal(err) || !strings.HasSuffix(err.Error(), "timer_event() "+r.env.SharePath("script.lua")+":1: late") {
		t.Errorf("tick: %v", err)
	}
}

// TestMistakes are what check says of a section.
func TestMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		change func(o *Options)
		want   string
	}{
		"no filename": {"", func(o *Options) { o.Filename = "" }, "filename: is missing: name the Lua script"},
		"no file":     {"", func(o *Options) { o.Filename = "none.lua" }, "filename: cannot open DIR/none.lua: No such file or directory (share_dir is DIR, and a relative filename lies there)"},
		"directory":   {"", func(o *Options) { o.Filename = "." }, "filename: DIR is a directory, not a Lua script"},
		"script type": {"", func(o *Options) { o.ScriptType = "js" }, `script_type: unsupported script type: js (only "lua" is known)`},
		"syntax":      {"x = = 1", nil, "filename: script DIR/script.lua does not start: DIR/script.lua:1: unexpected symbol near '='"},
		"unfinished":  {"x = {\n", nil, "filename: script DIR/script.lua does not start: DIR/script.lua:2: unexpected symbol near '<eof>'"},
		"too many":    {"local " + strings.Repeat("a,", 300) + "b", nil, "filename: script DIR/script.lua does not start: DIR/script.lua:1: main function has more than 200 local variables"},
		"load":        {"error('msg_type must be defined')", nil, "filename: script DIR/script.lua does not start: DIR/script.lua:1: msg_type must be defined"},
		"endless":     {"while true do end", nil, "filename: script DIR/script.lua does not start: instruction_limit exceeded (at DIR/script.lua:1; instruction_limit is 1000000)"},
		"early":       {"add_to_payload('x')", nil, "filename: script DIR/script.lua does not start: DIR/script.lua:1: attempt to call global 'add_to_payload' (a nil value) (it is not there while the script is loaded)"},
		"zone":        {"", func(o *Options) { o.Config = map[string]any{"tz": "Mars/Base"} }, `config.tz: unknown time zone "Mars/Base": use a name such as "Europe/Paris"`},
		"zone number": {"", func(o *Options) { o.Config = map[string]any{"tz": int64(1)} }, `config.tz: must be a string, the name of a time zone such as "Europe/Paris"`},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRun(t, c.script, nil)
			if c.change != nil {
				c.change(&r.options)
			}
			_, err := (&DecoderConfig{Options: r.options}).NewDecoder(r.env)
			want := strings.ReplaceAll(c.want, "DIR", r.env.ShareDir)
			if err == nil || err.Error() != want {
				t.Fatalf("got  %v\nwant %s", err, want)
			}
			var option *plugin.OptionError
			if !errors.As(err, &option) {
				t.Errorf("%T names no option", err)
			}
		})
	}
}

func TestNegativeStatus(t *testing.T) {
	r := newRun(t, `
local n = 0
function process_message() n = n + 1
  if n == 1 then return -1, "bad line" elseif n == 2 then return -1.9 end
  return 0
end`, nil)
	f := r.filter()
	m := variedMessage(t)
	for _, want := range []string{"bad line", "process_message() returned -1", ""} {
		err := f.Process(m)
		if got := errText(err); got != want || plugin.IsFatal(err) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestModules(t *testing.T) {
	r := newRun(t, `
local answer = require "answer"
require "counted"; require "counted"
local old = require "old.style"
function process_message()
  inject_payload("txt", "", answer, " ", loads, " ", old.f(), " ", getmetatable(require "table_module") ~= nil)
  return 0
end`, nil)
	modules := filepath.Join(r.env.ShareDir, "lua_modules")
	for name, text := range map[string]string{
		"answer.lua": "return 43", "counted.lua": "loads = (loads or 0) + 1", "table_module.lua": "return {}",
		"old/style.lua": "local tostring = tostring; module(...); function f() return tostring(_NAME) end",
	} {
		path := filepath.Join(modules, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r.options.ModuleDirectory = t.TempDir() + ";" + modules
	if err := r.filter().Process(variedMessage(t)); err != nil {
		t.Fatal(err)
	}
	if got := r.injected[0].Payload(); got != "43 1 old.style true" {
		t.Errorf("got %q", got)
	}
}

func TestModuleErrors(t *testing.T) {
	r := newRun(t, `
function process_message()
  local ok1, e1 = pcall(require, "syntax")
  local ok2, e2 = pcall(require, "broken")
  local ok3, e3 = pcall(require, "broken")
  inject_payload("txt", "", e1, "|", e2, "|", e3)
  return 0
end`, nil)
	modules := t.TempDir()
	for name, text := range map[string]string{"syntax.lua": "x = = 1", "broken.lua": "\nerror('inside')"} {
		if err := os.WriteFile(filepath.Join(modules, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r.options.ModuleDirectory = modules
	if err := r.filter().Process(variedMessage(t)); err != nil {
		t.Fatal(err)
	}
	got := strings.ReplaceAll(r.injected[0].Payload(), modules, "DIR")
	for _, want := range []string{
		"error loading module 'syntax' from file 'DIR/syntax.lua':\n\tDIR/syntax.lua:1: unexpected symbol near '='", "|DIR/broken.lua:2: inside|", "loop or previous error loading module 'broken'",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
}

func TestInjectLimits(t *testing.T) {
	r := newRun(t, `
require "string"
function process_message()
  inject_payload("txt", "", "one")
  local ok, e = pcall(inject_payload, "txt", "", "two")
  return -1, tostring(ok) .. " " .. e
end
function timer_event() for i = 1, 11 do inject_payload("txt", "", i) end end`, nil)
	f := r.filter()
	if got := errText(f.Process(variedMessage(t))); !strings.HasSuffix(got, "inject_payload() exceeded InjectMessage count") {
		t.Errorf("got %q", got)
	}
	if err := f.Tick(r.now); !plugin.IsFatal(err) || len(r.injected) != 12 {
		t.Errorf("%v after %d messages", err, len(r.injected))
	}
	r = newRun(t, `function process_message() inject_message({}) return 0 end`, nil)
	r.refuse = plugin.ErrLoops
	if err := r.filter().Process(variedMessage(t)); !strings.Contains(errText(err), ":1: inject_message() exceeded MaxMsgLoops (filters take each other's messages in a ring; ") {
		t.Errorf("got %v", err)
	}
}
