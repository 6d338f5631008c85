package sandbox

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// pool is a host of inputs whose source keeps what is handed over.
type pool struct {
	plugin.Source
	mu      sync.Mutex
	batch   []*message.Message
	got     []*message.Message
	flushes int
	full    bool     // nobody takes anything until ctx ends
	waiting []func() // acknowledgements of what was taken
	// undelivered says that there are none until deliver.
	undelivered bool
	arrived     chan struct{} // a token after each flush
}

func (p *pool) NewSource(string) (plugin.Source, error) {
	p.arrived = make(chan struct{}, 1)
	return p, nil
}

func (p *pool) Emit(d *message.Draft) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.batch = append(p.batch, seal(d))
}

func (p *pool) Pending() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.batch) > 0
}

func (p *pool) Flush(ctx context.Context, done func()) error {
	if p.full {
		p.arrived <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}
	p.mu.Lock()
	p.got, p.batch, p.flushes = append(p.got, p.batch...), nil, p.flushes+1
	if done != nil {
		p.waiting = append(p.waiting, done)
	}
	if !p.undelivered {
		p.deliver()
	}
	p.mu.Unlock()
	select {
	case p.arrived <- struct{}{}:
	default:
	}
	return nil
}

// deliver acknowledges what was taken.
func (p *pool) deliver() {
	for _, done := range p.waiting {
		done()
	}
	p.waiting = nil
}

// set says whether what is taken is delivered at once, or not yet.
func (p *pool) set(undelivered bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.undelivered = undelivered; !undelivered {
		p.deliver()
	}
}

func (p *pool) Drain(ctx context.Context) error {
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for {
		p.mu.Lock()
		waiting := len(p.waiting)
		p.mu.Unlock()
		if waiting == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-look.C:
		}
	}
}

func (p *pool) Close() {}

func (p *pool) payloads() (list []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.got {
		list = append(list, m.Payload())
	}
	return list
}

func (r *run) input(ticker time.Duration) *Input {
	r.t.Helper()
	r.env.TickerInterval = ticker
	if r.env.Metrics == nil {
		r.env.Metrics = &plugin.Metrics{}
	}
	in, err := (&InputConfig{Options: r.options}).NewInput(r.env)
	if err != nil {
		r.t.Fatal(err)
	}
	return in.(*Input)
}

const pollingScript = `
local n = 0
function process_message()
  n = n + 1
  if n == 2 then return -1, "failed" end
  inject_message({Timestamp = 1454500800e9, Payload = "line " .. n})
  if n == 3 then stop() end
  return 0
end`

// A polling input is called each interval; what its script injects weighs what it does in hekad.
func TestInputPolls(t *testing.T) {
	r := newRun(t, strings.Replace(pollingScript, "stop()", "error('enough', 0)", 1), nil)
	var p pool
	err := r.input(time.Nanosecond).Run(t.Context(), &p)
	if errText(err) != "FATAL: process_message() enough" {
		t.Errorf("run: %v", err)
	}
	if got := fmt.Sprint(p.payloads()); got != "[line 1 line 3]" {
		t.Errorf("injected %s", got)
	}
	for name, want := range map[string]int64{"lua_injected": 2, "lua_failures": 1, "lua_deaths": 1, "lua_max_output_bytes": 36} {
		if got := r.number(name); got != want {
			t.Errorf("%s is %d, want %d", name, got, want)
		}
	}
	if m := p.got[0]; len(m.UUID()) != 16 || string(m.UUID()) == string(p.got[1].UUID()) || m.Hostname() != "" || m.HasSeverity() || m.Type() != "" {
		t.Errorf("headers are %x %s", m.UUID(), describe(m))
	}
	if c := r.env.Health.Conditions(); len(c) != 1 || c[0].Text != "the script failed: failed" {
		t.Errorf("conditions %v", c)
	}
}

// Without an interval the script runs once.
func TestInputRunsOnce(t *testing.T) {
	for _, once := range []bool{false, true} {
		r := newRun(t, pollingScript, nil)
		r.env.Once = once
		interval := time.Duration(0)
		if once {
			interval = time.Hour
		}
		var p pool
		if err := r.input(interval).Run(t.Context(), &p); err != nil {
			t.Error(err)
		}
		if got := fmt.Sprint(p.payloads()); got != "[line 1]" {
			t.Errorf("injected %s", got)
		}
	}
}

