package lua

import (
	"fmt"
	"io"
	"maps"
	"math/bits"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
)

// Interp runs Lua code. One goroutine at a time uses it; only Interrupt may come from any. It starts
// with the base library alone and loads nothing by itself.
type Interp struct {
	main    *thread
	running *thread
	globals *Table
	loaded  *Table
	metas   [KindThread + 1]*Table // of the kinds that have one for all values
	classes map[*Class]*Table
	names   []Value     // strings that were used lately
	kept    []any       // what Keep got
	proxies []*userdata // what newproxy made, in that order, while it may live
	doomed  []*userdata // what nobody else has of them, for their finalizers

	finalizes bool // one of those runs
	stdout    io.Writer

	// The budget: what is left of a slice, and what is left besides. Between slices interruptions are
	// looked for.
	fuel, reserve, budget int
	interrupt             atomic.Pointer[error]

	memory, nextWalk, memoryLimit int
	epoch                         uint32
	texts                         int  // at the last walk
	collects                      bool // also without a limit, so that weak tables lose what nobody else has

	depth     int // of Go calls that Lua made within each other
	catch     catch
	thrown    Value
	trace     string
	dead      error // why the interpreter has ended
	deadAt    string
	deadTrace string
}

// Options choose what an interpreter starts with.
type Options struct {
	// Base is which functions of the base library a script gets.
	Base Base
	// Stdout is where print writes; nil: nowhere.
	Stdout io.Writer
}

// Base is a set of the base library's functions.
type Base uint8

const (
	// BaseFilter is what decoders, filters and encoders get: nothing that loads code or looks at the
	// interpreter, no coroutines.
	BaseFilter Base = iota
	// BaseInput is what inputs and outputs get: coroutines, collectgarbage and newproxy, too.
	BaseInput
	// BaseAll is Lua's whole base library, with coroutine and debug.
	BaseAll
)

const (
	slice       = 10000 // instructions between looks for an interruption
	internSlots = 256   // a power of two
	internText  = 40    // bytes of the longest string that is kept
)

// New makes an interpreter.
func New(o Options) *Interp {
	in := &Interp{classes: map[*Class]*Table{}, stdout: o.Stdout, collects: o.Base == BaseAll}
	in.SetMemoryLimit(0)
	in.SetBudget(0)
	in.globals, in.loaded = in.NewTable(0, 40), in.NewTable(0, 0)
	in.main = newThread(in, in.globals)
	in.main.status = statusRunning
	in.running = in.main
	in.openBase(o.Base)
	return in
}

// Load compiles a chunk. name is what error texts call it, usually the path of the file. The error's
// text is Lua's.
func (in *Interp) Load(name string, source []byte) (v Value, err error) {
	if in.dead != nil {
		return Nil, in.deadError()
	}
	if in.depth == 0 {
		defer func() {
			if in.dead != nil {
				_ = recover()
				err = in.deadError()
			}
		}()
	}
	if len(source) > 0 && source[0] == '#' { // a first line for the shell
		source = append([]byte("--"), source...)
	}
	p, err := in.compile("@"+name, name, source)
	if err != nil {
		return Nil, err
	}
	return closureValue(&closure{proto: p, env: in.globals}), nil
}

// Call calls a function and stores its first results; missing ones are nil. The error is an *Error.
// Calls may nest through native functions.
func (in *Interp) Call(fn Value, results []Value, args ...Value) error {
	if in.dead != nil {
		clear(results)
		return in.deadError()
	}
	if reason := in.interrupt.Load(); reason != nil && in.depth == 0 {
		in.dead = *reason
		clear(results)
		return in.deadError()
	}
	th := in.running
	saved := th.top
	at := th.top
	if th.ci.cl != nil {
		at = max(at, th.ci.top)
	}
	if !th.hostCall(at, fn, results, args) {
		clear(results)
		return in.callError()
	}
	th.top = saved
	if in.depth == 0 {
		th.trim()
	}
	return nil
}

