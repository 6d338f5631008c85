package sandboxmanager_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lma_collector/collector/config"
	"lma_collector/collector/filters/sandboxmanager/sender"
	"lma_collector/collector/message"
	"lma_collector/collector/pipeline"
	"lma_collector/collector/plugin"
	_ "lma_collector/collector/plugins"
)

// showOutput keeps the type and payload of what it gets, and of which filter it tells.
type showOutput struct {
	mu   sync.Mutex
	seen map[string]int
}

var shown = &showOutput{seen: map[string]int{}}

func (s *showOutput) NewOutput(*plugin.Env) (plugin.Output, error) { return s, nil }

func (s *showOutput) Deliver(_ context.Context, items []plugin.Item) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range items {
		m := items[i].Message
		s.seen[strings.Join(strings.Fields(m.Type()+" "+m.Text("plugin")+" "+m.Payload()), " ")]++
	}
	return nil
}

func (s *showOutput) count(text string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen[text]
}

func init() { plugin.RegisterOutput("ShowOutput", func() plugin.OutputConfig { return shown }) }

const running = `
[control]
type = "TcpInput"
address = %q
splitter = "signed"
[signed]
type = "HekaFramingSplitter"
[signed.signer.ops_1]
public_key = %q
[M]
type = "SandboxManagerFilter"
message_signer = "ops"
max_filters = 5
[M_own]
type = "SandboxFilter"
filename = %q
message_matcher = "FALSE"
preserve_data = true
[show]
type = "ShowOutput"
message_matcher = "Type =~ /^heka/ && Type != 'heka.control.sandbox'"
`

// rig is a pipeline with a manager, and one who may load filters.
type rig struct {
	t       *testing.T
	p       *pipeline.Pipeline
	base    string
	address string
	signer  sender.Signer
	stop    func()
}

func newRig(t *testing.T) *rig { return newRigWith(t, "max_filters = 5") }

// newRigWith has a manager with other options.
func newRigWith(t *testing.T, options string) *rig {
	r := &rig{t: t, base: t.TempDir()}
	r.signer = sender.Signer{Name: "ops", Version: 1, PrivateKeyFile: filepath.Join(t.TempDir(), "key")}
	public, err := sender.NewKey(r.signer.PrivateKeyFile)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.address = l.Addr().String()
	l.Close()
	file := filepath.Join(t.TempDir(), "c.toml")
	script := filepath.Join(t.TempDir(), "own.lua")
	if err := os.WriteFile(script, []byte("function process_message() return 0 end"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(strings.Replace(running, "max_filters = 5", options, 1), r.address, public, script)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r.start(file)
	return r
}

func (r *rig) start(file string) {
	r.t.Helper()
	conf, found := config.Load(file, nil)
	if found.HasErrors() {
		r.t.Fatal(found)
	}
	share, err := filepath.Abs("../../..")
	if err != nil {
		r.t.Fatal(err)
	}
	p, found := pipeline.Build(conf.Sections, pipeline.Settings{
		Hostname: "ctl1", BaseDir: r.base, ShareDir: share, MaxMessageSize: 256 << 10, MaxMessageLoops: 4,
		MaxProcessInject: 1, MaxTimerInject: 10, MaxUnacknowledged: 64 << 20, Log: slog.New(slog.DiscardHandler),
	})
	if p == nil {
		r.t.Fatal(found)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.Run(ctx)
	}()
	r.p, r.stop = p, func() { cancel(); <-done }
	r.t.Cleanup(r.stop)
}

func (r *rig) until(what string, ok func() bool) {
	r.t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			r.t.Fatalf("waited in vain: %s", what)
		}
	}
}

func (r *rig) send(records ...[]byte) {
	r.t.Helper()
	r.until("the port is open", func() bool {
		c, err := net.Dial("tcp", r.address)
		if err != nil {
			return false
		}
		_, err = c.Write(bytes.Join(records, nil))
		if err := errors.Join(err, c.Close()); err != nil {
			r.t.Fatal(err)
		}
		return true
	})
}

func (r *rig) control(c sender.Control) []byte {
	r.t.Helper()
	body, _ := c.Message(time.Now())
	record, err := r.signer.Frame(body)
	if err != nil {
		r.t.Fatal(err)
	}
	return record
}

func (r *rig) load(name, script, options string) {
	r.t.Helper()
	section := fmt.Sprintf("[%s]\ntype = \"SandboxFilter\"\nmessage_matcher = \"Type == 'probe'\"\n%s", name, options)
	r.send(r.control(sender.Control{Action: "load", Script: script, Config: section}))
	r.until(name+" is loaded", func() bool { return r.report("M-"+name) != nil })
}

func (r *rig) unload(name string) {
	r.t.Helper()
	r.send(r.control(sender.Control{Action: "unload", Name: name}))
	r.until(name+" is unloaded", func() bool { return r.report("M-"+name) == nil })
}

func (r *rig) report(name string) *pipeline.PluginReport {
	for _, p := range r.p.Report().Plugins {
		if p.Name == name {
			return &p
		}
	}
	return nil
}

func probes(n int) []byte {
	d := message.Draft{Type: "probe", Payload: "p"}
	d.SetTimestamp(time.Now().UnixNano())
	return bytes.Repeat(message.AppendFrame(nil, d.Encode(nil)), n)
}