func TestInputFails(t *testing.T) {
	for script, want := range map[string]string{
		`function process_message() error("oops") end`:       "FATAL: process_message() P:1: oops",
		`function process_message() return 1, "gave up" end`: "FATAL: gave up",
		`function process_message() return "0" end`:          "FATAL: process_message() must return a numeric status code",
		`x = 1`:            "FATAL: process_message() function was not found",
		`error("no door")`: "filename: script P does not start: P:1: no door",
		`function process_message() read_message("Type") end`:                "FATAL: process_message() P:1: attempt to call",
		`function process_message() inject_message("no message at all") end`: "FATAL: process_message() P:1: inject_message() protobuf unmarshal failed",
	} {
		r := newRun(t, script, nil)
		var p pool
		err := r.input(0).Run(t.Context(), &p)
		if got := strings.ReplaceAll(errText(err), r.env.SharePath("script.lua"), "P"); !strings.HasPrefix(got, want) {
			t.Errorf("%s\ngot  %q\nwant %q", script, got, want)
		}
		if len(p.got) != 0 {
			t.Errorf("%s: injected %d", script, len(p.got))
		}
	}
}

// A stop ends a script wherever it is, whatever it catches; its data are kept all the same.
func TestInputStops(t *testing.T) {
	for name, script := range map[string]string{
		"endless":   `function process_message() n = 1 inject_message({Payload="x"}) while true do end end`,
		"catching":  `function process_message() n = 1 inject_message({Payload="x"}) while true do pcall(function() while true do end end) end end`,
		"injecting": `function process_message() n = 1 while true do inject_message({Payload="x"}) end end`,
		"refusing":  `function process_message() n = 1 while true do pcall(inject_message, {Payload="x"}) end end`,
		"polling":   `function process_message() n = 1 inject_message({Payload="x"}) return 0 end`,
		"loading":   `function process_message() n = 1 end inject_message({Payload="x"}) while true do end`,
	} {
		t.Run(name, func(t *testing.T) {
			r := newRun(t, script, nil)
			r.options.PreserveData = true
			ctx, stop := context.WithCancel(t.Context())
			var p pool
			done := make(chan error)
			in := r.input(time.Hour)
			p.arrived = make(chan struct{}, 1)
			go func() { done <- in.Run(ctx, keepArrived{&p}) }()
			<-p.arrived
			stop()
			if err := <-done; err != nil {
				t.Error(err)
			}
			data, err := os.ReadFile(filepath.Join(r.env.BaseDir, "sandbox_preservation", "sbx.data"))
			if name == "loading" { // it was never called
				return
			}
			if err != nil || !strings.Contains(string(data), "_G[\"n\"] = 1\n") {
				t.Errorf("%v: data are %q", err, data)
			}
		})
	}
}

// The data of a script that never returns are written, too.
func TestInputKeepsWhileItRuns(t *testing.T) {
	r := newRun(t, `n = 0 function process_message() while true do n = n + 1 inject_message({Payload=n}) end end`, nil)
	r.options.PreserveData = true
	p := &pool{arrived: make(chan struct{}, 1)}
	in := r.input(0)
	in.ctx, in.source, in.wake = t.Context(), p, make(chan struct{}, 1)
	s, err := in.config.open(t.Context(), r.env, plugin.KindInput, in)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	in.keeper = newKeeper(true, filepath.Join(r.env.BaseDir, "x.data"), r.env)
	in.keeper.next = r.now // long ago
	s.instructionLimit = 10000
	if s.process() != 1 || in.keeper.last == nil {
		t.Fatalf("status %d, nothing is written", s.status)
	}
	if err := in.keeper.end(); err != nil {
		t.Error(err)
	}
	if data, err := os.ReadFile(in.keeper.path); err != nil || !strings.Contains(string(data), "_G[\"n\"] = 1\n") {
		t.Errorf("%v: kept %q", err, data)
	}
}

