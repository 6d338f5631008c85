package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"time"

	"lma_collector/collector/config"
	"lma_collector/collector/matcher"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/queue"
)

// unit is one checked section: its configuration with the options decoded into it.
type unit struct {
	*config.Section
	typ      *plugin.Type
	config   any
	input    plugin.InputOptions
	consumer plugin.ConsumerOptions
	splitter plugin.SplitterOptions
	section  section
	env      plugin.Env
	broken   bool // options could not be decoded: what building it would say besides is of no use
}

// builder makes plugins of sections and gathers what is wrong with them.
type builder struct {
	settings Settings
	units    map[string]*unit
	order    []*unit
	found    config.Diagnostics
	pipeline *Pipeline
}

// Build makes a pipeline of a configuration. Nothing is opened yet. The pipeline is nil when a
// diagnostic is an error; all sections are checked before it gives up.
func Build(sections []*config.Section, settings Settings) (*Pipeline, config.Diagnostics) {
	b := newBuilder(sections, settings)
	if settings.Building != nil {
		defer context.AfterFunc(settings.Building, b.pipeline.stages.interrupt)()
	}
	b.makeAll()
	b.pipeline.dynamic.builder = b
	if b.found.HasErrors() {
		b.discard()
		return nil, b.found
	}
	return b.pipeline, b.found
}

func newBuilder(sections []*config.Section, settings Settings) *builder {
	b := &builder{settings: settings, units: map[string]*unit{}}
	b.pipeline = &Pipeline{settings: settings, stages: newStages(), dead: &queue.DeadLetters{Dir: under(settings.BaseDir, "dead_letters")}}
	for _, s := range sections {
		b.decode(s)
	}
	return b
}

// makeAll builds every section once, what others refer to first.
func (b *builder) makeAll() {
	for _, kind := range plugin.Kinds {
		for _, u := range b.order {
			if u.typ.Kind == kind {
				b.make(u)
			}
		}
	}
	b.checkOwners()
	sortByName(b.pipeline.inputs)
	sortByName(b.pipeline.filters)
	sortByName(b.pipeline.outputs)
	b.found.Sort()
}

// decode finds a section's type and decodes its options.
func (b *builder) decode(s *config.Section) {
	t, ok := plugin.Lookup(s.Type)
	if !ok {
		b.unknownType(s)
		return
	}
	u := b.newUnit(s, t)
	targets := []any{u.config}
	switch t.Kind {
	case plugin.KindInput:
		targets = append(targets, &u.input)
	case plugin.KindFilter, plugin.KindOutput:
		targets = append(targets, &u.consumer)
	case plugin.KindSplitter:
		targets = append(targets, &u.splitter)
	}
	found := s.Decode(targets...)
	u.broken = found.HasErrors()
	b.found = append(b.found, found...)
	b.units[s.Name] = u
	b.order = append(b.order, u)
}

// unknownType reports a section whose type nobody knows.
func (b *builder) unknownType(s *config.Section) {
	text, hint := fmt.Sprintf("there is no plugin type %q", s.Type), didYouMean(s.Type, plugin.TypeNames())
	switch {
	case slices.Contains(notYet, s.Type):
		text, hint = fmt.Sprintf("plugin type %q of hekad is not in this version", s.Type), "remove the section"
	case hint == "" && !s.Has("type"):
		hint = `a section without a type has its name as type: write type = "…"`
	}
	b.reportAt(s, "type", config.Error, config.ClassUnknownType, text, hint)
}

// notYet are hekad's plugin types that this version has not.
var notYet = []string{
	"AMQPInput", "DockerEventInput", "DockerLogInput", "DockerStatsInput", "FilePollingInput", "HttpInput", "KafkaInput",
	"ProcessInput", "ProcessDirectoryInput", "StatAccumInput", "StatsdInput", "UdpInput",
	"PatternGroupingSplitter", "GeoIpDecoder", "PayloadRegexDecoder", "PayloadXmlDecoder", "StatsToFieldsDecoder",
	"CounterFilter", "StatFilter", "ESLogstashV0Encoder", "RstEncoder",
	"AMQPOutput", "CarbonOutput", "DashboardOutput", "IrcOutput", "KafkaOutput", "SmtpOutput", "UdpOutput", "WhisperOutput",
}

