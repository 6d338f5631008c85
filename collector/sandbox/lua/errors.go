package lua

import (
	"errors"
	"fmt"
	"strings"
)

// Error is a script's error.
type Error struct {
	// Text is the error value if it was a string or number, else "(null)" as C prints it.
	Text string
	// Value is the error value itself.
	Value Value
	// Exhausted says that the budget of instructions ended the call.
	Exhausted bool
	// OutOfMemory says that the limit of memory ended the call.
	OutOfMemory bool
	// Trace is where it happened, function by function, as C's debug.traceback gives it.
	Trace string
}

func (e *Error) Error() string { return e.Text }

var (
	errExhausted = errors.New("instruction_limit exceeded")
	errMemory    = errors.New("not enough memory")
)

// errorCost is what an error costs in instructions.
const errorCost = 20

// thrown is what a Lua error panics with, killed what the end of the interpreter does. The values lie
// in the interpreter.
type thrown struct{}

type killed struct{}

// catch is who handles an error that is thrown now.
type catch uint8

const (
	catchHost catch = iota
	catchScript
)

// throw raises any value as an error.
func (th *thread) throw(v Value) {
	in := th.in
	in.fuel -= errorCost
	if !th.handler.isNil() {
		if th.handles || th.handler.Kind() != KindFunction {
			th.throwInHandler()
		}
		v = th.handle(v)
	} else if in.catch == catchHost {
		in.trace = th.traceback(0)
	}
	in.thrown = v
	panic(thrown{})
}

// handle runs the handler of xpcall where the error happened.
func (th *thread) handle(v Value) Value {
	th.handles = true
	v = th.callMeta(th.handler, v)
	th.handles = false
	return v
}

// throwInHandler ends an error that the handling of an error made.
func (th *thread) throwInHandler() {
	th.in.thrown = stringValue("error in error handling")
	panic(thrown{})
}

// runError raises a text with the current line.
func (th *thread) runError(text string) { th.runErrorAt(th.ci, text) }

func (th *thread) runErrorAt(ci *frame, text string) {
	th.throw(th.in.newText(position(ci) + text))
}

// position is `file:line: ` of a Lua call, "" of a native one.
func position(ci *frame) string {
	if ci == nil || ci.cl == nil {
		return ""
	}
	return fmt.Sprintf("%s:%d: ", ci.cl.proto.name, ci.line())
}

func (ci *frame) line() int {
	if pc := ci.pc - 1; pc >= 0 && pc < len(ci.cl.proto.lines) {
		return int(ci.cl.proto.lines[pc])
	}
	return ci.cl.proto.line
}

// typeError says what cannot be done with a value, and how the source calls it if it lies in a register.
func (th *thread) typeError(v Value, at int, what string) {
	kind := v.Kind().String()
	if ci := th.ci; ci.cl != nil && at >= ci.base && at < ci.top {
		if how, name := ci.cl.proto.nameOf(ci.pc-1, at-ci.base); how != "" {
			th.runError(fmt.Sprintf("attempt to %s %s '%s' (a %s value)", what, how, name, kind))
		}
	}
	th.runError(fmt.Sprintf("attempt to %s a %s value", what, kind))
}

func (th *thread) concatError(a, b Value, at, bt int) {
	if isText(a) {
		a, at = b, bt
	}
	th.typeError(a, at, "concatenate")
}

func (th *thread) orderError(a, b Value) {
	x, y := a.Kind().String(), b.Kind().String()
	if x == y {
		th.runError("attempt to compare two " + x + " values")
	}
	th.runError("attempt to compare " + x + " with " + y)
}

// kill ends the interpreter: nothing can catch it.
func (in *Interp) kill(reason error) {
	in.dead = reason
	in.deadTrace = in.running.traceback(0)
	if reason == errExhausted {
		in.deadAt = in.running.callerPosition()
	}
	panic(killed{})
}

// callerPosition is the position of the call of the Lua function that runs, or that called a native one, as
// C's hook for counting gives it: "" where no Lua function called it, or it took that one's place.
func (th *thread) callerPosition() string {
	ci := th.ci
	for ci.cl == nil && ci != &th.first {
		ci = ci.prev
	}
	if ci == &th.first || ci.tails > 0 {
		return ""
	}
	return position(ci.prev)
}

// level is a call of the stack as error texts count them: 0 is the running function. Calls that tail
// calls took the place of count, too, and have no frame.
func (th *thread) level(n int) (ci *frame, lost, ok bool) {
	steps := 0
	for ci = th.ci; n > 0 && ci != &th.first; ci = ci.prev {
		n--
		steps++
		if ci.cl != nil {
			n -= ci.tails
		}
	}
	th.in.work(4 * steps)
	switch {
	case n < 0:
		return nil, true, true
	case n == 0 && ci != &th.first:
		return ci, false, true
	}
	return nil, false, false
}

// callName is how the caller's source calls the function of a frame.
func (ci *frame) callName() (how, name string) {
	caller := ci.prev
	if ci.cl != nil && ci.tails > 0 || caller == nil || caller.cl == nil || !caller.calls() {
		return "", ""
	}
	i := caller.cl.proto.code[caller.pc-1]
	return caller.cl.proto.nameOf(caller.pc-1, i.a())
}

// calls tells whether the current instruction of a Lua frame calls a function.
func (ci *frame) calls() bool {
	if ci.pc == 0 {
		return false
	}
	switch ci.cl.proto.code[ci.pc-1].op() {
	case opCall, opTailCall, opTForLoop:
		return true
	}
	return false
}

// The levels that a traceback shows at most: the first and the last.
const (
	traceFirst = 12
	traceLast  = 10
)

// traceback is the list of calls as debug.traceback gives it.
func (th *thread) traceback(level int) string {
	var b strings.Builder
	b.WriteString("stack traceback:")
	total := th.levels()
	for n := level; n < total; n++ {
		if n == max(traceFirst, level) && total > n+traceLast+1 {
			b.WriteString("\n\t...")
			n = total - traceLast
		}
		ci, lost, _ := th.level(n)
		b.WriteString("\n\t")
		if lost {
			b.WriteString("(tail call): ?")
			continue
		}
		ci.describe(&b)
	}
	return b.String()
}

// levels is the number of levels.
func (th *thread) levels() int {
	n := 0
	for ci := th.ci; ci != &th.first; ci = ci.prev {
		n++
		if ci.cl != nil {
			n += ci.tails
		}
	}
	return n
}

func (ci *frame) describe(b *strings.Builder) {
	how, name := ci.callName()
	switch {
	case ci.cl == nil:
		b.WriteString("[C]:")
	case ci.line() > 0:
		fmt.Fprintf(b, "%s:%d:", ci.cl.proto.name, ci.line())
	default:
		b.WriteString(ci.cl.proto.name + ":")
	}
	switch {
	case how != "":
		fmt.Fprintf(b, " in function '%s'", name)
	case ci.cl != nil && ci.cl.proto.line == 0:
		b.WriteString(" in main chunk")
	case ci.cl == nil:
		b.WriteString(" ?")
	default:
		fmt.Fprintf(b, " in function <%s:%d>", ci.cl.proto.name, ci.cl.proto.line)
	}
}
