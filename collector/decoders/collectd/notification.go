package collectd

import (
	"math"
	"strconv"
	"strings"
	"time"

	"lma_collector/collector/jsonscan"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// notification makes a message of type notification of what write_http sends with Notifications
// true, which has the form of an alert for Prometheus' Alertmanager: labels, annotations, startsAt.
func (d *Decoder) notification(l *valueList, record *message.Draft, to plugin.Emitter) {
	out := d.begin(record)
	out.Type = "notification"
	out.Payload = l.text
	if at, err := time.Parse(time.RFC3339Nano, l.startsAt); err == nil {
		out.SetTimestamp(at.UnixNano())
	}
	out.AddString("publisher", "collectd")
	eachText(l.labels, func(name, text string) {
		switch name {
		case "alertname":
			out.AddString("event_type", text)
		case "instance":
			out.Hostname = text
			out.AddString("hostname", text)
		case "severity":
			out.SetSeverity(severity(text))
			out.AddString("severity_label", text)
		default:
			out.AddString(snakeCase(name), text)
		}
	})
	eachText(l.annotations, func(name, text string) {
		if name == "summary" {
			out.Payload = text
			return
		}
		number, err := strconv.ParseFloat(text, 64)
		switch name := snakeCase(name); {
		case err != nil:
			out.AddString(name, text)
		case !math.IsNaN(number): // NaN says that there is no such threshold
			out.AddFloat(name, "", number)
		}
	})
	d.env.AppendTags(out)
	to.Emit(out)
}

// severity is the syslog severity of collectd's FAILURE, WARNING and OKAY.
func severity(label string) int32 {
	switch label {
	case "FAILURE":
		return 2
	case "WARNING":
		return 4
	}
	return 5
}

// eachText calls do with the members of an object that are strings. The object is JSON already.
func eachText(object string, do func(name, text string)) {
	var s jsonscan.Scanner
	s.Reset(object)
	if s.Kind() != jsonscan.Object || !s.Open('{') {
		return
	}
	first := true
	for name, ok := s.Key(&first); ok; name, ok = s.Key(&first) {
		if s.Kind() != jsonscan.String {
			s.Skip()
			continue
		}
		text, _ := s.String()
		do(name, text)
	}
}

// snakeCase makes current_value of CurrentValue.
func snakeCase(name string) string {
	var b strings.Builder
	for i, r := range name {
		if r >= 'A' && r <= 'Z' {
			if i > 0 {
				b.WriteByte('_')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}
