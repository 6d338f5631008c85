package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

func TestFilterCounts(t *testing.T) {
	r := newRun(t, `
require "string"
local count = 0
function process_message()
  count = count + 1
  local v = read_message("Fields[value]")
  inject_message({Type="x", Fields={count=count, name=string.upper("ab"), twice=v*2}})
  return 0
end
function timer_event(ns) inject_payload("txt", "n", "seen ", count) end
`, nil)
	f := r.filter()
	if err := f.Process(messageOf(t, func(d *message.Draft) { d.AddFloat("value", "", 4) })); err != nil {
		t.Fatal(err)
	}
	if err := f.Tick(r.now); err != nil {
		t.Fatal(err)
	}
	r.wantInjected(
		`Type=heka.sandbox.x Logger=sbx Hostname=host count=1 name=AB twice=8`,
		`Type=heka.sandbox-output Logger=sbx Hostname=host Payload=seen 1 payload_type=txt payload_name=n`,
	)
}

// TestPayloadHasThePid has the process beside the payload that a filter injects, as hekad did.
func TestPayloadHasThePid(t *testing.T) {
	r := newRun(t, `function process_message() inject_payload("txt", "name", "text") return 0 end`, nil)
	r.options.Clock = nil
	if err := r.filter().Process(variedMessage(t)); err != nil {
		t.Fatal(err)
	}
	r.wantInjected(fmt.Sprintf("Type=heka.sandbox-output Logger=sbx Hostname=host Payload=text Pid=%d payload_type=txt payload_name=name", os.Getpid()))
}

// The log gets the traceback of an error once.
func TestTracebackIsLoggedOnce(t *testing.T) {
	var log bytes.Buffer
	r := newRun(t, `
local function inner() error("oops") end
function process_message() inner() return 0 end`, nil)
	r.env.Log = slog.New(slog.NewTextHandler(&log, nil))
	f := r.filter()
	for range 3 {
		if err := f.Process(variedMessage(t)); errText(err) != "terminated: process_message() "+r.env.SharePath("script.lua")+":2: oops" {
			t.Fatal(err)
		}
	}
	if n := strings.Count(log.String(), "stack traceback:"); n != 1 || !strings.Contains(log.String(), "script.lua:3:") {
		t.Errorf("%d tracebacks: %s", n, log.String())
	}
}

// What hekad's host answers to an injection, a script reads in its words.
func TestRefusedInjections(t *testing.T) {
	for want, err := range map[string]error{
		"exceeded MaxMsgLoops": plugin.ErrLoops, "creates a circular reference (matches this plugin's message_matcher)": plugin.ErrOwnMessage,
		"injected message has 9 bytes, max_message_size is 8": errors.New("injected message has 9 bytes, max_message_size is 8"),
	} {
		for _, call := range []string{`inject_message, {Type="x"}`, `inject_payload, "txt", "", "x"`} {
			r := newRun(t, `function process_message() local ok, e = pcall(`+call+`) return -1, e end`, nil)
			r.refuse = err
			function, _, _ := strings.Cut(call, ",")
			if got := errText(r.filter().Process(variedMessage(t))); got != function+"() "+want {
				t.Errorf("%s: got %q, want %q", call, got, want)
			}
		}
	}
}

// A filter's last timer speaks before it is gone; an error in it is told.
func TestLastTimer(t *testing.T) {
	r := newRun(t, `
function process_message() return 0 end
function timer_event() for i = 1, 11 do inject_payload("txt", "", i) end end`, nil)
	f, err := (&FilterConfig{Options: r.options, TimerEventOnShutdown: true}).NewFilter(r.env)
	if err != nil || f.(*Filter).Start() != nil {
		t.Fatal(err)
	}
	want := "FATAL: timer_event() " + r.env.SharePath("script.lua") + ":3: inject_payload() exceeded InjectMessage count ("
	if err := f.(*Filter).Close(); !strings.HasPrefix(errText(err), want) {
		t.Errorf("got %v", err)
	}
	if n := len(r.injected); n != 11 || r.injected[10].Type() != "heka.sandbox-terminated" {
		t.Errorf("%d messages", n)
	}
}