// newUnit sets the defaults of a section's shared options.
func (b *builder) newUnit(s *config.Section, t *plugin.Type) *unit {
	u := &unit{Section: s, typ: t, config: t.NewConfig()}
	u.input = plugin.InputOptions{Retries: plugin.DefaultRetries(), LogDecodeFailures: true, Splitter: "NullSplitter"}
	u.consumer = plugin.ConsumerOptions{Retries: plugin.DefaultRetries()}
	if t.Kind == plugin.KindFilter {
		u.consumer.WhenFull = string(plugin.FullBlock)
	}
	if d, ok := u.config.(plugin.InputDefaulter); ok {
		d.InputDefaults(&u.input)
	}
	if d, ok := u.config.(plugin.ConsumerDefaulter); ok {
		d.ConsumerDefaults(&u.consumer)
	}
	if d, ok := u.config.(plugin.SplitterDefaulter); ok {
		d.SplitterDefaults(&u.splitter)
	}
	log := b.settings.Log.With("plugin", s.Name)
	u.section = section{
		name: s.Name, typ: t.Name, kind: t.Kind, log: log,
		health: plugin.NewHealth(log), metrics: &plugin.Metrics{}, state: &runState{state: StateStarting, since: time.Now()},
	}
	return u
}

// use says what a decoder, splitter or encoder is made for.
type use struct {
	owner  *unit // an input or output, nil for none
	token  string
	within []string // the decoders around it
}

// newEnv is what a plugin of the unit may ask for. What is made for another section complains there.
func (b *builder) newEnv(u *unit, by use) plugin.Env {
	s := &b.settings
	env := plugin.Env{
		Name: u.Name, Type: u.typ.Name, Hostname: s.Hostname, MachineID: s.MachineID,
		BaseDir: s.BaseDir, ShareDir: s.ShareDir, MaxMessageSize: s.MaxMessageSize, Tags: s.Tags, Once: s.Once,
		MaxProcessInject: s.MaxProcessInject, MaxTimerInject: s.MaxTimerInject,
		Log: u.section.log, Health: u.section.health, Metrics: u.section.metrics,
		NewDecoder:  func(name string) (plugin.Decoder, error) { return b.newDecoder(name, by) },
		NewSplitter: func(name string) (plugin.Splitter, error) { sp, _, err := b.newSplitter(name); return sp, err },
		NewEncoder:  func(name string) (plugin.Encoder, error) { return b.newEncoder(name, by) },
		SectionsOf:  b.sectionsOf,
		Interrupt:   b.interruptOf(u.typ.Kind),
	}
	if by.owner != nil {
		env.Owner, env.Token = by.owner.Name, by.token
		env.Health, env.Metrics = by.owner.section.health, by.owner.section.metrics
	}
	self := u.Name
	if by.owner != nil {
		self = by.owner.Name
	}
	env.Publish = func(d *message.Draft) { b.pipeline.publish(d, self) }
	return env
}

// interruptOf is what ends the work of plugins: decoders work for inputs, encoders for outputs.
func (b *builder) interruptOf(kind plugin.Kind) context.Context {
	s := &b.pipeline.stages
	switch kind {
	case plugin.KindFilter:
		return s.filters.late
	case plugin.KindOutput, plugin.KindEncoder:
		return s.outputs.late
	}
	return s.inputs.late
}

// discard closes the filters that were built and will not run.
func (b *builder) discard() {
	for _, f := range b.pipeline.filters {
		f.discard()
	}
}

// sectionsOf counts the sections of some types.
func (b *builder) sectionsOf(types ...string) (n int) {
	for _, u := range b.order {
		if slices.Contains(types, u.typ.Name) {
			n++
		}
	}
	return n
}

// make builds one instance to see whether its options are right, and keeps what runs it.
func (b *builder) make(u *unit) {
	u.env = b.newEnv(u, use{})
	switch u.typ.Kind {
	case plugin.KindDecoder:
		d, err := b.newDecoder(u.Name, use{})
		b.checked(u, d, err)
	case plugin.KindEncoder:
		e, err := b.newEncoder(u.Name, use{})
		b.checked(u, e, err)
	case plugin.KindSplitter:
		s, _, err := b.newSplitter(u.Name)
		b.checked(u, s, err)
	case plugin.KindInput:
		b.makeInput(u)
	case plugin.KindFilter:
		b.makeFilter(u)
	case plugin.KindOutput:
		b.makeOutput(u)
	}
}

