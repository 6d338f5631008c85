package lpeg

// starts is how a pattern may begin.
type starts struct {
	set   Set  // the first bytes of what it consumes
	pass  Set  // the next bytes where it may match without consuming
	empty bool // it may match without consuming, at the end as well
	asks  bool // it may ask a function before it consumes
}

// anything says nothing.
var anything = starts{set: fullSet, pass: fullSet, empty: true, asks: true}

// sure tells that the pattern fails, without effect, where the next byte is not in the set.
func (s starts) sure() bool { return !s.empty && !s.asks }

func (c *compiler) starts(p *Pattern) starts {
	if p.set != nil {
		return starts{set: *p.set}
	}
	switch p.op {
	case opTrue, opBehind:
		return starts{pass: fullSet, empty: true}
	case opFalse:
		return starts{}
	case opText:
		return starts{set: SetOf(p.text[:1])}
	case opAny:
		return starts{set: fullSet}
	case opGrammar:
		outer := c.enter(p.grammar)
		s := c.starts(p.grammar.rules[0].Body)
		c.scope = outer
		return s
	case opRule:
		if c.t.g == nil {
			return anything
		}
		return c.starts(c.t.g.rules[c.t.g.index[p.name.Key]].Body)
	case opCapture:
		return c.starts(p.a)
	}
	if known, ok := c.first[p]; ok {
		return known
	}
	c.first[p] = anything // for patterns inside themselves
	s := c.innerStarts(p)
	c.first[p] = s
	return s
}

func (c *compiler) innerStarts(p *Pattern) starts {
	switch p.op {
	case opSeq:
		return c.startsOf(flatten(p, opSeq))
	case opChoice:
		var s starts
		for _, part := range flatten(p, opChoice) {
			one := c.starts(part)
			s = starts{s.set.union(one.set), s.pass.union(one.pass), s.empty || one.empty, s.asks || one.asks}
		}
		return s
	case opNot:
		if p.a.set != nil {
			return starts{pass: fullSet.minus(*p.a.set), empty: true}
		}
		return starts{pass: fullSet, empty: true, asks: c.starts(p.a).asks}
	case opRepeat, opAtMost:
		s := c.starts(p.a)
		s.empty, s.pass = true, fullSet
		return s
	case opMatchTime:
		s := c.starts(p.a)
		if s.empty {
			return anything
		}
		return s
	}
	return c.starts(p.a) // a predicate
}

// startsOf is how a sequence may begin.
func (c *compiler) startsOf(parts []*Pattern) starts {
	s := starts{pass: fullSet, empty: true}
	for _, part := range parts {
		one := c.starts(part)
		s = starts{s.set.union(s.pass.intersect(one.set)), s.pass.intersect(one.pass), one.empty, s.asks || one.asks}
		if !one.empty {
			break
		}
	}
	return s
}

// startOf is the set of bytes with which what follows may go on, all where that is far away.
func (c *compiler) startOf(f *follow) Set {
	const far = 16
	set, pass := Set{}, fullSet
	for n := 0; f != nil; f = f.outer {
		for _, part := range f.parts {
			one := c.starts(part)
			if n++; n > far || one.asks {
				return fullSet
			}
			set = set.union(pass.intersect(one.set))
			if !one.empty {
				return set
			}
			pass = pass.intersect(one.pass)
		}
	}
	return set.union(pass)
}
