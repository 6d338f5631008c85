package matcher

import (
	"slices"

	"lma_collector/collector/message"
)

// Targets of a jump that end a program with its answer.
const (
	accept = -1
	reject = -2
)

// step runs a test and goes on at one of two places.
type step struct {
	test    *test
	yes, no int32
}

// program is an expression as tests with jumps: && and || are short-cut, ! costs nothing.
type program struct {
	steps []step
	start int32
}

// compile turns an expression into a program; use gives the test to run for each one parsed.
func compile(e *expr, use func(*test) *test) program {
	var p program
	p.start = p.emit(e, accept, reject, use)
	return p
}

// emit appends e's steps and gives where they start; yes and no are where they lead.
func (p *program) emit(e *expr, yes, no int32, use func(*test) *test) int32 {
	switch e.form {
	case formConst:
		if e.value {
			return yes
		}
		return no
	case formNot:
		return p.emit(e.kids[0], no, yes, use)
	case formTest:
		p.steps = append(p.steps, step{use(e.test), yes, no})
		return int32(len(p.steps) - 1)
	}
	start := yes
	if e.form == formOr {
		start = no
	}
	for _, kid := range slices.Backward(byCost(e.kids)) {
		if e.form == formAnd {
			start = p.emit(kid, start, no, use)
		} else {
			start = p.emit(kid, yes, start, use)
		}
	}
	return start
}

// byCost orders operands cheapest first, which has no influence on the result.
func byCost(kids []*expr) []*expr {
	type priced struct {
		kid  *expr
		cost int
	}
	list := make([]priced, len(kids))
	for i, kid := range kids {
		list[i] = priced{kid, kid.cost()}
	}
	slices.SortStableFunc(list, func(a, b priced) int { return a.cost - b.cost })
	sorted := make([]*expr, len(kids))
	for i := range list {
		sorted[i] = list[i].kid
	}
	return sorted
}

// cost adds up the tests below a node.
func (e *expr) cost() (sum int) {
	if e.form == formTest {
		return e.test.cost()
	}
	for _, kid := range e.kids {
		sum += kid.cost()
	}
	return sum
}

func (p *program) run(m *message.Message, s *Scratch) bool {
	at := p.start
	for at >= 0 {
		st := &p.steps[at]
		if st.test.remembered(m, s) {
			at = st.yes
		} else {
			at = st.no
		}
	}
	return at == accept
}
