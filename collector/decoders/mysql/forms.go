package mysql

import (
	"strconv"
	"strings"

	"lma_collector/collector/logline"
	"lma_collector/collector/message"
	"lma_collector/collector/timeparse"
)

// syslogLine reads a line that came through syslog. Its time is the header's unless the record's own
// says its zone; severity is that of the record's level where it has one.
func (c *Decoder) syslogLine(s string, d *message.Draft, r *record) bool {
	h := &c.syslog
	if !c.header.Read(h, s, c.zone, d) || !h.HasTime {
		return false
	}
	text := strings.TrimLeft(h.Message, " ")
	inner := c.line(text, d, r) && r.hasLabel
	if !inner {
		*r = newRecord()
		rest, ok := looseClock(text)
		inner = ok && r.labelled(rest)
	}
	if !inner || !hasZone(text) {
		r.ns = h.Time
	}
	if !inner {
		r.severity = logline.Debug
		if h.Severity >= 0 {
			r.severity = h.Severity
		}
		r.label, r.payload = logline.Label(r.severity), h.Message
	}
	h.FillHeaders(d)
	if h.Program != "" {
		r.program = h.Program
	}
	r.facility = h.Facility
	return true
}

// hasZone tells whether a record begins with a time that says its zone.
func hasZone(s string) bool {
	if len(s) < 20 || s[10] != 'T' {
		return false
	}
	stamp, _ := logline.Word(s)
	return strings.ContainsAny(stamp[min(19, len(stamp)):], "Z+-")
}

// jsonLine reads a line of MySQL 8's JSON log.
func (c *Decoder) jsonLine(s string, r *record) bool {
	*r = newRecord()
	r.whole, r.severity = true, -1
	c.scan.Reset(s)
	c.scan.Open('{')
	first, hasTime := true, false
	for key, ok := c.scan.Key(&first); ok; key, ok = c.scan.Key(&first) {
		v, _ := c.scan.Value() // its error ends the loop
		if c.member(r, key, v) {
			hasTime = true
		}
	}
	return c.scan.End() && hasTime && r.severity >= 0
}

// member takes a member of a JSON line; it tells whether that is the time.
func (c *Decoder) member(r *record, key, v string) (isTime bool) {
	var n int
	switch key {
	case "time":
		r.ns, n, isTime = c.zone.DateTime(v)
		return isTime && n == len(v)
	case "ts":
		if r.ns == 0 {
			r.ns, n, isTime = timeparse.Epoch(v)
			return isTime && n == len(v)
		}
	case "label":
		r.severity, r.label = level(v)
	case "prio":
		if r.severity < 0 && len(v) == 1 && v[0] >= '0' && v[0] <= '3' {
			r.severity, r.label = level([...]string{"System", "ERROR", "Warning", "Note"}[v[0]-'0'])
		}
	case "msg":
		r.payload = v
	case "thread":
		if id, n := logline.Digits(v); n == len(v) {
			r.thread = id
		}
	case "err_code":
		r.code = c.errorCode(v)
	case "subsystem":
		r.subsystem = v
	case "err_symbol":
		r.symbol = v
	case "SQL_state":
		r.state = v
	}
	return false
}

// errorCode writes a number as the text form of the log does: 10068 is MY-010068.
func (c *Decoder) errorCode(digits string) string {
	v, n := logline.Digits(digits)
	if n == 0 || n != len(digits) {
		return digits
	}
	c.code = append(c.code[:0], "MY-"...)
	for pad := len(digits); pad < 6; pad++ {
		c.code = append(c.code, '0')
	}
	c.code = strconv.AppendInt(c.code, v, 10)
	return message.View(c.code)
}