// A script's data say nothing of messages that are not delivered: it would not inject them again.
func TestInputKeepsWhatIsDelivered(t *testing.T) {
	for name, late := range map[string]bool{"never delivered": false, "delivered after the stop": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRun(t, `n = 0 function process_message() n = n + 1 inject_message({Payload=n .. ""}) return 0 end`, nil)
				r.options.PreserveData = true
				in := r.input(keepInterval * 3 / 4)
				p := &pool{arrived: make(chan struct{}, 10)}
				ctx, stop := context.WithCancel(t.Context())
				done := make(chan error)
				go func() { done <- in.Run(ctx, keepArrived{p}) }()
				// The first two calls are within a minute, the third is due to keep the data.
				time.Sleep(keepInterval)
				p.set(true)
				time.Sleep(keepInterval)
				data := filepath.Join(r.env.BaseDir, "sandbox_preservation", "sbx.data")
				if text, err := os.ReadFile(data); err == nil {
					t.Errorf("kept too early: %q", text)
				}
				stop()
				synctest.Wait()
				if late {
					p.set(false)
				}
				if err := <-done; err != nil {
					t.Error(err)
				}
				text, _ := os.ReadFile(data)
				if strings.Contains(string(text), "_G[\"n\"] = 3\n") != late {
					t.Errorf("kept %q", text)
				}
			})
		})
	}
}

// keepArrived is a host that keeps the channel which the test waits on.
type keepArrived struct{ p *pool }

func (k keepArrived) NewSource(string) (plugin.Source, error) { return k.p, nil }

// Nobody takes anything: the script waits, and a stop ends that.
func TestInputIsHeldBack(t *testing.T) {
	r := newRun(t, `function process_message() while true do inject_message({Payload="x"}) end end`, nil)
	ctx, stop := context.WithCancel(t.Context())
	p := pool{full: true, arrived: make(chan struct{}, 10)}
	done := make(chan error)
	in := r.input(0)
	go func() { done <- in.Run(ctx, keepArrived{&p}) }()
	<-p.arrived
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if n := len(p.batch); n > fullCount+1 {
		t.Errorf("%d messages in a batch that nobody took", n)
	}
}

func TestInputZone(t *testing.T) {
	r := newRun(t, `function process_message() inject_message({Timestamp=1392065939e9}) return 0 end`, map[string]any{"tz": "America/Los_Angeles"})
	var p pool
	if err := r.input(0).Run(t.Context(), &p); err != nil || p.got[0].Timestamp() != (1392065939+8*3600)*1e9 {
		t.Errorf("%v, %d messages", err, len(p.got))
	}
	r.options.Config["tz"] = "Mars/Base"
	if _, err := (&InputConfig{Options: r.options}).NewInput(r.env); errText(err) != `config.tz: unknown time zone "Mars/Base": use a name such as "Europe/Paris"` {
		t.Error(err)
	}
}

// A message that the script has encoded already goes on as it is, without a uuid of its own.
func TestInputEncoded(t *testing.T) {
	r := newRun(t, `function process_message() inject_message("\026\004TYPE") inject_message("") return 0 end`, nil)
	var p pool
	if err := r.input(0).Run(t.Context(), &p); err != nil || len(p.got) != 1 || string(p.got[0].Bytes()) != "\x1a\x04TYPE" {
		t.Errorf("%v: %d messages", err, len(p.got))
	}
}

// Checking a configuration compiles the script and does not run it.
func TestInputIsNotRunByACheck(t *testing.T) {
	r := newRun(t, `require("io").open(read_config("file"), "w"):close()`, nil)
	file := filepath.Join(r.env.ShareDir, "made")
	r.options.Config = map[string]any{"file": file}
	r.input(0)
	if _, err := (&OutputConfig{Options: r.options}).NewOutput(r.env); err != nil {
		t.Fatal(err)
	}
	(&InputConfig{Options: r.options}).Check(r.env)
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("the script ran: %v", err)
	}
	r = newRun(t, "x = = 1", nil)
	want := "filename: script " + r.env.SharePath("script.lua") + " does not start: " + r.env.SharePath("script.lua") + ":1: "
	if _, err := (&InputConfig{Options: r.options}).NewInput(r.env); !strings.HasPrefix(errText(err), want) {
		t.Error(err)
	}
	if _, err := (&OutputConfig{Options: r.options}).NewOutput(r.env); !strings.HasPrefix(errText(err), want) {
		t.Error(err)
	}
}
