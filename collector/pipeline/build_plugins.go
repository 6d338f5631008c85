package pipeline

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"lma_collector/collector/config"
	"lma_collector/collector/matcher"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

func under(dir, name string) string { return filepath.Join(dir, name) }

// frameOverhead is the most that framing adds to a message, in bytes (spec: 3 + 255).
const frameOverhead = 258

func (b *builder) makeInput(u *unit) {
	u.env.TickerInterval = time.Duration(u.input.TickerInterval) * time.Second
	conf := u.config.(plugin.InputConfig)
	instance, err := conf.NewInput(&u.env)
	b.checked(u, instance, err)
	b.reference(u, "splitter", plugin.KindSplitter, u.input.Splitter)
	b.reference(u, "decoder", plugin.KindDecoder, u.input.Decoder)
	if b.settings.Once {
		if _, ok := instance.(plugin.OnceInput); !ok {
			return
		}
	}
	u.section.retries = u.input.Retries
	in := &input{
		section: u.section, options: u.input, router: &b.pipeline.router, late: u.env.Interrupt,
		maxRecord:         max(b.settings.MaxMessageSize, message.DefaultMaxSize) + frameOverhead,
		maxUnacknowledged: b.settings.MaxUnacknowledged,
	}
	in.build = func() (plugin.Input, error) { return conf.NewInput(&u.env) }
	in.newSplitter = func() (plugin.Splitter, plugin.SplitterOptions, error) { return b.newSplitter(u.input.Splitter) }
	if u.input.Decoder != "" {
		in.newDecoder = func(token string) (plugin.Decoder, error) {
			return b.newDecoder(u.input.Decoder, use{owner: u, token: token})
		}
	}
	b.pipeline.inputs = append(b.pipeline.inputs, in)
}

// reference checks that an option names a section or type of the kind.
func (b *builder) reference(u *unit, option string, kind plugin.Kind, name string) {
	if name == "" {
		return
	}
	if _, err := b.find(kind, name); err != nil {
		b.reportAt(u.Section, option, config.Error, config.ClassMissingReference, option+": "+err.Error(), "")
	}
}

// bufferingNote is the warning that this version keeps queues in memory.
func (b *builder) bufferingNote(u *unit) {
	if u.consumer.UseBuffering {
		b.reportAt(u.Section, "use_buffering", config.Warning, config.ClassNoEffect,
			"use_buffering: this version queues in memory only; inputs keep their position until delivery instead", "")
	}
}

// encoderNote is the warning that an output takes messages as they are.
func (b *builder) encoderNote(u *unit) {
	for option, given := range map[string]bool{"encoder": u.consumer.Encoder != "", "use_framing": u.consumer.UseFraming != nil} {
		if given {
			b.reportAt(u.Section, option, config.Warning, config.ClassNoEffect, fmt.Sprintf("%s: %s takes messages as they are", option, u.typ.Name), "remove it")
		}
	}
}

// checkQueue checks the options of a consumer's queue.
func (b *builder) checkQueue(u *unit, latest bool) {
	o := &u.consumer
	switch plugin.Full(o.WhenFull) {
	case plugin.FullBlock, plugin.FullDrop, plugin.FullDropOldest, "":
	case plugin.FullLatest:
		if !latest {
			b.reportAt(u.Section, "when_full", config.Error, config.ClassBadValue,
				fmt.Sprintf("when_full: %s has no key by which the latest of its messages could be kept", u.typ.Name), `use "block", "drop" or "drop_oldest"`)
		}
	default:
		b.reportAt(u.Section, "when_full", config.Error, config.ClassBadValue,
			fmt.Sprintf("when_full: %q is not one of block, drop, drop_oldest, latest", o.WhenFull),
			didYouMean(o.WhenFull, []string{"block", "drop", "drop_oldest", "latest"}))
	}
	for option, v := range map[string]int{"queue_messages": o.QueueMessages, "queue_bytes": o.QueueBytes, "max_message_size": o.MaxMessageSize} {
		if v < 0 {
			b.reportAt(u.Section, option, config.Error, config.ClassBadValue, option+": must not be negative", "")
		}
	}
}

func (b *builder) makeFilter(u *unit) {
	b.pipeline.filters = append(b.pipeline.filters, b.newFilter(u))
}

