package collectd

import (
	"encoding/binary"
	"fmt"
	"time"

	"lma_collector/collector/jsonscan"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// Decoder is a CollectdDecoder. All of its memory is used again for the next body.
type Decoder struct {
	config Config
	env    *plugin.Env

	scan   jsonscan.Scanner
	list   valueList
	metric metric
	draft  message.Draft

	known  string // the plugin of the last value list; its text is the body's
	mapped mapping
	origin origin
	ending ending

	emitted uint32 // messages made of the current body
	refused int    // value lists of the current body that could not be used
	reason  string // why the first of them
	nulls   int64

	warned       int64 // when a refusal was last logged, by the records' time
	refusedLists *plugin.Number
	nullValues   *plugin.Number
}

var _ plugin.Decoder = (*Decoder)(nil)

// warnEvery is how often refused value lists in otherwise good bodies are logged.
const warnEvery = int64(10 * time.Minute)

// Decode makes the messages of one posted body. A value list that cannot be used does not harm the
// others; it is counted and logged. A body that is not JSON, or of which nothing can be used, is an error.
func (d *Decoder) Decode(record *message.Draft, out plugin.Emitter) error {
	d.scan.Reset(record.Payload)
	d.list.forget()
	d.origin.forget()
	d.ending.forget()
	d.known = ""
	d.emitted, d.refused, d.reason, d.nulls = 0, 0, "", 0
	if err := d.body(record, out); err != nil {
		return err
	}
	d.nullValues.Add(d.nulls)
	d.refusedLists.Add(int64(d.refused))
	if d.refused == 0 {
		return nil
	}
	if d.emitted == 0 {
		return fmt.Errorf("nothing usable in what collectd sent: %s", d.reason)
	}
	if d.env.Log != nil && record.Timestamp-d.warned >= warnEvery {
		d.warned = record.Timestamp
		d.env.Log.Warn("some of collectd's value lists cannot be used", "first", d.reason, "in_this_body", d.refused)
	}
	return nil
}

func (d *Decoder) body(record *message.Draft, out plugin.Emitter) error {
	switch d.scan.Kind() {
	case jsonscan.Array:
		d.scan.Open('[')
		for first := true; d.scan.Next(']', &first); {
			d.element(record, out)
		}
	case jsonscan.Object:
		d.element(record, out)
	default:
		if _, ok := d.scan.Skip(); ok && d.scan.End() {
			return fmt.Errorf("expected an array of value lists")
		}
	}
	d.scan.End()
	return d.scan.Err()
}

// element takes in one value list or notification; null and {} are nothing.
func (d *Decoder) element(record *message.Draft, out plugin.Emitter) {
	switch d.scan.Kind() {
	case jsonscan.Null:
		d.scan.Null()
		return
	case jsonscan.Object:
	default:
		if _, ok := d.scan.Skip(); ok {
			d.refuse("an element is no object")
		}
		return
	}
	l := &d.list
	if !l.read(&d.scan) {
		return
	}
	switch {
	case l.empty:
	case l.labels != "" || l.annotations != "":
		d.notification(l, record, out)
	default:
		d.values(l, record, out)
	}
}

// values makes a message of each value.
func (d *Decoder) values(l *valueList, record *message.Draft, out plugin.Emitter) {
	if reason := l.check(); reason != "" {
		d.refuse(fmt.Sprintf("%s (plugin %q, type %q, host %q)", reason, l.plugin, l.typ, l.host))
		return
	}
	how := d.mappingOf(l)
	for i, v := range l.values {
		if v.null {
			d.nulls++
			continue
		}
		m := &d.metric
		m.start(v.number)
		if !how.clusterWide {
			m.hostname = l.host
		}
		switch reason := how.apply(d, m, l, i); reason {
		case "":
			d.emitMetric(m, l, i, record, out)
		case skipped:
		default:
			d.refuse(fmt.Sprintf("%s (plugin %q, type_instance %q, host %q)", reason, l.plugin, l.typeInstance, l.host))
			return
		}
	}
}

func (d *Decoder) refuse(reason string) {
	if d.refused++; d.refused == 1 {
		d.reason = reason
	}
}

// begin gives the draft the headers that all messages of a body share. Each message has a uuid of
// its own: the record's plus its place in the body.
func (d *Decoder) begin(record *message.Draft) *message.Draft {
	out := &d.draft
	out.Reset()
	out.CopyHeaders(record)
	out.Logger = "collectd"
	binary.BigEndian.PutUint32(out.UUID[:4], binary.BigEndian.Uint32(out.UUID[:4])+d.emitted)
	d.emitted++
	return out
}

func (d *Decoder) emitMetric(m *metric, l *valueList, i int, record *message.Draft, to plugin.Emitter) {
	d.emit(m, l, i, record, to)
	if d.config.SwapSize > 0 && l.plugin == "swap" && string(m.name) == "swap_used" {
		m.name = append(m.name[:0], "swap_percent_used"...)
		m.value /= float64(d.config.SwapSize)
		d.emit(m, l, i, record, to)
	}
}

func (d *Decoder) emit(m *metric, l *valueList, i int, record *message.Draft, to plugin.Emitter) {
	out := d.begin(record)
	out.Type = "metric"
	out.SetSeverity(6)
	out.SetTimestamp(l.time)
	if host := m.header; host != "" {
		out.Hostname = host
	} else if l.host != "" {
		out.Hostname = l.host
	}
	out.Payload = ""
	if d.config.Payload {
		out.Payload = l.text
	}
	out.AddString("name", message.View(m.name))
	out.AddFloat("value", m.unit, m.value)
	out.AddFields(d.origin.of(l, i))
	tags := m.addFields(out)
	d.ending.add(out, m.hostname, tags, d.env)
	to.Emit(out)
}
