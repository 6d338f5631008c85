package lpeg

import "fmt"

// MaxRules is the number of rules that a grammar may have.
const MaxRules = 1000

// Definition is a rule of a grammar.
type Definition struct {
	Name Name
	Body *Pattern
}

type rule struct {
	Definition
	used bool // by a rule of the grammar, or first
	traits
}

type grammar struct {
	rules []rule
	index map[any]int
}

// Grammar is a pattern of rules that call each other by name; the first rule is the initial one. The
// error says which rule is undefined, left recursive or has an empty loop.
func Grammar(rules []Definition) (*Pattern, error) {
	g := &grammar{rules: make([]rule, len(rules)), index: make(map[any]int, len(rules))}
	p := &Pattern{op: opGrammar, grammar: g, size: 2}
	values := 0
	for i, r := range rules {
		g.rules[i] = rule{Definition: r, traits: traits{fixed: -1}}
		g.index[r.Name.Key] = i
		p.size = add(p.size, add(r.Body.size, 1))
		p.height = max(p.height, r.Body.height+1)
		if r.Body.values != nil {
			values += r.Body.values.n
		}
	}
	if values > 0 {
		p.values = &valueCount{values}
	}
	if p.size > maxSize {
		return nil, ErrTooBig
	}
	if _, err := check(p); err != nil {
		return nil, err
	}
	g.rules[0].used = true
	if err := g.verify(); err != nil {
		return nil, err
	}
	t := g.rules[0].traits
	p.nullable, p.nofail, p.headfail, p.fixed = t.nullable, t.nofail, t.headfail, t.fixed
	p.captures = g.hasCaptures()
	return p, nil
}

func (g *grammar) verify() error {
	if err := g.resolve(); err != nil {
		return err
	}
	left := leftWalk{g: g, state: make([]uint8, len(g.rules)), passes: make([]bool, len(g.rules)), known: map[*Pattern]bool{}}
	for i := range g.rules {
		if g.rules[i].used {
			left.rule(i)
		}
		if left.err != nil {
			return left.err
		}
	}
	g.findTraits()
	for i := range g.rules {
		if r := &g.rules[i]; r.used && g.emptyLoop(r.Body) {
			return fmt.Errorf("empty loop in rule '%s'", r.Name.Text)
		}
	}
	return nil
}

// walk visits the nodes below p that call rules, each once, until visit returns false.
func walk(p *Pattern, seen map[*Pattern]bool, visit func(p *Pattern) bool) {
	for open := []*Pattern{p}; len(open) > 0; {
		p := open[len(open)-1]
		open = open[:len(open)-1]
		if p == nil || !p.calls || seen[p] {
			continue
		}
		seen[p] = true
		if !visit(p) {
			return
		}
		open = append(open, p.b, p.a)
	}
}

// resolve finds the rule of each call.
func (g *grammar) resolve() (err error) {
	seen := map[*Pattern]bool{}
	for i := range g.rules {
		walk(g.rules[i].Body, seen, func(p *Pattern) bool {
			if p.op != opRule {
				return true
			}
			to, ok := g.index[p.name.Key]
			if !ok {
				err = fmt.Errorf("rule '%s' undefined in given grammar", p.name.Text)
				return false
			}
			g.rules[to].used = true
			return true
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// hasCaptures tells whether a rule that the first one needs has captures.
func (g *grammar) hasCaptures() bool {
	seen, found := map[*Pattern]bool{}, false
	open, queued := []int{0}, map[int]bool{0: true}
	for len(open) > 0 && !found {
		body := g.rules[open[len(open)-1]].Body
		open = open[:len(open)-1]
		found = body.captures
		walk(body, seen, func(p *Pattern) bool {
			if p.op == opRule {
				if to := g.index[p.name.Key]; !queued[to] {
					queued[to] = true
					open = append(open, to)
				}
			}
			return true
		})
	}
	return found
}

// leftWalk follows what rules call before they consume anything.
type leftWalk struct {
	g      *grammar
	state  []uint8 // of a rule: 0 new, 1 on the path, 2 done
	passes []bool  // whether a rule may match without consuming
	known  map[*Pattern]bool
	path   []int
	err    error
}

func (w *leftWalk) rule(i int) bool {
	switch w.state[i] {
	case 2:
		return w.passes[i]
	case 1:
		w.report(i)
		return false
	}
	w.state[i] = 1
	w.path = append(w.path, i)
	w.passes[i] = w.walk(w.g.rules[i].Body)
	w.path = w.path[:len(w.path)-1]
	w.state[i] = 2
	return w.passes[i]
}

// report names the rule that LPeg names: the one where its walk around the loop meets its limit of rules.
func (w *leftWalk) report(i int) {
	if w.err != nil {
		return
	}
	start := 0
	for w.path[start] != i {
		start++
	}
	loop := w.path[start:]
	name := w.g.rules[loop[(MaxRules-start)%len(loop)]].Name
	w.err = fmt.Errorf("rule '%s' may be left recursive", name.Text)
}

// walk tells whether p may match without consuming, by LPeg's rules for this check.
func (w *leftWalk) walk(p *Pattern) bool {
	if w.err != nil || !p.calls {
		return p.nullable
	}
	if passes, ok := w.known[p]; ok {
		return passes
	}
	passes := true
	switch p.op {
	case opRule:
		return w.rule(w.g.index[p.name.Key])
	case opSeq:
		for _, part := range flatten(p, opSeq) {
			if !w.walk(part) {
				passes = false
				break
			}
		}
	case opChoice:
		passes = false
		for _, part := range flatten(p, opChoice) {
			passes = w.walk(part) || passes
		}
	case opCapture, opMatchTime:
		passes = w.walk(p.a)
	default: // predicates and repetitions
		w.walk(p.a)
	}
	w.known[p] = passes
	return passes
}

// flatten lists the operands of a chain of the same operator, in order.
func flatten(p *Pattern, o op) []*Pattern {
	var list []*Pattern
	open := []*Pattern{p}
	for len(open) > 0 {
		p := open[len(open)-1]
		open = open[:len(open)-1]
		if p.op == o {
			open = append(open, p.b, p.a)
		} else {
			list = append(list, p)
		}
	}
	return list
}

// emptyLoop tells whether p repeats what may be empty, now that the rules are known.
func (g *grammar) emptyLoop(p *Pattern) (found bool) {
	t := newTracer(g)
	walk(p, map[*Pattern]bool{}, func(p *Pattern) bool {
		found = p.op == opRepeat && t.of(p.a).nullable
		return !found
	})
	return found
}
