package luapattern

import (
	"errors"
	"strings"
)

// errTired ends a reference match that takes too long.
var errTired = errors.New("too many steps")

// naive matches a pattern character by character, without compiling anything: what each item means,
// in the plainest form, to compare with.
type naive struct {
	s, p     string
	level    int
	captures [MaxCaptures]Span
	steps    int
}

// match gives the end of a match of p[j:] at s[i:], -1 for none. It panics with an error.
func (n *naive) match(i, j int) int {
	if n.steps++; n.steps > 20000 {
		panic(errTired)
	}
	if j == len(n.p) {
		return i
	}
	switch n.p[j] {
	case '(':
		return n.open(i, j)
	case ')':
		return n.close(i, j)
	case '$':
		if j+1 == len(n.p) {
			if i == len(n.s) {
				return i
			}
			return -1
		}
	case '%':
		if j+1 < len(n.p) {
			switch b := n.p[j+1]; {
			case b == 'b':
				return n.balance(i, j)
			case b == 'f':
				return n.frontier(i, j)
			case b >= '0' && b <= '9':
				return n.reference(i, j)
			}
		}
	}
	return n.repeated(i, j)
}

func (n *naive) repeated(i, j int) int {
	end := n.itemEnd(j)
	one := func(i int) bool { return i < len(n.s) && n.has(n.s[i], j, end) }
	suffix := byte(0)
	if end < len(n.p) {
		suffix = n.p[end]
	}
	switch suffix {
	case '?':
		if one(i) {
			if r := n.match(i+1, end+1); r >= 0 {
				return r
			}
		}
		return n.match(i, end+1)
	case '*', '+':
		count := 0
		for one(i + count) {
			count++
		}
		least := 0
		if suffix == '+' {
			least = 1
		}
		for ; count >= least; count-- {
			if r := n.match(i+count, end+1); r >= 0 {
				return r
			}
		}
		return -1
	case '-':
		for ; ; i++ {
			if r := n.match(i, end+1); r >= 0 {
				return r
			}
			if !one(i) {
				return -1
			}
		}
	}
	if one(i) {
		return n.match(i+1, end)
	}
	return -1
}

func (n *naive) open(i, j int) int {
	if n.level == MaxCaptures {
		panic(errTooMany)
	}
	end := Unfinished
	j++
	if j < len(n.p) && n.p[j] == ')' {
		end = Position
		j++
	}
	n.captures[n.level] = Span{i, end}
	n.level++
	r := n.match(i, j)
	if r < 0 {
		n.level--
	}
	return r
}

func (n *naive) close(i, j int) int {
	for l := n.level - 1; l >= 0; l-- {
		if n.captures[l].End == Unfinished {
			n.captures[l].End = i
			r := n.match(i, j+1)
			if r < 0 {
				n.captures[l].End = Unfinished
			}
			return r
		}
	}
	panic(errClose)
}

func (n *naive) balance(i, j int) int {
	if j+3 >= len(n.p) {
		panic(errBalance)
	}
	if i >= len(n.s) || n.s[i] != n.p[j+2] {
		return -1
	}
	depth := 1
	for k := i + 1; k < len(n.s); k++ {
		if n.s[k] == n.p[j+3] {
			if depth--; depth == 0 {
				return n.match(k+1, j+4)
			}
		} else if n.s[k] == n.p[j+2] {
			depth++
		}
	}
	return -1
}

func (n *naive) frontier(i, j int) int {
	j += 2
	if j >= len(n.p) || n.p[j] != '[' {
		panic(errFrontier)
	}
	end := n.itemEnd(j)
	at := func(i int) byte {
		if i < 0 || i >= len(n.s) {
			return 0
		}
		return n.s[i]
	}
	if n.has(at(i-1), j, end) || !n.has(at(i), j, end) {
		return -1
	}
	return n.match(i, end)
}

func (n *naive) reference(i, j int) int {
	l := int(n.p[j+1]) - '1'
	if l < 0 || l >= n.level || n.captures[l].End == Unfinished {
		panic(errReference)
	}
	c := n.captures[l]
	if c.End == Position || !strings.HasPrefix(n.s[i:], n.s[c.Start:c.End]) {
		return -1
	}
	return n.match(i+c.End-c.Start, j+2)
}

// itemEnd is where the single item at j ends.
func (n *naive) itemEnd(j int) int {
	switch n.p[j] {
	case '%':
		if j+1 == len(n.p) {
			panic(errEscape)
		}
		return j + 2
	case '[':
		k := j + 1
		if k < len(n.p) && n.p[k] == '^' {
			k++
		}
		for first := true; first || k >= len(n.p) || n.p[k] != ']'; first = false {
			if k >= len(n.p) {
				panic(errBracket)
			}
			if n.p[k] == '%' && k+1 < len(n.p) {
				k++
			}
			k++
		}
		return k + 1
	}
	return j + 1
}

// has tells whether the single item p[j:end] takes b.
func (n *naive) has(b byte, j, end int) bool {
	switch n.p[j] {
	case '.':
		return true
	case '%':
		return inClass(b, n.p[j+1])
	case '[':
		return n.inSet(b, j+1, end-1)
	}
	return n.p[j] == b
}

func (n *naive) inSet(b byte, j, end int) bool {
	sign := true
	if n.p[j] == '^' {
		sign = false
		j++
	}
	for ; j < end; j++ {
		switch {
		case n.p[j] == '%':
			j++
			if inClass(b, n.p[j]) {
				return sign
			}
		case n.p[j+1] == '-' && j+2 < end:
			if n.p[j] <= b && b <= n.p[j+2] {
				return sign
			}
			j += 2
		case n.p[j] == b:
			return sign
		}
	}
	return !sign
}

const (
	lowerCase = "abcdefghijklmnopqrstuvwxyz"
	upperCase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	decimal   = "0123456789"
)

var members = map[byte]string{
	'a': lowerCase + upperCase, 'd': decimal, 'l': lowerCase, 's': " \t\n\v\f\r", 'u': upperCase, 'w': lowerCase + upperCase + decimal,
	'x': decimal + "abcdefABCDEF", 'z': "\x00", 'p': "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
	'c': "\x00\x01\x02\x03\x04\x05\x06\a\b\t\n\v\f\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x7f",
}

func inClass(b, letter byte) bool {
	if list, ok := members[letter]; ok {
		return strings.IndexByte(list, b) >= 0
	}
	if list, ok := members[letter|0x20]; ok && letter < 'a' {
		return strings.IndexByte(list, b) < 0
	}
	return b == letter
}

// naiveSearch is Search with the naive matcher.
func naiveSearch(s, p string, from int) (start, end int, captures []Span, err error) {
	n := naive{s: s, p: p}
	defer func() {
		if e := recover(); e != nil {
			start, end, captures, err = -1, -1, nil, e.(error)
		}
	}()
	for start = from; start <= len(s); start++ {
		n.level = 0
		if end = n.match(start, 0); end >= 0 {
			return start, end, n.captures[:n.level], nil
		}
	}
	return -1, -1, nil, nil
}
