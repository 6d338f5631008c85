package logscounter

import "lma_collector/collector/message"

// levels is the number of syslog severities, by which counts are kept.
const levels = 8

var levelNames = [levels]string{"emergency", "alert", "critical", "error", "warning", "notice", "info", "debug"}

// byName are the levels in the alphabetical order of their names.
var byName = [levels]int{1, 2, 7, 0, 3, 6, 5, 4}

// levelOf is the severity as which a message counts: that of its label, else its own; -1 for neither.
func levelOf(m *message.Message) int {
	if label := m.Text("severity_label"); label != "" {
		if level := labelled(label); level >= 0 {
			return level
		}
		if level := inLowerCase(label); level >= 0 {
			return level
		}
	}
	if s := m.Severity(); s >= 0 && s < levels && m.HasSeverity() {
		return int(s)
	}
	return -1
}

// labelled is the severity of a label, -1 for an unknown one. Oslo's AUDIT and TRACE have no number
// of their own.
func labelled(label string) int {
	switch label {
	case "EMERGENCY":
		return 0
	case "ALERT":
		return 1
	case "CRITICAL":
		return 2
	case "ERROR":
		return 3
	case "WARNING":
		return 4
	case "NOTICE":
		return 5
	case "INFO", "AUDIT":
		return 6
	case "DEBUG", "TRACE":
		return 7
	}
	return -1
}

// inLowerCase is the severity of a label in lower or mixed case.
func inLowerCase(label string) int {
	var upper [len("EMERGENCY")]byte
	if len(label) > len(upper) {
		return -1
	}
	for i := range len(label) {
		upper[i] = label[i]
		if b := label[i]; b >= 'a' && b <= 'z' {
			upper[i] = b - 'a' + 'A'
		}
	}
	return labelled(message.View(upper[:len(label)]))
}