func (th *thread) hostCall(at int, fn Value, results, args []Value) (ok bool) {
	in := th.in
	s := th.save()
	in.catch = catchHost
	th.handler = Value{}
	defer th.restore(&s, at, true, &ok)
	th.grow(at, max(len(args), len(results))+1+nativeSlots)
	th.stack[at] = plain(fn)
	for i := range args {
		th.stack[at+1+i] = plain(args[i])
	}
	th.top = at + 1 + len(args)
	th.callAt(at, len(args), len(results))
	copy(results, th.stack[at:])
	return true
}

// trim gives back what a deep recursion took.
func (th *thread) trim() {
	if len(th.stack) > 4096 {
		th.stack = nil
	}
	if next := th.first.next; next != nil && next.deep() {
		th.first.next = nil
	}
}

func (ci *frame) deep() bool {
	for range 200 {
		if ci = ci.next; ci == nil {
			return false
		}
	}
	return true
}

func (in *Interp) callError() error {
	if in.dead != nil {
		return in.deadError()
	}
	e := &Error{Text: "(null)", Value: in.thrown, Trace: in.trace}
	if text, ok := in.thrown.AsText(); ok {
		e.Text = text
	}
	in.thrown, in.trace = Value{}, ""
	return e
}

func (in *Interp) deadError() *Error {
	text := in.deadAt + in.dead.Error()
	return &Error{
		Text: text, Value: stringValue(text), Trace: in.deadTrace,
		Exhausted: in.dead == errExhausted, OutOfMemory: in.dead == errMemory,
	}
}

// state is what a protected call gives back when an error ends it.
type state struct {
	ci            *frame
	calls, nested int
	depth         int
	call          callFrame
	handler       Value
	handles       bool
	catch         catch
}

func (th *thread) save() state {
	return state{th.ci, th.calls, th.nested, th.in.depth, th.call.callFrame, th.handler, th.handles, th.in.catch}
}

// restore is deferred by protected calls. An error ends here; the end of the interpreter goes on to
// the outermost call of the host.
func (th *thread) restore(s *state, at int, host bool, ok *bool) {
	in := th.in
	if !*ok {
		if in.dead != nil && !(host && s.depth == 0) {
			return
		}
		r := recover()
		switch r.(type) {
		case thrown, killed:
		default: // a fault of the host
			in.dead = fmt.Errorf("internal error: %v", r)
			in.deadTrace = in.running.traceback(0) + "\n" + string(debug.Stack())
			if !(host && s.depth == 0) {
				panic(killed{})
			}
		}
		if in.dead == nil {
			th.closeUpvalues(at)
		}
		th.ci, th.calls, th.nested, th.call.callFrame = s.ci, s.calls, s.nested, s.call
		th.top = at
		in.depth = s.depth
		in.running = th
	}
	th.handler, th.handles, in.catch = s.handler, s.handles, s.catch
}

// Global is a global variable.
func (in *Interp) Global(name string) Value { return in.globals.Get(name) }

// SetGlobal sets a global variable.
func (in *Interp) SetGlobal(name string, v Value) { in.globals.Set(name, v) }

// Globals is the table of globals.
func (in *Interp) Globals() *Table { return in.globals }

// Loaded is the table of loaded modules, by name.
func (in *Interp) Loaded() *Table { return in.loaded }

// NewTable makes a table with room for n array elements and m other keys.
func (in *Interp) NewTable(n, m int) *Table {
	room := 0
	if m > 0 {
		room = 1 << bits.Len(uint(min(m, maxArray)-1))
	}
	n = min(n, maxArray)
	in.charge(sizeTable + sizeSlot*n + sizeNode*room)
	in.work(n + room)
	t := newTable(m, room)
	t.in = in
	if n > 0 {
		t.arr = make([]Value, n)
	}
	return t
}

// NewFunction makes a Lua function of a native one. Error texts call it as its caller does.
func (in *Interp) NewFunction(name string, f Function) Value {
	in.charge(sizeClosure)
	return nativeValue(&native{name: name, f: f})
}

// SetFunctions adds native functions to a table, in the order of their names.
func (in *Interp) SetFunctions(t *Table, functions map[string]Function) {
	in.charge(sizeClosure * len(functions))
	block := make([]native, 0, len(functions))
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		block = append(block, native{name: name, f: functions[name]})
		t.Set(name, nativeValue(&block[len(block)-1]))
	}
}

