package logline

import (
	"fmt"
	"strings"

	"lma_collector/collector/message"
	"lma_collector/collector/timeparse"
)

// Template is an rsyslog template, such as `<%PRI%>%TIMESTAMP% %HOSTNAME% %syslogtag%%msg%\n`, made
// into what reads lines that were written with it.
type Template struct{ steps []step }

type step struct {
	kind    stepKind
	name    string // of the property, in lower case
	literal string
	end     byte // what ends %msg%, 0 for the line's end
}

type stepKind uint8

const (
	stepLiteral stepKind = iota
	stepSpace            // one white-space character
	stepSpaces           // at least one space (sp-if-no-1st-sp)
	stepMessage
	stepRaw
	stepHost
	stepTag
	stepProgram
	stepPriority
	stepSeverityNumber
	stepSeverityText
	stepFacilityNumber
	stepFacilityText
	stepStamp    // date-rfc3164
	stepDateTime // date-rfc3339, date-mysql, date-pgsql
	stepProcID
	stepMsgID
	stepStructured
	stepWord // captured as a field
)

var properties = map[string]stepKind{
	"msg": stepMessage, "rawmsg": stepRaw,
	"hostname": stepHost, "source": stepHost, "fromhost": stepHost, "fromhost-ip": stepWord,
	"syslogtag": stepTag, "programname": stepProgram, "app-name": stepProgram,
	"pri": stepPriority, "iut": stepWord,
	"syslogseverity": stepSeverityNumber, "syslogpriority": stepSeverityNumber,
	"syslogseverity-text": stepSeverityText, "syslogpriority-text": stepSeverityText,
	"syslogfacility": stepFacilityNumber, "syslogfacility-text": stepFacilityText,
	"timestamp": stepStamp, "timereported": stepStamp, "timegenerated": stepStamp,
	"protocol-version": stepWord, "structured-data": stepStructured, "procid": stepProcID, "msgid": stepMsgID,
	"inputname": stepWord, "$now": stepWord, "$year": stepWord, "$month": stepWord, "$day": stepWord,
	"$hour": stepWord, "$minute": stepWord,
}

// parseTemplate reads a template in rsyslog's legacy notation. The error says what is wrong where.
func parseTemplate(text string) (*Template, error) {
	t := &Template{}
	for i := 0; i < len(text); {
		n, err := t.element(text[i:])
		if err != nil {
			return nil, fmt.Errorf("%w at character %d of the template", err, i+1)
		}
		i += n
	}
	if len(t.steps) == 0 {
		return nil, fmt.Errorf("the template is empty")
	}
	return t, nil
}

func (t *Template) element(s string) (n int, err error) {
	switch s[0] {
	case '%':
		end := strings.IndexByte(s[1:], '%')
		if end < 0 {
			return 0, fmt.Errorf("a property without its closing %%")
		}
		return end + 2, t.property(s[1 : end+1])
	case ' ', '\t', '\n':
		if s == "\n" {
			return 1, nil // as below
		}
		t.steps = append(t.steps, step{kind: stepSpace})
		return 1, nil
	case '\\':
		if len(s) < 2 {
			return 0, fmt.Errorf("a lone backslash")
		}
		c, known := templateEscapes[s[1]]
		if !known {
			return 0, fmt.Errorf("unknown escape \\%c", s[1])
		}
		if c == '\n' && len(s) == 2 {
			return 2, nil // the line's end, which a record need not have
		}
		t.text(string(c))
		return 2, nil
	}
	n = strings.IndexAny(s, "% \t\n\\")
	if n < 0 {
		n = len(s)
	}
	t.text(s[:n])
	return n, nil
}

var templateEscapes = map[byte]byte{
	'n': '\n', 't': '\t', 'r': '\r', '"': '"', '\'': '\'', '\\': '\\', '%': '%', 'a': '\a', 'b': '\b', 'f': '\f', 'v': '\v',
}

func (t *Template) text(s string) {
	t.steps = append(t.steps, step{kind: stepLiteral, literal: s})
}

func (t *Template) property(s string) error {
	parts := strings.Split(s, ":")
	name := strings.ToLower(parts[0])
	kind, known := properties[name]
	if !known {
		return fmt.Errorf("invalid rsyslog property %q", parts[0])
	}
	st := step{kind: kind, name: name}
	if len(parts) > 3 {
		for _, option := range strings.Split(parts[3], ",") {
			if err := st.option(option); err != nil {
				return err
			}
		}
	}
	if st.kind == stepMessage && len(t.steps) > 0 {
		if before := t.steps[len(t.steps)-1]; before.kind == stepLiteral {
			st.end = before.literal[len(before.literal)-1]
		}
	}
	t.steps = append(t.steps, st)
	return nil
}

func (st *step) option(option string) error {
	switch option {
	case "sp-if-no-1st-sp":
		st.kind = stepSpaces
	case "date-rfc3339", "date-mysql", "date-pgsql":
		if st.kind != stepStamp {
			return fmt.Errorf("option %s of %%%s%%, which is no time", option, st.name)
		}
		st.kind = stepDateTime
	case "", "date-rfc3164", "date-rfc3164-buggyday", "drop-last-lf", "lowercase", "uppercase", "json", "csv",
		"escape-cc", "space-cc", "drop-cc", "secpath-drop", "secpath-replace":
	default:
		return fmt.Errorf("unknown option %q of %%%s%%", option, st.name)
	}
	return nil
}

