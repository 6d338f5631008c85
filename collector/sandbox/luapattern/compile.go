package luapattern

import "strings"

func indexByte(s string, b byte) int { return strings.IndexByte(s, b) }

// compiler turns a pattern into items.
type compiler struct {
	src     string
	at      int
	items   []item
	level   int               // captures so far
	run     int               // where the last item's text starts in src, -1 if it is pieced together
	open    [MaxCaptures]bool // which of them are not closed
	isPlace [MaxCaptures]bool // which of them are positions
}

// Compile makes a Pattern of the text after an anchoring '^', which is the caller's affair. As in C
// the pattern ends at a zero byte.
func Compile(pattern string) *Pattern {
	if at := indexByte(pattern, 0); at >= 0 {
		pattern = pattern[:at]
	}
	c := compiler{src: pattern, items: make([]item, 0, min(len(pattern), 16)+1)}
	p := &Pattern{}
	for c.at < len(c.src) && p.err == "" {
		if c.src[c.at] == '[' || c.peek(1) == 'f' {
			p.sets++
		}
		p.err = c.item()
	}
	last := opMatch
	if p.err != "" {
		last = opError
	}
	c.items = append(c.items, item{op: last})
	p.items, p.captures = c.items, c.level
	p.lookAhead()
	return p
}

func (c *compiler) emit(it item) Error {
	c.items = append(c.items, it)
	return ""
}

func (c *compiler) peek(n int) byte {
	if c.at+n < len(c.src) {
		return c.src[c.at+n]
	}
	return 0
}

func (c *compiler) item() Error {
	switch c.src[c.at] {
	case '(':
		return c.openCapture()
	case ')':
		return c.closeCapture()
	case '$':
		if c.at+1 == len(c.src) {
			c.at++
			return c.emit(item{op: opEnd})
		}
	case '%':
		switch next := c.peek(1); {
		case next == 'b':
			return c.balance()
		case next == 'f':
			return c.frontier()
		case isDigit(next):
			return c.reference(int(next) - '1')
		}
	}
	return c.single()
}

func (c *compiler) openCapture() Error {
	if c.level == MaxCaptures {
		return errTooMany
	}
	it := item{op: opOpen, index: uint8(c.level)}
	c.at++
	if c.peek(0) == ')' {
		c.at++
		it.op = opPosition
	}
	c.open[c.level], c.isPlace[c.level] = it.op == opOpen, it.op == opPosition
	c.level++
	return c.emit(it)
}

func (c *compiler) closeCapture() Error {
	c.at++
	for i := c.level - 1; i >= 0; i-- {
		if c.open[i] {
			c.open[i] = false
			return c.emit(item{op: opClose, index: uint8(i)})
		}
	}
	return errClose
}

func (c *compiler) balance() Error {
	if c.at+3 >= len(c.src) {
		return errBalance
	}
	it := item{op: opBalance, stop: c.src[c.at+2], close: c.src[c.at+3]}
	c.at += 4
	return c.emit(it)
}

func (c *compiler) frontier() Error {
	c.at += 2
	if c.peek(0) != '[' {
		return errFrontier
	}
	end := bracketEnd(c.src, c.at)
	if end < 0 {
		return errBracket
	}
	it := item{op: opFrontier, set: bracketSet(c.src[c.at+1 : end-1])}
	c.at = end
	return c.emit(it)
}

func (c *compiler) reference(index int) Error {
	if index < 0 || index >= c.level || c.open[index] {
		return errReference
	}
	c.at += 2
	if c.isPlace[index] { // a position has no text to compare
		return c.emit(item{op: opFail})
	}
	return c.emit(item{op: opRefer, index: uint8(index)})
}

// single compiles one byte or set and what repeats it.
func (c *compiler) single() Error {
	it := item{op: opOne}
	start := c.at
	c.at++
	literal := false
	switch b := c.src[start]; b {
	case '.':
		it.set, it.span = &anyByte, spanAll
	case '%':
		if c.at == len(c.src) {
			return errEscape
		}
		it.set = class(c.src[c.at])
		literal = it.set == &singles[c.src[c.at]]
		c.at++
	case '[':
		end := bracketEnd(c.src, start)
		if end < 0 {
			return errBracket
		}
		it.bracket(c.src[start+1 : end-1])
		c.at = end
	default:
		it.set, literal = &singles[b], true
	}
	switch c.peek(0) {
	case '*':
		it.op = opGreedy
	case '+':
		it.op, it.least = opGreedy, 1
	case '-':
		it.op = opLazy
	case '?':
		it.op = opOptional
	default:
		if literal {
			return c.literal(c.at - 1)
		}
		return c.emit(it)
	}
	c.at++
	return c.emit(it)
}

func (it *item) bracket(body string) {
	it.set = bracketSet(body)
	missing := 0
	for i, has := range it.set {
		if !has {
			missing++
			it.stop = byte(i)
		}
	}
	switch missing {
	case 0:
		it.span = spanAll
	case 1:
		it.span = spanUntil
	}
}

const longestPieces = 32 // bytes of text that are copied together

// literal adds the byte at a place of the pattern to the text before it, if there is one.
func (c *compiler) literal(at int) Error {
	if n := len(c.items); n > 0 && c.items[n-1].op == opText {
		it := &c.items[n-1]
		switch {
		case c.run >= 0 && c.run+len(it.text) == at:
			it.text = c.src[c.run : at+1]
			return ""
		case len(it.text) < longestPieces:
			it.text += c.src[at : at+1]
			c.run = -1
			return ""
		}
	}
	c.run = at
	return c.emit(item{op: opText, text: c.src[at : at+1]})
}

// ahead is what is known of the rest of a pattern.
type ahead struct {
	first *set // the bytes it can start with; nil: not known, or it may match nothing
	sure  bool // it always matches
	atEnd bool // it matches only at the subject's end
}

// lookAhead tells each repetition what follows it, from the end to the start.
func (p *Pattern) lookAhead() {
	var rest ahead
	for i := len(p.items) - 1; i >= 0; i-- {
		it := &p.items[i]
		switch it.op {
		case opGreedy, opLazy, opOptional:
			if it.next = rest.first; it.next != nil && it.least == 0 {
				p.sets++ // before joins two
			}
			it.firm = rest.sure || rest.atEnd && it.op != opOptional || rest.first != nil && !rest.first.overlaps(it.set)
			it.toEnd = it.op == opLazy && rest.atEnd
		}
		rest = it.before(rest)
	}
	p.first = rest.first
	for _, it := range p.items {
		switch it.op {
		case opOpen, opPosition:
			continue
		case opText:
			p.prefix = it.text
		}
		break
	}
}

// before is what is known of the item and the rest together.
func (it *item) before(rest ahead) ahead {
	switch it.op {
	case opMatch:
		return ahead{sure: true}
	case opEnd:
		return ahead{atEnd: true}
	case opText:
		return ahead{first: &singles[it.text[0]]}
	case opOne:
		return ahead{first: it.set}
	case opBalance:
		return ahead{first: &singles[it.stop]}
	case opOpen, opClose, opPosition:
		return rest
	case opGreedy, opLazy, opOptional:
		if it.least > 0 {
			return ahead{first: it.set}
		}
		if rest.first != nil {
			both := *it.set
			both.add(rest.first)
			return ahead{first: &both, sure: rest.sure}
		}
		return ahead{sure: rest.sure}
	}
	return ahead{}
}
