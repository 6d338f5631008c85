package lua

// What C Lua allows.
const (
	maxCalls      = 20000     // Lua calls within each other
	maxNesting    = 200       // native calls that call Lua again
	handlerCalls  = 400       // more while an error is handled
	handlerNested = 25        //
	maxSlots      = 1_000_000 // of a stack
	maxNativeUse  = 8000      // slots of a native call
	nativeSlots   = 20        // that a native call may use without asking
	firstSlots    = 40
)

// thread is a coroutine, or the main program: a stack and its calls.
type thread struct {
	in      *Interp
	stack   []Value
	top     int // behind the last value, where it is not known from the call
	ci      *frame
	first   frame // below all calls
	calls   int
	open    *upvalue // the variables on the stack that closures share, from the top down
	env     *Table
	call    Call
	status  threadStatus
	handler Value // of errors
	handles bool  // the handler runs
	nested  int   // Go calls between the resume and the running function
	given   int   // values that it gave to the thread that resumed it
	yields  bool  // the native call at the top is yield, and has been allowed
	resumer *thread
	hook    *hook
	mark    uint32
}

type threadStatus uint8

const (
	statusSuspended threadStatus = iota
	statusRunning
	statusNormal // has resumed another
	statusDead
)

// frame is a call.
type frame struct {
	prev, next *frame
	cl         *closure // nil for a native one
	fn         *native
	fnAt       int // slot of the function; its results go there
	base       int // slot of the first register or argument
	top        int // behind the last slot that it may use
	pc         int // of the next instruction
	want       int // results, -1: all
	tails      int // calls that this one took the place of
	fresh      bool
}

func newThread(in *Interp, env *Table) *thread {
	th := &thread{in: in, env: env}
	th.ci = &th.first
	th.call = Call{in: in, th: th}
	return th
}

// grow makes room for n more slots above the given one.
func (th *thread) grow(at, n int) {
	need := at + n
	if need <= len(th.stack) {
		return
	}
	if need > maxSlots {
		th.runError("stack overflow")
	}
	size := max(2*len(th.stack), need+nativeSlots, firstSlots)
	th.in.charge(sizeSlot * (size - len(th.stack)))
	th.in.work(size)
	fresh := make([]Value, size)
	copy(fresh, th.stack)
	for u := th.open; u != nil; u = u.next {
		u.v = &fresh[indexIn(u.v, th.stack)]
	}
	th.stack = fresh
}

// push makes a frame above the current one.
func (th *thread) push() *frame {
	ci := th.ci.next
	if ci == nil {
		th.in.charge(64)
		ci = &frame{prev: th.ci}
		th.ci.next = ci
	}
	th.calls++
	if th.calls >= maxCalls {
		th.overflow()
	}
	th.ci = ci
	return ci
}

// overflow ends the call that is one too many; a handler of errors gets some more.
func (th *thread) overflow() {
	th.calls--
	switch {
	case !th.handles:
		th.runErrorAt(th.ci, "stack overflow")
	case th.calls >= maxCalls+handlerCalls:
		th.throwInHandler()
	}
	th.calls++
}

// pop leaves the current frame.
func (th *thread) pop() {
	th.calls--
	th.ci = th.ci.prev
}

// enterLua makes the frame of a Lua function whose arguments lie above it.
func (th *thread) enterLua(cl *closure, fnAt, nargs, want int) *frame {
	p := cl.proto
	base := fnAt + 1
	if p.vararg {
		base = th.varargs(p, fnAt, nargs)
	} else {
		if base+p.maxStack+1 > len(th.stack) {
			th.grow(base, p.maxStack+1)
		}
		for i := nargs; i < p.params; i++ {
			th.stack[base+i] = Value{}
		}
	}
	ci := th.ci.next
	if ci == nil || th.calls >= maxCalls-1 {
		ci = th.push()
	} else {
		th.calls++
		th.ci = ci
	}
	ci.cl, ci.fn, ci.fnAt, ci.base, ci.top, ci.pc, ci.want, ci.tails, ci.fresh = cl, nil, fnAt, base, base+p.maxStack, 0, want, 0, false
	return ci
}

// varargs moves the fixed parameters above the others and gives the base.
func (th *thread) varargs(p *proto, fnAt, nargs int) int {
	first := fnAt + 1
	base := first + nargs
	th.top = base
	th.grow(base, p.params+p.maxStack+2)
	for i := 0; i < p.params; i++ {
		if i < nargs {
			th.stack[base+i] = th.stack[first+i]
			th.stack[first+i] = Value{}
		} else {
			th.stack[base+i] = Value{}
		}
	}
	th.stack[base+p.params] = Value{} // the local variable `arg`, if there is one
	th.top = base + p.params
	if p.needsArg {
		th.argTable(p, first, nargs, base)
	}
	return base
}

