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
	table := c.dispatch(begins)
	for i, p := range parts {
		t := c.t.of(p)
		if i == len(parts)-1 || t.nofail {
			table.enter(c, i)
			c.pattern(p, after)
			break
		}
		test := c.test(begins[i])
		table.enter(c, i)
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

// enough alternatives make a table worth its memory.
const enough = 4

// switchTable is the dispatch of a choice: for each byte the alternatives that may begin with it.
type switchTable struct {
	targets *dispatch
	begins  []starts
	done    Set  // bytes that have their alternative
	end     bool // so has the end
}

// dispatch emits a jump by the next byte to the first alternative that may match; nil if that is not worth it.
func (c *compiler) dispatch(begins []starts) *switchTable {
	sure := 0
	for _, s := range begins {
		if s.sure() {
			sure++
		}
	}
	if sure < enough {
		return nil
	}
	t := &switchTable{targets: new(dispatch), begins: begins}
	fail := c.here() + 1
	c.p.tables = append(c.p.tables, t.targets)
	c.emit(instruction{op: iDispatch, n: int32(len(c.p.tables) - 1)})
	c.emit(instruction{op: iFail})
	for i := range t.targets {
		t.targets[i] = fail
	}
	return t
}

// enter says that alternative i begins here.
func (t *switchTable) enter(c *compiler, i int) {
	if t == nil {
		return
	}
	set := t.begins[i].set
	if !t.begins[i].sure() {
		set = fullSet
		if !t.end {
			t.targets[256], t.end = c.here(), true
		}
	}
	for b := range 256 {
		if set.contains(byte(b)) && !t.done.contains(byte(b)) {
			t.targets[b] = c.here()
		}
	}
	t.done = t.done.union(set)
}
