package rabbitmq

import (
	"strings"
	"time"

	"lma_collector/collector/jsonscan"
	"lma_collector/collector/logline"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/timeparse"
)

// Decoder makes a log message of each record. Reports may come whole, from a RegexSplitter, or line
// by line; what may go on is held back until the next record begins.
type Decoder struct {
	env  *plugin.Env
	zone *timeparse.Zone
	scan jsonscan.Scanner
	read record

	hold    logline.Hold
	held    record
	process []byte // of the held record
}

var (
	_ plugin.Decoder = (*Decoder)(nil)
	_ plugin.Holder  = (*Decoder)(nil)
)

const expected = `a report of RabbitMQ ("=LEVEL REPORT==== d-Mmm-YYYY::hh:mm:ss ==="), a line of its log ("YYYY-MM-DD hh:mm:ss.mmm [level] <pid> text") or its JSON`

// Decode reads one record. Blank lines between reports are passed over.
func (c *Decoder) Decode(d *message.Draft, out plugin.Emitter) error {
	text := strings.TrimLeft(d.Payload, "\n")
	r := &c.read
	if !c.classify(text, r) {
		return c.continuation(logline.Chomp(text), d, out)
	}
	r.payload = logline.Chomp(r.payload)
	if c.hold.Held() > 0 && c.samePrefix(r) {
		c.join(r.payload, out)
		return nil
	}
	if c.samePrefix(r) && c.hold.Overflow() {
		return nil
	}
	c.hold.EndOverflow()
	c.Release(out)
	if r.form == formWhole || r.form == formJSON {
		c.fill(d, r)
		out.Emit(d)
		return nil
	}
	c.keep(d, r)
	return nil
}

func (c *Decoder) classify(text string, r *record) bool {
	if text == "" {
		return false
	}
	switch first := text[0]; {
	case first == '=':
		if line := logline.Chomp(text); !strings.Contains(line, "\n") && !strings.Contains(text, "\n\n") {
			return c.report(line, r) // a head by itself
		}
		return c.report(text, r)
	case first-'0' <= 9:
		return c.line(logline.Chomp(text), r)
	case first == '{':
		return c.json(logline.Chomp(text), r)
	}
	return false
}

// samePrefix tells whether a line is a further line of the record held last: they share time, level
// and process.
func (c *Decoder) samePrefix(r *record) bool {
	return r.form == c.held.form && r.form != formReport && r.form != formWhole && r.ns == c.held.ns &&
		r.severity == c.held.severity && r.process == c.held.process
}

func (c *Decoder) continuation(line string, d *message.Draft, out plugin.Emitter) error {
	malformed := isReport(line) || len(line) > 10 && line[4] == '-' && line[7] == '-' && line[0]-'0' <= 9
	switch {
	case malformed:
	case c.hold.Held() > 0 && c.held.form != formOTP:
		c.join(line, out)
		return nil
	case line == "" || c.hold.Overflow():
		return nil
	}
	c.hold.Skip()
	return logline.Unexpected(expected, d.Payload)
}

// join adds a line to the held record, and lets it go when it is as long as it may be.
func (c *Decoder) join(line string, out plugin.Emitter) {
	if c.hold.Append(line) {
		c.Release(out)
	}
}

func (c *Decoder) keep(d *message.Draft, r *record) {
	c.held = *r
	c.process = append(c.process[:0], r.process...)
	c.held.process = message.View(c.process)
	c.held.payload = ""
	c.hold.Start(d, r.payload)
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
	c.held.payload = logline.Chomp(c.hold.Text())
	c.fill(d, &c.held)
	out.Emit(d)
	c.hold.Done()
}

// fill makes the message of a record. The logger stays the source's, such as rabbitmq.node-1.
func (c *Decoder) fill(d *message.Draft, r *record) {
	d.Type, d.Payload = "log", r.payload
	d.SetTimestamp(r.ns)
	d.SetSeverity(r.severity)
	d.AddString("severity_label", logline.Label(r.severity))
	d.AddString("programname", "rabbitmq")
	if r.process != "" {
		d.AddString("erlang_process", r.process)
	}
	if r.domain != "" {
		d.AddString("log_domain", r.domain)
	}
	c.env.AppendTags(d)
}
