package logline

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"lma_collector/collector/message"
)

// Chomp removes the line ends at the end of a record.
func Chomp(s string) string {
	for len(s) > 0 && (s[len(s)-1] == '\n' || s[len(s)-1] == '\r') {
		s = s[:len(s)-1]
	}
	return s
}

// excerpt is how much of a record an error shows, in bytes.
const excerpt = 64

// Unexpected is the error for a record that is none: what was expected, and how the record begins.
func Unexpected(expected, record string) error {
	record = Chomp(record)
	more := ""
	if len(record) > excerpt {
		cut := excerpt
		for cut > excerpt-utf8.UTFMax && !utf8.RuneStart(record[cut]) {
			cut--
		}
		record, more = record[:cut], "…"
	}
	return fmt.Errorf("expected %s, found %q%s", expected, record, more)
}

// Kept is a text that outlives the record which it was taken from, in memory that is used again.
type Kept struct{ text []byte }

// Keep copies s; the result is valid until the next Keep.
func (k *Kept) Keep(s string) string {
	if string(k.text) != s {
		k.text = append(k.text[:0], s...)
	}
	return message.View(k.text)
}

// Digits reads a decimal number at the start of s; n is the number of digits, 0 when there are none
// or more than 18.
func Digits(s string) (v int64, n int) {
	for n < len(s) && s[n]-'0' <= 9 {
		if n == 18 {
			return 0, 0
		}
		v = v*10 + int64(s[n]-'0')
		n++
	}
	return v, n
}

// Word is the text up to the first space, and what follows that space; rest is "" when there is none.
func Word(s string) (word, rest string) {
	if i := strings.IndexByte(s, ' '); i >= 0 {
		return s[:i], s[i+1:]
	}
	return s, ""
}
