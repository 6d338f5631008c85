package lpeg

import "fmt"

// none is no instruction.
const none = -1

// compiler makes a program of a pattern.
type compiler struct {
	p        *Program
	*scope   // of the grammar that is compiled
	scopes   map[*grammar]*scope
	grammars map[*Pattern]int32 // where each one's first rule lies
	calls    []call             // of rules of the present grammar
	names    map[any]int32
	numbers  map[*Pattern]int32 // of a capture's value
	formats  map[string]int32
	sets     map[Set]setPlace
	free     uint8 // the next mask of the last table of sets, 0 when it is full
	last     *[256]uint8
	err      error
}

type call struct{ at, rule int32 }

// scope is what is known about patterns inside one grammar.
type scope struct {
	t     tracer
	first map[*Pattern]starts
	plain map[*Pattern]Set
}

// enter makes a grammar the present one, nil for none, and gives the one before.
func (c *compiler) enter(g *grammar) (before *scope) {
	before = c.scope
	if c.scopes[g] == nil {
		c.scopes[g] = &scope{newTracer(g), map[*Pattern]starts{}, map[*Pattern]Set{}}
	}
	c.scope = c.scopes[g]
	return before
}

type setPlace struct {
	table *[256]uint8
	mask  uint8
}

// Compile makes a program. The error is that of a rule that no grammar has, or ErrTooBig.
func Compile(p *Pattern) (*Program, error) {
	if p.size > maxSize {
		return nil, ErrTooBig
	}
	c := &compiler{
		p: &Program{}, scopes: map[*grammar]*scope{}, grammars: map[*Pattern]int32{}, names: map[any]int32{},
		numbers: map[*Pattern]int32{}, formats: map[string]int32{}, sets: map[Set]setPlace{},
	}
	c.enter(nil)
	start := c.starts(p)
	c.p.first, c.p.sure = start.set, start.sure()
	c.pattern(p, nil)
	c.emit(instruction{op: iEnd})
	c.emit(instruction{op: iGiveUp})
	if c.err != nil {
		return nil, c.err
	}
	c.p.optimize()
	return c.p, nil
}

func (c *compiler) emit(in instruction) int32 {
	c.p.code = append(c.p.code, in)
	return int32(len(c.p.code) - 1)
}

func (c *compiler) here() int32 { return int32(len(c.p.code)) }

// land makes the instruction at go to what comes next.
func (c *compiler) land(at int32) {
	if at != none {
		c.p.code[at].to = c.here()
	}
}

// follow is what comes after a pattern: a list of patterns, then what comes after those.
type follow struct {
	parts []*Pattern
	outer *follow
}

func (c *compiler) pattern(p *Pattern, after *follow) {
	switch p.op {
	case opTrue:
	case opFalse:
		c.emit(instruction{op: iFail})
	case opText:
		c.text(p.text)
	case opSet:
		c.one(*p.set)
	case opAny:
		c.emit(instruction{op: iAny, n: p.n})
	case opSeq:
		c.sequence(flatten(p, opSeq), after)
	case opChoice:
		c.choice(flatten(p, opChoice), after)
	case opRepeat:
		c.repeat(p.a, after)
	case opAtMost:
		c.atMost(p.a, int(p.n))
	case opNot:
		c.not(p.a)
	case opAnd:
		c.and(p.a)
	case opBehind:
		if p.n > 0 {
			c.emit(instruction{op: iBehind, n: p.n})
		}
		c.pattern(p.a, nil)
	case opRule:
		c.call(p)
	case opGrammar:
		c.grammar(p)
	case opCapture:
		c.capture(p, after)
	case opMatchTime:
		c.emit(instruction{op: iOpen, kind: kindGroup, arg: -1})
		c.pattern(p.a, nil)
		c.emit(instruction{op: iCloseTime, arg: c.number(p)})
	}
}

// text emits a literal.
func (c *compiler) text(s string) {
	if len(s) == 1 {
		c.emit(instruction{op: iByte, c: s[0]})
		return
	}
	c.emit(instruction{op: iText, n: c.literal(s)})
}

