package mysql

import (
	"time"

	"lma_collector/collector/jsonscan"
	"lma_collector/collector/logline"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/timeparse"
)

// Decoder makes a log message of each record. Since any record may go on in further lines, the one
// read last is held back until the next begins.
type Decoder struct {
	env    *plugin.Env
	zone   *timeparse.Zone
	header logline.SyslogReader
	syslog logline.Syslog
	scan   jsonscan.Scanner
	code   []byte
	read   record

	hold logline.Hold
	held record
	kept struct{ code, subsystem, program logline.Kept }
}

var (
	_ plugin.Decoder = (*Decoder)(nil)
	_ plugin.Holder  = (*Decoder)(nil)
)

const expected = `a line of MySQL's error log such as "YYYY-MM-DDThh:mm:ss.uuuuuuZ thread [Label] text" or "YYMMDD hh:mm:ss [Label] text", its JSON, or one of these behind syslog`

// Decode reads one line. A line that begins no record belongs to the one before it.
func (c *Decoder) Decode(d *message.Draft, out plugin.Emitter) error {
	line := logline.Chomp(d.Payload)
	r := &c.read
	if !c.classify(line, d, r) || c.inMonitor(r) {
		return c.continuation(line, d, out)
	}
	if r.monitor && c.hold.Held() > 0 {
		c.hold.CutSuffix(monitorRule) // the rule above the title came as a line of the record before
	}
	c.hold.EndOverflow()
	c.Release(out)
	if r.whole {
		c.fill(d, r)
		out.Emit(d)
		return nil
	}
	c.keep(d, r)
	return nil
}

func (c *Decoder) classify(line string, d *message.Draft, r *record) bool {
	if line == "" {
		return false
	}
	switch first := line[0]; {
	case first == '{':
		return c.jsonLine(line, r)
	case first-'0' <= 9:
		iso := len(line) > 10 && line[10] == 'T'
		native := c.line(line, d, r)
		return iso && (!native || r.behindTag()) && c.syslogLine(line, d, r) || native
	case first == '<' || first >= 'A' && first <= 'Z' || first >= 'a' && first <= 'z':
		return c.syslogLine(line, d, r)
	}
	return false
}

// monitorRule is the line before and behind the title of a dump of InnoDB's monitor.
const monitorRule = "====================================="

const monitorEnd = "END OF INNODB MONITOR OUTPUT"

// inMonitor tells whether a record without a label is part of the dump that is held.
func (c *Decoder) inMonitor(r *record) bool {
	return c.hold.Held() > 0 && c.held.monitor && r.facility < 0 && !r.monitor && !r.hasLabel
}

func (c *Decoder) continuation(line string, d *message.Draft, out plugin.Emitter) error {
	switch {
	case c.hold.Held() > 0:
		c.held.monitor = c.held.monitor && line != monitorEnd
		if c.hold.Append(line) {
			c.Release(out)
		}
		return nil
	case line == "" || c.hold.Overflow():
		return nil
	}
	c.hold.Skip()
	return logline.Unexpected(expected, d.Payload)
}

func (c *Decoder) keep(d *message.Draft, r *record) {
	c.held = *r
	c.held.code = c.kept.code.Keep(r.code)
	c.held.subsystem = c.kept.subsystem.Keep(r.subsystem)
	c.held.program = c.kept.program.Keep(r.program)
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

// fill makes the message of a record. The logger stays the source's.
func (c *Decoder) fill(d *message.Draft, r *record) {
	d.Type, d.Payload = "log", r.payload
	d.SetTimestamp(r.ns)
	d.SetSeverity(r.severity)
	d.AddString("severity_label", r.label)
	d.AddString("programname", r.program)
	if r.facility >= 0 {
		d.AddInt("syslogfacility", "", int64(r.facility))
	}
	if r.thread >= 0 {
		d.AddInt("thread_id", "", r.thread)
	}
	for _, f := range [...]struct{ name, value string }{
		{"error_code", r.code}, {"error_symbol", r.symbol}, {"sql_state", r.state}, {"subsystem", r.subsystem},
	} {
		if f.value != "" {
			d.AddString(f.name, f.value)
		}
	}
	c.env.AppendTags(d)
}
