package sandbox

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

func (r *run) output(change func(*OutputConfig)) *Output {
	r.t.Helper()
	if r.env.Metrics == nil {
		r.env.Metrics = &plugin.Metrics{}
	}
	c := &OutputConfig{Options: r.options}
	if change != nil {
		change(c)
	}
	o, err := c.NewOutput(r.env)
	if err != nil {
		r.t.Fatal(err)
	}
	return o.(*Output)
}

// items are messages with these payloads.
func items(t *testing.T, payloads ...string) (list []plugin.Item) {
	for _, text := range payloads {
		list = append(list, plugin.Item{Message: messageOf(t, func(d *message.Draft) { d.Payload = text })})
	}
	return list
}

// verdicts are what became of items, a letter each, with the reasons.
func verdicts(list []plugin.Item) string {
	var out []string
	for i := range list {
		if why, ok := list[i].Refused(); ok {
			out = append(out, "refused: "+why.Error())
		} else if why, ok := list[i].ToRetry(); ok {
			out = append(out, "retry: "+why.Error())
		} else if list[i].Accepted() {
			out = append(out, "delivered")
		} else {
			out = append(out, "left")
		}
	}
	return strings.Join(out, ", ")
}

const fileScript = `
local io = require "io"
io.output(read_config("path"))
function process_message()
  local payload = read_message("Payload")
  if payload == "FAILURE" then return -1, "failure message" end
  if payload == "SILENT" then return -3 end
  if payload == "ABORT" then return 1, "user abort" end
  if payload == "DIE" then error("dead", 0) end
  io.write(payload)
  io.flush()
  return 0
end
function timer_event(ns) error("late " .. tostring(ns), 0) end`

func TestOutput(t *testing.T) {
	for _, c := range []struct {
		payloads      []string
		err, verdicts string
		written       string
	}{
		{[]string{"one ", "two "}, "", "delivered, delivered", "one two "},
		{[]string{"one ", "FAILURE", "SILENT", "two "}, "", "delivered, refused: failure message, refused: process_message() returned -3, delivered", "one two "},
		{[]string{"one ", "ABORT", "two "}, "FATAL: user abort", "delivered, left, left", "one "},
		{[]string{"DIE", "two "}, "FATAL: process_message() dead", "left, left", ""},
	} {
		r := newRun(t, fileScript, nil)
		path := filepath.Join(r.env.ShareDir, "out")
		r.options.Config = map[string]any{"path": path}
		r.options.InstructionLimit = 1 // has no effect
		var told []string
		r.env.Publish = func(d *message.Draft) { told = append(told, describe(seal(d))) }
		o := r.output(nil)
		list := items(t, c.payloads...)
		err := o.Deliver(t.Context(), list)
		if errText(err) != c.err || plugin.IsFatal(err) != (c.err != "") || verdicts(list) != c.verdicts {
			t.Errorf("%q: %v, %s", c.payloads, err, verdicts(list))
		}
		reason := strings.TrimPrefix(c.err, "FATAL: ")
		if want := "[Type=heka.sandbox-terminated Logger=hekad Hostname=host Payload=" + reason + " plugin=sbx]"; reason != "" && fmt.Sprint(told) != want {
			t.Errorf("%q: told %s", c.payloads, told)
		}
		if err := o.Close(); err != nil {
			t.Error(err)
		}
		if data, _ := os.ReadFile(path); string(data) != c.written {
			t.Errorf("%q: written %q", c.payloads, data)
		}
		if r.number("lua_failures") != int64(strings.Count(c.verdicts, "refused")) {
			t.Errorf("%q: %d failures", c.payloads, r.number("lua_failures"))
		}
	}
}

func TestOutputTimer(t *testing.T) {
	r := newRun(t, fileScript, nil)
	r.options.Config = map[string]any{"path": filepath.Join(r.env.ShareDir, "out")}
	if err := r.output(nil).Tick(t.Context(), r.now); errText(err) != "FATAL: timer_event() late 1.4545008001235e+18" || !plugin.IsFatal(err) {
		t.Error(err)
	}
	for _, wanted := range []bool{false, true} {
		o := r.output(func(c *OutputConfig) { c.TimerEventOnShutdown = wanted })
		if err := o.Close(); err != nil {
			t.Errorf("one that never ran: %v", err)
		}
		if err := o.Deliver(t.Context(), items(t, "x")); err != nil {
			t.Fatal(err)
		}
		want := map[bool]string{true: "FATAL: timer_event() late 1.4545008001235e+18"}[wanted]
		if err := o.Close(); errText(err) != want {
			t.Error(err)
		}
	}
	o := r.output(func(c *OutputConfig) { c.TimerEventOnShutdown = true })
	if err := o.Deliver(t.Context(), items(t, "DIE")); err == nil || o.Close() != nil {
		t.Errorf("%v; a dead script was called", err)
	}
}