func (c *compiler) literal(s string) int32 {
	c.p.texts = append(c.p.texts, s)
	return int32(len(c.p.texts) - 1)
}

// one emits a byte of a set.
func (c *compiler) one(set Set) {
	switch set.size() {
	case 0:
		c.emit(instruction{op: iFail})
	case 1:
		c.emit(instruction{op: iByte, c: set.first()})
	case 256:
		c.emit(instruction{op: iAny, n: 1})
	default:
		c.emit(c.withSet(instruction{op: iSet}, set))
	}
}

// withSet gives an instruction its set. Eight sets share a table of bytes with a bit for each.
func (c *compiler) withSet(in instruction, set Set) instruction {
	place, ok := c.sets[set]
	if !ok {
		if c.free == 0 {
			c.last, c.free = new([256]uint8), 1
			c.p.tabs++
		}
		place = setPlace{c.last, c.free}
		for b := range 256 {
			if set.contains(byte(b)) {
				place.table[b] |= place.mask
			}
		}
		c.free <<= 1
		c.sets[set] = place
	}
	in.set, in.mask = place.table, place.mask
	return in
}

// sequence emits patterns one after the other; runs of literals and of the same set become one instruction.
func (c *compiler) sequence(parts []*Pattern, after *follow) {
	for i := 0; i < len(parts); i++ {
		n := 1
		switch p := parts[i]; {
		case p.op == opText:
			for n < len(parts)-i && parts[i+n].op == opText {
				n++
			}
			c.texts(parts[i : i+n])
		case p.op == opAny:
			c.emit(instruction{op: iAny, n: p.n})
		case p.set != nil && p.set.size() > 1:
			for n < len(parts)-i && parts[i+n].set != nil && *parts[i+n].set == *p.set {
				n++
			}
			n = c.run(p, n, parts[i+n:])
		default:
			rest := &follow{parts: parts[i+1:], outer: after}
			c.pattern(p, rest)
		}
		i += n - 1
	}
}

func (c *compiler) texts(parts []*Pattern) {
	if len(parts) == 1 {
		c.text(parts[0].text)
		return
	}
	var s []byte
	for _, p := range parts {
		s = append(s, p.text...)
	}
	c.text(string(s))
}

// run emits n bytes of a set, and the repetition of the same set that follows: it gives the number of
// patterns that it has taken.
func (c *compiler) run(p *Pattern, n int, rest []*Pattern) int {
	span := len(rest) > 0 && rest[0].op == opRepeat && rest[0].a.set != nil && *rest[0].a.set == *p.set
	switch {
	case n == 1 && span:
		c.span(*p.set, 1)
	case n == 1:
		c.one(*p.set)
	default:
		c.emit(c.withSet(instruction{op: iSetN, n: int32(n)}, *p.set))
		if span {
			c.span(*p.set, 0)
		}
	}
	if span {
		n++
	}
	return n
}

// span emits all bytes of a set that follow, least (0 or 1) of them at least.
func (c *compiler) span(set Set, least int32) {
	switch size := set.size(); {
	case size == 256 && least == 0:
		c.emit(instruction{op: iRest})
	case size == 255:
		c.emit(instruction{op: iUntilByte, c: set.Complement().first(), n: least})
	case least == 0:
		c.emit(c.withSet(instruction{op: iSpan}, set))
	default:
		c.emit(c.withSet(instruction{op: iSpan1}, set))
	}
}

// test emits a jump for when the next byte is not in the set, to be landed. It emits none if the pattern
// that the set belongs to may match without consuming.
func (c *compiler) test(s starts) int32 {
	if !s.sure() {
		return none
	}
	switch s.set.size() {
	case 0:
		return c.emit(instruction{op: iJump})
	case 1:
		return c.emit(instruction{op: iTestByte, c: s.set.first()})
	case 256:
		return c.emit(instruction{op: iTestAny})
	}
	return c.emit(c.withSet(instruction{op: iTestSet}, s.set))
}

