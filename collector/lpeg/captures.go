package lpeg

// capture makes the node of a capture with a host value (nil: none).
func capture(k kind, a *Pattern, value any) *Pattern {
	p := wrap(opCapture, a)
	p.kind, p.captures, p.value = k, true, value
	p.nullable, p.nofail, p.headfail, p.fixed = a.nullable, a.nofail, a.headfail, a.fixed
	return p
}

// holding counts one value more.
func (p *Pattern) holding() (*Pattern, error) {
	n := 1
	if p.values != nil {
		n += p.values.n
	}
	p.values = &valueCount{n}
	return check(p)
}

// Capture captures what a matches, followed by a's captures.
func Capture(a *Pattern) (*Pattern, error) { return check(capture(kindText, a, nil)) }

// Position captures the position.
func Position() *Pattern { return capture(kindPosition, truePattern, nil) }

// Argument captures the extra argument n, from 1, of the match.
func Argument(n int) *Pattern {
	p := capture(kindArgument, truePattern, nil)
	p.n = int32(n)
	return p
}

// Constants captures values of the host.
func Constants(values ...any) (p *Pattern, err error) {
	if len(values) == 0 {
		return truePattern, nil
	}
	for i := len(values) - 1; i >= 0 && err == nil; i-- {
		c, _ := capture(kindConstant, truePattern, values[i]).holding()
		if p == nil {
			p = c
		} else {
			p, err = Seq(c, p)
		}
	}
	if err == nil && len(values) > 1 {
		p, err = check(capture(kindGroup, p, nil))
	}
	return p, err
}

// Back captures the values of the latest group of that name.
func Back(name Name) *Pattern {
	p := capture(kindBack, truePattern, nil)
	p.name = &name
	p.size += name.size()
	p, _ = p.holding()
	return p
}

// Group makes one capture of a's captures; with a name (nil: none) it is for Back and Table only.
func Group(a *Pattern, name *Name) (*Pattern, error) {
	p := capture(kindGroup, a, nil)
	if p.name = name; name == nil {
		return check(p)
	}
	p.size += name.size()
	return p.holding()
}

// Table captures a table of a's captures.
func Table(a *Pattern) (*Pattern, error) { return check(capture(kindTable, a, nil)) }

// Substitute captures what a matches, with a's captures in place of what they matched.
func Substitute(a *Pattern) (*Pattern, error) { return check(capture(kindSubst, a, nil)) }

// Fold captures the result of a function of the host that takes what it gave for the captures before and
// the values of the next one.
func Fold(a *Pattern, f any) (*Pattern, error) { return capture(kindFold, a, f).holding() }

// Call captures the results of a function of the host that takes a's captures.
func Call(a *Pattern, f any) (*Pattern, error) { return capture(kindCall, a, f).holding() }

// Query captures what a table of the host has for a's first capture.
func Query(a *Pattern, table any) (*Pattern, error) { return capture(kindQuery, a, table).holding() }

// Format captures a string with %0 to %9 for a's match and captures.
func Format(a *Pattern, format string) (*Pattern, error) {
	p := capture(kindFormat, a, nil)
	p.text = format
	return p.holding()
}

// Select captures a's n-th value, none for 0.
func Select(a *Pattern, n int) (*Pattern, error) {
	p := capture(kindSelect, a, nil)
	p.n = int32(n)
	return check(p)
}

// MatchTime asks a function of the host during the match whether a's match stands; see Host.MatchTime.
func MatchTime(a *Pattern, f any) (*Pattern, error) {
	p := wrap(opMatchTime, a)
	p.captures, p.value, p.nullable, p.fixed = true, f, a.nullable, -1
	return p.holding()
}
