package logline

import (
	"strings"

	"lma_collector/collector/message"
	"lma_collector/collector/timeparse"
)

// Syslog is what a syslog header says. Strings are views of the record.
type Syslog struct {
	Time     int64 // ns since 1970
	HasTime  bool
	Explicit bool // the time was written with a zone

	Severity int32 // -1: not written
	Facility int32 // -1: not written

	Hostname, Program string
	Pid               int32 // 0: not written
	ProcID            string
	MsgID             string
	Structured        string // RFC 5424 structured data as it is written
	Message           string // what follows the header

	// Captured are further properties of a template, in its order.
	Captured []Property
}

// Property is a property that a template captured as a field.
type Property struct {
	Name  string
	Value message.Value
}

func (h *Syslog) reset() {
	*h = Syslog{Severity: -1, Facility: -1, Captured: h.Captured[:0]}
}

// syslogForms is what a record must look like to have a syslog header, for errors.
const syslogForms = `a syslog line such as "<PRI>Mmm dd hh:mm:ss host program[pid]: text", with or without <PRI>, with an ISO 8601 time, or of RFC 5424`

// Parse reads the header of a record in any of the common forms: RFC 3164 and RFC 5424, and
// rsyslog's file format with ISO 8601 times; the first and the last with and without priority.
// now (ns since 1970) is for year-less times.
func (h *Syslog) Parse(s string, z *timeparse.Zone, now int64) bool {
	h.reset()
	if s == "" {
		return false
	}
	if s[0] == '<' {
		n, ok := h.priority(s)
		if !ok {
			return false
		}
		s = s[n:]
		if len(s) > 2 && s[0] == '1' && s[1] == ' ' {
			return h.rfc5424(s[2:], z)
		}
	}
	n := h.stamp(s, z, now)
	if n == 0 || n >= len(s) || s[n] != ' ' {
		return false
	}
	s = strings.TrimLeft(s[n:], " ")
	h.Hostname, s = Word(s)
	if h.Hostname == "" || s == "" {
		return false
	}
	rest, ok := h.tag(s)
	if !ok || h.Program == "" {
		return false
	}
	h.Message = strings.TrimLeft(rest, " ")
	return true
}

func (h *Syslog) stamp(s string, z *timeparse.Zone, now int64) (n int) {
	if s == "" {
		return 0
	}
	if s[0] >= 'A' && s[0] <= 'S' {
		h.Time, n, h.HasTime = z.Stamp(s, now)
		return n
	}
	if len(s) < 20 || s[10] != 'T' {
		return 0
	}
	h.Time, n, h.HasTime = z.DateTime(s)
	h.Explicit = n > 0 && s[n-1]-'0' > 9 || strings.ContainsAny(s[19:max(n, 19)], "+-")
	return n
}

// maxPriority is facility 23 with severity 7 (RFC 5424, section 6.2.1).
const maxPriority = 23*8 + 7

// priority reads `<PRI>`.
func (h *Syslog) priority(s string) (n int, ok bool) {
	pri, digits := Digits(s[1:])
	if digits == 0 || digits > 3 || pri > maxPriority || len(s) < digits+2 || s[digits+1] != '>' {
		return 0, false
	}
	h.Facility, h.Severity = int32(pri>>3), int32(pri&7)
	return digits + 2, true
}

// tag reads `program[pid]:`; the pid and the colon may be missing.
func (h *Syslog) tag(s string) (rest string, ok bool) {
	end := tagEnd(s)
	h.Program, s = s[:end], s[end:]
	if s != "" && s[0] == '[' {
		i := strings.IndexByte(s, ']')
		if i < 0 {
			return s, false
		}
		h.setProcID(s[1:i])
		s = s[i+1:]
	}
	if s != "" && s[0] == ':' {
		s = s[1:]
	}
	return s, true
}

// tagEnd is the end of a program's name.
func tagEnd(s string) int {
	for i := range len(s) {
		if c := s[i]; c == ':' || c == '[' || c == ' ' || c == '\n' {
			return i
		}
	}
	return len(s)
}

func (h *Syslog) setProcID(s string) {
	h.ProcID = s
	if v, n := Digits(s); n > 0 && n == len(s) && v <= 1<<31-1 {
		h.Pid = int32(v)
	}
}

// rfc5424 goes on behind the version.
func (h *Syslog) rfc5424(s string, z *timeparse.Zone) bool {
	var stamp string
	if stamp, s = Word(s); stamp != "-" {
		var n int
		h.Time, n, h.HasTime = z.DateTime(stamp)
		if n != len(stamp) || n == 0 {
			return false
		}
		h.Explicit = true
	}
	var procID string
	h.Hostname, s = nilWord(s)
	h.Program, s = nilWord(s)
	procID, s = nilWord(s)
	h.setProcID(procID)
	h.MsgID, s = nilWord(s)
	n, ok := structuredData(s)
	if !ok {
		return false
	}
	if h.Structured = s[:n]; h.Structured == "-" {
		h.Structured = ""
	}
	s = strings.TrimPrefix(s[n:], " ")
	h.Message = strings.TrimPrefix(s, "\ufeff")
	return true
}

// nilWord is a word, "" when it is RFC 5424's nil value.
func nilWord(s string) (word, rest string) {
	if word, rest = Word(s); word == "-" {
		word = ""
	}
	return word, rest
}

// structuredData is the length of RFC 5424 structured data.
func structuredData(s string) (n int, ok bool) {
	if s == "-" || strings.HasPrefix(s, "- ") {
		return 1, true
	}
	for n < len(s) && s[n] == '[' {
		quoted := false
		for n++; ; n++ {
			if n >= len(s) {
				return 0, false
			}
			if c := s[n]; c == '\\' && quoted {
				n++
			} else if c == '"' {
				quoted = !quoted
			} else if c == ']' && !quoted {
				break
			}
		}
		n++
	}
	return n, n > 0 && (n == len(s) || s[n] == ' ')
}

// FillHeaders sets the draft's time, host and pid as far as the header has them.
func (h *Syslog) FillHeaders(d *message.Draft) {
	if h.HasTime {
		d.SetTimestamp(h.Time)
	}
	if h.Hostname != "" {
		d.Hostname = h.Hostname
	}
	if h.Pid != 0 {
		d.SetPid(h.Pid)
	}
}

// FillFields adds programname, syslogfacility and whatever else the header has.
func (h *Syslog) FillFields(d *message.Draft) {
	d.AddString("programname", h.Program)
	if h.Facility >= 0 {
		d.AddInt("syslogfacility", "", int64(h.Facility))
	}
	if h.Pid == 0 && h.ProcID != "" && h.ProcID != "0" {
		d.AddString("procid", h.ProcID)
	}
	if h.MsgID != "" {
		d.AddString("msgid", h.MsgID)
	}
	if h.Structured != "" {
		d.AddString("structured_data", h.Structured)
	}
	for i := range h.Captured {
		d.Add(h.Captured[i].Name, "", h.Captured[i].Value)
	}
}
