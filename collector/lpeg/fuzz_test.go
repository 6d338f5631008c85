package lpeg

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// reference matches by walking a pattern's tree: what the compiler and the machine must agree with.
type reference struct {
	subject string
	rules   []*grammar
	steps   int
}

// seen is a capture that the reference has: of p, with those inside it.
type seen struct {
	p          *Pattern
	start, end int
	inside     []*seen
	values     []any // of a match-time capture
}

const tooLong = failure("reference: too long")

// match gives the end and the captures, or -1. path is where the captures go: those before, outermost first.
func (r *reference) match(p *Pattern, i int, path [][]*seen) (end int, caps []*seen) {
	if r.steps--; r.steps < 0 {
		panic(tooLong)
	}
	rest := r.subject[i:]
	switch p.op {
	case opTrue:
		return i, nil
	case opText:
		if strings.HasPrefix(rest, p.text) {
			return i + len(p.text), nil
		}
	case opSet:
		if rest != "" && p.set.contains(rest[0]) {
			return i + 1, nil
		}
	case opAny:
		if len(rest) >= int(p.n) {
			return i + int(p.n), nil
		}
	case opSeq:
		middle, first := r.match(p.a, i, path)
		if middle < 0 {
			return -1, nil
		}
		end, second := r.match(p.b, middle, extend(path, first))
		return end, append(first, second...)
	case opChoice:
		if end, caps = r.match(p.a, i, path); end >= 0 {
			return end, caps
		}
		return r.match(p.b, i, path)
	case opRepeat, opAtMost:
		for n := 0; p.op == opRepeat || n < int(p.n); n++ {
			next, more := r.match(p.a, i, extend(path, caps))
			if next < 0 {
				break
			}
			i, caps = next, append(caps, more...)
		}
		return i, caps
	case opNot:
		if end, _ = r.match(p.a, i, path); end < 0 {
			return i, nil
		}
	case opAnd:
		if end, _ = r.match(p.a, i, path); end >= 0 {
			return i, nil
		}
	case opBehind:
		if i >= int(p.n) {
			if end, _ = r.match(p.a, i-int(p.n), path); end >= 0 {
				return end, nil
			}
		}
	case opRule:
		g := r.rules[len(r.rules)-1]
		return r.match(g.rules[g.index[p.name.Key]].Body, i, path)
	case opGrammar:
		r.rules = append(r.rules, p.grammar)
		end, caps = r.match(p.grammar.rules[0].Body, i, path)
		r.rules = r.rules[:len(r.rules)-1]
		return end, caps
	case opCapture:
		if end, caps = r.match(p.a, i, append(path[:len(path):len(path)], nil)); end >= 0 {
			return end, []*seen{{p: p, start: i, end: end, inside: caps}}
		}
	case opMatchTime:
		return r.matchTime(p, i, path)
	}
	return -1, nil
}

// extend is path with captures added to its innermost list.
func extend(path [][]*seen, caps []*seen) [][]*seen {
	last := len(path) - 1
	return append(path[:last:last], append(path[last][:len(path[last]):len(path[last])], caps...))
}

func (r *reference) matchTime(p *Pattern, i int, path [][]*seen) (int, []*seen) {
	path = append(path[:len(path):len(path)], nil)
	end, caps := r.match(p.a, i, path)
	if end < 0 {
		return -1, nil
	}
	args := r.nested(&seen{p: p, start: i, end: end, inside: caps}, path[:len(path)-1])
	results := p.value.(function)(append([]any{end + 1}, args...))
	if len(results) == 0 || results[0] == nil || results[0] == false {
		return -1, nil
	}
	if next, ok := results[0].(int); ok {
		if next-1 < end || next > len(r.subject)+1 {
			panic(failure("invalid position returned by match-time capture"))
		}
		end = next - 1
	}
	if len(results) == 1 {
		return end, nil
	}
	return end, []*seen{{p: p, start: i, end: end, values: results[1:]}}
}

// all are the values of captures; path ends with the list that they are in, up to them.
func (r *reference) all(caps []*seen, path [][]*seen) (values []any) {
	for i, one := range caps {
		values = append(values, r.values(one, append(path[:len(path):len(path)], caps[:i]))...)
	}
	return values
}

// nested are the values inside a capture, or what it matched.
func (r *reference) nested(s *seen, path [][]*seen) []any {
	values := s.values
	if values == nil {
		values = r.all(s.inside, path)
	}
	if len(values) == 0 {
		return []any{r.subject[s.start:s.end]}
	}
	return values
}

