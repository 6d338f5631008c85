package nagios

import (
	"strings"
	"unicode/utf8"
)

// lineBreak is how a result's text begins a new line: Nagios understands the two characters.
const lineBreak = `\n`

// cleanText makes one line of a text, without what would end a result or begin its performance data.
func cleanText(s string) string {
	s = strings.NewReplacer("\r\n", lineBreak, "\n", lineBreak, "|", "¦").Replace(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

// truncate shortens a text to at most limit bytes: at the end of a line if one fits, else between
// characters.
func truncate(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	if at := strings.LastIndex(s[:min(len(s), limit+len(lineBreak))], lineBreak); at >= 0 {
		return s[:at]
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}
