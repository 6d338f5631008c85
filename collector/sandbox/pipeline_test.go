package sandbox_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"lma_collector/collector/config"
	"lma_collector/collector/message"
	"lma_collector/collector/pipeline"
	"lma_collector/collector/plugin"
	"lma_collector/collector/queue"
	_ "lma_collector/collector/sandbox"
)

// The plugins around the sandboxes of these tests: an input of lines, and an output that shows what it gets.

type linesInput struct {
	Lines []string `toml:"lines"`
}

func (c *linesInput) NewInput(*plugin.Env) (plugin.Input, error) { return c, nil }

func (c *linesInput) Run(ctx context.Context, host plugin.InputHost) error {
	source, err := host.NewSource("stream")
	if err != nil {
		return err
	}
	defer source.Close()
	for _, line := range c.Lines {
		source.Deliver([]byte(line))
		if err := source.Flush(ctx, nil); err != nil {
			return nil
		}
	}
	<-ctx.Done()
	return nil
}

type nullSplitter struct{}

func (*nullSplitter) NewSplitter(*plugin.Env) (plugin.Splitter, error) { return &nullSplitter{}, nil }
func (*nullSplitter) Split(data []byte, _ bool) (int, []byte)          { return len(data), data }

type showOutput struct{ seen chan string }

var shown sync.Map // of the test's name

func (c *showOutput) NewOutput(env *plugin.Env) (plugin.Output, error) {
	v, _ := shown.LoadOrStore(env.Hostname, make(chan string, 100))
	return &showOutput{v.(chan string)}, nil
}

func (c *showOutput) Deliver(_ context.Context, items []plugin.Item) error {
	for i := range items {
		text := items[i].Message.Type() + " " + items[i].Message.Payload()
		if items[i].Data != nil {
			text = string(items[i].Data)
		}
		c.seen <- strings.Clone(text)
	}
	return nil
}

func init() {
	message.PoisonReleased(true)
	plugin.RegisterInput("LinesInput", func() plugin.InputConfig { return &linesInput{} })
	plugin.RegisterSplitter("NullSplitter", func() plugin.SplitterConfig { return &nullSplitter{} })
	plugin.RegisterOutput("ShowOutput", func() plugin.OutputConfig { return &showOutput{} })
}

// site is a running configuration with scripts.
type site struct {
	t        *testing.T
	dir      string
	pipeline *pipeline.Pipeline
	seen     chan string
	stop     func()
}

// run starts a configuration; files are scripts by name.
func run(t *testing.T, dir, conf string, files map[string]string) *site {
	t.Helper()
	if dir == "" {
		dir = t.TempDir()
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "site.toml")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(conf, "DIR", dir)), 0o600); err != nil {
		t.Fatal(err)
	}
	loaded, found := config.Load(path, nil)
	if found.HasErrors() {
		t.Fatal(found)
	}
	p, found := pipeline.Build(loaded.Sections, pipeline.Settings{
		Hostname: dir, MachineID: "m", BaseDir: filepath.Join(dir, "base"), ShareDir: dir, MaxMessageSize: 256 << 10,
		MaxMessageLoops: 4, MaxProcessInject: 1, MaxTimerInject: 10, MaxUnacknowledged: 64 << 20, Log: slog.New(slog.DiscardHandler),
	})
	if p == nil {
		t.Fatal(found)
	}
	v, _ := shown.LoadOrStore(dir, make(chan string, 100))
	s := &site{t: t, dir: dir, pipeline: p, seen: v.(chan string)}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		p.Run(ctx)
		close(done)
	}()
	s.stop = sync.OnceFunc(func() {
		cancel()
		<-done
	})
	t.Cleanup(s.stop)
	return s
}

// wants reads what is shown, in any order.
func (s *site) wants(want ...string) {
	s.t.Helper()
	var got []string
	for range want {
		got = append(got, strings.ReplaceAll(<-s.seen, s.dir, "DIR"))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		s.t.Errorf("shown\n%q\nwant\n%q", got, want)
	}
}

func (s *site) file(name string) string {
	data, _ := os.ReadFile(filepath.Join(s.dir, name))
	return string(data)
}

const show = `
[show]
type = "ShowOutput"
message_matcher = "TRUE"
`

const quick = "delay = \"1ms\"\nmax_jitter = \"1ms\"\nmax_delay = \"1ms\"\n"

