package sandbox_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"lma_collector/collector/config"
	"lma_collector/collector/pipeline"
)

// calls is how often a section's scripts were called.
func (s *site) calls(section string) (n int64) {
	for _, r := range s.pipeline.Report().Plugins {
		for _, m := range r.Numbers {
			if r.Name == section && m.Name == "lua_calls" {
				n += m.Value
			}
		}
	}
	return n
}

// until waits for a condition.
func (s *site) until(what string, ok func() bool) {
	s.t.Helper()
	late := time.After(10 * time.Second)
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for !ok() {
		select {
		case <-look.C:
		case <-late:
			s.t.Fatalf("waited in vain: %s", what)
		}
	}
}

// preserved is the data that the scripts have kept, all in one.
func (s *site) preserved() (text string) {
	files, _ := filepath.Glob(filepath.Join(s.dir, "base", "sandbox_preservation", "*.data"))
	for _, f := range files {
		data, _ := os.ReadFile(f)
		text += string(data)
	}
	return text
}

// Whatever a script without a limit does, it ends when the collector stops, and keeps its data; what it was
// at is neither a failure nor lost.
func TestEndlessScriptsStop(t *testing.T) {
	const lines = "[in]\ntype = \"LinesInput\"\nlines = [\"one\"]\n"
	for kind, conf := range map[string]string{
		"filter":  lines + "[box]\ntype = \"SandboxFilter\"\nmessage_matcher = \"TRUE\"\ntimer_event_on_shutdown = true\n",
		"decoder": lines + "decoder = \"box\"\n[box]\ntype = \"SandboxDecoder\"\n",
		"encoder": lines + "[out]\ntype = \"ShowOutput\"\nmessage_matcher = \"TRUE\"\nencoder = \"box\"\n[box]\ntype = \"SandboxEncoder\"\n",
		"output":  lines + "[box]\ntype = \"SandboxOutput\"\nmessage_matcher = \"TRUE\"\n",
		"input":   "[box]\ntype = \"SandboxInput\"\n",
	} {
		for name, body := range map[string]string{
			"loop":  `while true do end`,
			"pcall": `while true do pcall(function() while true do end end) end`,
			"gsub":  `local s = ("a"):rep(30) s:gsub(("a*"):rep(30) .. "b", "")`,
			"lpeg":  `local p = lpeg.P{ (lpeg.P"a" + lpeg.P"a") * lpeg.V(1) * "b" + 1 } while true do p:match(("a"):rep(30)) end`,
		} {
			t.Run(kind+" "+name, func(t *testing.T) {
				t.Parallel()
				s := run(t, "", conf+"filename = \"box.lua\"\ninstruction_limit = 0\npreserve_data = true\n", map[string]string{
					"box.lua": "require 'string' local lpeg = require 'lpeg'\nfunction process_message() n = 41 + 1 " + body + " return 0 end\nfunction timer_event() last = 1 end\n",
				})
				owner := map[string]string{"decoder": "in", "encoder": "out"}[kind]
				if owner == "" {
					owner = "box"
				}
				s.until("the script runs", func() bool { return s.calls(owner) > 0 })
				s.stop()
				s.until("its data are kept", func() bool { return strings.Contains(s.preserved(), "_G[\"n\"] = 42\n") })
				for _, r := range s.pipeline.Report().Plugins {
					if r.Name == owner && (r.Restarts > 0 || r.LastError != "") {
						t.Errorf("it was restarted %d times: %s", r.Restarts, r.LastError)
					}
				}
				dead, _ := filepath.Glob(filepath.Join(s.dir, "base", "dead_letters", "*"))
				if len(dead) > 0 {
					t.Errorf("dead letters %v", dead)
				}
			})
		}
	}
}

// A start, too, can be ended while a script runs for ever before the first message.
func TestEndlessStartStops(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"box.lua":   "while true do end\n",
		"site.toml": "[box]\ntype = \"SandboxFilter\"\nfilename = \"box.lua\"\nmessage_matcher = \"TRUE\"\ninstruction_limit = 0\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	conf, found := config.Load(filepath.Join(dir, "site.toml"), nil)
	if found.HasErrors() {
		t.Fatal(found)
	}
	ctx, cancel := context.WithCancel(t.Context())
	built := make(chan config.Diagnostics)
	go func() {
		_, found := pipeline.Build(conf.Sections, pipeline.Settings{BaseDir: dir, ShareDir: dir, Log: slog.New(slog.DiscardHandler), Building: ctx})
		built <- found
	}()
	cancel()
	if text := (<-built).String(); !strings.Contains(text, "site.toml:3:1: error: filename: script "+dir+"/box.lua does not start: ") || !strings.Contains(text, "shutting down") {
		t.Error(text)
	}
}

// A script that waits for something outside ends, too, and keeps its data; so do the processes that it waits for.
func TestWaitingScriptsStop(t *testing.T) {
	for kind, conf := range map[string]string{
		"output": "[in]\ntype = \"LinesInput\"\nlines = [\"one\"]\n[box]\ntype = \"SandboxOutput\"\nmessage_matcher = \"TRUE\"\n",
		"input":  "[box]\ntype = \"SandboxInput\"\n",
	} {
		for name, body := range map[string]string{
			"command": `require("os").execute('echo $$ > "DIR/pid"; sleep 1000; true')`,
			"pipe":    `require("io").popen('echo $$ > "DIR/pid"; sleep 1000; true'):read()`,
			"FIFO":    `require("os").execute('mkfifo "DIR/fifo"; echo 0 > "DIR/pid"') io.open("DIR/fifo"):read()`,
		} {
			t.Run(kind+" "+name, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				s := run(t, dir, conf+"filename = \"box.lua\"\npreserve_data = true\n", map[string]string{
					"box.lua": "require 'io'\nfunction process_message() n = 41 + 1 " + strings.ReplaceAll(body, "DIR", dir) + " return 0 end\n",
				})
				s.until("the script waits", func() bool { return strings.HasSuffix(s.file("pid"), "\n") })
				s.stop()
				s.until("its data are kept", func() bool { return strings.Contains(s.preserved(), "_G[\"n\"] = 42\n") })
				if pid, _ := strconv.Atoi(strings.TrimSpace(s.file("pid"))); pid > 0 {
					s.until("the process is gone", func() bool { return syscall.Kill(pid, 0) == syscall.ESRCH })
				}
			})
		}
	}
}
