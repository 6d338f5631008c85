package rabbitmq

import (
	"strings"

	"lma_collector/collector/logline"
	"lma_collector/collector/timeparse"
)

// record is what the beginning of a record says. Strings are views of it.
type record struct {
	ns       int64
	severity int32
	process  string // Erlang's pid such as <0.1234.0>, "" for none
	domain   string // of a JSON line
	payload  string
	form     form
}

type form uint8

const (
	formReport form = iota // the head of a report, whose text follows in lines of their own
	formWhole              // a report with its text
	formLager              // a line without zone: what follows without a prefix belongs to it
	formOTP                // a line with a zone: each line of its text has the prefix
	formJSON
)

const reportMark = " REPORT==== "

// isReport tells whether a line can only be the head of a report, well formed or not.
func isReport(s string) bool { return s != "" && s[0] == '=' && strings.Contains(s, reportMark) }

// report reads `=ERROR REPORT==== 20-Nov-2026::07:18:44 ===`, a line end, and the text.
func (c *Decoder) report(s string, r *record) bool {
	word, rest, found := strings.Cut(s[1:], reportMark)
	if !found || word == "" {
		return false
	}
	for i := range len(word) {
		if word[i] < 'A' || word[i] > 'Z' {
			return false
		}
	}
	ns, n, ok := c.zone.Erlang(rest)
	if !ok {
		return false
	}
	if rest, ok = strings.CutPrefix(rest[n:], " ==="); !ok {
		return false
	}
	*r = record{ns: ns, severity: reportSeverity(word), form: formReport}
	if rest != "" {
		if r.payload, ok = strings.CutPrefix(rest, "\n"); !ok {
			return false
		}
		r.form = formWhole
	}
	return true
}

// reportSeverity is the severity of a kind of report; kinds that name none, such as SUPERVISOR, are notices.
func reportSeverity(word string) int32 {
	if word == "CRASH" {
		return logline.Critical
	}
	for s := logline.Emergency; s <= logline.Debug; s++ {
		if word == logline.Label(s) {
			return s
		}
	}
	return logline.Notice
}

// line reads `TIME [level] <0.1234.0> text`.
func (c *Decoder) line(s string, r *record) bool {
	ns, n, ok := c.zone.DateTime(s)
	form := formLager
	if ok {
		if n > 19 && strings.ContainsAny(s[19:n], "Z+-") {
			form = formOTP
		}
	} else {
		ns, n, ok = timeparse.Epoch(s)
		form = formOTP
	}
	if !ok {
		return false
	}
	rest, ok := strings.CutPrefix(s[n:], " [")
	if !ok {
		return false
	}
	end := strings.IndexByte(rest, ']')
	if end < 0 {
		return false
	}
	severity, ok := lineSeverity(rest[:end])
	if !ok {
		return false
	}
	*r = record{ns: ns, severity: severity, form: form, payload: strings.TrimPrefix(rest[end+1:], " ")}
	if strings.HasPrefix(r.payload, "<") {
		if process, text := logline.Word(r.payload); strings.HasSuffix(process, ">") {
			r.process, r.payload = process, text
		}
	}
	return true
}

// lineSeverity reads a level, in full or in three or four letters, in either case.
func lineSeverity(word string) (int32, bool) {
	var lower [10]byte
	if len(word) < 3 || len(word) > len(lower) {
		return 0, false
	}
	for i := range len(word) {
		lower[i] = word[i] | 0x20
	}
	switch string(lower[:len(word)]) {
	case "debug", "dbg", "dbug":
		return logline.Debug, true
	case "info", "inf":
		return logline.Info, true
	case "notice", "ntc", "not", "noti", "notc":
		return logline.Notice, true
	case "warning", "wrn", "warn":
		return logline.Warning, true
	case "error", "err", "erro", "eror":
		return logline.Error, true
	case "critical", "crt", "cri", "crit":
		return logline.Critical, true
	case "alert", "alt", "alr", "aler", "alrt":
		return logline.Alert, true
	case "emergency", "emg", "eme", "emer", "emgc", "egcy":
		return logline.Emergency, true
	}
	return 0, false
}

// json reads a line of the JSON formatter.
func (c *Decoder) json(s string, r *record) bool {
	*r = record{form: formJSON}
	c.scan.Reset(s)
	c.scan.Open('{')
	first := true
	var hasTime, hasLevel bool
	for key, ok := c.scan.Key(&first); ok; key, ok = c.scan.Key(&first) {
		v, _ := c.scan.Value() // its error ends the loop
		switch key {
		case "time":
			var n int
			if r.ns, n, hasTime = c.zone.DateTime(v); !hasTime {
				r.ns, n, hasTime = timeparse.Epoch(v)
			}
			hasTime = hasTime && n == len(v)
		case "level":
			r.severity, hasLevel = lineSeverity(v)
		case "msg":
			r.payload = v
		case "pid":
			r.process = v
		case "domain":
			r.domain = v
		}
	}
	return c.scan.End() && hasTime && hasLevel
}
