package matcher

import "slices"

// maxAlternatives bounds into how many expressions one is taken apart.
const maxAlternatives = 8

// alternatives takes an expression apart into ones of which at least one is true when it is: those
// stand in the index by different variables. (All alarms want metrics of some names, or any bulk of
// metrics: as one expression, the index could only tell their types.) It is left whole when
// it demands a field itself, or when some part of it would have to be run for every message.
func alternatives(e *expr) []*expr {
	if demandsField(e) {
		return []*expr{e}
	}
	list := split(e)
	if len(list) > maxAlternatives || !slices.ContainsFunc(list, demandsField) {
		return []*expr{e}
	}
	for _, alternative := range list {
		if len(demands(alternative)) == 0 {
			return []*expr{e}
		}
	}
	return list
}

func demandsField(e *expr) bool {
	return slices.ContainsFunc(demands(e), func(d demand) bool { return d.variable == varField })
}

// split distributes && over ||, but for an || that only lists the values of one variable.
func split(e *expr) []*expr {
	switch e.form {
	case formOr:
		if slices.ContainsFunc(demands(e), func(d demand) bool { return d.whole == e }) {
			return []*expr{e}
		}
		var list []*expr
		for _, kid := range e.kids {
			list = append(list, split(kid)...)
		}
		return list
	case formAnd:
		list := []*expr{{form: formAnd}}
		for _, kid := range e.kids {
			if list = product(list, split(kid)); len(list) > maxAlternatives {
				return list
			}
		}
		return list
	}
	return []*expr{e}
}

// product joins each of the conjunctions with each of the alternatives.
func product(conjunctions, alternatives []*expr) []*expr {
	var list []*expr
	for _, c := range conjunctions {
		for _, a := range alternatives {
			joined := &expr{form: formAnd, kids: slices.Clone(c.kids)}
			joined.add(a)
			list = append(list, joined)
		}
	}
	return list
}