func TestDataOutliveUnloading(t *testing.T) {
	r := newRig(t)
	const script = "count = 0\nfunction process_message()\ncount = count + 1\ninject_payload('txt', 'n', 'kept ' .. count)\nreturn 0\nend\n"
	r.load("kept", script, "preserve_data = true\n")
	r.send(probes(2))
	r.until("it counts", func() bool { return shown.count("heka.sandbox-output kept 2") == 1 })
	r.unload("kept")
	r.load("kept", script, "preserve_data = true\n")
	r.send(probes(1))
	r.until("it counts on", func() bool { return shown.count("heka.sandbox-output kept 3") == 1 })
}

// What a section of the configuration keeps is nobody else's to read or to overwrite.
func TestDataOfOthers(t *testing.T) {
	r := newRig(t)
	section := "[own]\ntype = \"SandboxFilter\"\nmessage_matcher = \"TRUE\"\npreserve_data = true\n"
	r.send(r.control(sender.Control{Action: "load", Script: "function process_message() return 0 end", Config: section}))
	r.until("it is refused", func() bool {
		return shown.count("heka.sandbox-terminated M loadSandbox failed: data file "+filepath.Join(r.base, "sandbox_preservation", "M_own.data")+
			" belongs to [M_own]: rename one of the sections") == 1
	})
	r.load("own", "function process_message() return 0 end", "") // without data there is nothing to share
	r.unload("own")
}

// One that dies is told of and started again; one that others wait for is ended; neither holds up the rest.
func TestBadFilters(t *testing.T) {
	r := newRig(t)
	r.load("good", "function process_message() inject_payload('txt', 'n', 'good') return 0 end", "")
	r.load("dies", "function process_message() error('ouch', 0) end", "")
	r.load("endless", "function process_message() while true do end end", "")
	r.load("slow", "function process_message() for i = 1, 30000 do end return 0 end", "queue_messages = 1\n")
	stop := make(chan struct{})
	var feeding sync.WaitGroup
	feeding.Go(func() {
		c, err := net.Dial("tcp", r.address)
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		for many := probes(50); ; {
			select {
			case <-stop:
				return
			default:
			}
			if _, err := c.Write(many); err != nil {
				t.Error(err)
				return
			}
		}
	})
	told := func(name, text string) func() bool {
		return func() bool { return shown.count("heka.sandbox-terminated M-"+name+" "+text) > 1 }
	}
	r.until("ouch", told("dies", "process_message() ouch"))
	r.until("the slow one is ended", told("slow", "sandbox is running slowly and blocking the router"))
	r.until("the endless one is ended", func() bool { return r.report("M-endless").Restarts > 1 })
	n := shown.count("heka.sandbox-output good")
	r.until("the good one works", func() bool { return shown.count("heka.sandbox-output good") > n+1000 })
	for _, name := range []string{"slow", "endless", "dies", "good"} {
		r.unload(name)
	}
	close(stop)
	feeding.Wait()
}

func TestManyLoads(t *testing.T) {
	r := newRig(t)
	const script = "function process_message() inject_payload('txt', 'n', 'many') return 0 end"
	for i := range 15 {
		name := fmt.Sprint("f", i%3)
		r.load(name, script, fmt.Sprintf("# %d\n", i))
		r.send(probes(20))
		n := shown.count("heka.sandbox-output many")
		r.send(probes(20))
		r.until("it is heard", func() bool { return shown.count("heka.sandbox-output many") > n })
		r.unload(name)
	}
	r.stop()
	entries, err := os.ReadDir(filepath.Join(r.base, "sbxmgrs"))
	if err != nil || len(entries) != 1 || entries[0].Name() != "M.seen" {
		t.Errorf("left %v, %v", entries, err)
	}
}

// Without a limit of instructions a filter that never ends is taken out all the same, and one that never
// starts keeps nobody from stopping. What was to be loaded at a stop is there after the next start.
func TestEndlessFilters(t *testing.T) {
	r := newRigWith(t, "max_filters = 5\ninstruction_limit = 0")
	r.load("endless", "n = 0\nfunction process_message() n = 7 while true do end end", "preserve_data = true\n")
	r.send(probes(1))
	r.until("it runs", func() bool { return r.number("M-endless", "lua_calls") == 1 })
	r.unload("endless")
	r.until("its data are kept", func() bool {
		data, _ := os.ReadFile(filepath.Join(r.base, "sandbox_preservation", "M_endless.data"))
		return strings.Contains(string(data), "_G[\"n\"] = 7\n")
	})
	section := "[early]\ntype = \"SandboxFilter\"\nmessage_matcher = \"TRUE\"\n"
	r.send(r.control(sender.Control{Action: "load", Script: "while true do end", Config: section}))
	r.until("it is stored", func() bool {
		_, err := os.Stat(filepath.Join(r.base, "sbxmgrs", "M-early.toml"))
		return err == nil
	})
	r.stop()
	r.until("the manager has ended", func() bool { return r.report("M").State == pipeline.StateStopped })
	if _, err := os.Stat(filepath.Join(r.base, "sbxmgrs", "M-early.toml")); err != nil {
		t.Error(err)
	}
}

// number is one of a plugin's numbers.
func (r *rig) number(name, number string) int64 {
	report := r.report(name)
	if report == nil {
		return 0
	}
	for _, n := range report.Numbers {
		if n.Name == number {
			return n.Value
		}
	}
	return 0
}