// Match reads a record, whose final line end was removed, into h; false when the template does not fit.
func (t *Template) Match(h *Syslog, s string, z *timeparse.Zone, now int64) bool {
	h.reset()
	for i := range t.steps {
		rest, ok := t.steps[i].match(h, s, z, now)
		if !ok {
			return false
		}
		s = rest
	}
	return s == ""
}

func (st *step) match(h *Syslog, s string, z *timeparse.Zone, now int64) (rest string, ok bool) {
	switch st.kind {
	case stepLiteral:
		return strings.CutPrefix(s, st.literal)
	case stepSpace:
		if s == "" || s[0] != ' ' && s[0] != '\t' {
			return s, false
		}
		return s[1:], true
	case stepSpaces:
		rest = strings.TrimLeft(s, " ")
		return rest, len(rest) < len(s)
	case stepMessage:
		return st.message(h, s)
	case stepRaw:
		h.Message = s
		return "", true
	case stepTag:
		return h.tag(s)
	case stepStamp, stepDateTime:
		return st.time(h, s, z, now)
	case stepPriority, stepSeverityNumber, stepSeverityText, stepFacilityNumber, stepFacilityText:
		return st.level(h, s)
	}
	return st.word(h, s)
}

func (st *step) message(h *Syslog, s string) (rest string, ok bool) {
	if st.end != 0 {
		i := strings.IndexByte(s, st.end)
		if i < 0 {
			return s, false
		}
		h.Message = s[:i]
		return s[i:], true
	}
	h.Message = s
	return "", true
}

func (st *step) time(h *Syslog, s string, z *timeparse.Zone, now int64) (rest string, ok bool) {
	var ns int64
	var n int
	if st.kind == stepStamp {
		ns, n, ok = z.Stamp(s, now)
	} else {
		ns, n, ok = z.DateTime(s)
	}
	if !ok {
		return s, false
	}
	if st.name != "timegenerated" || !h.HasTime {
		h.Time, h.HasTime = ns, true
	}
	return s[n:], true
}

func (st *step) level(h *Syslog, s string) (rest string, ok bool) {
	switch st.kind {
	case stepPriority:
		pri, n := Digits(s)
		if n == 0 || n > 3 || pri > maxPriority {
			return s, false
		}
		h.Facility, h.Severity = int32(pri>>3), int32(pri&7)
		return s[n:], true
	case stepSeverityNumber:
		v, n := Digits(s)
		if n != 1 || v > 7 {
			return s, false
		}
		h.Severity = int32(v)
		return s[1:], true
	case stepFacilityNumber:
		v, n := Digits(s)
		if n == 0 || v > 23 {
			return s, false
		}
		h.Facility = int32(v)
		return s[n:], true
	}
	n := 0
	for n < len(s) && (s[n]|0x20 >= 'a' && s[n]|0x20 <= 'z' || s[n]-'0' <= 9) {
		n++
	}
	if st.kind == stepSeverityText {
		h.Severity, ok = severityText(s[:n])
		return s[n:], ok
	}
	facility, ok := facilityText(s[:n])
	if ok {
		h.Captured = append(h.Captured, Property{st.name, message.IntValue(int64(facility))})
	}
	return s[n:], ok
}

func (st *step) word(h *Syslog, s string) (rest string, ok bool) {
	n := 0
	for n < len(s) && s[n] > ' ' && !(st.kind == stepProgram && (s[n] == ':' || s[n] == '[')) {
		n++
	}
	word := s[:n]
	switch st.kind {
	case stepHost:
		h.Hostname = word
	case stepProgram:
		h.Program = word
	case stepProcID:
		h.setProcID(word)
	case stepMsgID:
		h.MsgID = word
	case stepStructured:
		var ok bool
		if n, ok = structuredData(s); !ok {
			return s, false
		}
		if h.Structured = s[:n]; h.Structured == "-" {
			h.Structured = ""
		}
	default:
		h.Captured = append(h.Captured, Property{st.name, message.StringValue(word)})
	}
	return s[n:], n > 0
}

// severityText reads the names that syslog(3) and rsyslog write.
func severityText(s string) (int32, bool) {
	switch {
	case strings.EqualFold(s, "debug"):
		return Debug, true
	case strings.EqualFold(s, "info"):
		return Info, true
	case strings.EqualFold(s, "notice"):
		return Notice, true
	case strings.EqualFold(s, "warning"), strings.EqualFold(s, "warn"):
		return Warning, true
	case strings.EqualFold(s, "err"), strings.EqualFold(s, "error"):
		return Error, true
	case strings.EqualFold(s, "crit"):
		return Critical, true
	case strings.EqualFold(s, "alert"):
		return Alert, true
	case strings.EqualFold(s, "emerg"), strings.EqualFold(s, "panic"):
		return Emergency, true
	}
	return 0, false
}

var facilities = [...]string{
	"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp", "audit", "alert", "clock",
	"local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
}

func facilityText(s string) (int32, bool) {
	if strings.EqualFold(s, "security") {
		return 4, true
	}
	for i, name := range facilities {
		if strings.EqualFold(s, name) {
			return int32(i), true
		}
	}
	return 0, false
}
