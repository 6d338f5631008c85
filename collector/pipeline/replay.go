package pipeline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"time"

	"lma_collector/collector/config"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// ReplayOptions say which filters to replay messages through, and who gets the results.
type ReplayOptions struct {
	Filters []string                 // sections; nil for all
	Ticks   map[string]time.Duration // by section, instead of its ticker_interval; 0 for no timer
	Message func(*message.Message) error
	Failure func(ReplayFailure)
}

// ReplayFailure is an error that a filter returned for a message, or for its timer (Message is nil).
type ReplayFailure struct {
	Filter  string
	Message *message.Message
	Time    time.Time // on the clock of the replay
	Err     error
	Trace   string // of a script that died of it, where that is known
}

// MarshalJSON gives the error, the filter, and the message in its JSON form; for a timer the time.
func (f ReplayFailure) MarshalJSON() ([]byte, error) {
	form := struct {
		Error   string          `json:"error"`
		Filter  string          `json:"filter"`
		Message json.RawMessage `json:"message,omitempty"`
		Time    *time.Time      `json:"time,omitempty"`
		Trace   string          `json:"trace,omitempty"`
	}{Error: f.Err.Error(), Filter: f.Filter, Trace: f.Trace}
	if f.Message != nil {
		form.Message = message.AppendJSON(nil, f.Message)
	} else {
		form.Time = &f.Time
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(form)
	return bytes.TrimSpace(b.Bytes()), err
}

// ReplayCounts are the totals of a replay.
type ReplayCounts struct{ Messages, Injected, Failures int64 }

// Replay runs the filters of a configuration by a clock that recorded messages drive: it starts at the
// first one's timestamp, timers fire when it passes their time, and nothing ever waits. What a filter
// injects goes to the others at once, under the rules of a running pipeline. The same messages give
// the same results. One goroutine uses it.
type Replay struct {
	options ReplayOptions
	filters []*replayed
	now     time.Time
	started bool
	queue   []*message.Batch // injected, to be handed on
	counts  ReplayCounts
}

// replayed is a filter section of a replay.
type replayed struct {
	*filter
	plugin plugin.Filter // nil before the start, and after it could not be started again
	next   time.Time     // of its timer
	ticked time.Time
}

// maxReplayTicks is how many timer events may lie between two messages: 23 days of a timer of 2 s.
// More come from a wrong timestamp, and would take for ever.
const maxReplayTicks = 1_000_000

// NewReplay prepares the filters. They start with the first message.
func (t *Tools) NewReplay(o ReplayOptions) (*Replay, error) {
	r := &Replay{options: o}
	var names []string
	for _, f := range t.b.pipeline.filters {
		names = append(names, f.name)
	}
	if len(names) == 0 {
		return nil, errors.New("the configuration has no filter section")
	}
	for _, name := range o.Filters {
		if !slices.Contains(names, name) {
			return nil, errNoFilter(name, names)
		}
	}
	for name := range o.Ticks {
		if !slices.Contains(names, name) {
			return nil, errNoFilter(name, names)
		}
	}
	for _, f := range t.b.pipeline.filters {
		if o.Filters == nil || slices.Contains(o.Filters, f.name) {
			r.filters = append(r.filters, r.prepare(t.b.units[f.name], f))
		}
	}
	return r, nil
}

func errNoFilter(name string, names []string) error {
	if near := config.Nearest(name, names); near != "" {
		return fmt.Errorf("no filter section is called %q; did you mean %q?", name, near)
	}
	return fmt.Errorf("no filter section is called %q: there are %s", name, strings.Join(names, ", "))
}

// prepare gives a filter the clock and timer of the replay.
func (r *Replay) prepare(u *unit, f *filter) *replayed {
	useClock(u.config, r.Now)
	if d, ok := r.options.Ticks[f.name]; ok {
		f.ticker, u.env.TickerInterval = d, d
	}
	var seed [32]byte
	copy(seed[:], f.name)
	f.rng = rand.NewChaCha8(seed)
	f.batch = message.NewBatch()
	return &replayed{filter: f}
}

// useClock sets the field Clock, which the configurations of filters have that look at the time.
func useClock(conf any, clock func() time.Time) {
	v := reflect.ValueOf(conf)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return
	}
	field := v.Elem().FieldByName("Clock")
	if field.IsValid() && field.Type() == reflect.TypeOf(clock) {
		field.Set(reflect.ValueOf(clock))
	}
}

// Now is the time by the clock of the replay.
func (r *Replay) Now() time.Time { return r.now }

// Counts are the totals so far.
func (r *Replay) Counts() ReplayCounts { return r.counts }

// Process hands a recorded message to the filters that take it, after the timers that are due before
// it. The clock does not go back for a message that is older than the one before.
func (r *Replay) Process(m *message.Message) error {
	if !m.HasTimestamp() && !r.started {
		return errors.New("the first message has no timestamp, by which the clock could start")
	}
	if m.HasTimestamp() {
		if err := r.advance(time.Unix(0, m.Timestamp()).UTC()); err != nil {
			return err
		}
	}
	r.counts.Messages++
	r.hand(m)
	return r.drain()
}

