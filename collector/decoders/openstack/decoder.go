package openstack

import (
	"strings"
	"time"

	"lma_collector/collector/logline"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/timeparse"
)

// Decoder makes a log message of each record. Since any record may go on in further lines, the one
// read last is held back until the next begins; request lines and JSON, which are always whole, are not.
type Decoder struct {
	env    *plugin.Env
	zone   *timeparse.Zone
	header logline.SyslogReader

	read    record // the line at hand
	request request
	syslog  logline.Syslog
	json    jsonLine
	context context
	id      [36]byte // scratch: a uuid with dashes
	names   names
	usual   usual

	hold      logline.Hold
	held      record // of the record that is held; its strings lie in kept and inherited
	traceback bool   // it is one
	kept      struct{ module, instance, program logline.Kept }
	inherited []byte
}

var (
	_ plugin.Decoder = (*Decoder)(nil)
	_ plugin.Holder  = (*Decoder)(nil)
)

const expected = `a line of oslo.log ("YYYY-MM-DD hh:mm:ss.mmm pid LEVEL module message"), its JSON, or a request line of uWSGI`

// Decode reads one line. A line that begins no record belongs to the one before it; without one it
// is an error, as is a line that begins with a date and goes on in another way.
func (c *Decoder) Decode(d *message.Draft, out plugin.Emitter) error {
	line := logline.Chomp(d.Payload)
	r := &c.read
	if !c.classify(line, d, r) {
		return c.continuation(line, d, out)
	}
	start, joined := c.joins(d, r)
	if joined {
		c.join(r.payload[start:], out)
		return nil
	}
	c.hold.EndOverflow()
	inherits := start >= 0 && c.inherit(d, r)
	c.Release(out)
	if r.request != nil || r.json != nil {
		c.fill(d, r)
		out.Emit(d)
		return nil
	}
	c.keep(d, r, start, inherits)
	return nil
}

// classify finds out what the line is and reads its beginning.
func (c *Decoder) classify(line string, d *message.Draft, r *record) bool {
	r.facility, r.program, r.context, r.instance = -1, "", "", ""
	r.json, r.request = nil, nil
	if line == "" {
		return false
	}
	switch first := line[0]; {
	case isDigit(first):
		if c.osloLine(line, r) {
			c.findRequest(r)
			return true
		}
		return c.syslogLine(line, d, r) || c.uwsgiLine(line, r, &c.request)
	case first == '{':
		return c.jsonRecord(line, r)
	case first == '[' || first == ' ':
		return c.uwsgiLine(line, r, &c.request)
	case first == '*':
		return c.uwsgiNotice(line, r)
	case first == '<' || first >= 'A' && first <= 'Z' || first >= 'a' && first <= 'z':
		return c.uwsgiNotice(line, r) || c.syslogLine(line, d, r)
	}
	return false
}

func (c *Decoder) findRequest(r *record) {
	if c.request.find(r.payload) {
		r.request = &c.request
	}
}

// syslogLine reads a line that came through syslog: a record of oslo.log behind the header, or what
// else the program said.
func (c *Decoder) syslogLine(line string, d *message.Draft, r *record) bool {
	h := &c.syslog
	if !c.header.Read(h, line, c.zone, d) || !h.HasTime {
		return false
	}
	h.FillHeaders(d)
	if c.osloLine(h.Message, r) {
		c.findRequest(r)
	} else {
		r.severity = logline.Debug
		if h.Severity >= 0 {
			r.severity = h.Severity
		}
		r.ns, r.pid, r.label = h.Time, h.Pid, logline.Label(r.severity)
		r.module, r.payload = "", h.Message
	}
	r.program, r.facility = h.Program, h.Facility
	return true
}

// continuation takes a line that begins no record.
func (c *Decoder) continuation(line string, d *message.Draft, out plugin.Emitter) error {
	switch {
	case beginsWithDate(line):
	case c.hold.Held() > 0:
		c.join(line, out)
		return nil
	case c.hold.Overflow():
		return nil
	}
	c.hold.Skip()
	return logline.Unexpected(expected, d.Payload)
}

// join adds a line to the record that is held, and lets it go when it is as long as it may be.
func (c *Decoder) join(line string, out plugin.Emitter) {
	if c.hold.Held() > 0 && c.hold.Append(line) {
		c.Release(out)
	}
}

const tracebackStart = "Traceback (most recent call last):"

// joins tells whether a record is a further line of the traceback that is held, or was let go for
// its length. start is where its text begins behind an instance prefix; -1 for a record that is no
// line of a traceback.
func (c *Decoder) joins(d *message.Draft, r *record) (start int, joined bool) {
	r.instance, start = readInstance(r.payload)
	starts := strings.HasPrefix(r.payload[start:], tracebackStart)
	if c.traceback && c.sameKey(d, r) && r.instance == c.held.instance && !hasContext(r.payload) {
		return start, c.hold.Held() > 0 || c.hold.Overflow()
	}
	if !starts {
		r.instance = ""
		return -1, false
	}
	return start, false
}

// hasContext tells whether a payload begins with a request context, which a line of a traceback does not.
func hasContext(payload string) bool {
	return strings.HasPrefix(payload, "[-]") || strings.HasPrefix(payload, "[req-") || strings.HasPrefix(payload, "[None req-")
}

// sameKey tells whether a line was written by the same logging call as the record held last.
func (c *Decoder) sameKey(d *message.Draft, r *record) bool {
	h := &c.held
	return h.ns == r.ns && h.pid == r.pid && h.label == r.label && h.module == r.module &&
		h.program == r.program && c.hold.Draft.Logger == d.Logger
}

// inherit keeps the context of the held record for a traceback that the same call wrote behind it.
func (c *Decoder) inherit(d *message.Draft, r *record) bool {
	if c.hold.Held() == 0 || c.traceback || !c.sameKey(d, r) {
		return false
	}
	payload := c.hold.Text()
	readContext(payload, &c.context)
	c.inherited = append(c.inherited[:0], payload[:c.context.end]...)
	return true
}

// keep holds a record back. start is -1, or where a traceback begins.
func (c *Decoder) keep(d *message.Draft, r *record, start int, inherits bool) {
	c.traceback = start >= 0
	c.held = *r
	c.held.module = c.kept.module.Keep(r.module)
	c.held.instance = c.kept.instance.Keep(r.instance)
	c.held.program = c.kept.program.Keep(r.program)
	c.held.context = ""
	if inherits {
		c.held.context = message.View(c.inherited)
	}
	c.held.payload = ""
	c.hold.Start(d, r.payload[max(start, 0):])
}

// Held is the number of lines that are not done with while a record is held back.
func (c *Decoder) Held() int { return c.hold.Held() }

// HoldTime is how long a record waits for further lines.
func (c *Decoder) HoldTime() time.Duration { return time.Second }

// Release emits the record that is held back.
func (c *Decoder) Release(out plugin.Emitter) {
	if c.hold.Held() == 0 {
		return
	}
	d := &c.hold.Draft
	c.held.payload = c.hold.Text()
	logger := d.Logger
	c.fill(d, &c.held)
	out.Emit(d)
	d.Logger = logger // what lines that come too late are compared with
	c.hold.Done()
}
