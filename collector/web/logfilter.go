package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"lma_collector/collector/logline"
)

// logFilter chooses log messages by their text, how bad they are, and the program.
type logFilter struct {
	Text     string // anywhere in text, host, program or logger; upper and lower case are alike
	Program  string // part of the program's name
	Severity int    // the least bad syslog severity that is taken: 7 for all
}

const maxFilterText = 200 // bytes

// severities are what the page offers, by their word in the address.
var severities = []struct {
	Word   string
	Number int
	Label  string
}{
	{"", 7, "all"},
	{"info", 6, "INFO and worse"},
	{"notice", 5, "NOTICE and worse"},
	{"warning", 4, "WARNING and worse"},
	{"error", 3, "ERROR and worse"},
	{"critical", 2, "CRITICAL and worse"},
}

// newLogFilter reads q, program and severity (a word or a number) of a query.
func newLogFilter(query url.Values) logFilter {
	f := logFilter{Text: cut(query.Get("q"), maxFilterText), Program: cut(query.Get("program"), maxFilterText), Severity: 7}
	word := strings.ToLower(query.Get("severity"))
	for _, s := range severities {
		if s.Word == word {
			f.Severity = s.Number
			return f
		}
	}
	if n, err := strconv.Atoi(word); err == nil && n >= 0 && n <= 7 {
		f.Severity = n
	}
	return f
}

func (f logFilter) takes(e *LogEntry) bool {
	if e.Severity > f.Severity {
		return false
	}
	if f.Program != "" && !contains(e.Program, f.Program) {
		return false
	}
	return f.Text == "" || contains(e.Text, f.Text) || contains(e.Hostname, f.Text) || contains(e.Program, f.Text) || contains(e.Logger, f.Text)
}

func contains(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}

// severityLabel is the name of a syslog severity.
func severityLabel(n int) string {
	if label := logline.Label(int32(n)); label != "" {
		return label
	}
	return strconv.Itoa(n)
}

// clean makes what a log says safe to look at: characters that are not shown, turn the direction of
// writing or are no characters at all are written as their number.
func clean(text string) string {
	if !strings.ContainsFunc(text, invisible) && utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	for i, c := range text {
		switch {
		case c == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)):
			b.WriteString(`\x` + strconv.FormatUint(uint64(text[i])|0x100, 16)[1:])
		case invisible(c):
			quoted := strconv.QuoteRuneToASCII(c)
			b.WriteString(quoted[1 : len(quoted)-1])
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

func invisible(c rune) bool {
	return c != '\n' && c != '\t' && (unicode.IsControl(c) || unicode.Is(unicode.Cf, c))
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