// One that is only built to be checked says nothing, and what its timer would make of no messages is no mistake.
func TestNoLastTimerOfATrial(t *testing.T) {
	r := newRun(t, "function process_message() return 0 end\nfunction timer_event() error('nothing was counted') end", nil)
	f, err := (&FilterConfig{Options: r.options, TimerEventOnShutdown: true}).NewFilter(r.env)
	if err != nil || f.(*Filter).Close() != nil {
		t.Fatal(err)
	}
	r.wantInjected()
}

// What no script may do to the collector.
func TestHostileInjections(t *testing.T) {
	for body, want := range map[string]string{
		`local t = {} t.value = t inject_message({Fields={x=t}})`:                                                                            "inject_message() could not encode protobuf - excessive nesting (101)",
		`local s = ("x"):rep(60000) local f = {} for i = 1, 5000 do f["f" .. i] = s end while true do pcall(inject_message, {Fields=f}) end`: "instruction_limit exceeded",
		`local f = {} for i = 1, 20000 do f[i] = i end while true do pcall(inject_message, {Fields={f=f}}) end`:                              "instruction_limit exceeded",
		`local s = ("x"):rep(60000) while true do inject_message({Payload=s}) end`:                                                           "instruction_limit exceeded",
		`for i = 0, 1e6 do write_message("Fields[x]", i, nil, 0, i) end`:                                                                     "instruction_limit exceeded",
		`for i = 0, 1e6 do write_message("Fields[x" .. i % 2 .. "]", "x", "", 0, (i - i % 2) / 2) end`:                                       "instruction_limit exceeded",
		`for i = 0, 1e6 do write_message("Fields[x" .. i .. "]", i) end`:                                                                     "instruction_limit exceeded",
		`local s = ("x"):rep(60000) for i = 0, 1e6 do write_message("Fields[x" .. i .. "]", s) end`:                                          "instruction_limit exceeded",
		`for i = 0, 1e6 do write_message("Fields[x]", i, "", 0, 0) end`:                                                                      "instruction_limit exceeded",
	} {
		r := newRun(t, "require 'string'\nfunction process_message()\n"+body+"\nend", nil)
		r.options.InstructionLimit = 200000
		err := r.decoder().Decode(record("x"), r)
		if !strings.Contains(errText(err), want) {
			t.Errorf("%s: %v", body, err)
		}
		if len(r.injected) != 0 {
			t.Errorf("%s: %d messages came out", body, len(r.injected))
		}
	}
}

// Without a limit of its own, what a script puts out is bound by that of its memory.
func TestUnlimitedOutput(t *testing.T) {
	for body, want := range map[string]string{
		`add_to_payload(("x"):rep(103001)) inject_payload()`:                                            "",
		`local s = ("x"):rep(1e5) for i = 1, 100 do add_to_payload(s) end`:                              "output_limit exceeded",
		`local s, f = ("x"):rep(1e5), {} for i = 1, 100 do f[i] = s end inject_message({Fields={f=f}})`: "inject_message() output_limit exceeded",
	} {
		r := newRun(t, "require 'string'\nfunction process_message()\n"+body+"\nreturn 0 end", nil)
		r.options.OutputLimit, r.options.MemoryLimit = 0, 4<<20
		if err := r.filter().Process(variedMessage(t)); !strings.Contains(errText(err), want) || (err == nil) != (want == "") {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// Deep nesting takes more room in a data file than any limit of memory allows: it is refused.
func TestDataThatExplode(t *testing.T) {
	r := newRun(t, `
root = {}
local t = root
for i = 1, 20000 do t.x = {} t = t.x end
function process_message() return 0 end`, nil)
	r.options.PreserveData = true
	f := r.filter()
	if err := f.Process(variedMessage(t)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); !strings.HasSuffix(errText(err), "the global variables take more than 33554432 bytes when they are written") {
		t.Errorf("got %v", err)
	}
}
