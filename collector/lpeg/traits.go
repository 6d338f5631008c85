package lpeg

// traits are what the compiler asks about a pattern, its rules followed.
type traits struct {
	nullable, nofail, headfail bool
	fixed                      int32
}

// findTraits finds the traits of the rules: first with what is known on the way, then again with that
// for the calls that were met inside their own rule.
func (g *grammar) findTraits() {
	done := make([]bool, len(g.rules))
	t := tracer{g: g, known: map[*Pattern]traits{}}
	t.rule = func(i int) traits {
		if !done[i] {
			done[i] = true
			g.rules[i].traits = t.of(g.rules[i].Body)
		}
		return g.rules[i].traits
	}
	for i := range g.rules {
		if g.rules[i].used {
			t.rule(i)
		}
	}
	t = newTracer(g)
	for i := range g.rules {
		if g.rules[i].used {
			g.rules[i].traits = t.of(g.rules[i].Body)
		}
	}
}

// tracer finds traits of patterns inside a grammar.
type tracer struct {
	g     *grammar
	rule  func(i int) traits
	known map[*Pattern]traits
}

func newTracer(g *grammar) tracer {
	return tracer{g: g, known: map[*Pattern]traits{}, rule: func(i int) traits { return g.rules[i].traits }}
}

func (t *tracer) of(p *Pattern) traits {
	if !p.calls {
		return traits{p.nullable, p.nofail, p.headfail, p.fixed}
	}
	if p.op == opRule {
		if t.g == nil {
			return traits{fixed: -1}
		}
		return t.rule(t.g.index[p.name.Key])
	}
	if known, ok := t.known[p]; ok {
		return known
	}
	result := t.inner(p)
	t.known[p] = result
	return result
}

func (t *tracer) inner(p *Pattern) traits {
	switch p.op {
	case opSeq:
		return t.sequence(flatten(p, opSeq))
	case opChoice:
		return t.choice(flatten(p, opChoice))
	}
	a := t.of(p.a)
	switch p.op {
	case opRepeat:
		return traits{nullable: true, nofail: true, fixed: -1}
	case opAtMost:
		if a.fixed != 0 {
			a.fixed = -1
		}
		return traits{nullable: true, nofail: true, fixed: a.fixed}
	case opNot, opBehind:
		return traits{nullable: true}
	case opAnd:
		return traits{nullable: true, nofail: a.nofail, headfail: a.headfail}
	case opMatchTime:
		return traits{nullable: a.nullable, fixed: -1}
	}
	return a // a capture
}

func (t *tracer) sequence(parts []*Pattern) traits {
	result := traits{nullable: true, nofail: true}
	for i, part := range parts {
		a := t.of(part)
		result.nullable = result.nullable && a.nullable
		if i == 0 {
			result.headfail = a.headfail
		} else {
			result.headfail = result.headfail && a.nofail
		}
		result.nofail = result.nofail && a.nofail
		if a.fixed < 0 || result.fixed < 0 {
			result.fixed = -1
		} else {
			result.fixed = min(result.fixed+a.fixed, 1<<30)
		}
	}
	return result
}

func (t *tracer) choice(parts []*Pattern) traits {
	result := traits{headfail: true}
	for i, part := range parts {
		a := t.of(part)
		result.nullable = result.nullable || a.nullable
		result.nofail = result.nofail || a.nofail
		result.headfail = result.headfail && a.headfail
		if i == 0 {
			result.fixed = a.fixed
		} else if result.fixed != a.fixed {
			result.fixed = -1
		}
	}
	return result
}
