package lpeg

import (
	"lma_collector/collector/lpeg"
	"lma_collector/collector/sandbox/lua"
)

const (
	stepsPerInstruction = 8
	// maxResults is how many values a match may have at a time, as C's stack has it.
	maxResults = 7990
	// hostsKept is how many hosts wait for the next match.
	hostsKept = 4
)

// host makes the script's values of captures, for one match at a time.
type host struct {
	machine lpeg.Machine
	l       *Library
	c       *lua.Call
	subject lua.Value
	consts  []lua.Value // the program's values
	keys    []lua.Key   // the same, as names of fields
	stack   []lua.Value
	dynamic []lua.Value
	args    []lua.Value
	extra   int       // the number of the first extra argument
	high    int       // of the stack's values that were in use
	steps   int       // not charged yet
	object  lua.Value // stands for the host on the interpreter's stack while it matches
}

// hosts are the matches that run: the script's memory is theirs, too.
var hosts = lua.Class{Name: "lpeg-match"}

// Size is the memory of the machine and of the lists of values in bytes.
func (h *host) Size() int { return h.machine.Size() + 16*(cap(h.stack)+cap(h.dynamic)+cap(h.args)) }

// Refer gives the values of the captures so far.
func (h *host) Refer(yield func(lua.Value)) {
	yield(h.subject)
	for _, v := range h.stack {
		yield(v)
	}
	for _, v := range h.dynamic {
		yield(v)
	}
}

// ready compiles the pattern where that has not been done.
func (l *Library) ready(c *lua.Call, p *Pattern) {
	if p.program != nil {
		return
	}
	Charge(c, p.Tree.Size())
	compiled, err := lpeg.Compile(p.Tree)
	if err != nil {
		c.Raise(err.Error())
	}
	p.program = &program{Program: compiled}
	for _, v := range compiled.Values() {
		if name, ok := v.(lpeg.Name); ok {
			v = name.Value
		}
		p.program.values = append(p.program.values, v.(lua.Value))
		p.program.keys = append(p.program.keys, lua.NewKey(v.(lua.Value)))
	}
	p.object = c.Interp().NewObject(&l.programs, p.program)
}

// match is lpeg.match.
func (l *Library) match(c *lua.Call) {
	p := l.operand(c, 1, "match")
	l.ready(c, p)
	subject := lua.CheckText(c, 2, "match")
	l.Match(c, p, subject, Start(c, 3, "match", len(subject)), 4)
}

// Match matches a subject from an offset and pushes the results. The extra arguments begin at that argument.
func (l *Library) Match(c *lua.Call, p *Pattern, subject string, start, extra int) {
	l.ready(c, p)
	h := l.host(c, p, subject, extra)
	if _, ok := h.machine.Match(p.program.Program, subject, start, l.limit, h); ok {
		h.room(h.machine.Captures())
		c.Drop(1)
		for i := range h.stack {
			c.Push(h.stack[i])
		}
	} else {
		c.Drop(1)
		c.PushNil()
	}
	l.release(h)
}

// Find finds the first match from an offset on, without its captures: where it begins and ends.
func (l *Library) Find(c *lua.Call, p *Pattern, subject string, start int) (from, to int, ok bool) {
	l.ready(c, p)
	h := l.host(c, p, subject, 1<<30)
	from, to, ok = h.machine.Find(p.program.Program, subject, start, l.limit, h)
	c.Drop(1)
	l.release(h)
	return from, to, ok
}

// Start is the offset that an argument gives as a position: 1 where there is none, from the end if negative.
func Start(c *lua.Call, i int, function string, length int) int {
	if c.Kind(i) <= lua.KindNil {
		return 0
	}
	return position(lua.CheckInt(c, i, function), length)
}

// position makes an offset of an initial position.
func position(init, length int) int {
	switch {
	case init > length:
		return length
	case init > 0:
		return init - 1
	case init < -length:
		return 0
	case init < 0:
		return length + init
	}
	return 0
}

// host gives a host for a match; a match inside a match has its own.
func (l *Library) host(c *lua.Call, p *Pattern, subject string, extra int) *host {
	var h *host
	if n := len(l.hosts); n > 0 {
		h, l.hosts = l.hosts[n-1], l.hosts[:n-1]
	} else {
		h = &host{l: l}
		h.object = c.Interp().NewObject(&hosts, h)
	}
	c.Hold(h.object)
	h.c, h.consts, h.keys, h.steps, h.subject, h.extra = c, p.program.values, p.program.keys, 0, lua.String(subject), extra
	return h
}