func (c *compiler) not(a *Pattern) {
	if a.set != nil {
		c.emit(c.withSet(instruction{op: iUnless}, *a.set))
		return
	}
	s := c.starts(a)
	test := c.test(s)
	if s.sure() && c.t.of(a).headfail {
		c.emit(instruction{op: iFail})
	} else {
		choice := c.emit(instruction{op: iChoice})
		c.pattern(a, nil)
		c.emit(instruction{op: iFailTwice})
		c.land(choice)
	}
	c.land(test)
}

func (c *compiler) and(a *Pattern) {
	if fixed := c.t.of(a).fixed; fixed >= 0 && fixed <= maxBehind && !a.captures && !a.calls {
		c.pattern(a, nil)
		if fixed > 0 {
			c.emit(instruction{op: iBehind, n: fixed})
		}
		return
	}
	choice := c.emit(instruction{op: iChoice})
	c.pattern(a, nil)
	back := c.emit(instruction{op: iBack})
	c.land(choice)
	c.emit(instruction{op: iFail})
	c.land(back)
}

func (c *compiler) call(p *Pattern) {
	if c.t.g == nil {
		c.fail(fmt.Errorf("rule '%s' used outside a grammar", p.name.Text))
		return
	}
	at := c.emit(instruction{op: iCall})
	c.calls = append(c.calls, call{at, int32(c.t.g.index[p.name.Key])})
}

func (c *compiler) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// grammar emits a call of the first rule, and the rules where they are not there yet.
func (c *compiler) grammar(p *Pattern) {
	if at, ok := c.grammars[p]; ok {
		c.emit(instruction{op: iCall, to: at})
		return
	}
	outer, calls := c.enter(p.grammar), c.calls
	c.calls = nil
	start := c.emit(instruction{op: iCall})
	end := c.emit(instruction{op: iJump})
	c.land(start)
	c.grammars[p] = c.here()
	places := make([]int32, len(p.grammar.rules))
	for i := range p.grammar.rules {
		if r := &p.grammar.rules[i]; r.used {
			places[i] = c.here()
			c.search(r)
			c.pattern(r.Body, nil)
			c.emit(instruction{op: iReturn})
		}
	}
	c.land(end)
	for _, call := range c.calls {
		c.p.code[call.at].to = places[call.rule]
	}
	c.scope, c.calls = outer, calls
}

func (c *compiler) capture(p *Pattern, after *follow) {
	inner := p.a
	switch p.kind {
	case kindGroup, kindCall, kindQuery:
		// of a capture of text alone: what is matched is the value in any case
		if inner.op == opCapture && inner.kind == kindText && !inner.a.captures && !inner.a.calls {
			inner = inner.a
		}
	}
	in := instruction{op: iFull, kind: p.kind, arg: c.number(p)}
	if fixed := c.t.of(inner).fixed; fixed >= 0 && !inner.captures && !inner.calls {
		c.pattern(inner, after)
		in.n = fixed
		c.emit(in)
		return
	}
	in.op = iOpen
	c.emit(in)
	c.pattern(inner, after)
	c.emit(instruction{op: iClose})
}

// number is what a capture's instruction carries: a value's number, a text's, or the capture's own.
func (c *compiler) number(p *Pattern) int32 {
	switch {
	case p.op == opCapture && (p.kind == kindArgument || p.kind == kindSelect):
		return p.n
	case p.op == opCapture && p.kind == kindFormat:
		n, ok := c.formats[p.text]
		if !ok {
			n = c.literal(p.text)
			c.formats[p.text] = n
		}
		return n
	case p.name != nil:
		n, ok := c.names[p.name.Key]
		if !ok {
			n = c.value(*p.name)
			c.names[p.name.Key] = n
		}
		return n
	case p.value != nil || p.kind == kindConstant:
		n, ok := c.numbers[p]
		if !ok {
			n = c.value(p.value)
			c.numbers[p] = n
		}
		return n
	}
	return -1
}

func (c *compiler) value(v any) int32 {
	c.p.values = append(c.p.values, v)
	return int32(len(c.p.values) - 1)
}
