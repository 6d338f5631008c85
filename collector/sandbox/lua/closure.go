package lua

// closure is a Lua function.
type closure struct {
	proto *proto
	env   *Table
	up    []*upvalue
	mark  uint32
}

// upvalue is a variable that closures share. It lies on a stack while that function runs, then in
// closed.
type upvalue struct {
	v      *Value
	closed Value
	next   *upvalue // of the open ones of the thread, from the top of the stack down
	th     *thread  // whose stack it lies on; nil when it is closed
	mark   uint32
}

// newClosure makes a function of a prototype and binds its upvalues.
func (th *thread) newClosure(outer *closure, p *proto, base int) *closure {
	n := len(p.upvalueOf)
	th.in.charge(40 + 8*n)
	var cl *closure
	if n <= len(few{}.slots) { // in one piece
		f := &few{closure: closure{proto: p, env: outer.env}}
		cl = &f.closure
		cl.up = f.slots[:n]
	} else {
		cl = &closure{proto: p, env: outer.env, up: make([]*upvalue, n)}
	}
	passed := 0
	for i, from := range p.upvalueOf {
		if from&constBit != 0 {
			cl.up[i] = outer.up[from&maxDirect]
			continue
		}
		u, n := th.findUpvalue(base + int(from))
		cl.up[i] = u
		passed += n
	}
	th.in.work(passed)
	return cl
}

// few is a closure with its upvalues.
type few struct {
	closure
	slots [2]*upvalue
}

// findUpvalue is the shared variable of a slot, and how many others were passed over.
func (th *thread) findUpvalue(at int) (u *upvalue, passed int) {
	slot := &th.stack[at]
	link := &th.open
	for u = *link; u != nil; u = *link {
		if u.v == slot {
			return u, passed
		}
		if indexIn(u.v, th.stack) < at {
			break
		}
		link = &u.next
		passed++
	}
	th.in.charge(40)
	u = &upvalue{v: slot, next: *link, th: th}
	*link = u
	return u, passed
}

// closeUpvalues takes the variables from a slot on off the stack.
func (th *thread) closeUpvalues(from int) {
	for u := th.open; u != nil && indexIn(u.v, th.stack) >= from; u = th.open {
		th.open = u.next
		u.next, u.th = nil, nil
		u.closed = *u.v
		u.v = &u.closed
	}
}
