package config

import "strings"

// Nearest is the valid name that a misspelt one most probably means, or "" when none is near.
func Nearest(name string, valid []string) string {
	best, least := "", max(1, len(name)/3)+1
	for _, v := range valid {
		d := distance(simple(name), simple(v))
		if d < least {
			best, least = v, d
		}
	}
	return best
}

// simple makes spellings alike that people confuse.
func simple(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), "-", "_")
}

// distance is the number of insertions, deletions, replacements and swaps of neighbours that lead from
// a to b (optimal string alignment).
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