// argTable makes the local variable `arg` of old programs.
func (th *thread) argTable(p *proto, first, nargs, base int) {
	n := max(nargs-p.params, 0)
	th.in.fuel -= n >> 3
	t := th.in.NewTable(n, 1)
	for i := 0; i < n; i++ {
		t.setInt(i+1, th.stack[first+p.params+i])
	}
	t.Set("n", rawNumber(float64(n)))
	th.stack[base+p.params] = tableValue(t)
}

// callAt calls the function at a slot, with arguments above it, from Go.
func (th *thread) callAt(fnAt, nargs, want int) {
	in := th.in
	in.depth++
	th.nested++
	if in.depth >= maxNesting {
		th.deep()
	}
	if th.stack[fnAt].n == wordNative { // no instruction of its own is counted
		in.fuel--
	}
	if th.precall(fnAt, nargs, want) == calledLua {
		th.ci.fresh = true
		th.run()
	}
	th.nested--
	in.depth--
}

func (th *thread) deep() {
	switch in := th.in; {
	case !th.handles:
		th.runError("C stack overflow")
	case in.depth >= maxNesting+handlerNested:
		th.throwInHandler()
	}
}

type called uint8

const (
	calledNative called = iota // and done
	calledLua                  // its frame waits
	calledYield
)

// precall begins the call of any value.
func (th *thread) precall(fnAt, nargs, want int) called {
	f := th.stack[fnAt]
	switch f.n {
	case wordClosure:
		th.enterLua(f.closure(), fnAt, nargs, want)
		return calledLua
	case wordNative:
		return th.callNative(f.native(), fnAt, nargs, want)
	}
	th.callable(fnAt, nargs)
	return th.precall(fnAt, nargs+1, want)
}

// callable puts the __call metamethod of a value before it.
func (th *thread) callable(fnAt, nargs int) {
	f := th.stack[fnAt]
	m := th.metamethod(f, tmCall)
	if m.Kind() != KindFunction {
		th.typeError(f, fnAt, "call")
	}
	th.grow(fnAt+1+nargs, nativeSlots)
	th.in.work(nargs)
	copy(th.stack[fnAt+1:fnAt+2+nargs], th.stack[fnAt:fnAt+1+nargs])
	th.stack[fnAt] = m
	th.top = fnAt + 2 + nargs
}

// callNative runs a native function.
func (th *thread) callNative(fn *native, fnAt, nargs, want int) called {
	base := fnAt + 1
	th.top = base + nargs
	if th.top+nativeSlots > len(th.stack) {
		th.grow(th.top, nativeSlots)
	}
	ci := th.push()
	ci.cl, ci.fn, ci.fnAt, ci.base, ci.want, ci.tails, ci.fresh = nil, fn, fnAt, base, want, 0, false
	ci.top = th.top
	c := &th.call
	saved := c.callFrame
	c.callFrame = callFrame{base: base, n: nargs, from: base + nargs}
	if th.hook != nil && th.hook.calls && !th.hook.runs {
		th.event("call", -1)
	}
	fn.f(c)
	from := c.from
	c.callFrame = saved
	if th.yields {
		return calledYield
	}
	if th.hook != nil {
		th.returned(ci)
	}
	th.pop()
	th.in.work(nargs + th.top - from)
	th.results(fnAt, from, th.top-from, want)
	return calledNative
}

// results moves the results of a call to where the caller wants them.
func (th *thread) results(to, from, n, want int) {
	s := th.stack
	if want < 0 {
		copy(s[to:to+n], s[from:from+n])
		th.top = to + n
		return
	}
	if want == 1 {
		if n > 0 {
			s[to] = s[from]
		} else {
			s[to] = Value{}
		}
		return
	}
	m := min(n, want)
	copy(s[to:to+m], s[from:from+m])
	clear(s[to+m : to+want])
}

// tailCall calls a function in the place of the current one. A native one is called as usual: a return
// follows.
func (th *thread) tailCall(ci *frame, i instr) called {
	fnAt := ci.base + i.a()
	nargs := i.b() - 1
	if nargs < 0 {
		nargs = th.top - fnAt - 1
	}
	for n := th.stack[fnAt].n; n != wordClosure; n = th.stack[fnAt].n {
		if n == wordNative {
			return th.precall(fnAt, nargs, -1)
		}
		th.callable(fnAt, nargs)
		nargs++
	}
	cl := th.stack[fnAt].closure()
	if th.open != nil {
		th.closeUpvalues(ci.base)
	}
	th.in.work(nargs)
	copy(th.stack[ci.fnAt:], th.stack[fnAt:fnAt+1+nargs])
	want, tails, fresh, at := ci.want, ci.tails, ci.fresh, ci.fnAt
	th.pop()
	th.top = at + 1 + nargs
	next := th.enterLua(cl, at, nargs, want)
	next.tails, next.fresh = tails+1, fresh
	return calledLua
}