// newFilter builds a filter to see whether its options are right, and keeps it: it is the first that runs.
func (b *builder) newFilter(u *unit) *filter {
	u.env.TickerInterval = time.Duration(u.consumer.TickerInterval) * time.Second
	f := &filter{
		router: &b.pipeline.router, ticker: u.env.TickerInterval,
		hostname: b.settings.Hostname, maxLoops: b.settings.MaxMessageLoops, maxSize: b.settings.MaxMessageSize,
	}
	f.late, f.interrupt = context.WithCancel(u.env.Interrupt)
	f.build = func(inject func(*message.Draft) error) (built, error) {
		env := u.env
		env.Inject, env.Interrupt = inject, f.late
		p, err := u.config.(plugin.FilterConfig).NewFilter(&env)
		return built{p, &env}, err
	}
	f.filters = func() plugin.Filters { return b.pipeline.dynamic.of(u.Name) }
	first, err := f.build(f.inject)
	if err == nil {
		f.first = first
	} else if !u.broken {
		b.report(u.Section, err)
	}
	if m, ok := first.Filter.(plugin.Matching); ok && u.consumer.MessageMatcher == "" {
		u.consumer.MessageMatcher = m.MessageMatcher()
	}
	b.bufferingNote(u)
	b.checkQueue(u, false)
	m := b.compile(u, err != nil)
	u.section.retries = u.consumer.Retries
	f.consumer = newConsumer(u.section, u.consumer, m, false)
	return f
}

func (b *builder) makeOutput(u *unit) {
	u.env.TickerInterval = time.Duration(u.consumer.TickerInterval) * time.Second
	encoder := b.outputEncoder(u)
	conf := u.config.(plugin.OutputConfig)
	env := u.env
	env.Encoder = encoder
	instance, err := conf.NewOutput(&env)
	u.broken = u.broken || u.consumer.Encoder != "" && encoder == nil
	b.checked(u, instance, err)
	framed := framing(u, encoder)
	if _, ok := instance.(plugin.Unencoded); ok {
		b.encoderNote(u)
		encoder, framed = nil, false
	}
	keyer, keyed := instance.(plugin.Keyer)
	b.bufferingNote(u)
	b.checkQueue(u, keyed)
	m := b.compile(u, err != nil)
	u.section.retries = u.consumer.Retries
	o := &output{
		consumer: newConsumer(u.section, u.consumer, m, true), encoder: encoder, framing: framed,
		ticker: u.env.TickerInterval, dead: b.pipeline.dead, late: u.env.Interrupt,
	}
	if plugin.Full(u.consumer.WhenFull) == plugin.FullLatest && keyed {
		o.keepLatest(keyer)
	}
	o.build = func() (plugin.Output, error) {
		if b.settings.Capture != nil {
			return capture{u.Name, b.settings.Capture}, nil
		}
		env := u.env
		env.Encoder, env.Framing = o.encoder, o.framing
		return conf.NewOutput(&env)
	}
	b.pipeline.outputs = append(b.pipeline.outputs, o)
}

// outputEncoder makes an output's encoder, nil for none.
func (b *builder) outputEncoder(u *unit) plugin.Encoder {
	if u.consumer.Encoder == "" {
		return nil
	}
	e, err := b.newEncoder(u.consumer.Encoder, use{owner: u})
	if err != nil {
		if _, missing := b.find(plugin.KindEncoder, u.consumer.Encoder); missing != nil {
			b.reportAt(u.Section, "encoder", config.Error, config.ClassMissingReference, "encoder: "+err.Error(), "")
		}
		return nil // another error was reported at the encoder's own section
	}
	return e
}

// framing: as the section says, else where the encoder gives whole messages.
func framing(u *unit, e plugin.Encoder) bool {
	if u.consumer.UseFraming != nil {
		return *u.consumer.UseFraming
	}
	_, raw := e.(plugin.RawEncoder)
	return raw
}

// capture stands in for an output when what it would send is to be shown.
type capture struct {
	name string
	take func(output string, items []plugin.Item)
}

func (c capture) Deliver(_ context.Context, items []plugin.Item) error {
	c.take(c.name, items)
	return nil
}

// Tap adds a consumer of the collector's own, such as the status page: it sees what the expression
// takes, and drops rather than hold anybody up. It must be called before Run.
func (p *Pipeline) Tap(name, expr string, see func(*message.Message)) error {
	m, err := matcher.Parse(expr)
	if err != nil {
		return err
	}
	log := p.settings.Log.With("plugin", name)
	s := section{
		name: name, typ: "tap", kind: plugin.KindFilter, retries: plugin.DefaultRetries(), log: log,
		health: plugin.NewHealth(log), metrics: &plugin.Metrics{}, state: &runState{state: StateStarting, since: time.Now()},
	}
	o := plugin.ConsumerOptions{MessageMatcher: expr, WhenFull: string(plugin.FullDropOldest), QueueMessages: 5000}
	f := &filter{consumer: newConsumer(s, o, m, false), router: &p.router, maxLoops: 1}
	f.build = func(func(*message.Draft) error) (built, error) { return built{tap(see), nil}, nil }
	p.filters = append(p.filters, f)
	return nil
}

type tap func(*message.Message)

func (t tap) Process(m *message.Message) error { t(m); return nil }
func (t tap) Tick(time.Time) error             { return nil }
