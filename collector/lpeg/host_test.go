package lpeg

import (
	"fmt"
	"sort"
	"strings"
)

// failure is what testHost panics with.
type failure string

// function is a function of testHost: it takes values, and for match-time captures the position, too.
type function func(args []any) []any

// record is a table that testHost makes.
type record struct {
	list   []any
	fields map[string]any
}

func (r *record) String() string {
	var parts []string
	for _, v := range r.list {
		parts = append(parts, show(v))
	}
	var names []string
	for name := range r.fields {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		parts = append(parts, name+"="+show(r.fields[name]))
	}
	return "{" + strings.Join(parts, " ") + "}"
}

func show(v any) string {
	if s, ok := v.(string); ok {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprint(v)
}

// testHost is a Host of Go values: strings, ints, bools, records, functions, and map[string]any for queries.
type testHost struct {
	p       *Program
	stack   []any
	dynamic []any
	extra   []any
	budget  int
	memory  int
}

func (h *testHost) Spend(n int) {
	if h.budget -= n; h.budget < 0 {
		h.Fail("budget")
	}
}

func (h *testHost) Need(n int) {
	if h.memory += n; h.memory > 1<<26 {
		h.Fail("memory")
	}
}
func (h *testHost) Fail(text string) { panic(failure(text)) }
func (h *testHost) push(v any)       { h.stack = append(h.stack, v) }
func (h *testHost) Text(s string)    { h.push(strings.Clone(s)) }
func (h *testHost) Number(n int)     { h.push(n) }
func (h *testHost) Dynamic(i int)    { h.push(h.dynamic[i]) }
func (h *testHost) Drop(n int)       { h.stack = h.stack[:len(h.stack)-n] }

func (h *testHost) Value(i int) {
	if n, ok := h.p.values[i].(Name); ok {
		h.push(n.Value)
		return
	}
	h.push(h.p.values[i])
}

func (h *testHost) Argument(n int) bool {
	if n > len(h.extra) {
		return false
	}
	h.push(h.extra[n-1])
	return true
}

func (h *testHost) Select(n, k int) {
	at := len(h.stack) - n
	h.stack[at] = h.stack[at+k-1]
	h.stack = h.stack[:at+1]
}

func (h *testHost) PopText() (string, bool, string) {
	v := h.stack[len(h.stack)-1]
	h.Drop(1)
	switch v := v.(type) {
	case string:
		return v, true, ""
	case int:
		return itoa(v), true, ""
	}
	return "", false, fmt.Sprintf("%T", v)
}

func (h *testHost) Name(i int) string { return h.p.values[i].(Name).Text }

func (h *testHost) Table(n int, fields []Field) {
	r := &record{fields: map[string]any{}}
	for i, v := range h.stack[len(h.stack)-n:] {
		if len(fields) > 0 && fields[0].At == i {
			r.fields[h.Name(fields[0].Name)] = v
			fields = fields[1:]
		} else {
			r.list = append(r.list, v)
		}
	}
	h.Drop(n)
	h.push(r)
}

func (h *testHost) Query(i int) bool {
	key := h.stack[len(h.stack)-1]
	h.Drop(1)
	v, ok := h.p.values[i].(map[string]any)[show(key)]
	if ok {
		h.push(v)
	}
	return ok
}

func (h *testHost) Call(i, n, want int) int {
	at := len(h.stack) - n
	results := h.p.values[i].(function)(append([]any(nil), h.stack[at:]...))
	h.stack = h.stack[:at]
	if want == 1 {
		results = append(results, nil)[:1]
	}
	h.stack = append(h.stack, results...)
	return len(results)
}

func (h *testHost) MatchTime(i, position, n, base int) (ok bool, next, values int) {
	at := len(h.stack) - n
	results := h.p.values[i].(function)(append([]any{position}, h.stack[at:]...))
	h.stack = h.stack[:at]
	if len(results) == 0 || results[0] == nil || results[0] == false {
		return false, 0, 0
	}
	if at, ok := results[0].(int); ok {
		next = at
	}
	h.dynamic = append(h.dynamic[:base], results[1:]...)
	return true, next, len(results) - 1
}

const testBudget = 4 << 20

// run matches and gives the values as text, "nil" where nothing matches, or the failure.
func run(m *Machine, p *Pattern, subject string, start int, extra ...any) (result string) {
	defer func() {
		if r := recover(); r != nil {
			text, ok := r.(failure)
			if !ok {
				panic(r)
			}
			result = "error: " + string(text)
		}
	}()
	program, err := Compile(p)
	if err != nil {
		return "error: " + err.Error()
	}
	h := &testHost{p: program, extra: extra, budget: testBudget}
	if _, ok := m.Match(program, subject, start, DefaultStack, h); !ok {
		m.Release()
		return "nil"
	}
	n := m.Captures()
	m.Release()
	if n != len(h.stack) {
		return fmt.Sprintf("error: %d values, %d on the stack", n, len(h.stack))
	}
	var parts []string
	for _, v := range h.stack {
		parts = append(parts, show(v))
	}
	return strings.Join(parts, " ")
}
