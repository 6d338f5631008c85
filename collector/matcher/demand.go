package matcher

import "slices"

// demand is something that must hold for an expression to be true: the variable's value is one of
// some texts, or (prefix) begins with one of them. Of fields it is the first value of the first field.
type demand struct {
	variable variable
	field    string
	prefix   bool
	texts    []string // sorted, each once
	// whole is the operand of the top && (or the expression) that says no more than this, or nil.
	whole *expr
}

func (d *demand) about(other *demand) bool {
	return d.variable == other.variable && d.field == other.field && d.prefix == other.prefix
}

// demands lists what an expression demands.
func demands(e *expr) []demand {
	var list []demand
	switch e.form {
	case formTest:
		if d, ok := e.test.demand(); ok {
			d.whole = e
			list = append(list, d)
		}
	case formAnd:
		for _, kid := range e.kids {
			list = append(list, demands(kid)...)
		}
	case formOr:
		list = shared(e)
	}
	return list
}

// shared lists what all operands of an || demand together.
func shared(e *expr) []demand {
	list := demands(e.kids[0])
	for _, kid := range e.kids[1:] {
		others := demands(kid)
		both := list[:0]
		for _, d := range list {
			i := slices.IndexFunc(others, func(o demand) bool { return d.about(&o) })
			if i < 0 {
				continue
			}
			if others[i].whole != kid {
				d.whole = nil
			}
			d.texts = union(d.texts, others[i].texts)
			both = append(both, d)
		}
		list = both
	}
	for i := range list {
		if list[i].whole == e.kids[0] {
			list[i].whole = e
		} else {
			list[i].whole = nil
		}
	}
	return list
}

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// demand is what a single test demands.
func (t *test) demand() (demand, bool) {
	d := demand{variable: t.variable, field: t.field}
	if !t.first() {
		return d, false
	}
	switch {
	case t.literal == litString && t.op == opEqual:
		d.texts = []string{t.text}
	case t.literal == litRegex && t.op == opMatch && t.pattern.shape == shapeExact:
		d.texts = []string{t.pattern.literal}
	case t.literal == litRegex && t.op == opMatch && t.pattern.shape == shapePrefix && t.variable == varType:
		d.texts, d.prefix = []string{t.pattern.literal}, true
	default:
		return d, false
	}
	return d, true
}

// without is e less an operand that is known to be true.
func without(e, known *expr) *expr {
	switch {
	case known == nil:
		return e
	case e == known:
		return &expr{form: formConst, value: true}
	case e.form != formAnd:
		return e
	}
	rest := &expr{form: formAnd}
	for _, kid := range e.kids {
		if kid != known {
			rest.kids = append(rest.kids, kid)
		}
	}
	return rest
}
