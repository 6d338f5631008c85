package pipeline

import (
	"slices"
	"sort"
	"time"

	"lma_collector/collector/plugin"
)

// Report is the state of every plugin at one moment, for the status page, /metrics and the log.
type Report struct {
	Time    time.Time      `json:"time"`
	Plugins []PluginReport `json:"plugins"`
}

// PluginReport is the state of one plugin.
type PluginReport struct {
	Name       string             `json:"name"`
	Type       string             `json:"type"`
	Kind       plugin.Kind        `json:"kind"`
	State      string             `json:"state"`
	Since      time.Time          `json:"since"`
	Restarts   int                `json:"restarts"`
	LastError  string             `json:"last_error,omitempty"`
	Conditions []plugin.Condition `json:"conditions,omitempty"`
	Matcher    string             `json:"message_matcher,omitempty"`
	Manager    string             `json:"manager,omitempty"` // that loaded this filter while the collector ran
	Queue      *QueueReport       `json:"queue,omitempty"`
	Counters   []Counter          `json:"counters"`
	Numbers    []Number           `json:"numbers,omitempty"`
}

// QueueReport is what waits for a consumer.
type QueueReport struct {
	Messages    int    `json:"messages"`
	Bytes       int    `json:"bytes"`
	MaxMessages int    `json:"max_messages"`
	MaxBytes    int    `json:"max_bytes"`
	WhenFull    string `json:"when_full"`
}

// Counter is one of the runner's own numbers; Gauge tells the few that go down as well.
type Counter struct {
	Name  string `json:"name"`
	Help  string `json:"-"`
	Value int64  `json:"value"`
	Gauge bool   `json:"gauge,omitempty"`
}

// Number is one of the plugin's numbers.
type Number struct {
	Name  string `json:"name"`
	Label string `json:"label,omitempty"`
	Help  string `json:"-"`
	Value int64  `json:"value"`
	Gauge bool   `json:"gauge,omitempty"`
}

// Healthy tells whether the plugin works and has nothing to complain of.
func (p *PluginReport) Healthy() bool {
	wrong := slices.ContainsFunc(p.Conditions, func(c plugin.Condition) bool { return !c.Note })
	return !wrong && p.State != StateWaiting && p.State != StateFailed
}

// Report gives the state of every plugin, inputs first, then by name.
func (p *Pipeline) Report() Report {
	r := Report{Time: time.Now()}
	for _, in := range p.inputs {
		r.Plugins = append(r.Plugins, in.report())
	}
	r.Plugins = append(r.Plugins, p.filterReports()...)
	for _, o := range p.outputs {
		r.Plugins = append(r.Plugins, o.consumer.report())
	}
	return r
}

// filterReports merges the filters of the configuration and those that were loaded since.
func (p *Pipeline) filterReports() []PluginReport {
	list := p.dynamic.reports()
	for _, f := range p.filters {
		list = append(list, f.consumer.report())
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	return list
}

func (s *section) report() PluginReport {
	r := PluginReport{Name: s.name, Type: s.typ, Kind: s.kind, Conditions: s.health.Conditions()}
	r.State, r.Since, r.Restarts, r.LastError = s.state.get()
	numbers := s.metrics.Numbers()
	r.Numbers = slices.Grow(r.Numbers, len(numbers))
	for _, n := range numbers {
		r.Numbers = append(r.Numbers, Number{Name: n.Name, Label: n.Label, Help: n.Help(), Value: n.Value(), Gauge: n.IsGauge()})
	}
	return r
}

func (in *input) report() PluginReport {
	r := in.section.report()
	s := &in.stats
	r.Counters = []Counter{
		{Name: "records", Help: "records read", Value: s.records.Load()},
		{Name: "bytes", Help: "bytes of records read", Value: s.bytes.Load()},
		{Name: "messages", Help: "messages made of records", Value: s.messages.Load()},
		{Name: "decode_failures", Help: "records that could not be decoded", Value: s.decodeFailures.Load()},
		{Name: "refused_records", Help: "records with a bad frame or signature", Value: s.refusedRecords.Load()},
		{Name: "skipped_bytes", Help: "bytes that were no record, or one too long", Value: s.skippedBytes.Load()},
		{Name: "sources", Help: "files, connections or the like open now", Value: s.sources.Load(), Gauge: true},
		{Name: "unacknowledged_bytes", Help: "bytes of messages not yet delivered", Value: int64(in.unacknowledged()), Gauge: true},
	}
	return r
}

func (c *consumer) report() PluginReport {
	r := c.section.report()
	r.Matcher = c.options.MessageMatcher
	messages, bytes := c.length()
	l := c.queue.limits
	r.Queue = &QueueReport{Messages: messages, Bytes: bytes, MaxMessages: l.messages, MaxBytes: l.bytes, WhenFull: string(l.full)}
	s := &c.stats
	r.Counters = []Counter{
		{Name: "matched", Help: "messages that the matcher took", Value: s.matched.Load()},
		{Name: "failures", Help: "errors while processing, or failed attempts to deliver", Value: s.failures.Load()},
		{Name: "dropped_full", Help: "messages dropped because the queue was full", Value: s.droppedFull.Load()},
		{Name: "dropped_injected", Help: "injected messages dropped because the queue was full", Value: s.droppedInjected.Load()},
		{Name: "blocked", Help: "times that a source had to wait for the queue", Value: s.blocked.Load()},
		{Name: "busy_ns", Help: "nanoseconds spent in the plugin", Value: s.busy.Load()},
	}
	if c.output {
		r.Counters = append(r.Counters, c.outputCounters()...)
	} else {
		r.Counters = append(r.Counters,
			Counter{Name: "processed", Help: "messages processed", Value: s.processed.Load()},
			Counter{Name: "injected", Help: "messages injected", Value: s.injected.Load()},
			Counter{Name: "inject_refused", Help: "messages that could not be injected", Value: s.injectRefused.Load()})
	}
	return r
}

func (c *consumer) outputCounters() []Counter {
	s := &c.stats
	return []Counter{
		{Name: "delivered", Help: "messages delivered", Value: s.processed.Load()},
		{Name: "deliveries", Help: "batches sent, repeated ones included", Value: s.deliveries.Load()},
		{Name: "retried", Help: "messages sent again", Value: s.retried.Load()},
		{Name: "refused", Help: "messages refused and kept as dead letters", Value: s.refused.Load()},
		{Name: "encode_failures", Help: "messages that could not be encoded, kept as dead letters", Value: s.encodeFailures.Load()},
		{Name: "left_out", Help: "messages that the encoder left out", Value: s.left.Load()},
		{Name: "replaced", Help: "waiting states replaced by a newer one", Value: s.replaced.Load()},
	}
}

func sortByName[T interface{ sectionName() string }](list []T) {
	sort.Slice(list, func(i, j int) bool { return list[i].sectionName() < list[j].sectionName() })
}

func (s *section) sectionName() string { return s.name }
