package openstack

import (
	"strings"

	"lma_collector/collector/logline"
)

// record is what the beginning of a line says. Strings are views of the line or live forever.
type record struct {
	ns       int64
	pid      int32 // 0: not written
	severity int32
	label    string
	module   string // "" for uWSGI
	payload  string

	program  string // from syslog, "" for the one that the logger names
	facility int32  // of syslog, -1 for none
	context  string // request context of the record before, for a traceback without one
	instance string // uuid, where it is not in the payload

	json    *jsonLine // of a JSON line
	request *request  // of an HTTP request, nil for none
}

// level gives severity and label of a level's name. Python has no numbers for AUDIT and TRACE of
// old releases in syslog; they count as DEBUG.
func level(word string) (severity int32, label string) {
	switch word {
	case "INFO":
		return logline.Info, "INFO"
	case "DEBUG":
		return logline.Debug, "DEBUG"
	case "ERROR":
		return logline.Error, "ERROR"
	case "WARNING":
		return logline.Warning, "WARNING"
	case "CRITICAL":
		return logline.Critical, "CRITICAL"
	case "TRACE":
		return logline.Debug, "TRACE"
	case "AUDIT":
		return logline.Debug, "AUDIT"
	case "WARN":
		return logline.Warning, "WARN"
	}
	return -1, ""
}

// osloLine reads `DATE TIME PID LEVEL MODULE rest`.
func (c *Decoder) osloLine(s string, r *record) bool {
	ns, n, ok := c.zone.DateTime(s)
	if !ok || n >= len(s) || s[n] != ' ' {
		return false
	}
	s = s[n+1:]
	pid, n := logline.Digits(s)
	if n == 0 || n >= len(s) || s[n] != ' ' {
		return false
	}
	s = s[n+1:]
	n = strings.IndexByte(s, ' ')
	if n < 0 {
		return false
	}
	severity, label := level(strings.TrimSuffix(s[:n], ":"))
	if severity < 0 {
		return false
	}
	s = s[n+1:]
	n = strings.IndexByte(s, ' ')
	if n <= 0 {
		return false
	}
	if pid > 1<<31-1 {
		pid = 0
	}
	r.ns, r.pid, r.severity, r.label = ns, int32(pid), severity, label
	r.module, r.payload = s[:n], s[n+1:]
	return true
}

// beginsWithDate tells whether a line begins like a record, so that a malformed one is not taken for
// a continuation.
func beginsWithDate(s string) bool {
	return len(s) > 10 && s[4] == '-' && s[7] == '-' && isDigit(s[0]) && isDigit(s[1]) && isDigit(s[2]) && isDigit(s[3]) && isDigit(s[5])
}

func isDigit(c byte) bool { return c-'0' <= 9 }
