package lua

import "strings"

// hook is what debug.sethook set for a thread. While there is one, a slice of the thread's budget is a
// single instruction, so that the loop comes by before each: programs without hooks pay nothing.
type hook struct {
	fn      Value
	mask    string // as the program gave it
	calls   bool
	returns bool
	lines   bool
	count   int // instructions between two events, 0: none
	left    int
	runs    bool // the function runs; it has no events itself

	// the instruction before
	ci    *frame
	pc    int
	tails int
	ended bool // it left its function
}

func debugSethook(c *Call) {
	th, skip := c.other()
	if c.Arg(skip + 1).IsNil() {
		th.hook = nil
		return
	}
	mask := CheckText(c, skip+2, "sethook")
	fn := c.Arg(skip + 1)
	if fn.Kind() != KindFunction {
		BadArgument(c, skip+1, "sethook", "function expected, got "+fn.Kind().String())
	}
	h := &hook{fn: fn, calls: strings.Contains(mask, "c"), returns: strings.Contains(mask, "r"), lines: strings.Contains(mask, "l")}
	if !c.Arg(skip + 3).IsNil() {
		h.count = CheckInt(c, skip+3, "sethook")
		h.left = h.count
	}
	for _, m := range []struct {
		on   bool
		name string
	}{{h.calls, "c"}, {h.returns, "r"}, {h.lines, "l"}} {
		if m.on {
			h.mask += m.name
		}
	}
	if h.mask == "" && h.count <= 0 {
		h = nil
	}
	if th.hook != nil && h != nil {
		h.runs, h.ci, h.pc, h.tails, h.ended = th.hook.runs, th.hook.ci, th.hook.pc, th.hook.tails, th.hook.ended
	}
	th.hook = h
	th.in.cutSlice()
}

func debugGethook(c *Call) {
	th, _ := c.other()
	h := th.hook
	if h == nil {
		h = &hook{}
	}
	c.Push(h.fn)
	c.PushText(h.mask)
	c.PushNumber(float64(h.count))
}

// cutSlice makes the loop look at the next instruction for hooks.
func (in *Interp) cutSlice() {
	if in.running.hook != nil && in.fuel > 0 {
		in.reserve += in.fuel
		in.fuel = 0
	}
}

// between is what happens between two instructions: finalizers, and hooks.
func (th *thread) between(ci *frame) {
	if len(th.in.doomed) > 0 && !th.in.finalizes {
		th.finalize()
	}
	if th.hook != nil {
		th.step(ci)
	}
}

// step gives the events of the instruction that comes next.
func (th *thread) step(ci *frame) {
	h := th.hook
	if h.runs {
		return
	}
	p := ci.cl.proto
	pc := ci.pc - 1
	before, same := h.pc, h.ci == ci && h.tails == ci.tails && !h.ended
	entered := pc == 0 && (!same || before < 0)
	if !same {
		before = pc - 1 // a call that has returned
	}
	op := p.code[pc].op()
	h.ci, h.pc, h.tails = ci, pc, ci.tails
	h.ended = op == opReturn || op == opReturn0 || op == opReturn1
	if entered && h.calls {
		th.event("call", -1)
	}
	if h = th.hook; h == nil {
		return
	}
	if h.count > 0 {
		if h.left--; h.left <= 0 {
			h.left = h.count
			th.event("count", -1)
		}
	}
	start := p.firstLine()
	if h = th.hook; h != nil && h.lines && pc >= start && (pc == start || pc <= before || p.lines[pc] != p.lines[before]) {
		th.event("line", int(p.lines[pc]))
	}
	if h = th.hook; h != nil && h.ended {
		th.returned(ci)
	}
}

// firstLine is the first instruction with a line: C's compiler makes none for `local a` at the start.
func (p *proto) firstLine() int {
	if i := p.code[0]; i.op() == opLoadNil && i.a() >= p.params {
		return 1
	}
	return 0
}

// returned gives the events of a call that ends, and of those whose place it took.
func (th *thread) returned(ci *frame) {
	for i := range ci.tails + 1 {
		h := th.hook
		if h == nil || !h.returns || h.runs {
			return
		}
		if i == 0 {
			th.event("return", -1)
		} else {
			th.event("tail return", -1)
		}
	}
}

// event calls the hook.
func (th *thread) event(name string, line int) {
	h := th.hook
	top := th.top
	at := max(top, th.ci.top)
	th.grow(at, 3+nativeSlots)
	th.stack[at], th.stack[at+1], th.stack[at+2] = h.fn, stringValue(name), Value{}
	if line >= 0 {
		th.stack[at+2] = Number(float64(line))
	}
	th.top = at + 3
	h.runs = true
	defer func() {
		h.runs = false
		if th.hook != nil {
			th.hook.runs = false
		}
	}()
	th.callAt(at, 2, 0)
	th.top = top
}
