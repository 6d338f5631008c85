package matcher

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"lma_collector/collector/message"
)

// generator makes expressions and messages from few words, so that they often have to do with
// each other.
type generator struct{ *rand.Rand }

var (
	someNames = []string{"name", "value", "aggregator", "x", "nameX", "long_field_name", "y y"}
	someTexts = []string{"", "a", "b", "ab", "metric", "heka.sandbox.metric", "cpu_idle", "TRUE", "it's", "\xff\xc3"}
	somePats  = []string{"^a", "b$", "^ab$", "a", "^heka\\.", "^(metric)$", "m.t", "(?i)METRIC", "a|b", "", "metric$", "^[a-c]", "^heka.*metric$", "\uFFFD"}
	someNums  = []string{"0", "1", "-1", "7", "0.5", "1e3", "1700000000123456789"}
)

func pick[T any](g generator, list []T) T { return list[g.IntN(len(list))] }

func (g generator) expr(depth int) string {
	switch n := g.IntN(12); {
	case depth > 0 && n < 3:
		return g.expr(depth-1) + " && " + g.expr(depth-1)
	case depth > 0 && n < 5:
		return g.expr(depth-1) + " || " + g.expr(depth-1)
	case depth > 0 && n < 7:
		return "(" + g.expr(depth-1) + ")"
	case depth > 0 && n == 7:
		return "!(" + g.expr(depth-1) + ")"
	case n == 8 && depth > 0:
		return pick(g, []string{"TRUE", "FALSE"})
	}
	return g.test()
}

func (g generator) test() string {
	compare := pick(g, []string{"==", "==", "==", "!=", "<", ">="})
	match := pick(g, []string{"=~", "=~", "!~"}) + " /" + pick(g, somePats) + "/"
	text := compare + " " + g.quote(pick(g, someTexts))
	header := pick(g, []string{"Type", "Type", "Type", "Logger", "Hostname", "Payload", "EnvVersion", "Uuid"})
	switch g.IntN(8) {
	case 0:
		return header + " " + match
	case 1, 2:
		return header + " " + text
	case 3:
		return pick(g, []string{"Timestamp", "Severity", "Pid"}) + " " + compare + " " + pick(g, someNums)
	}
	field := "Fields[" + pick(g, someNames) + "]"
	if g.IntN(6) == 0 {
		field += fmt.Sprintf("[%d][%d]", g.IntN(3), g.IntN(3))
	}
	switch g.IntN(8) {
	case 0:
		return field + " " + pick(g, []string{"==", "!="}) + " " + pick(g, []string{"TRUE", "FALSE", "NIL"})
	case 1:
		return field + " " + match
	case 2:
		return field + " " + compare + " " + pick(g, someNums)
	}
	return field + " " + text
}

func (g generator) quote(s string) string {
	quote := pick(g, []string{"'", `"`})
	return quote + strings.ReplaceAll(s, quote, `\`+quote) + quote
}

func (g generator) message(t testing.TB) *message.Message {
	var d message.Draft
	for _, header := range []*string{&d.Type, &d.Logger, &d.Hostname, &d.Payload, &d.EnvVersion} {
		if g.IntN(3) > 0 {
			*header = pick(g, someTexts)
		}
	}
	if g.IntN(2) == 0 {
		d.SetTimestamp(pick(g, []int64{0, -1, 1700000000123456789, 1700000000123456788}))
		d.SetSeverity(int32(g.IntN(9)) - 1)
		d.SetUUID([16]byte{byte(g.IntN(256))})
	}
	for range g.IntN(6) {
		vs := make([]message.Value, g.IntN(3))
		typ := g.IntN(7)
		for i := range vs {
			vs[i] = g.value(typ)
		}
		d.AddList(pick(g, someNames), "", vs...)
	}
	return sealed(t, &d)
}

func (g generator) value(typ int) message.Value {
	switch typ {
	case 0:
		return message.BytesValue([]byte(pick(g, someTexts)))
	case 1:
		return message.IntValue(pick(g, []int64{0, 1, -1, 7, 1700000000123456789}))
	case 2:
		return message.FloatValue(pick(g, []float64{0, 1, -1, .5, 1e3}))
	case 3:
		return message.BoolValue(g.IntN(2) == 0)
	}
	return message.StringValue(pick(g, someTexts))
}

// TestSetEqualsMatchers runs random sets against random messages, each matcher also on its own.
func TestSetEqualsMatchers(t *testing.T) {
	var scratch Scratch
	hitCount := 0
	for seed := range uint64(400) {
		g := generator{rand.New(rand.NewPCG(seed, 1))}
		matchers := make([]*Matcher, g.IntN(90))
		for i := range matchers {
			matchers[i] = parse(t, g.expr(3))
		}
		set := NewSet(matchers)
		for range 40 {
			m := g.message(t)
			var want []int32
			for i, matcher := range matchers {
				if matcher.Match(m) {
					want = append(want, int32(i))
				}
			}
			hitCount += len(want)
			got := set.Match(m, &scratch, nil)
			if !slices.Equal(got, want) {
				for _, i := range want {
					t.Logf("%d %s", i, matchers[i])
				}
				t.Fatalf("seed %d, message %s: %v, want %v", seed, describe(m), got, want)
			}
		}
	}
	if hitCount < 10000 {
		t.Errorf("only %d matches: the random words do not meet", hitCount)
	}
}

// TestStringKeepsTheMeaning parses what String prints.
func TestStringKeepsTheMeaning(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(7, 7))}
	for range 2000 {
		m := parse(t, g.expr(4))
		again := parse(t, m.String())
		if again.String() != m.String() {
			t.Fatalf("%s\nprinted again\n%s", m, again)
		}
		for range 5 {
			if msg := g.message(t); m.Match(msg) != again.Match(msg) {
				t.Fatalf("%s: changed its meaning for %s", m, describe(msg))
			}
		}
	}
}

// TestOracle compares with an evaluator that walks the tree in source order, without programs,
// costs or indexes.
func TestOracle(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(9, 9))}
	for range 3000 {
		m, msg := parse(t, g.expr(4)), g.message(t)
		if got, want := m.Match(msg), evaluate(m.tree, msg); got != want {
			t.Fatalf("%s: %v for %s", m, got, describe(msg))
		}
	}
}

func evaluate(e *expr, m *message.Message) bool {
	switch e.form {
	case formConst:
		return e.value
	case formTest:
		return e.test.match(m, nil)
	case formNot:
		return !evaluate(e.kids[0], m)
	}
	for _, kid := range e.kids {
		if evaluate(kid, m) == (e.form == formOr) {
			return e.form == formOr
		}
	}
	return e.form == formAnd
}

func describe(m *message.Message) string {
	s := fmt.Sprintf("type %q logger %q host %q payload %q env %q ts %d sev %d", m.Type(), m.Logger(), m.Hostname(), m.Payload(), m.EnvVersion(), m.Timestamp(), m.Severity())
	for f := range m.Fields {
		s += fmt.Sprintf(" %s(%v)=", f.Name, f.Type)
		for v := range f.Values {
			s += fmt.Sprintf("%q %d;", v.Text(), v.Int())
		}
	}
	return s
}
