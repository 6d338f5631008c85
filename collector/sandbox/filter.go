package sandbox

import (
	"errors"
	"fmt"
	"os"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// FilterConfig is the configuration of a SandboxFilter.
type FilterConfig struct {
	Options
	// Default false: call timer_event once more when the filter stops.
	TimerEventOnShutdown bool `toml:"timer_event_on_shutdown"`
}

// NewFilter runs the script's top level; the filter is ready for messages.
func (c *FilterConfig) NewFilter(env *plugin.Env) (plugin.Filter, error) {
	if err := c.check(env); err != nil {
		return nil, err
	}
	f := &Filter{config: c, env: env, clock: c.Clock}
	if f.clock == nil {
		f.clock, f.pid = time.Now, int32(os.Getpid())
	}
	s, err := c.open(interruptOf(env), env, plugin.KindFilter, f)
	if err != nil {
		return nil, err
	}
	f.script = s
	f.keeper = newKeeper(c.PreserveData, c.dataFile(env, plugin.KindFilter), env)
	return f, nil
}

// Filter is a SandboxFilter.
type Filter struct {
	config *FilterConfig
	env    *plugin.Env
	script *script
	keeper *keeper
	clock  func() time.Time
	pid    int32 // of this process; 0 where the clock is another's: what is replayed comes out alike
	began  bool  // it runs: one that was only checked has no last words
	ended  bool  // by a fatal status or error

	injected, allowed int           // messages of this call
	payload           message.Draft // of inject_payload
}

var (
	_ plugin.Starter = (*Filter)(nil)
	_ plugin.Closer  = (*Filter)(nil)
	_ host           = (*Filter)(nil)
)

const (
	defaultProcessInject = 1
	defaultTimerInject   = 10
)

// Start notes that the filter runs.
func (f *Filter) Start() error {
	f.began = true
	return nil
}

// Process calls process_message. A negative status is an ordinary error, a positive one and a Lua error are fatal.
func (f *Filter) Process(m *message.Message) error {
	f.injected, f.allowed = 0, f.env.MaxProcessInject
	if f.allowed == 0 {
		f.allowed = defaultProcessInject
	}
	s := f.script
	s.msg = m
	status := s.process()
	s.msg = nil
	switch {
	case status > 0:
		return f.terminate()
	case status < 0:
		return s.complaint()
	}
	f.keeper.keep(s)
	return nil
}

// Tick calls timer_event.
func (f *Filter) Tick(now time.Time) error {
	f.injected, f.allowed = 0, f.env.MaxTimerInject
	if f.allowed == 0 {
		f.allowed = defaultTimerInject
	}
	if !f.script.tick(now) {
		return f.terminate()
	}
	f.keeper.keep(f.script)
	return nil
}

// terminate reports the script's end: a message for whoever watches, and an error for the host, which
// closes the filter and starts another.
func (f *Filter) terminate() error {
	f.ended = true
	if f.script.interrupted.Load() { // it was to end
		return plugin.Fatal(errStopped)
	}
	logTrace(f.env, f.script)
	terminated(&f.payload, f.env.Name, f.script.lastError)
	if f.env.Inject != nil {
		_ = f.env.Inject(&f.payload) // what matters is the error below, which the host reports
	}
	return plugin.Fatal(fmt.Errorf("terminated: %s", f.script.reason()))
}

// terminated makes the message that tells of a script's end.
func terminated(d *message.Draft, name, reason string) {
	d.Reset()
	d.Type, d.Logger, d.Payload = "heka.sandbox-terminated", "hekad", reason
	d.AddString("plugin", name)
}

// tell publishes a script's end for the kinds that inject nothing themselves.
func tell(env *plugin.Env, s *script) {
	logTrace(env, s)
	if env.Publish == nil {
		return
	}
	var d message.Draft
	terminated(&d, env.Name, s.lastError)
	d.Hostname = env.Hostname
	d.SetUUID(randomUUID())
	d.SetTimestamp(s.clock().UnixNano())
	env.Publish(&d)
}

// logTrace helps a script's author: the reason itself is the host's to report.
func logTrace(env *plugin.Env, s *script) {
	if env.Log != nil && s.trace != "" {
		env.Log.Info("the script died", "error", s.lastError, "trace", s.trace)
	}
	s.trace = ""
}

// Close calls timer_event where that is wanted and keeps the script's data.
func (f *Filter) Close() error {
	var err error
	if f.config.TimerEventOnShutdown && f.began && !f.ended && f.Tick(f.clock()) != nil {
		err = fmt.Errorf("FATAL: %s", f.script.reason())
	}
	err = errors.Join(err, f.keeper.close(f.script))
	f.script.close()
	return err
}

// injectMessage forces the headers by which everybody sees who made the message.
func (f *Filter) injectMessage(s *script) error {
	s.made.Type = "heka.sandbox." + s.made.Type
	return f.inject(&s.made)
}

func (f *Filter) injectPayload(_ *script, payload []byte, typ, name string) error {
	d := &f.payload
	d.Reset()
	d.Type, d.Payload = "heka.sandbox-output", message.View(payload)
	d.Add("payload_type", "file-extension", message.StringValue(typ))
	d.AddString("payload_name", name)
	d.SetTimestamp(f.clock().UnixNano())
	if f.pid != 0 {
		d.SetPid(f.pid)
	}
	return f.inject(d)
}

func (f *Filter) inject(d *message.Draft) error {
	if f.injected >= f.allowed {
		return errInjectCount
	}
	f.injected++
	d.Logger, d.Hostname = f.env.Name, f.env.Hostname
	if f.env.Inject == nil {
		return nil
	}
	return f.env.Inject(d)
}

var errInjectCount = errors.New("exceeded InjectMessage count")
