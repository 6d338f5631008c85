package hostmetrics

import (
	"encoding/binary"
	"math/rand/v2"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// report makes the messages of one round of measuring, and remembers counters for the rates of the
// next. One goroutine uses it.
type report struct {
	env      *plugin.Env
	hostname string
	interval time.Duration

	src   plugin.Source
	now   time.Time
	draft message.Draft
	names []string // of the tags

	counters map[counterKey]counter
	round    int
}

type counterKey struct{ name, tag string }

// counter is what a counter was when it was last read.
type counter struct {
	value float64
	at    time.Time
	round int
}

// tag is a field that tells the series of one name apart.
type tag struct{ name, value string }

func (r *report) begin(src plugin.Source, now time.Time) {
	r.src, r.now = src, now
	r.round++
	if r.counters == nil {
		r.counters = map[counterKey]counter{}
	}
}

// end forgets the counters of what is gone.
func (r *report) end() {
	for k, c := range r.counters {
		if c.round != r.round {
			delete(r.counters, k)
		}
	}
}

// gauge emits a value; plugin is the collectd plugin that measures the same.
func (r *report) gauge(plugin, name string, value float64, tags ...tag) {
	r.emit(plugin, name, "gauge", value, tags)
}

// rate emits by how much a counter grew per second since the round before. It emits nothing the first
// time and when the counter was set back.
func (r *report) rate(plugin, name string, value float64, tags ...tag) {
	if grown, dt, ok := r.growth(name, value, tags); ok {
		r.emit(plugin, name, "derive", grown/dt, tags)
	}
}

// growth is by how much a counter grew, and in how many seconds.
func (r *report) growth(name string, value float64, tags []tag) (grown, seconds float64, ok bool) {
	key := counterKey{name: name}
	if len(tags) > 0 {
		key.tag = tags[0].value
	}
	before, known := r.counters[key]
	r.counters[key] = counter{value, r.now, r.round}
	seconds = r.now.Sub(before.at).Seconds()
	grown = value - before.value
	return grown, seconds, known && seconds > 0 && grown >= 0
}

func (r *report) emit(plugin, name, typ string, value float64, tags []tag) {
	d := &r.draft
	d.Reset()
	d.SetUUID(randomUUID())
	d.SetTimestamp(r.now.UnixNano())
	d.SetSeverity(6)
	d.Type, d.Logger, d.Hostname = "metric", r.env.Name, r.hostname
	d.AddString("name", name)
	d.AddFloat("value", "", value)
	d.AddString("type", typ)
	d.AddString("source", plugin)
	d.AddFloat("interval", "", r.interval.Seconds())
	r.names = r.names[:0]
	for _, t := range tags {
		d.AddString(t.name, t.value)
		r.names = append(r.names, t.name)
	}
	d.AddString("hostname", r.hostname)
	d.AddStrings("tag_fields", append(r.names, "hostname"))
	r.env.AppendTags(d)
	r.src.Emit(d)
}

// randomUUID is a version 4 UUID (RFC 9562).
func randomUUID() (u [16]byte) {
	binary.LittleEndian.PutUint64(u[:8], rand.Uint64())
	binary.LittleEndian.PutUint64(u[8:], rand.Uint64())
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	return u
}
