package lpeg

// choice emits alternatives in order. Where the first bytes tell that an alternative fails it is not tried.
func (c *compiler) choice(parts []*Pattern, after *follow) {
	rest := make([]Set, len(parts)+1) // the first bytes of the alternatives from there
	begins := make([]starts, len(parts))
	rest[len(parts)] = Set{}
	for i := len(parts) - 1; i >= 0; i-- {
		begins[i] = c.starts(parts[i])
		set := begins[i].set
		if begins[i].empty {
			set = set.union(begins[i].pass.intersect(c.startOf(after)))
		}
		rest[i] = rest[i+1].union(set)
	}
	var ends []int32
	for i, p := range parts {
		t := c.t.of(p)
		if i == len(parts)-1 || t.nofail {
			c.pattern(p, after)
			break
		}
		test := c.test(begins[i])
		if test != none && (t.headfail || begins[i].set.disjoint(rest[i+1])) {
			c.pattern(p, after)
			ends = append(ends, c.emit(instruction{op: iJump}))
		} else {
			choice := c.emit(instruction{op: iChoice})
			c.pattern(p, nil)
			ends = append(ends, c.emit(instruction{op: iCommit}))
			c.land(choice)
		}
		c.land(test)
	}
	for _, at := range ends {
		c.land(at)
	}
}
