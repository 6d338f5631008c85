// Package logline holds what the decoders of log files share: syslog severities, the header that
// syslog puts before a line, JSON lines, and the record that is held back until it is known whether
// more lines belong to it.
package logline

// Syslog severities (RFC 5424, section 6.2.1).
const (
	Emergency int32 = iota
	Alert
	Critical
	Error
	Warning
	Notice
	Info
	Debug
)

var labels = [...]string{"EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "DEBUG"}

// Label is the name of a syslog severity as severity_label has it, "" for a number that is none.
func Label(severity int32) string {
	if severity < 0 || int(severity) >= len(labels) {
		return ""
	}
	return labels[severity]
}
