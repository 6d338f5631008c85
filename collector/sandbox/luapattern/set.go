package luapattern

import "strings"

// set is a set of bytes.
type set [256]bool

var (
	classes [128]*set // by the letter of the class, capital ones are complements
	singles [256]set  // of one byte each
	anyByte set
)

func init() {
	for i := range singles {
		singles[i][i] = true
		anyByte[i] = true
	}
	for letter, has := range map[byte]func(b byte) bool{
		'a': isLetter,
		'c': func(b byte) bool { return b < 32 || b == 127 },
		'd': isDigit,
		'l': func(b byte) bool { return b >= 'a' && b <= 'z' },
		'p': func(b byte) bool { return b > 32 && b < 127 && !isLetter(b) && !isDigit(b) },
		's': func(b byte) bool { return b == ' ' || b >= '\t' && b <= '\r' },
		'u': func(b byte) bool { return b >= 'A' && b <= 'Z' },
		'w': func(b byte) bool { return isLetter(b) || isDigit(b) },
		'x': func(b byte) bool { return isDigit(b) || b|0x20 >= 'a' && b|0x20 <= 'f' },
		'z': func(b byte) bool { return b == 0 },
	} {
		in, out := new(set), new(set)
		for i := range in {
			in[i] = has(byte(i))
			out[i] = !in[i]
		}
		classes[letter], classes[letter-0x20] = in, out
	}
}

func isDigit(b byte) bool  { return b >= '0' && b <= '9' }
func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// class is the set of %letter, a byte that is no class's letter stands for itself.
func class(letter byte) *set {
	if letter < 128 && classes[letter] != nil {
		return classes[letter]
	}
	return &singles[letter]
}

func (s *set) add(other *set) {
	for i, has := range other {
		s[i] = s[i] || has
	}
}

func (s *set) overlaps(other *set) bool {
	for i, has := range other {
		if has && s[i] {
			return true
		}
	}
	return false
}

// bracketEnd is the index after the set that starts at p[at] (its '['), -1 if it is not closed.
func bracketEnd(p string, at int) int {
	at++
	if at < len(p) && p[at] == '^' {
		at++
	}
	for first := true; ; first = false {
		if at >= len(p) {
			return -1
		}
		if p[at] == ']' && !first {
			return at + 1
		}
		if p[at] == '%' && at+1 < len(p) {
			at++
		}
		at++
	}
}

// bracketSet is the set of body, the text between the brackets.
func bracketSet(body string) *set {
	s := new(set)
	body, complement := strings.CutPrefix(body, "^")
	for i := 0; i < len(body); i++ {
		switch {
		case body[i] == '%':
			letter := byte(']') // as C finds it when a range took the % that it belongs to
			if i++; i < len(body) {
				letter = body[i]
			}
			s.add(class(letter))
		case i+2 < len(body) && body[i+1] == '-':
			for b := int(body[i]); b <= int(body[i+2]); b++ {
				s[b] = true
			}
			i += 2
		default:
			s[body[i]] = true
		}
	}
	if complement {
		for i := range s {
			s[i] = !s[i]
		}
	}
	return s
}
