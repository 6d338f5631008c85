package stdlib

import (
	"strings"

	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/luapattern"
)

// substitution is one call of gsub.
type substitution struct {
	lib    *stringLibrary
	c      *lua.Call
	s      string
	p      *luapattern.Pattern
	out    buffer
	text   string    // the replacement, if it is a string
	plain  bool      // the text has no %
	value  lua.Value // the replacement, if it is a function or table
	args   []lua.Value
	result [1]lua.Value
}

// What a call of gsub may have without its being counted while the script's functions run, in bytes.
const (
	smallBuffer  = 512
	smallPattern = 4 << 10
)

// substitutions are the calls of gsub that have called the script with more memory than a little.
var substitutions = lua.Class{Name: "gsub"}

// Size is the memory of the text so far, and of a pattern that is not kept.
func (g *substitution) Size() int { return cap(g.out.text) + g.p.Size() }

// hold has the memory counted while the script runs: its functions may call gsub again, and so on.
func (g *substitution) hold() {
	if !g.out.counted && (cap(g.out.text) > smallBuffer || g.p.Size() > smallPattern) {
		g.out.counted = true
		g.c.Hold(g.c.Interp().NewObject(&substitutions, g))
	}
}

func (l *stringLibrary) gsub(c *lua.Call) {
	s := lua.CheckText(c, 1, "gsub")
	pattern := lua.CheckText(c, 2, "gsub")
	most := len(s) + 1
	if c.Len() >= 4 {
		most = optInt(c, 4, "gsub", most)
	}
	g := &substitution{lib: l, c: c, s: s, value: c.Arg(3)}
	switch c.Kind(3) {
	case lua.KindNumber, lua.KindString:
		g.text, _ = c.Text(3)
		c.Spend(len(g.text) / 64)
		g.plain = strings.IndexByte(g.text, '%') < 0
		g.value = lua.Nil
	case lua.KindFunction, lua.KindTable:
	default:
		lua.BadArgument(c, 3, "gsub", "string/function/table expected")
	}
	source, anchored := strings.CutPrefix(pattern, "^")
	g.p = l.patterns.get(c, source)
	g.out = l.scratch.take(c)
	l.matcher.Start(c)
	n := g.run(anchored, most)
	l.matcher.Settle()
	if g.out.counted {
		c.Drop(1)
	}
	if n == 0 {
		c.PushText(s)
	} else {
		l.scratch.push(&g.out)
	}
	c.PushNumber(float64(n))
}

// run replaces the matches and gives their number.
func (g *substitution) run(anchored bool, most int) (n int) {
	m := &g.lib.matcher
	done := 0 // how much of the subject is copied
	for at := 0; n < most; {
		start := at
		end, err := -1, error(nil)
		if anchored {
			end, err = m.Match(g.p, g.s, at)
		} else {
			start, end, err = m.Search(g.p, g.s, at)
		}
		if err != nil {
			g.c.Raise(err.Error())
		}
		if end < 0 {
			break
		}
		n++
		m.Work((end - done) / 16)
		g.out.add(g.s[done:start])
		g.replace(start, end)
		done, at = end, end
		if end == start {
			at++ // the byte is copied with what follows
		}
		if anchored || at > len(g.s) {
			break
		}
	}
	if n > 0 {
		g.out.add(g.s[done:])
	}
	return n
}

// replace appends what stands for a match.
func (g *substitution) replace(start, end int) {
	switch g.value.Kind() {
	case lua.KindFunction:
		g.args = g.args[:0]
		for i := range max(g.p.Captures(), 1) {
			g.args = append(g.args, g.capture(i, start, end))
		}
		g.lib.matcher.Settle()
		g.hold()
		g.c.Invoke(g.value, g.result[:], g.args...)
		g.lib.matcher.Start(g.c)
	case lua.KindTable:
		key := g.capture(0, start, end)
		g.lib.matcher.Settle()
		g.hold()
		g.result[0] = index(g.c, g.value, key)
		g.lib.matcher.Start(g.c)
	default:
		g.expand(start, end)
		return
	}
	v := g.result[0]
	if !v.Truth() {
		g.out.add(g.s[start:end])
		return
	}
	text, ok := v.AsText()
	if !ok {
		g.c.Raise("invalid replacement value (a " + v.Kind().String() + ")")
	}
	g.out.add(text)
}

// capture is a capture as a value; the first is the match if the pattern has none.
func (g *substitution) capture(i, start, end int) lua.Value {
	text, place := g.part(i, start, end)
	if place >= 0 {
		return lua.Number(float64(place))
	}
	spendBytes(g.c, len(text))
	return g.c.Interp().String(text)
}

// part is a capture: its text, or its position, else -1.
func (g *substitution) part(i, start, end int) (text string, place int) {
	captures := g.lib.matcher.Captures(g.p)
	if i >= len(captures) {
		if i > 0 {
			g.c.Raise(luapattern.ErrIndex.Error())
		}
		return g.s[start:end], -1
	}
	switch capture := captures[i]; capture.End {
	case luapattern.Unfinished:
		g.c.Raise(luapattern.ErrUnfinished.Error())
		return "", -1
	case luapattern.Position:
		return "", capture.Start + 1
	default:
		return g.s[capture.Start:capture.End], -1
	}
}

// expand appends the replacement text with its captures.
func (g *substitution) expand(start, end int) {
	if g.plain {
		g.lib.matcher.Work(len(g.text) / 16)
		g.out.add(g.text)
		return
	}
	for i := 0; i < len(g.text); i++ {
		b := g.text[i]
		if b != '%' {
			g.out.addByte(b)
			continue
		}
		b = 0 // as C finds it behind the text
		if i++; i < len(g.text) {
			b = g.text[i]
		}
		switch {
		case b < '0' || b > '9':
			g.out.addByte(b)
		case b == '0':
			g.lib.matcher.Work((end - start) / 16)
			g.out.add(g.s[start:end])
		default:
			text, place := g.part(int(b-'1'), start, end)
			if place >= 0 {
				text = lua.FormatNumber(float64(place))
			}
			g.lib.matcher.Work(len(text) / 16)
			g.out.add(text)
		}
	}
	g.lib.matcher.Work(len(g.text) / 4)
}
