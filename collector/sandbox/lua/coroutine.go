package lua

var coroutineFunctions = natives(map[string]Function{
	"create": coCreate, "resume": coResume, "running": coRunning, "status": coStatus, "wrap": coWrap, "yield": coYield,
})

func (c *Call) newThread(function string) *thread {
	if f := c.Arg(1); f.n != wordClosure {
		BadArgument(c, 1, function, "Lua function expected")
	}
	c.in.charge(200 + sizeSlot*firstSlots)
	c.Spend(16)
	co := newThread(c.in, c.th.env)
	co.stack = make([]Value, firstSlots)
	co.stack[0] = c.Arg(1)
	co.top = 1
	return co
}

func coCreate(c *Call) { c.Push(threadValue(c.newThread("create"))) }

// coWrap makes a function that resumes; its errors are those of the caller.
func coWrap(c *Call) {
	co := c.newThread("wrap")
	c.Push(c.in.NewClosure("wrap", co, func(c *Call) { c.wrapped(co) }))
}

// Refer gives the thread, which a function that resumes it keeps.
func (th *thread) Refer(yield func(Value)) { yield(threadValue(th)) }

func (c *Call) wrapped(co *thread) {
	if c.resume(co, 1) {
		return
	}
	v := c.in.thrown
	c.in.thrown = Value{}
	if text, ok := v.AsText(); ok {
		v = c.in.newText(c.where(1) + text)
	}
	c.RaiseValue(v)
}

func (c *Call) thread(function string) *thread {
	v := c.Arg(1)
	if v.n != wordThread {
		BadArgument(c, 1, function, "coroutine expected")
	}
	return v.thread()
}

func coResume(c *Call) {
	co := c.thread("resume")
	c.Push(trueWord)
	if !c.resume(co, 2) {
		th := c.th
		th.top = c.base + c.n
		c.Push(falseWord)
		c.Push(c.in.thrown)
		c.in.thrown = Value{}
	}
}

var statusNames = [...]string{"suspended", "running", "normal", "dead"}

// resume runs a coroutine with the arguments from the first on, and pushes what it yields or returns.
// When it fails the error is left in the interpreter.
func (c *Call) resume(co *thread, first int) bool {
	th, in := c.th, c.in
	if co.status != statusSuspended {
		in.thrown = stringValue("cannot resume " + statusNames[co.status] + " coroutine")
		return false
	}
	n := max(c.n-first+1, 0)
	co.grow(co.top, n+nativeSlots)
	copy(co.stack[co.top:], th.stack[c.base+c.n-n:c.base+c.n])
	from := co.top
	co.top += n
	if in.depth+1 >= maxNesting {
		in.thrown = stringValue("C stack overflow")
		return false
	}
	if !th.switchTo(co, from, n) {
		return false
	}
	at := co.top - co.given
	th.grow(th.top, co.given+nativeSlots)
	copy(th.stack[th.top:], co.stack[at:co.top])
	th.top += co.given
	if co.status == statusDead {
		co.stack = nil
	}
	return true
}

// switchTo runs a coroutine until it yields, returns or fails.
func (th *thread) switchTo(co *thread, from, n int) (ok bool) {
	in := th.in
	s := th.save()
	defer co.leave(th, &s, &ok)
	in.catch = catchScript
	in.running, co.resumer = co, th
	th.status, co.status = statusNormal, statusRunning
	in.depth++
	in.cutSlice()
	co.nested = 1
	if co.ci == &co.first {
		co.enterLua(co.stack[0].closure(), 0, n, -1)
		co.ci.fresh = true
	} else { // the values are what yield returns
		ci := co.ci
		co.yields = false
		co.pop()
		co.results(ci.fnAt, from, n, ci.want)
	}
	co.run()
	if co.yields {
		co.status, co.given = statusSuspended, co.top-co.ci.base
	} else {
		co.status, co.given = statusDead, co.top
	}
	return true
}

// leave is deferred by a switch: it goes back to the thread that resumed.
func (co *thread) leave(th *thread, s *state, ok *bool) {
	in := th.in
	if !*ok {
		if in.dead != nil {
			return
		}
		if r := recover(); r != (thrown{}) {
			panic(r) // a fault of the host: the protected call below makes an end of it
		}
		co.status = statusDead
	}
	in.depth, in.catch, in.running = s.depth, s.catch, th
	co.resumer = nil
	th.status = statusRunning
	in.cutSlice()
}

func coYield(c *Call) {
	th := c.th
	if th == c.in.main || th.nested > 1 {
		th.runError("attempt to yield across metamethod/C-call boundary")
	}
	th.yields = true
}

func coStatus(c *Call) {
	co := c.thread("status")
	c.Push(stringValue(statusNames[co.status]))
}

func coRunning(c *Call) {
	if c.th == c.in.main {
		c.PushNil()
		return
	}
	c.Push(threadValue(c.th))
}
