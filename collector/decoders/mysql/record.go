package mysql

import (
	"strings"

	"lma_collector/collector/logline"
	"lma_collector/collector/message"
)

// record is what the beginning of a record says. Strings are views of it or live forever.
type record struct {
	ns       int64
	severity int32
	label    string
	thread   int64 // -1: not written

	code, subsystem string // of MySQL 8
	symbol, state   string // of its JSON
	program         string
	facility        int32 // of syslog, -1 for none
	monitor         bool  // a dump of InnoDB's monitor
	hasLabel        bool  // the level is written
	whole           bool  // nothing can follow
	payload         string
}

func newRecord() record { return record{thread: -1, facility: -1, program: "mysqld"} }

// level gives severity and label of a level's name.
func level(word string) (severity int32, label string) {
	switch {
	case strings.EqualFold(word, "Note"):
		return logline.Notice, "NOTE"
	case strings.EqualFold(word, "Warning"):
		return logline.Warning, "WARNING"
	case strings.EqualFold(word, "ERROR"):
		return logline.Error, "ERROR"
	case strings.EqualFold(word, "System"):
		return logline.Notice, "SYSTEM"
	case strings.EqualFold(word, "Info"), strings.EqualFold(word, "Information"):
		return logline.Info, "INFO"
	}
	return -1, ""
}

// line reads a record of the error log.
func (c *Decoder) line(s string, d *message.Draft, r *record) bool {
	ns, n, ok := c.zone.DateTime(s)
	if !ok {
		if ns, n, ok = c.zone.Compact(s); !ok {
			return c.signalLine(s, d, r)
		}
	}
	if n >= len(s) || s[n] != ' ' {
		return false
	}
	*r = newRecord()
	r.ns = ns
	return r.afterTime(strings.TrimLeft(s[n:], " "))
}

// afterTime reads `[thread] [Label] [code] [subsystem] text`, and the forms without a label.
func (r *record) afterTime(s string) bool {
	s, native := r.threadID(s)
	if r.labelled(s) {
		return true
	}
	r.severity, r.label, r.payload = logline.Notice, "NOTE", s
	switch {
	case strings.HasPrefix(s, "mysqld_safe "), strings.HasPrefix(s, "mariadbd-safe "):
		r.program, r.payload = logline.Word(s)
		return true
	case strings.HasPrefix(s, "INNODB MONITOR OUTPUT"):
		r.monitor = true
		return true
	case strings.HasPrefix(s, "UTC - "):
		r.severity, r.label, r.payload = logline.Critical, "CRITICAL", s[len("UTC - "):]
		return true
	}
	// A time alone, or one with the address of a thread, is part of a dump of InnoDB.
	return s != "" && !native
}

// behindTag tells whether a record is a line of rsyslog's file format, whose time is followed by host and
// tag: a record's own text stands behind a thread, a label or the name of a program.
func (r *record) behindTag() bool {
	if r.thread >= 0 || r.hasLabel || r.monitor || r.program != "mysqld" {
		return false
	}
	host, rest := logline.Word(r.payload)
	tag, _ := logline.Word(rest)
	return !strings.HasSuffix(host, ":") && strings.HasSuffix(tag, ":")
}

// threadID reads the number of a thread, or its address (native).
func (r *record) threadID(s string) (rest string, native bool) {
	word, rest := logline.Word(s)
	if strings.HasPrefix(word, "0x") {
		return strings.TrimLeft(rest, " "), true
	}
	if id, n := logline.Digits(word); n > 0 && n == len(word) && rest != "" {
		r.thread = id
		return strings.TrimLeft(rest, " "), false
	}
	return s, false
}

// labelled reads `[Label] [MY-010068] [Server] text`; the second and third are MySQL 8's.
func (r *record) labelled(s string) bool {
	word, rest, ok := bracket(s)
	if !ok || rest != "" && s[len(word)+2] != ' ' {
		return false
	}
	severity, label := level(word)
	if severity < 0 {
		return false
	}
	r.severity, r.label, r.hasLabel = severity, label, true
	if code, after, ok := bracket(rest); ok && strings.HasPrefix(code, "MY-") {
		if subsystem, text, ok := bracket(after); ok {
			r.code, r.subsystem, rest = code, subsystem, text
		}
	}
	r.payload = rest
	return true
}

// bracket reads `[word]` and the spaces behind it.
func bracket(s string) (word, rest string, ok bool) {
	if s == "" || s[0] != '[' {
		return "", s, false
	}
	end := strings.IndexByte(s, ']')
	if end < 0 {
		return "", s, false
	}
	return s[1:end], strings.TrimLeft(s[end+1:], " "), true
}

// signalLine reads `07:18:44 UTC - mysqld got signal 11 ;`, which has no date: it is the nearest day's.
func (c *Decoder) signalLine(s string, d *message.Draft, r *record) bool {
	const second, day = int64(1e9), int64(86400e9)
	if len(s) < 14 || s[8:14] != " UTC -" || s[2] != ':' || s[5] != ':' {
		return false
	}
	hour, n1 := logline.Digits(s[:2])
	minute, n2 := logline.Digits(s[3:5])
	sec, n3 := logline.Digits(s[6:8])
	if n1 != 2 || n2 != 2 || n3 != 2 || hour > 23 || minute > 59 || sec > 60 {
		return false
	}
	now := logline.Now(d)
	*r = newRecord()
	r.ns = now - now%day + (hour*3600+minute*60+sec)*second
	switch {
	case r.ns-now > day/2:
		r.ns -= day
	case now-r.ns > day/2:
		r.ns += day
	}
	r.severity, r.label, r.payload = logline.Critical, "CRITICAL", strings.TrimLeft(s[14:], " ")
	return true
}

// looseClock passes over a time as the lines behind syslog may have it: up to six digits, a time with
// parts of one or two digits, and spaces.
func looseClock(s string) (rest string, ok bool) {
	s = strings.TrimLeft(s, " ")
	_, n := logline.Digits(s)
	if n > 6 || n == 0 {
		return s, false
	}
	s = strings.TrimLeft(s[n:], " ")
	for part := range 3 {
		_, n := logline.Digits(s)
		if n < 1 || n > 2 {
			return s, false
		}
		s = s[n:]
		if part < 2 {
			if s == "" || s[0] != ':' {
				return s, false
			}
			s = s[1:]
		}
	}
	rest = strings.TrimLeft(s, " ")
	return rest, len(rest) < len(s)
}
