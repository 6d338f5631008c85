package nagios

import (
	"fmt"
	"strings"

	"github.com/zeebo/xxh3"

	"lma_collector/collector/message"
)

// States of a Nagios service.
const (
	stateOK       = 0
	stateWarning  = 1
	stateCritical = 2
	stateUnknown  = 3
)

// result is a check result on its way to Nagios.
type result struct {
	host, service string
	state         int
	text          string // clean, not yet truncated
	timestamp     int64  // of the message, ns
	digest        uint64 // of what makes a difference to the operator
	changed       bool   // since it was submitted before
	err           error  // why it was not taken
	item          int
}

func (r *result) key() string { return r.host + "\x00" + r.service }

func (r *result) String() string { return fmt.Sprintf("%q of host %q", r.service, r.host) }

// statuses are the names and Nagios states of the health filters' status numbers.
var statuses = [...]struct {
	label string
	state int
}{{"OKAY", stateOK}, {"WARN", stateWarning}, {"UNKNOWN", stateUnknown}, {"CRITICAL", stateCritical}, {"DOWN", stateCritical}}

// newResult reads a message: a status, or hekad's form `STATE:text`.
func newResult(names *Names, m *message.Message) (*result, error) {
	host, service, err := names.Of(m)
	if err != nil {
		return nil, err
	}
	r := &result{host: host, service: service, timestamp: m.Timestamp()}
	if !isStatus(m) {
		r.fromText(m.Payload())
		return r, nil
	}
	return r, r.fromStatus(m)
}

func isStatus(m *message.Message) bool {
	if types[m.Type()] != Other {
		return true
	}
	_, hasValue := m.Value("value")
	return hasValue && strings.HasPrefix(m.Payload(), "{")
}

// fromText reads `STATE:text`.
func (r *result) fromText(payload string) {
	state, text, found := strings.Cut(payload, ":")
	if !found {
		text = payload
	}
	switch state {
	case "OK":
		r.state = stateOK
	case "WARNING":
		r.state = stateWarning
	case "CRITICAL":
		r.state = stateCritical
	default:
		r.state = stateUnknown
	}
	r.text = cleanText(text)
	if strings.TrimSpace(r.text) == "" {
		r.text = "no details" // Nagios refuses an empty text
	}
	r.digest = xxh3.HashString(fmt.Sprint(r.state, r.text))
}

// fromStatus reads a status message. A payload that cannot be read hides the reasons, not the state.
func (r *result) fromStatus(m *message.Message) error {
	v, ok := m.Value("value")
	n, isNumber := v.Number()
	if !ok || !isNumber || n != float64(int(n)) || n < 0 || int(n) >= len(statuses) {
		return fmt.Errorf("the status of %s (Type %q) is not a number from 0 to %d in Fields[value]", r, m.Type(), len(statuses)-1)
	}
	s := statuses[int(n)]
	r.state = s.state
	lines := []string{r.service + " " + s.label}
	essence := []string{s.label}
	alarms, err := parseAlarms(m.Payload())
	switch {
	case err != nil:
		lines = append(lines, fmt.Sprintf("details cannot be read: %v", err))
	case len(alarms) == 0:
		lines = append(lines, "no details")
	default:
		lines = append(lines, describe(alarms)...)
		for i := range alarms {
			a := &alarms[i]
			essence = append(essence, a.Message, a.Severity, a.rule(), a.Hostname)
		}
	}
	for i := range lines {
		lines[i] = cleanText(lines[i])
	}
	r.text = strings.Join(lines, lineBreak)
	r.digest = xxh3.HashString(strings.Join(essence, "\x00"))
	return nil
}

// describe lists the alarms in words: those of the thing itself, then those of what it depends on.
func describe(alarms []alarm) []string {
	var own, hints []string
	for i := range alarms {
		if alarms[i].hint() {
			hints = append(hints, alarms[i].String())
		} else {
			own = append(own, alarms[i].String())
		}
	}
	if len(hints) > 0 {
		own = append(append(own, "Other related alarms:"), hints...)
	}
	return own
}