// Until lets the timers fire that are due up to t, then every timer once more at t.
func (r *Replay) Until(t time.Time) error {
	if r.started && t.Before(r.now) {
		return fmt.Errorf("the time to go on to, %s, is before that of the last message, %s", form(t), form(r.now))
	}
	if last := time.Unix(0, math.MaxInt64); t.After(last) || t.Before(time.Unix(0, math.MinInt64)) {
		return fmt.Errorf("the time to go on to, %s, is none that a message can have: they end with %s", form(t), form(last))
	}
	if err := r.advance(t); err != nil {
		return err
	}
	for _, f := range r.filters {
		if f.ticker > 0 && !f.ticked.Equal(t) {
			r.tick(f)
		}
		if err := r.drain(); err != nil {
			return err
		}
	}
	return nil
}

func form(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// advance moves the clock on to t, timer by timer.
func (r *Replay) advance(t time.Time) error {
	if !r.started {
		r.now = t
		if err := r.start(); err != nil {
			return err
		}
	}
	if n := r.due(t); n > maxReplayTicks {
		return fmt.Errorf("from %s to %s there would be %d timer events, more than %d: correct the timestamp, or set longer timers (or none) with --tick",
			form(r.now), form(t), n, maxReplayTicks)
	}
	for f := r.first(t); f != nil; f = r.first(t) {
		r.now = f.next
		f.next = f.next.Add(f.ticker)
		r.tick(f)
		if err := r.drain(); err != nil {
			return err
		}
	}
	if t.After(r.now) {
		r.now = t
	}
	return nil
}

// start builds the filters. Their top levels see the time of the first message.
func (r *Replay) start() error {
	r.started = true
	for _, f := range r.filters {
		if err := r.build(f); err != nil {
			return fmt.Errorf("[%s] %w", f.name, err)
		}
		f.next = r.now.Add(f.ticker)
	}
	for _, f := range r.filters {
		r.take(f)
	}
	return r.drain()
}

func (r *Replay) build(f *replayed) (err error) {
	p, err := f.filter.build(func(d *message.Draft) error {
		if !d.HasTimestamp {
			d.SetTimestamp(r.now.UnixNano())
		}
		return f.inject(d)
	})
	if err != nil {
		return err
	}
	f.plugin = p.Filter
	return p.start(f.filter)
}

// due counts the timer events up to t.
func (r *Replay) due(t time.Time) (n int64) {
	for _, f := range r.filters {
		if f.ticker > 0 && !f.next.After(t) {
			n += int64(t.Sub(f.next)/f.ticker) + 1
		}
	}
	return n
}

// first is the filter whose timer fires next, up to t; nil for none.
func (r *Replay) first(t time.Time) (next *replayed) {
	for _, f := range r.filters {
		if f.ticker > 0 && !f.next.After(t) && (next == nil || f.next.Before(next.next)) {
			next = f
		}
	}
	return next
}

// hand gives a message to each filter that takes it.
func (r *Replay) hand(m *message.Message) {
	for _, f := range r.filters {
		signer := f.options.MessageSigner
		if f.plugin == nil || signer != "" && signer != m.Signer() || !f.matcher.Match(m) {
			continue
		}
		f.loops = m.Loops()
		r.done(f, m, f.plugin.Process(m))
	}
}

func (r *Replay) tick(f *replayed) {
	f.ticked, f.loops = r.now, 0
	if f.plugin != nil {
		r.done(f, nil, f.plugin.Tick(r.now))
	}
}

// done takes what a call of a filter injected and its error. After a fatal one the filter is started
// anew, as a pipeline would after a moment.
func (r *Replay) done(f *replayed, m *message.Message, err error) {
	r.take(f)
	if err == nil {
		return
	}
	r.failed(f, m, err)
	if !plugin.IsFatal(err) {
		return
	}
	r.closeFilter(f)
	if err := r.build(f); err != nil {
		f.plugin = nil
		r.failed(f, nil, fmt.Errorf("cannot be started again: %w", err))
	}
	r.take(f)
}

func (r *Replay) failed(f *replayed, m *message.Message, err error) {
	r.counts.Failures++
	if r.options.Failure != nil {
		r.options.Failure(ReplayFailure{Filter: f.name, Message: m, Time: r.now, Err: err})
	}
}

// take queues what a filter has injected.
func (r *Replay) take(f *replayed) {
	if f.batch.Len() > 0 {
		r.queue = append(r.queue, f.batch)
		f.batch = message.NewBatch()
	}
}

// drain hands on what was injected, in order, until nothing is left; max_message_loops sees to the end.
func (r *Replay) drain() error {
	for len(r.queue) > 0 {
		b := r.queue[0]
		r.queue = r.queue[1:]
		for i := range b.Len() {
			r.counts.Injected++
			if err := r.options.Message(b.At(i)); err != nil {
				b.Release()
				return err
			}
			r.hand(b.At(i))
		}
		b.Release()
	}
	return nil
}

func (r *Replay) closeFilter(f *replayed) {
	if c, ok := f.plugin.(plugin.Closer); ok {
		if err := c.Close(); err != nil {
			r.failed(f, nil, err)
		}
	}
	f.plugin = nil
	r.take(f)
}

// Close ends the filters, one after the other; what they inject at their end is handed on.
func (r *Replay) Close() error {
	var errs []error
	for _, f := range r.filters {
		if f.plugin != nil {
			r.closeFilter(f)
			errs = append(errs, r.drain())
		}
	}
	for _, f := range r.filters {
		f.dropBatch()
	}
	return errors.Join(errs...)
}
