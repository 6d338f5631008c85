package web

import (
	"sync"
	"time"
	"unicode/utf8"

	"lma_collector/collector/message"
)

const (
	keptLogs    = 500  // log messages in the ring
	maxLogText  = 2048 // bytes of a message's text that are kept
	maxLogLabel = 128  // bytes of a name, such as a program's
)

// LogEntry is one log message.
type LogEntry struct {
	Number        uint64    `json:"number"` // counts from 1 since the start of the program
	Time          time.Time `json:"time"`   // the message's own, or when it came where it has none
	Severity      int       `json:"severity"`
	SeverityLabel string    `json:"severity_label"`
	Hostname      string    `json:"hostname,omitempty"`
	Program       string    `json:"program,omitempty"`
	Logger        string    `json:"logger,omitempty"`
	Text          string    `json:"text"`
	CutBytes      int       `json:"cut_bytes,omitempty"` // how much of the text is left out
}

// logRing holds the newest log messages. Adding one copies it into memory that is used again and
// again: log messages come by the hundred thousand a second, pages look once a second at most.
type logRing struct {
	mu    sync.Mutex
	slots [keptLogs]logSlot
	seen  uint64
}

// logSlot is an entry as one run of bytes.
type logSlot struct {
	time     int64 // ns
	severity int32
	cut      int
	bytes    []byte
	ends     [5]int // of label, hostname, program, logger, text
}

func newLogRing() *logRing { return &logRing{} }

func (r *logRing) add(m *message.Message, now time.Time) {
	at := m.Timestamp()
	if at == 0 {
		at = now.UnixNano()
	}
	host := m.Hostname()
	if host == "" {
		host = m.Text("hostname")
	}
	label, program := m.Text("severity_label"), m.Text("programname")
	r.mu.Lock()
	defer r.mu.Unlock()
	slot := &r.slots[r.seen%keptLogs]
	r.seen++
	slot.time, slot.severity = at, m.Severity()
	text := m.Payload()
	slot.cut = len(text)
	b := slot.bytes[:0]
	for i, part := range [...]string{label, host, program, m.Logger(), text} {
		limit := maxLogLabel
		if i == len(slot.ends)-1 {
			limit = maxLogText
		}
		b = append(b, cut(part, limit)...)
		slot.ends[i] = len(b)
	}
	slot.cut -= slot.ends[4] - slot.ends[3]
	slot.bytes = b
}

// cut shortens a text to at most n bytes, between characters.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for i := n; i > n-utf8.UTFMax; i-- {
		if utf8.RuneStart(text[i]) {
			return text[:i]
		}
	}
	return text[:n]
}

// newest lists up to limit entries that a filter takes, newest first, and tells how many came in since the start.
func (r *logRing) newest(f logFilter, limit int) (list []LogEntry, seen uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := uint64(0); i < min(r.seen, keptLogs) && len(list) < limit; i++ {
		number := r.seen - i
		if e := r.slots[(number-1)%keptLogs].entry(number); f.takes(&e) {
			list = append(list, e)
		}
	}
	return list, r.seen
}

// programs lists the names of programs in the ring.
func (r *logRing) programs() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	names := map[string]bool{}
	for i := range min(r.seen, keptLogs) {
		s := &r.slots[i]
		if name := clean(string(s.bytes[s.ends[1]:s.ends[2]])); name != "" {
			names[name] = true
		}
	}
	return sortedKeys(names)
}

func (s *logSlot) entry(number uint64) LogEntry {
	text := func(i int) string {
		from := 0
		if i > 0 {
			from = s.ends[i-1]
		}
		return clean(string(s.bytes[from:s.ends[i]]))
	}
	e := LogEntry{
		Number: number, Time: time.Unix(0, s.time), Severity: int(s.severity), SeverityLabel: text(0),
		Hostname: text(1), Program: text(2), Logger: text(3), Text: text(4), CutBytes: s.cut,
	}
	if e.SeverityLabel == "" {
		e.SeverityLabel = severityLabel(e.Severity)
	}
	return e
}
