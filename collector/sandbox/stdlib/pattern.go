package stdlib

import (
	"strings"

	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/luapattern"
)

// patternCache keeps compiled patterns. It is emptied when it is full, so that what a script is charged
// depends on the script alone.
type patternCache struct {
	compiled map[string]*luapattern.Pattern
	size     int // of them, bytes
}

const (
	patternsKept   = 64
	patternBytes   = 256 << 10
	longestPattern = 128 // bytes; longer ones are not kept
	mapEntry       = 64  // bytes
)

// Size is the memory of the patterns in bytes.
func (p *patternCache) Size() int { return p.size }

// get gives a pattern without its anchor, compiled.
func (p *patternCache) get(c *lua.Call, source string) *luapattern.Pattern {
	if len(source) > longestPattern {
		// two bytes can be an item with two sets
		c.Need(len(source) * 320)
		c.Spend(len(source) * 4)
		return luapattern.Compile(source)
	}
	if pattern := p.compiled[source]; pattern != nil {
		return pattern
	}
	c.Spend(1 + 3*len(source))     // sets take a while
	source = strings.Clone(source) // it may be a part of a long text
	pattern := luapattern.Compile(source)
	size := pattern.Size() + len(source) + mapEntry
	switch {
	case p.compiled == nil:
		p.compiled = map[string]*luapattern.Pattern{}
	case len(p.compiled) >= patternsKept || p.size+size > patternBytes:
		clear(p.compiled)
		p.size = 0
	}
	p.compiled[source] = pattern
	p.size += size
	c.Count(size)
	return pattern
}

func (l *stringLibrary) find(c *lua.Call) {
	s := lua.CheckText(c, 1, "find")
	pattern := lua.CheckText(c, 2, "find")
	from := searchStart(c, "find", len(s))
	spendBytes(c, len(pattern))
	if c.Truth(4) || isPlain(pattern) {
		l.findPlain(c, s, pattern, from)
		return
	}
	p, start, end := l.search(c, s, pattern, from)
	if start < 0 {
		c.PushNil()
		return
	}
	c.PushNumber(float64(start + 1))
	c.PushNumber(float64(end))
	for _, capture := range l.matcher.Captures(p) {
		pushCapture(c, s, capture)
	}
}

// isPlain tells whether a pattern has no special characters before its end, which a zero byte is.
func isPlain(pattern string) bool {
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case 0:
			return true
		case '^', '$', '*', '+', '?', '.', '(', '[', '%', '-':
			return false
		}
	}
	return true
}

// searchStart is the offset that the third argument gives.
func searchStart(c *lua.Call, function string, length int) int {
	if c.Len() < 3 {
		return 0
	}
	return min(max(position(optInteger(c, 3, function, 1), length)-1, 0), length)
}

func (l *stringLibrary) findPlain(c *lua.Call, s, text string, from int) {
	at := strings.Index(s[from:], text)
	if at < 0 {
		spendBytes(c, len(s)-from)
		c.PushNil()
		return
	}
	spendBytes(c, at)
	c.PushNumber(float64(from + at + 1))
	c.PushNumber(float64(from + at + len(text)))
}

func (l *stringLibrary) match(c *lua.Call) {
	s := lua.CheckText(c, 1, "match")
	pattern := lua.CheckText(c, 2, "match")
	from := searchStart(c, "match", len(s))
	p, start, end := l.search(c, s, pattern, from)
	if start < 0 {
		c.PushNil()
		return
	}
	l.pushCaptures(c, p, s, start, end)
}

// search finds a pattern, anchored if it starts with '^'; start is -1 if it is not there.
func (l *stringLibrary) search(c *lua.Call, s, pattern string, from int) (p *luapattern.Pattern, start, end int) {
	source, anchored := strings.CutPrefix(pattern, "^")
	p = l.patterns.get(c, source)
	var err error
	m := &l.matcher
	m.Start(c)
	if anchored {
		if end, err = m.Match(p, s, from); end < 0 {
			start = -1
		} else {
			start = from
		}
	} else {
		start, end, err = m.Search(p, s, from)
	}
	m.Settle()
	if err != nil {
		c.Raise(err.Error())
	}
	return p, start, end
}

// pushCaptures pushes the captures of the last match, or the match if it has none.
func (l *stringLibrary) pushCaptures(c *lua.Call, p *luapattern.Pattern, s string, start, end int) {
	if p.Captures() == 0 {
		pushPart(c, s, start, end)
		return
	}
	for _, capture := range l.matcher.Captures(p) {
		pushCapture(c, s, capture)
	}
}

func pushCapture(c *lua.Call, s string, capture luapattern.Span) {
	switch capture.End {
	case luapattern.Unfinished:
		c.Raise(luapattern.ErrUnfinished.Error())
	case luapattern.Position:
		c.PushNumber(float64(capture.Start + 1))
	default:
		pushPart(c, s, capture.Start, capture.End)
	}
}

// iteration is what the function of gmatch keeps.
type iteration struct {
	lib     *stringLibrary
	subject lua.Value
	pattern *luapattern.Pattern
	at      int
}

// Size is the pattern's memory in bytes, Refer gives the subject.
func (it *iteration) Size() int                   { return it.pattern.Size() }
func (it *iteration) Refer(yield func(lua.Value)) { yield(it.subject) }

func (l *stringLibrary) gmatch(c *lua.Call) {
	s := lua.CheckText(c, 1, "gmatch")
	it := &iteration{lib: l, subject: lua.String(s), pattern: l.patterns.get(c, lua.CheckText(c, 2, "gmatch"))}
	c.Push(c.Interp().NewClosure("for iterator", it, it.next))
}

func (it *iteration) next(c *lua.Call) {
	m, s := &it.lib.matcher, it.subject.Text()
	m.Start(c)
	start, end, err := m.Search(it.pattern, s, it.at)
	m.Settle()
	if err != nil {
		c.Raise(err.Error())
	}
	if start < 0 {
		it.at = len(s) + 1
		return
	}
	if it.at = end; end == start {
		it.at++
	}
	it.lib.pushCaptures(c, it.pattern, s, start, end)
}