// release ends a match and keeps the host for the next one.
func (l *Library) release(h *host) {
	h.machine.Release()
	h.cut(0)
	if h.high > 1024 {
		h.stack = nil
	} else {
		clear(h.stack[:h.high])
	}
	h.c, h.consts, h.keys, h.subject, h.high = nil, nil, nil, lua.Nil, 0
	h.dynamic = nil
	if cap(h.args) > 64 {
		h.args = nil
	}
	clear(h.args[:cap(h.args)])
	if len(l.hosts) < hostsKept {
		l.hosts = append(l.hosts, h)
	}
}

// The methods of lpeg.Host.

func (h *host) Spend(steps int) {
	h.steps += steps
	if n := h.steps / stepsPerInstruction; n > 0 {
		h.steps -= n * stepsPerInstruction
		h.c.Spend(n)
	}
}

// Need asks for memory that is counted from now on: functions of the script that the match calls may match
// again, and so on.
func (h *host) Need(bytes int) {
	h.c.Need(bytes)
	h.c.Count(bytes)
}

func (h *host) Fail(text string) { h.c.Raise(text) }

// add pushes a value. Memory is asked for before the stack grows far.
func (h *host) add(v lua.Value) {
	if len(h.stack) == cap(h.stack) && cap(h.stack) >= 256 {
		h.Need(len(h.stack) * 32)
	}
	h.stack = append(h.stack, v)
}

// Text copies what it pushes: a short capture shall not keep a long subject.
func (h *host) Text(s string) { h.add(h.c.Interp().String(s)) }

func (h *host) Number(n int)  { h.add(lua.Number(float64(n))) }
func (h *host) Value(i int)   { h.add(h.consts[i]) }
func (h *host) Dynamic(i int) { h.add(h.dynamic[i]) }
func (h *host) Drop(n int)    { h.cut(len(h.stack) - n) }

// cut takes the values from at.
func (h *host) cut(at int) {
	h.high = max(h.high, len(h.stack))
	h.stack = h.stack[:at]
}

// room raises C's error where a function gets or gives too many values.
func (h *host) room(n int) {
	if n > maxResults {
		h.c.Raise("stack overflow (too many captures)")
	}
}

func (h *host) Argument(n int) bool {
	if n += h.extra - 1; n > h.c.Len() {
		return false
	}
	h.add(h.c.Arg(n))
	return true
}

func (h *host) Select(n, k int) {
	at := len(h.stack) - n
	h.stack[at] = h.stack[at+k-1]
	h.cut(at + 1)
}

func (h *host) PopText() (s string, ok bool, kind string) {
	v := h.stack[len(h.stack)-1]
	h.Drop(1)
	s, ok = v.AsText()
	return s, ok, v.Kind().String()
}

func (h *host) Name(i int) string {
	if s, ok := h.consts[i].AsText(); ok {
		return s
	}
	return "(null)"
}

func (h *host) Table(n int, fields []lpeg.Field) {
	values := h.stack[len(h.stack)-n:]
	t := h.c.Interp().NewTable(n-len(fields), len(fields))
	at := 0
	for i, v := range values {
		if len(fields) > 0 && fields[0].At == i {
			t.PutKey(&h.keys[fields[0].Name], v)
			fields = fields[1:]
			continue
		}
		at++
		t.SetIndex(at, v)
	}
	h.Drop(n)
	h.add(t.Value())
}

func (h *host) Query(i int) bool {
	at := len(h.stack) - 1
	v := h.c.Index(h.consts[i], h.stack[at])
	if v.IsNil() {
		h.cut(at)
		return false
	}
	h.stack[at] = v
	return true
}

func (h *host) Call(i, n, want int) int {
	h.room(n)
	at := len(h.stack) - n
	if want == 1 {
		var result [1]lua.Value
		h.c.Invoke(h.consts[i], result[:], h.stack[at:]...)
		h.cut(at)
		h.add(result[0])
		return 1
	}
	results := h.c.InvokeAll(h.args[:0], h.consts[i], h.stack[at:]...)
	h.cut(at)
	for _, v := range results {
		h.add(v)
	}
	h.args = results[:0]
	return len(results)
}

func (h *host) MatchTime(i, position, n, base int) (ok bool, next, values int) {
	h.room(n)
	at := len(h.stack) - n
	args := append(h.args[:0], h.subject, lua.Number(float64(position)))
	args = append(args, h.stack[at:]...)
	h.cut(at)
	if len(h.dynamic) > base { // of matches that were given up
		clear(h.dynamic[base:])
		h.dynamic = h.dynamic[:base]
	}
	results := h.c.InvokeAll(args[len(args):], h.consts[i], args...)
	h.args = args[:0]
	if len(results) == 0 || !results[0].Truth() {
		return false, 0, 0
	}
	if first := results[0]; first.Kind() != lua.KindBool {
		f, _ := first.AsNumber()
		if next = lua.Truncate(f); next <= 0 {
			next = -1
		}
	}
	h.dynamic = append(h.dynamic, results[1:]...)
	return true, next, len(results) - 1
}
