package lpeg

import (
	"strconv"
	"unsafe"
)

// maxNesting is how deep captures may lie in each other.
const maxNesting = 200

// maxBuilding is how deep texts may be built inside each other.
const maxBuilding = 20000

// What the evaluation of a capture, and of one that builds a text, takes, in steps.
const (
	captureSteps = 4
	buildSteps   = 40
)

// maxFormat is how many captures a format can name, the match itself included.
const maxFormat = 10

func itoa(n int) string { return strconv.Itoa(n) }

// Captures pushes the values of the match, its end if there are none, and gives their number.
func (m *Machine) Captures() (n int) {
	for i := 0; i < m.valid; i = int(m.caps[i].next) {
		n += m.push(i)
	}
	if n == 0 {
		m.host.Number(m.end + 1)
		n = 1
	}
	return n
}

// spend charges steps of the evaluation.
func (m *Machine) spend(steps int) {
	if m.steps -= steps; m.steps < 0 {
		m.steps = m.charge(m.steps)
	}
}

// push pushes the values of a capture and gives their number.
func (m *Machine) push(i int) (n int) {
	m.spend(captureSteps)
	m.deeper()
	e := &m.caps[i]
	arg := int(e.arg)
	switch e.kind {
	case kindText:
		n = m.simple(i)
	case kindPosition:
		m.host.Number(int(e.start) + 1)
		n = 1
	case kindConstant:
		m.host.Value(arg)
		n = 1
	case kindDynamic:
		m.host.Dynamic(arg)
		n = 1
	case kindArgument:
		if !m.host.Argument(arg) {
			m.host.Fail("reference to absent extra argument #" + itoa(arg))
		}
		n = 1
	case kindBack:
		n = m.nested(m.group(i), false)
	case kindGroup:
		if arg < 0 {
			n = m.nested(i, false)
		}
	case kindTable:
		n = m.table(i)
	case kindSubst, kindFormat:
		from := len(m.text)
		m.build(i)
		s := m.text[from:]
		m.host.Text(unsafe.String(unsafe.SliceData(s), len(s)))
		m.text = m.text[:from]
		n = 1
	case kindFold:
		n = m.fold(i)
	case kindCall:
		n = m.host.Call(arg, m.nested(i, false), -1)
	case kindQuery:
		m.one(i)
		if m.host.Query(arg) {
			n = 1
		}
	case kindSelect:
		n = m.pick(i, arg)
	}
	m.depth--
	return n
}

func (m *Machine) matched(i int) string { return m.subject[m.caps[i].start:m.caps[i].end] }

// simple pushes what was matched and the captures inside.
func (m *Machine) simple(i int) int {
	m.host.Text(m.matched(i))
	n, end := 1, int(m.caps[i].next)
	for k := i + 1; k < end; k = int(m.caps[k].next) {
		n += m.push(k)
	}
	return n
}

// nested pushes the values of the captures inside, or, if there are none, what was matched.
func (m *Machine) nested(i int, first bool) (n int) {
	end := int(m.caps[i].next)
	for k := i + 1; k < end; k = int(m.caps[k].next) {
		n += m.push(k)
	}
	if n == 0 {
		m.host.Text(m.matched(i))
		return 1
	}
	if first && n > 1 {
		m.host.Drop(n - 1)
		n = 1
	}
	return n
}

// one pushes the first of the nested values.
func (m *Machine) one(i int) { m.nested(i, true) }

// group finds the latest finished group of the name that the back reference i has.
func (m *Machine) group(i int) int {
	name, steps := m.caps[i].arg, 0
	for k := i; k >= 0; {
		parent := m.caps[k].parent
		if k-1 == int(parent) { // the first one inside its parent
			k = int(parent)
			continue
		}
		for k--; k >= 0 && m.caps[k].parent != parent; steps++ { // what the one before holds
			k = int(m.caps[k].parent)
		}
		if steps++; k >= 0 && m.caps[k].kind == kindGroup && m.caps[k].arg == name {
			m.spend(steps >> 2)
			return k
		}
	}
	m.host.Fail("back reference '" + m.host.Name(int(name)) + "' not found")
	return 0
}

func (m *Machine) table(i int) int {
	from, n := len(m.fields), 0
	end := int(m.caps[i].next)
	for k := i + 1; k < end; k = int(m.caps[k].next) {
		if e := &m.caps[k]; e.kind == kindGroup && e.arg >= 0 {
			m.one(k)
			m.fields = append(m.fields, Field{At: n, Name: int(e.arg)})
			n++
		} else {
			n += m.push(k)
		}
	}
	m.host.Table(n, m.fields[from:])
	m.fields = m.fields[:from]
	return 1
}

