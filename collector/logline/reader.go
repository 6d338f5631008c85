package logline

import (
	"errors"
	"fmt"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/timeparse"
)

// SyslogReader reads syslog headers by the options syslog_pattern and fallback_syslog_pattern:
// without them in every common form.
type SyslogReader struct {
	templates []*Template
	expected  string
}

// newSyslogReader checks the two options; "" leaves one out. Errors are of the options' names.
func newSyslogReader(pattern, fallback string) (SyslogReader, error) {
	r := SyslogReader{expected: syslogForms}
	var mistakes []error
	for _, o := range []struct{ option, text string }{{"syslog_pattern", pattern}, {"fallback_syslog_pattern", fallback}} {
		if o.text == "" {
			continue
		}
		t, err := parseTemplate(o.text)
		if err != nil {
			mistakes = append(mistakes, plugin.BadOption(o.option, "%v; write it as in rsyslog, such as %q", err, `<%PRI%>%TIMESTAMP% %HOSTNAME% %syslogtag%%msg%\n`))
		}
		r.templates = append(r.templates, t)
		if len(r.templates) == 1 {
			r.expected = fmt.Sprintf("a line as of %s %q", o.option, o.text)
		}
	}
	return r, errors.Join(mistakes...)
}

// Expected says what a record must look like, for errors.
func (r SyslogReader) Expected() string { return r.expected }

// Read reads the header of a record without its final line end. d gives the time that year-less
// dates are near to.
func (r SyslogReader) Read(h *Syslog, s string, z *timeparse.Zone, d *message.Draft) bool {
	now := Now(d)
	if len(r.templates) == 0 {
		return h.Parse(s, z, now)
	}
	for _, t := range r.templates {
		if t.Match(h, s, z, now) {
			return true
		}
	}
	return false
}

// Now is when a record came in, in ns since 1970.
func Now(d *message.Draft) int64 {
	if d.HasTimestamp {
		return d.Timestamp
	}
	return time.Now().UnixNano()
}
