package sandbox

import (
	"errors"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// Offline runs one sandbox plugin by itself on messages and timers of the caller's, with the
// caller's clock: in tests, and to replay what was recorded. One goroutine uses it.
type Offline struct {
	now      time.Time
	env      plugin.Env
	filter   *Filter
	decoder  *Decoder
	encoder  *Encoder
	injected []*message.Message
}

// OfflineOptions say what to run. Zero limits are the defaults.
type OfflineOptions struct {
	Kind     plugin.Kind // KindFilter, KindDecoder or KindEncoder
	Name     string      // of the section
	Hostname string
	ShareDir string // under which Filename lies if it is relative
	BaseDir  string // of preserved data, needed with PreserveData only
	Filename string
	// ModuleDirectory is <ShareDir>/lua_modules when it is "".
	ModuleDirectory string
	Config          map[string]any
	PreserveData    bool

	InstructionLimit, OutputLimit    uint
	MaxProcessInject, MaxTimerInject int

	Start time.Time // the clock while the script's top level runs
}

// Outcome is what one message or timer led to.
type Outcome struct {
	Status      int                // what process_message returned, 1 after a Lua error
	Error       string             // the script's error text, without a prefix of the host's
	Injected    []*message.Message // what goes on, in order; with Passthrough the record itself
	Passthrough bool               // a decoder returned 0 and injected nothing
	Discarded   int                // messages that a decoder had injected before it failed
	Output      []byte             // an encoder's bytes, nil for a message left out
	Terminated  bool               // the script is dead
}

// OpenOffline starts the script. The error is that of its configuration or top level.
func OpenOffline(o OfflineOptions) (*Offline, error) {
	run := &Offline{now: o.Start}
	run.env = plugin.Env{
		Name: o.Name, Hostname: o.Hostname, ShareDir: o.ShareDir, BaseDir: o.BaseDir, Health: plugin.NewHealth(nil),
		MaxProcessInject: o.MaxProcessInject, MaxTimerInject: o.MaxTimerInject, Inject: run.inject,
	}
	options := defaultOptions()
	options.Filename, options.ModuleDirectory, options.Config = o.Filename, o.ModuleDirectory, o.Config
	options.PreserveData = o.PreserveData
	options.Clock = func() time.Time { return run.now }
	if o.InstructionLimit > 0 {
		options.InstructionLimit = o.InstructionLimit
	}
	if o.OutputLimit > 0 {
		options.OutputLimit = o.OutputLimit
	}
	return run, run.open(o.Kind, options)
}

func (o *Offline) open(kind plugin.Kind, options Options) error {
	switch kind {
	case plugin.KindFilter:
		f, err := (&FilterConfig{Options: options}).NewFilter(&o.env)
		if o.filter, _ = f.(*Filter); err == nil {
			err = o.filter.Start()
		}
		return err
	case plugin.KindDecoder:
		d, err := (&DecoderConfig{Options: options}).NewDecoder(&o.env)
		o.decoder, _ = d.(*Decoder)
		return err
	case plugin.KindEncoder:
		e, err := (&EncoderConfig{Options: options}).NewEncoder(&o.env)
		o.encoder, _ = e.(*Encoder)
		return err
	}
	return errors.New("only filters, decoders and encoders run offline")
}

// inject takes a filter's message as the pipeline would.
func (o *Offline) inject(d *message.Draft) error {
	if !d.HasTimestamp {
		d.SetTimestamp(o.now.UnixNano())
	}
	if d.Hostname == "" {
		d.Hostname = o.env.Hostname
	}
	o.Emit(d)
	return nil
}

// Emit takes a decoder's message.
func (o *Offline) Emit(d *message.Draft) {
	b := message.NewBatch()
	defer b.Release()
	b.Append(d)
	o.injected = append(o.injected, b.At(0).Clone())
}

// Process hands the script a message at a time.
func (o *Offline) Process(m *message.Message, now time.Time) Outcome {
	o.now, o.injected = now, nil
	switch {
	case o.filter != nil:
		_ = o.filter.Process(m) // the script's own status and text say more
		return o.filterOutcome()
	case o.decoder != nil:
		return o.decode(m)
	}
	return o.encode(m)
}

// Tick lets a filter's timer fire at a time.
func (o *Offline) Tick(now time.Time) Outcome {
	o.now, o.injected = now, nil
	if o.filter == nil {
		return Outcome{}
	}
	o.filter.script.status, o.filter.script.lastError = 0, ""
	_ = o.filter.Tick(now)
	return o.filterOutcome()
}

func (o *Offline) filterOutcome() Outcome {
	s := o.filter.script
	out := Outcome{Status: s.status, Error: s.lastError, Injected: o.injected, Terminated: s.terminated}
	if n := len(o.injected); s.terminated && n > 0 && o.injected[n-1].Type() == "heka.sandbox-terminated" {
		out.Injected = o.injected[:n-1]
	}
	return out
}

func (o *Offline) decode(m *message.Message) Outcome {
	var d message.Draft
	d.Load(m)
	err := o.decoder.Decode(&d, o)
	s := o.decoder.script
	out := Outcome{Status: s.status, Error: s.lastError, Injected: o.injected, Terminated: s.terminated}
	out.Passthrough = err == nil && len(o.decoder.made) == 0
	if err != nil {
		out.Injected, out.Discarded = nil, len(o.decoder.made)
	}
	return out
}

func (o *Offline) encode(m *message.Message) Outcome {
	data, err := o.encoder.Encode(nil, m)
	s := o.encoder.script
	out := Outcome{Status: s.status, Error: s.lastError, Output: data, Terminated: s.terminated}
	if err != nil {
		out.Output = nil
	}
	return out
}

// Close ends the script and keeps its data if that is wanted.
func (o *Offline) Close() error {
	switch {
	case o.filter != nil:
		return o.filter.Close()
	case o.decoder != nil:
		return o.decoder.Close()
	case o.encoder != nil:
		return o.encoder.Close()
	}
	return nil
}
