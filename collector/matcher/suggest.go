package matcher

import (
	"slices"
	"strings"
)

// replacements are words of other languages and what stands for them here.
var replacements = map[string]string{
	"and": "&&", "or": "||", "not": "!( … )", "null": "NIL", "none": "NIL", "nil": "NIL",
	"field": "Fields[name]", "fields": "Fields[name]", "host": "Hostname", "message": "Payload",
}

// suggest is the hint for an unknown word, "" when no known word is near.
func suggest(word string) string {
	if r, ok := replacements[strings.ToLower(word)]; ok {
		return "write " + r
	}
	best, distance := "", len(word)/3+2
	for _, known := range knownWords() {
		if strings.EqualFold(known, word) {
			return "write " + known
		}
		if d := editDistance(strings.ToLower(known), strings.ToLower(word)); d < distance {
			best, distance = known, d
		}
	}
	if best == "" {
		return "text stands in quotes"
	}
	return "did you mean " + best + "?"
}

// knownWords is sorted, so that equally near words are always suggested in the same order.
func knownWords() []string {
	known := []string{"TRUE", "FALSE", "NIL", "Fields"}
	for word := range headers {
		known = append(known, word)
	}
	slices.Sort(known)
	return known
}

// editDistance counts the bytes to insert, delete or change to make a of b; long words are cut.
func editDistance(a, b string) int {
	if len(b) > 24 {
		b = b[:24]
	}
	var row [25]int
	for j := range len(b) {
		row[j+1] = j + 1
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
