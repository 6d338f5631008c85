package syslog

import (
	"strings"

	"lma_collector/collector/logline"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/timeparse"
)

// Decoder makes a log message of each syslog line.
type Decoder struct {
	env    *plugin.Env
	zone   *timeparse.Zone
	header logline.SyslogReader
	read   logline.Syslog
}

var _ plugin.Decoder = (*Decoder)(nil)

// Decode reads one record. Without a priority the severity is DEBUG, as syslog lines of files were
// always stored. An error says what a line looks like.
func (c *Decoder) Decode(d *message.Draft, out plugin.Emitter) error {
	h := &c.read
	if !c.header.Read(h, logline.Chomp(d.Payload), c.zone, d) {
		return logline.Unexpected(c.header.Expected(), d.Payload)
	}
	d.Type = "log"
	d.Logger = strings.TrimSuffix(d.Logger, ".log")
	h.FillHeaders(d)
	d.Payload = h.Message
	severity := logline.Debug
	if h.Severity >= 0 {
		severity = h.Severity
	}
	d.SetSeverity(severity)
	d.AddString("severity_label", logline.Label(severity))
	h.FillFields(d)
	c.env.AppendTags(d)
	out.Emit(d)
	return nil
}