// values are a capture's; path are the captures before it, in each list around it.
func (r *reference) values(s *seen, path [][]*seen) []any {
	if r.steps--; r.steps < 0 {
		panic(tooLong)
	}
	p := s.p
	if p.op == opMatchTime {
		return s.values
	}
	text := r.subject[s.start:s.end]
	switch p.kind {
	case kindText:
		return append([]any{text}, r.all(s.inside, path)...)
	case kindPosition:
		return []any{s.start + 1}
	case kindConstant:
		return []any{p.value}
	case kindBack:
		for level := len(path) - 1; level >= 0; level-- {
			for i := len(path[level]) - 1; i >= 0; i-- {
				one := path[level][i]
				if one.p.op == opCapture && one.p.kind == kindGroup && one.p.name != nil && one.p.name.Key == p.name.Key {
					return r.nested(one, append(path[:level:level], path[level][:i]))
				}
			}
		}
		panic(failure("back reference '" + p.name.Text + "' not found"))
	case kindGroup:
		if p.name != nil {
			return nil
		}
		return r.nested(s, path)
	case kindTable:
		t := &record{fields: map[string]any{}}
		for i, one := range s.inside {
			before := append(path[:len(path):len(path)], s.inside[:i])
			if one.p.op == opCapture && one.p.kind == kindGroup && one.p.name != nil {
				t.fields[one.p.name.Text] = r.nested(one, before)[0]
			} else {
				t.list = append(t.list, r.values(one, before)...)
			}
		}
		return []any{t}
	case kindSubst:
		return []any{r.substitute(s, path)}
	case kindFormat:
		return []any{r.format(s, path)}
	case kindFold:
		return r.fold(s, path)
	case kindCall:
		return p.value.(function)(r.nested(s, path))
	case kindQuery:
		v, ok := p.value.(map[string]any)[show(r.nested(s, path)[0])]
		if !ok {
			return nil
		}
		return []any{v}
	}
	if p.n == 0 {
		return nil
	}
	values := r.nested(s, path)
	if len(values) < int(p.n) {
		panic(failure(fmt.Sprintf("no capture '%d'", p.n)))
	}
	return values[p.n-1 : p.n]
}

func asText(v any, what string) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return itoa(v)
	}
	panic(failure(fmt.Sprintf("invalid %s value (a %T)", what, v)))
}

func (r *reference) substitute(s *seen, path [][]*seen) string {
	out, at := "", s.start
	for i, one := range s.inside {
		out += r.subject[at:one.start]
		at = one.start
		if values := r.values(one, append(path[:len(path):len(path)], s.inside[:i])); len(values) > 0 {
			out, at = out+asText(values[0], "replacement"), one.end
		}
	}
	return out + r.subject[at:s.end]
}

// placed is a capture with what is before it.
type placed struct {
	*seen
	path [][]*seen
}

func (r *reference) list(s placed, out []placed) []placed {
	out = append(out, s)
	for i, one := range s.inside {
		p := placed{one, append(s.path[:len(s.path):len(s.path)], s.inside[:i])}
		if one.p.op == opCapture && one.p.kind == kindText {
			out = r.list(p, out)
		} else {
			out = append(out, p)
		}
	}
	return out
}

func (r *reference) format(s *seen, path [][]*seen) (out string) {
	parts := r.list(placed{s, path}, nil)
	parts = parts[:min(len(parts), maxFormat)]
	f := s.p.text
	for i := 0; i < len(f); i++ {
		if f[i] != '%' {
			out += f[i : i+1]
			continue
		}
		i++
		if i == len(f) {
			return out + "\x00"
		}
		if f[i] < '0' || f[i] > '9' {
			out += f[i : i+1]
			continue
		}
		l := int(f[i] - '0')
		if l >= len(parts) {
			panic(failure(fmt.Sprintf("invalid capture index (%d)", l)))
		}
		if one := parts[l]; l == 0 || one.p.op == opCapture && one.p.kind == kindText {
			out += r.subject[one.start:one.end]
		} else if values := r.values(one.seen, one.path); len(values) > 0 {
			out += asText(values[0], "capture")
		} else {
			panic(failure(fmt.Sprintf("no values in capture index %d", l)))
		}
	}
	return out
}

func (r *reference) fold(s *seen, path [][]*seen) []any {
	var result []any
	for i, one := range s.inside {
		values := r.values(one, append(path[:len(path):len(path)], s.inside[:i]))
		if i == 0 {
			if len(values) == 0 {
				break
			}
			result = values[:1]
			continue
		}
		result = append(s.p.value.(function)(append(result[:1:1], values...)), nil)[:1]
	}
	if result == nil {
		panic(failure("no initial value for fold capture"))
	}
	return result
}

// expect is what run must give.
func expect(p *Pattern, subject string, start int) (result string) {
	defer func() {
		if r := recover(); r != nil {
			text, ok := r.(failure)
			if !ok {
				panic(r)
			}
			result = "error: " + string(text)
		}
	}()
	r := &reference{subject: subject, steps: 20000}
	end, caps := r.match(p, start, [][]*seen{nil})
	if end < 0 {
		return "nil"
	}
	values := r.all(caps, nil)
	if len(values) == 0 {
		values = []any{end + 1}
	}
	var parts []string
	for _, v := range values {
		parts = append(parts, show(v))
	}
	return strings.Join(parts, " ")
}

// maker makes a pattern of bytes.
type maker struct {
	bytes []byte
	rules int
	asks  bool // has a match-time capture
}