func (m *Machine) fold(i int) int {
	f, end := int(m.caps[i].arg), int(m.caps[i].next)
	k, n := i+1, 0
	if k < end {
		n = m.push(k)
		k = int(m.caps[k].next)
	}
	if n == 0 {
		m.host.Fail("no initial value for fold capture")
	}
	m.host.Drop(n - 1)
	for ; k < end; k = int(m.caps[k].next) {
		n = m.push(k)
		m.host.Call(f, n+1, 1)
	}
	return 1
}

// pick is the k-th of the nested values.
func (m *Machine) pick(i, k int) int {
	if k == 0 {
		return 0
	}
	n := m.nested(i, false)
	if n < k {
		m.host.Fail("no capture '" + itoa(k) + "'")
	}
	m.host.Select(n, k)
	return 1
}

// write appends to the text that is built.
func (m *Machine) write(s string) {
	if need := len(m.text) + len(s); need > cap(m.text) {
		size := max(64, 2*need)
		m.host.Need(size)
		text := make([]byte, len(m.text), size)
		copy(text, m.text)
		m.text = text
	}
	m.spend(len(s) >> 3)
	m.text = append(m.text, s...)
}

// build writes a substitution or format.
func (m *Machine) build(i int) {
	if m.caps[i].kind == kindFormat {
		m.format(i)
		return
	}
	at, end := m.caps[i].start, int(m.caps[i].next)
	for k := i + 1; k < end; k = int(m.caps[k].next) {
		m.write(m.subject[at:m.caps[k].start])
		if m.replace(k, "replacement") {
			at = m.caps[k].end
		} else {
			at = m.caps[k].start
		}
	}
	m.write(m.subject[at:m.caps[i].end])
}

// replace writes the first value of a capture. It is false where there is none.
func (m *Machine) replace(k int, what string) bool {
	if kind := m.caps[k].kind; kind == kindSubst || kind == kindFormat {
		if m.building++; m.building > maxBuilding {
			m.host.Fail("subcapture nesting too deep")
		}
		m.spend(buildSteps)
		m.build(k)
		m.building--
		return true
	}
	n := m.push(k)
	if n == 0 {
		return false
	}
	m.host.Drop(n - 1)
	s, ok, kind := m.host.PopText()
	if !ok {
		m.host.Fail("invalid " + what + " value (a " + kind + ")")
	}
	m.write(s)
	return true
}

// format writes a format with what its %0 to %9 stand for.
func (m *Machine) format(i int) {
	var parts [maxFormat]int
	n := m.parts(i, &parts, 0)
	format := m.p.texts[m.caps[i].arg]
	for at := 0; at < len(format); at++ {
		from := at
		for at < len(format) && format[at] != '%' {
			at++
		}
		m.write(format[from:at])
		if at == len(format) {
			break
		}
		at++
		switch {
		case at == len(format):
			m.write("\x00") // as C's end of a string
		case format[at] < '0' || format[at] > '9':
			m.write(format[at : at+1])
		default:
			m.part(i, int(format[at]-'0'), parts[:n])
		}
	}
}

// part writes the l-th capture of the format i.
func (m *Machine) part(i, l int, parts []int) {
	switch {
	case l >= len(parts):
		m.host.Fail("invalid capture index (" + itoa(l) + ")")
	case l == 0 || m.caps[parts[l]].kind == kindText:
		m.write(m.matched(parts[l]))
	case !m.replace(parts[l], "capture"):
		m.host.Fail("no values in capture index " + itoa(l))
	}
}

// parts lists a capture and those inside it; captures of text are followed into.
func (m *Machine) parts(i int, parts *[maxFormat]int, n int) int {
	parts[n] = i
	n++
	end := int(m.caps[i].next)
	for k := i + 1; k < end && n < maxFormat; k = int(m.caps[k].next) {
		if m.caps[k].kind == kindText {
			n = m.parts(k, parts, n)
		} else {
			parts[n] = k
			n++
		}
	}
	return n
}

// deeper goes one level down.
func (m *Machine) deeper() {
	if m.depth++; m.depth > maxNesting+1 {
		m.host.Fail("subcapture nesting too deep")
	}
}