// A script that cannot start loses nothing: the messages wait.
func TestOutputThatDoesNotStart(t *testing.T) {
	r := newRun(t, `error("no connection")`, nil)
	o := r.output(nil)
	list := items(t, "one")
	err := o.Deliver(t.Context(), list)
	if err == nil || plugin.IsFatal(err) || !strings.HasSuffix(err.Error(), ":1: no connection") || verdicts(list) != "left" {
		t.Errorf("%v, %s", err, verdicts(list))
	}
	if err := os.WriteFile(r.env.SharePath("script.lua"), []byte("function process_message() return 0 end"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := o.Deliver(t.Context(), list); err != nil || verdicts(list) != "delivered" {
		t.Errorf("%v, %s", err, verdicts(list))
	}
}

// A stop ends a script that hangs; its message is left to be read again, its data are kept.
func TestOutputStops(t *testing.T) {
	r := newRun(t, `n = 0
function process_message() n = n + 1 if n == 2 then while true do pcall(function() while true do end end) end end return 0 end`, nil)
	r.options.PreserveData = true
	o := r.output(nil)
	ctx, stop := context.WithCancel(t.Context())
	if err := o.Deliver(ctx, items(t, "one")); err != nil {
		t.Fatal(err)
	}
	list := items(t, "two")
	done := make(chan error)
	go func() { done <- o.Deliver(ctx, list) }()
	stop()
	if err := <-done; errText(err) != "context canceled" || verdicts(list) != "left" {
		t.Errorf("%v, %s", err, verdicts(list))
	}
	if err := o.Close(); err != nil {
		t.Error(err)
	}
	data, err := os.ReadFile(filepath.Join(r.env.BaseDir, "sandbox_preservation", "sbx.data"))
	if err != nil || !strings.Contains(string(data), `_G["n"] = `) {
		t.Errorf("%v: data are %q", err, data)
	}
}

func TestOutputReads(t *testing.T) {
	r := newRun(t, `local io = require "io"
function process_message()
  local raw = decode_message(read_message("raw"))
  local _, name, value = read_next_field()
  local file = io.open(read_config("path"), "w")
  file:write(raw.Type, " ", read_message("Fields[foo]", 1), " ", name, " ", value, " ",
    tostring(inject_message), tostring(inject_payload), tostring(add_to_payload), tostring(write_message))
  file:close()
  return 0
end`, nil)
	path := filepath.Join(r.env.ShareDir, "out")
	r.options.Config = map[string]any{"path": path}
	list := []plugin.Item{{Message: variedMessage(t)}}
	o := r.output(nil)
	if err := o.Deliver(t.Context(), list); err != nil || verdicts(list) != "delivered" {
		t.Fatalf("%v, %s", err, verdicts(list))
	}
	if err := o.Close(); err != nil {
		t.Error(err)
	}
	if data, err := os.ReadFile(path); string(data) != "TEST alternate foo bar nilnilnilnil" {
		t.Errorf("%v: %q", err, data)
	}
}

// Nothing counts as delivered while it lies in a buffer of the script, whatever the script makes of errors.
func TestOutputFlushes(t *testing.T) {
	const script = `
require "io"
local f = io.open(read_config("path"), "a")
function process_message()
  local payload = read_message("Payload")
  if payload == "die" then error("dead") end
  if payload == "bad" then return -1, "bad" end
  f:write(payload)
  return 0
end
function timer_event() f:write("tick") end`
	r := newRun(t, script, map[string]any{"path": filepath.Join(t.TempDir(), "out")})
	path := r.options.Config["path"].(string)
	o := r.output(nil)
	for _, step := range []struct{ payloads, verdicts, file string }{
		{"a b", "delivered, delivered", "ab"},
		{"c bad d", "delivered, refused: bad, delivered", "abcd"},
		{"e die f", "delivered, left, left", "abcde"},
	} {
		list := items(t, strings.Fields(step.payloads)...)
		err := o.Deliver(t.Context(), list)
		if got := verdicts(list); got != step.verdicts || plugin.IsFatal(err) != strings.Contains(step.payloads, "die") {
			t.Errorf("%s: %s, %v", step.payloads, got, err)
		}
		if text, _ := os.ReadFile(path); string(text) != step.file {
			t.Errorf("%s: the file has %q", step.payloads, text)
		}
	}
	if err := o.Close(); err != nil {
		t.Error(err)
	}
}

func TestOutputOnAFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("there is no /dev/full")
	}
	const full = "cannot write /dev/full: No space left on device"
	r := newRun(t, `
require "io"
local f = io.open("/dev/full", "w")
function process_message()
  local payload = read_message("Payload")
  if payload == "die" then error("dead", 0) end
  if payload == "bad" then return -1, "bad" end
  f:write(payload)
  return 0
end
function timer_event() f:write("tick") end`, nil)
	o := r.output(nil)
	list := items(t, "a", "bad", "b")
	if err := o.Deliver(t.Context(), list); errText(err) != full || verdicts(list) != "left, refused: bad, left" {
		t.Errorf("%v: %s", err, verdicts(list))
	}
	if err := o.Tick(t.Context(), r.now); errText(err) != full {
		t.Errorf("tick: %v", err)
	}
	list = items(t, "a", "die")
	if err := o.Deliver(t.Context(), list); !plugin.IsFatal(err) || !strings.Contains(err.Error(), "dead") || !strings.Contains(err.Error(), full) || verdicts(list) != "left, left" {
		t.Errorf("%v: %s", err, verdicts(list))
	}
}
