package logscounter

import (
	"errors"
	"fmt"
	"strconv"

	"lma_collector/collector/message"
)

// maxPayload is the size in bytes from which the datapoints are sent as several messages: collectors
// that receive them take 64 KiB unless told otherwise.
const maxPayload = 60 << 10

// send injects the datapoints of all services. They are in the order of their levels, then services.
func (f *Filter) send(ns int64, seconds float64) error {
	limit := maxPayload
	if most := f.env.MaxMessageSize; most > 0 {
		limit = min(limit, most/2)
	}
	var failed []error
	flush := func() {
		if len(f.payload) == 0 {
			return
		}
		f.payload = append(f.payload, ']')
		if err := f.inject(ns); err != nil {
			failed = append(failed, fmt.Errorf("rates of log messages: %w", err))
		}
		f.payload = f.payload[:0]
	}
	for _, level := range byName {
		for _, c := range f.services.sorted {
			if len(f.payload)+len(c.head)+64 > limit { // the rest of a datapoint is shorter than that
				flush()
			}
			f.payload = appendPoint(f.payload, c, level, seconds)
		}
	}
	flush()
	return errors.Join(failed...)
}

// appendPoint appends a datapoint to a list in the making. Numbers have 14 digits, as in Lua.
func appendPoint(dst []byte, c *counter, level int, seconds float64) []byte {
	separator := byte(',')
	if len(dst) == 0 {
		separator = '['
	}
	dst = append(append(dst, separator), c.head...)
	dst = append(append(dst, levelNames[level]...), `"},"value":`...)
	dst = strconv.AppendFloat(dst, float64(c.counts[level])/seconds, 'g', 14, 64)
	return append(dst, '}')
}

// inject sends the payload as a bulk metric.
func (f *Filter) inject(ns int64) error {
	d := &f.draft
	d.Reset()
	d.Type, d.Logger, d.Hostname = "heka.sandbox.bulk_metric", f.env.Name, f.env.Hostname
	d.Payload = message.View(f.payload)
	d.SetTimestamp(ns)
	d.SetSeverity(6)
	d.AddString("hostname", f.hostname)
	if f.source != "" {
		d.AddString("source", f.source)
	}
	d.AddString("type", "derive")
	f.env.AppendTags(d)
	return f.env.Inject(d)
}
