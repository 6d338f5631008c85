package lpeg

func (c *compiler) repeat(a *Pattern, after *follow) {
	if a.set != nil {
		c.span(*a.set, 0)
		return
	}
	if text, ok := until(a); ok {
		c.emit(instruction{op: iUntil, n: c.literal(text)})
		return
	}
	s, skip := c.starts(a), c.alone(a)
	if skip != (Set{}) {
		c.skippingLoop(a, s, skip)
		return
	}
	if s.sure() && (c.t.of(a).headfail || s.set.disjoint(c.startOf(after))) {
		begin := c.here()
		test := c.test(s)
		c.pattern(a, nil)
		c.emit(instruction{op: iJump, to: begin})
		c.land(test)
		return
	}
	test := c.test(s)
	choice := c.emit(instruction{op: iChoice})
	begin := c.here()
	c.pattern(a, nil)
	c.emit(instruction{op: iPartial, to: begin})
	c.land(choice)
	c.land(test)
}

// skippingLoop emits the repetition of a, which takes the bytes to skip one by one and captures nothing then.
func (c *compiler) skippingLoop(a *Pattern, s starts, skip Set) {
	begin := c.here()
	c.span(skip, 0)
	s.set = s.set.minus(skip)
	test := c.test(s)
	choice := c.emit(instruction{op: iChoice})
	c.pattern(a, nil)
	c.emit(instruction{op: iCommit, to: begin})
	c.land(choice)
	c.land(test)
}

// alone is the set of bytes that p takes one by one and without a capture, whatever follows them.
func (c *compiler) alone(p *Pattern) Set {
	if p.set != nil {
		return *p.set
	}
	if p.op == opRule && c.t.g != nil {
		return c.alone(c.t.g.rules[c.t.g.index[p.name.Key]].Body)
	}
	set, known := c.plain[p]
	if known {
		return set
	}
	c.plain[p] = Set{} // for patterns inside themselves
	switch p.op {
	case opSeq:
		set = c.aloneAfter(flatten(p, opSeq))
	case opChoice:
		var before Set
		for _, part := range flatten(p, opChoice) {
			set = set.union(c.alone(part).minus(before))
			s := c.starts(part)
			if !s.sure() {
				break
			}
			before = before.union(s.set)
		}
	}
	c.plain[p] = set
	return set
}

// aloneAfter is alone for a last part with predicates before it that let its bytes pass.
func (c *compiler) aloneAfter(parts []*Pattern) Set {
	last := len(parts) - 1
	set := c.alone(parts[last])
	for _, part := range parts[:last] {
		if part.op != opNot {
			return Set{}
		}
		s := c.starts(part.a)
		if !s.sure() {
			return Set{}
		}
		set = set.minus(s.set)
	}
	return set
}

// until tells that a is any byte but where a text begins.
func until(a *Pattern) (text string, ok bool) {
	if a.op != opSeq || a.a.op != opNot || a.b.op != opAny || a.b.n != 1 || a.a.a.op != opText {
		return "", false
	}
	return a.a.a.text, true
}

// atMost emits a pattern n times at most. One choice serves all: it is renewed after each.
func (c *compiler) atMost(a *Pattern, n int) {
	if a.set != nil {
		c.emit(c.withSet(instruction{op: iSpanMost, n: int32(n)}, *a.set))
		return
	}
	s := c.starts(a)
	if s.sure() && c.t.of(a).headfail {
		tests := make([]int32, 0, min(n, 64))
		for range n {
			tests = append(tests, c.test(s))
			c.pattern(a, nil)
		}
		for _, at := range tests {
			c.land(at)
		}
		return
	}
	test := c.test(s)
	choice := c.emit(instruction{op: iChoice})
	for i := range n {
		if i > 0 {
			c.emit(instruction{op: iPartial, to: c.here() + 1})
		}
		c.pattern(a, nil)
	}
	commit := c.emit(instruction{op: iCommit})
	c.land(choice)
	c.land(commit)
	c.land(test)
}

// search emits a way past the bytes that a rule like `r <- p / . r` only passes over.
func (c *compiler) search(r *rule) {
	if r.Body.op != opChoice {
		return
	}
	parts := flatten(r.Body, opChoice)
	last := flatten(parts[len(parts)-1], opSeq)
	if len(last) != 2 || last[0].set == nil || last[1].op != opRule || last[1].name.Key != r.Name.Key {
		return
	}
	skip := *last[0].set
	for _, part := range parts[:len(parts)-1] {
		s := c.starts(part)
		if !s.sure() {
			return
		}
		skip = skip.minus(s.set)
	}
	if skip != (Set{}) {
		c.span(skip, 0)
	}
}