// NewClosure is NewFunction for a function that keeps an object, which is Sized or a Referrer.
func (in *Interp) NewClosure(name string, object any, f Function) Value {
	in.charge(sizeClosure)
	if s, ok := object.(Sized); ok {
		in.chargeBlock(s.Size())
	}
	return nativeValue(&native{name: name, f: f, holds: object})
}

// NewObject makes userdata of a class.
func (in *Interp) NewObject(class *Class, object any) Value {
	in.charge(sizeUserdata)
	if s, ok := object.(Sized); ok {
		in.chargeBlock(s.Size())
	}
	return userdataValue(&userdata{object: object, meta: in.classMeta(class)})
}

// SetMethods makes t the methods of a class that has none of its own: a module's functions, often.
func (in *Interp) SetMethods(class *Class, t *Table) {
	in.classMeta(class).Set("__index", t.Value())
}

// Keep counts an object of the host, which is Sized or a Referrer, as long as the interpreter lives.
func (in *Interp) Keep(object any) { in.kept = append(in.kept, object) }

func (in *Interp) classMeta(class *Class) *Table {
	if meta := in.classes[class]; meta != nil {
		return meta
	}
	meta := in.NewTable(0, len(class.Meta)+1)
	in.SetFunctions(meta, class.Meta)
	if class.Methods != nil {
		methods := in.NewTable(0, len(class.Methods))
		in.SetFunctions(methods, class.Methods)
		meta.Set("__index", methods.Value())
	}
	in.classes[class] = meta
	return meta
}

// SetStringMethods makes t the methods of strings: ("x"):upper().
func (in *Interp) SetStringMethods(t *Table) {
	meta := in.NewTable(0, 1)
	meta.Set("__index", t.Value())
	in.metas[KindString] = meta
}

// text makes a string value; those that were used lately are taken again.
func (in *Interp) text(s string) Value {
	if len(s) > internText {
		return stringValue(s)
	}
	if in.names == nil {
		in.names = make([]Value, internSlots)
	}
	slot := &in.names[hashText(s)&(internSlots-1)]
	if !slot.isString() || slot.str() != s {
		*slot = stringValue(strings.Clone(s))
	}
	return *slot
}

// newText makes a string that is counted: the text of an error, or of what is no string.
func (in *Interp) newText(s string) Value {
	in.chargeBlock(sizeText + len(s))
	in.fuel -= len(s) >> 6 // it was put together of others
	return stringValue(s)
}

// SetBudget allows the calls that follow n instructions, 0 for any number.
func (in *Interp) SetBudget(n int) {
	if n <= 0 {
		n = noLimit
	}
	in.budget = n
	in.fuel = min(n, slice)
	in.reserve = n - in.fuel
}

// Used is the number of instructions since SetBudget.
func (in *Interp) Used() int { return in.budget - in.reserve - max(in.fuel, -in.reserve) }

// refuel begins another slice; fuel is less than nothing.
func (in *Interp) refuel(fuel int) int {
	in.fuel = fuel
	if reason := in.interrupt.Load(); reason != nil {
		in.kill(*reason)
	}
	rest := in.reserve + fuel
	if rest < 0 {
		in.kill(errExhausted)
	}
	in.fuel = min(rest, slice)
	if in.running.hook != nil {
		in.fuel = 0
	}
	in.reserve = rest - in.fuel
	return in.fuel
}

// Interrupt ends the running script, or the next one that is called, with an error that nothing can
// catch. It may be called from any goroutine.
func (in *Interp) Interrupt(reason error) { in.interrupt.CompareAndSwap(nil, &reason) }

// Close gives the interpreter's memory back. It must not run; calls fail from then on.
func (in *Interp) Close() {
	if in.dead == nil {
		in.dead = errClosed
	}
	in.globals, in.loaded = &Table{in: in}, &Table{in: in}
	in.metas, in.classes, in.names, in.kept = [KindThread + 1]*Table{}, map[*Class]*Table{}, nil, nil
	in.proxies, in.doomed = nil, nil
	in.main = newThread(in, in.globals)
	in.running = in.main
	in.thrown = Value{}
	in.memory = 0
}