func (m *maker) next(n int) int {
	if len(m.bytes) == 0 {
		return 0
	}
	b := m.bytes[0]
	m.bytes = m.bytes[1:]
	return int(b) % n
}

func drop(args []any) []any { return args[:len(args)-1] }

func accept(args []any) []any { return append([]any{true}, args[1:]...) }

func refuse(args []any) []any {
	if len(show(args))%3 == 0 {
		return nil
	}
	return []any{args[0]}
}

func (m *maker) pattern(depth int) *Pattern {
	if depth == 0 || len(m.bytes) == 0 {
		return m.leaf()
	}
	depth--
	var p *Pattern
	var err error
	switch m.next(12) {
	case 0, 1, 2:
		p, err = Seq(m.pattern(depth), m.pattern(depth))
	case 3, 4:
		p, err = Choice(m.pattern(depth), m.pattern(depth))
	case 5:
		p, err = Repeat(m.pattern(depth), m.next(4)-2)
	case 6:
		p, err = Except(m.pattern(depth), m.pattern(depth))
	case 7:
		p, err = []func(*Pattern) *Pattern{Not, And}[m.next(2)](m.pattern(depth)), nil
	case 8:
		p, err = Behind(m.pattern(depth))
	case 9:
		p, err = m.grammar(depth)
	default:
		p, err = m.capture(m.pattern(depth))
	}
	if err != nil {
		return m.leaf()
	}
	return p
}

func (m *maker) leaf() *Pattern {
	leaves := []*Pattern{
		Text("a"), Text("b"), Text("ab"), Text("ba"), span("ab"), span("bc"), any1, Any(2), True(), False(), Any(-1), Position(), cb("x"), cc(1), cc("k", 2),
	}
	if n := m.next(len(leaves) + m.rules); n >= len(leaves) {
		return v(string(rune('A' + n - len(leaves))))
	} else {
		return leaves[n]
	}
}

func (m *maker) grammar(depth int) (*Pattern, error) {
	outer := m.rules
	m.rules = 1 + m.next(3)
	var rules []Definition
	for i := range m.rules {
		rules = append(rules, Definition{named(string(rune('A' + i))), m.pattern(depth)})
	}
	m.rules = outer
	return Grammar(rules)
}

func (m *maker) capture(p *Pattern) (*Pattern, error) {
	x, y := named("x"), named("y")
	switch m.next(14) {
	case 0, 1:
		return Capture(p)
	case 2:
		return Group(p, nil)
	case 3, 4:
		return Group(p, []*Name{&x, &y}[m.next(2)])
	case 5, 6:
		return Table(p)
	case 7:
		return Substitute(p)
	case 8:
		return Fold(p, function(sum))
	case 9:
		return Call(p, function([]func([]any) []any{sum, drop}[m.next(2)]))
	case 10:
		return Query(p, map[string]any{`"a"`: "A", `"ab"`: 5})
	case 11:
		return Format(p, []string{"%0", "<%1>", "%2%1%", "%%%9"}[m.next(4)])
	case 12:
		return Select(p, m.next(3))
	}
	m.asks = true
	return MatchTime(p, function([]func([]any) []any{accept, refuse}[m.next(2)]))
}

// agree checks a pattern of bytes on a subject.
func agree(t *testing.T, machine *Machine, bytes []byte, subject string) {
	t.Helper()
	m := &maker{bytes: bytes}
	p := m.pattern(6)
	start := len(subject) / 7
	want := expect(p, subject, start)
	got := run(machine, p, subject, start)
	if want == "error: "+string(tooLong) || strings.Contains(got, "overflow") || got == "error: budget" {
		return
	}
	if strings.Contains(want, "used outside") || strings.Contains(got, "used outside") || p.size > 100000 {
		return
	}
	if m.asks && strings.HasPrefix(want, "error") {
		return // the machine may see by the next byte that it need not ask
	}
	if got != want {
		t.Fatalf("bytes %v subject %q:\ngot  %s\nwant %s", bytes, subject, got, want)
	}
}

func TestRandomPatterns(t *testing.T) {
	n := 60000
	if testing.Short() {
		n = 6000
	}
	random := rand.New(rand.NewPCG(1, 2))
	machine := &Machine{}
	for range n {
		bytes := make([]byte, 4+random.IntN(60))
		for i := range bytes {
			bytes[i] = byte(random.IntN(256))
		}
		subject := make([]byte, random.IntN(12))
		for i := range subject {
			subject[i] = "aaabbc"[random.IntN(6)]
		}
		agree(t, machine, bytes, string(subject))
	}
}

func FuzzMatch(f *testing.F) {
	f.Add([]byte{0, 5, 3, 2, 10, 3, 1, 7, 0, 0}, "aabbc")
	f.Add([]byte{9, 2, 3, 0, 0, 15, 16, 1, 13, 1, 8, 2}, "abcab")
	f.Fuzz(func(t *testing.T, bytes []byte, subject string) {
		if len(bytes) > 200 || len(subject) > 200 {
			return
		}
		agree(t, &Machine{}, bytes, subject)
	})
}