// checked reports what building an instance found and closes it.
func (b *builder) checked(u *unit, instance any, err error) {
	if err != nil {
		if !u.broken {
			b.report(u.Section, err)
		}
		return
	}
	if c, ok := instance.(plugin.Closer); ok {
		if err := c.Close(); err != nil {
			b.report(u.Section, err)
		}
	}
}

// find gives the unit of a reference: a section, or an option-less use of a type of that name.
func (b *builder) find(kind plugin.Kind, name string) (*unit, error) {
	if u := b.units[name]; u != nil {
		if u.typ.Kind != kind {
			return nil, fmt.Errorf("section %q is a %s, not a %s", name, u.typ.Kind, kind)
		}
		return u, nil
	}
	t, ok := plugin.Lookup(name)
	if ok && t.Kind != kind {
		return nil, fmt.Errorf("%s is a type of %s, not of %s", name, t.Kind, kind)
	}
	if ok {
		u := b.newUnit(&config.Section{Name: name, Type: name}, t)
		b.units[name] = u
		return u, nil
	}
	var near []string
	for n, u := range b.units {
		if u.typ.Kind == kind {
			near = append(near, n)
		}
	}
	sort.Strings(near)
	return nil, errUnknown(kind, name, config.Nearest(name, near))
}

func (b *builder) newDecoder(name string, by use) (plugin.Decoder, error) {
	if slices.Contains(by.within, name) {
		return nil, fmt.Errorf("circular dependency of decoders: %v uses %q again", by.within, name)
	}
	u, err := b.find(plugin.KindDecoder, name)
	if err != nil {
		return nil, err
	}
	by.within = append(by.within[:len(by.within):len(by.within)], name)
	env := b.newEnv(u, by)
	return u.config.(plugin.DecoderConfig).NewDecoder(&env)
}

func (b *builder) newSplitter(name string) (plugin.Splitter, plugin.SplitterOptions, error) {
	u, err := b.find(plugin.KindSplitter, name)
	if err != nil {
		return nil, plugin.SplitterOptions{}, err
	}
	env := b.newEnv(u, use{})
	s, err := u.config.(plugin.SplitterConfig).NewSplitter(&env)
	return s, u.splitter, err
}

func (b *builder) newEncoder(name string, by use) (plugin.Encoder, error) {
	u, err := b.find(plugin.KindEncoder, name)
	if err != nil {
		return nil, err
	}
	env := b.newEnv(u, by)
	return u.config.(plugin.EncoderConfig).NewEncoder(&env)
}

// report turns an error of a plugin into diagnostics, each at its option's line.
func (b *builder) report(s *config.Section, err error) {
	if list, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range list.Unwrap() {
			b.report(s, e)
		}
		return
	}
	var bad *plugin.OptionError
	if errors.As(err, &bad) {
		b.reportAt(s, bad.Option, config.Error, config.ClassBadValue, bad.Option+": "+bad.Reason, "")
		return
	}
	b.reportAt(s, "", config.Error, config.ClassBadValue, err.Error(), "")
}

func (b *builder) reportAt(s *config.Section, option string, severity config.Severity, class, text, hint string) {
	b.found = append(b.found, s.Report(severity, class, option, text, hint))
}

func didYouMean(word string, known []string) string {
	if near := config.Nearest(word, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return ""
}

// compile parses a consumer's message_matcher. One that could not be built may have had one of its own.
func (b *builder) compile(u *unit, broken bool) *matcher.Matcher {
	if u.consumer.MessageMatcher == "" && broken {
		return nil
	}
	if u.consumer.MessageMatcher == "" {
		b.reportAt(u.Section, "", config.Error, config.ClassMatcher, "message_matcher is missing", `give one, such as message_matcher = "Type == 'log'"`)
		return nil
	}
	m, err := matcher.Parse(u.consumer.MessageMatcher)
	if err != nil {
		b.reportAt(u.Section, "message_matcher", config.Error, config.ClassMatcher, "message_matcher: "+err.Error(), "")
		return nil
	}
	for _, w := range m.Warnings() {
		b.reportAt(u.Section, "message_matcher", config.Warning, config.ClassMatcher, "message_matcher: "+w, "")
	}
	return m
}