// A script that dies is started again with the data that were kept; everybody is told, nothing else happens.
func TestFilterLivesAgain(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "base", "sandbox_preservation")
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "count_filter.data"), []byte("_G[\"n\"] = 40\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := run(t, dir, show+`
[in]
type = "LinesInput"
lines = ["one", "die", "two", "never", "three"]
decoder = "typed"
[typed]
type = "SandboxDecoder"
filename = "typed.lua"
[count_filter]
type = "SandboxFilter"
filename = "count.lua"
message_matcher = "Type == 'line'"
preserve_data = true
[count_filter.retries]
`+quick, map[string]string{
		"typed.lua": `function process_message() write_message("Type", "line") return 0 end`,
		"count.lua": `n = 0
function process_message() n = n + 1
  local payload = read_message("Payload")
  if payload == "die" then error("dead", 0) end
  if payload == "never" then while true do end end
  inject_payload("txt", "", payload, n)
  return 0
end`,
	})
	s.wants("line one", "line die", "line two", "line never", "line three",
		"heka.sandbox-output one41", "heka.sandbox-terminated process_message() dead", "heka.sandbox-output two41",
		"heka.sandbox-terminated process_message() instruction_limit exceeded", "heka.sandbox-output three41")
	s.stop()
	if got := s.file("base/sandbox_preservation/count_filter.data"); !strings.Contains(got, "_G[\"n\"] = 41\n") {
		t.Errorf("kept %q", got)
	}
	for _, p := range s.pipeline.Report().Plugins {
		if p.Name == "count_filter" && (p.Restarts != 2 || !strings.Contains(fmt.Sprint(p.Numbers), "lua_deaths")) {
			t.Errorf("%d restarts, numbers %v", p.Restarts, p.Numbers)
		}
	}
}

// What a filter says in its last timer still goes out, once, and where timer_event_on_shutdown asks for it alone.
func TestLastWordsGoOut(t *testing.T) {
	s := run(t, "", show+`
[last]
type = "SandboxFilter"
filename = "last.lua"
message_matcher = "Type == 'none'"
ticker_interval = 3600
timer_event_on_shutdown = true

[silent]
type = "SandboxFilter"
filename = "last.lua"
message_matcher = "Type == 'none'"
ticker_interval = 3600
`, map[string]string{"last.lua": `function process_message() return 0 end
function timer_event() inject_payload("txt", "", "good bye") end`})
	s.stop()
	s.wants("heka.sandbox-output good bye")
	if n := len(s.seen); n > 0 {
		t.Errorf("%d more words, the first: %s", n, <-s.seen)
	}
}

// Data of decoders and encoders are kept under the names that hekad gave them, and come back.
func TestDataOfDecodersAndEncoders(t *testing.T) {
	dir := t.TempDir()
	const conf = `
[show]
type = "ShowOutput"
message_matcher = "TRUE"
encoder = "counting"
[in]
type = "LinesInput"
lines = ["one", "two"]
decoder = "counting-decoder"
[counting-decoder]
type = "SandboxDecoder"
filename = "decoder.lua"
preserve_data = true
[counting]
type = "SandboxEncoder"
filename = "encoder.lua"
preserve_data = true
`
	files := map[string]string{
		"decoder.lua": `n = 0 function process_message() n = n + 1 write_message("Type", read_message("Payload") .. n) return 0 end`,
		"encoder.lua": `m = 0 function process_message() m = m + 1 inject_payload("txt", "", read_message("Type"), "/", m) return 0 end`,
	}
	for i, want := range [][]string{{"one1/1", "two2/2"}, {"one3/3", "two4/4"}} {
		s := run(t, dir, conf, files)
		s.wants(want...)
		s.stop()
		for _, name := range []string{"in-counting-decoder-stream.data", "show-counting.data"} {
			if got := s.file("base/sandbox_preservation/" + name); !strings.Contains(got, fmt.Sprintf("\"] = %d\n", 2*i+2)) {
				t.Errorf("%s is %q", name, got)
			}
		}
		entries, _ := os.ReadDir(filepath.Join(dir, "base/sandbox_preservation"))
		if len(entries) != 2 {
			t.Errorf("files %v", entries)
		}
		for _, p := range s.pipeline.Report().Plugins {
			label := map[string]string{"in": "counting-decoder", "show": "counting"}[p.Name]
			if !slices.ContainsFunc(p.Numbers, func(n pipeline.Number) bool {
				return n.Name == "lua_calls" && n.Label == label && n.Value == 2
			}) {
				t.Errorf("%s has no calls of %s: %v", p.Name, label, p.Numbers)
			}
		}
	}
}

// From a script that reads to one that writes: refused messages become dead letters, one that kills the
// output three times as well, the others are written once, in order.
func TestInputToOutput(t *testing.T) {
	s := run(t, "", `
[source]
type = "SandboxInput"
filename = "source.lua"
[source.config]
path = "DIR/in.txt"
[sink]
type = "SandboxOutput"
filename = "sink.lua"
message_matcher = "Type == 'line'"
encoder = "nobody"
use_framing = true
[nobody]
type = "SandboxEncoder"
filename = "nobody.lua"
[sink.config]
path = "DIR/out.txt"
[sink.retries]
`+quick+show, map[string]string{
		"nobody.lua": `function process_message() return -2 end`,
		"in.txt":     "one\npoison\nrefused\ntwo\nstop\nthree\n",
		"source.lua": `local io = require "io"
function process_message()
  for line in io.lines(read_config("path")) do inject_message({Type = "line", Payload = line}) end
  return 0
end`,
		"sink.lua": `local io = require "io"
local out = io.open(read_config("path"), "a")
function process_message()
  local payload = read_message("Payload")
  if payload == "poison" then error("dead", 0) end
  if payload == "stop" then return 1, "enough" end
  if payload == "refused" then return -1, "not this one" end
  out:write(payload, "\n")
  out:flush()
  return 0
end`,
	})
	dead, enough := "heka.sandbox-terminated process_message() dead", "heka.sandbox-terminated enough"
	s.wants("line one", "line poison", "line refused", "line two", "line stop", "line three", dead, dead, dead, enough, enough, enough)
	s.stop()
	if got := s.file("out.txt"); got != "one\ntwo\nthree\n" {
		t.Errorf("written %q", got)
	}
	var reasons []string
	file, err := os.Open((&queue.DeadLetters{Dir: filepath.Join(s.dir, "base/dead_letters")}).Path("sink"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	_, err = message.ReadRecorded(file, func(m *message.Message) error {
		reasons = append(reasons, strings.Clone(m.Payload()+": "+m.Text("dead_letter_reason")))
		return nil
	})
	want := []string{"poison: its delivery made the output fail 3 times; at last: FATAL: process_message() dead", "refused: not this one", "stop: its delivery made the output fail 3 times; at last: FATAL: enough"}
	if err != nil || !slices.Equal(reasons, want) {
		t.Errorf("%v: dead letters\n%q\nwant\n%q", err, reasons, want)
	}
}

// An output that dies of everything is not told of its own ends: there would be more and more of them.
func TestEndsAreToldToOthers(t *testing.T) {
	s := run(t, "", `
[in]
type = "LinesInput"
lines = ["one"]
[mortal]
type = "SandboxOutput"
filename = "mortal.lua"
message_matcher = "TRUE"
[mortal.retries]
`+quick+show, map[string]string{"mortal.lua": `function process_message() error("dead", 0) end`})
	dead := "heka.sandbox-terminated process_message() dead"
	s.wants(" one", dead, dead, dead)
	s.stop()
	for _, p := range s.pipeline.Report().Plugins {
		for _, c := range p.Counters {
			if p.Name == "mortal" && (c.Name == "matched" || c.Name == "refused") && c.Value != 1 {
				t.Errorf("%s %d", c.Name, c.Value)
			}
		}
	}
}

// Scripts that hang do not keep the collector from stopping.
func TestHangingScriptsStop(t *testing.T) {
	s := run(t, "", `
[source]
type = "SandboxInput"
filename = "source.lua"
[sink]
type = "SandboxOutput"
filename = "sink.lua"
message_matcher = "Type == 'line'"
`+show, map[string]string{
		"source.lua": `function process_message() inject_message({Type = "line"}) while true do pcall(function() while true do end end) end end`,
		"sink.lua":   `function process_message() while true do pcall(function() while true do end end) end end`,
	})
	s.wants("line ")
	s.stop() // what goes on after it, the leak test finds
}
