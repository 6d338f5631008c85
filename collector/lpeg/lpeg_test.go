package lpeg

import (
	"errors"
	"strings"
	"testing"
)

// must is a pattern that can be made.
func must(p *Pattern, err error) *Pattern {
	if err != nil {
		panic(err)
	}
	return p
}

func seq(parts ...*Pattern) *Pattern {
	p := True()
	for _, part := range parts {
		p = must(Seq(p, part))
	}
	return p
}

func alt(parts ...*Pattern) *Pattern {
	p := False()
	for _, part := range parts {
		p = must(Choice(p, part))
	}
	return p
}

func rep(p *Pattern, n int) *Pattern      { return must(Repeat(p, n)) }
func c(p *Pattern) *Pattern               { return must(Capture(p)) }
func ct(p *Pattern) *Pattern              { return must(Table(p)) }
func cs(p *Pattern) *Pattern              { return must(Substitute(p)) }
func cc(values ...any) *Pattern           { return must(Constants(values...)) }
func cg(p *Pattern, name string) *Pattern { n := named(name); return must(Group(p, &n)) }
func cb(name string) *Pattern             { return Back(named(name)) }
func cmt(p *Pattern, f function) *Pattern { return must(MatchTime(p, f)) }
func named(s string) Name                 { return Name{Key: s, Value: s, Text: s} }
func v(name string) *Pattern              { return Rule(named(name)) }

func span(bounds string) *Pattern {
	var set Set
	for i := 0; i < len(bounds); i += 2 {
		set.AddRange(bounds[i], bounds[i+1])
	}
	return Bytes(set)
}

// g is a grammar of names and rules in turn.
func g(parts ...any) *Pattern { return must(tryGrammar(parts...)) }

func tryGrammar(parts ...any) (*Pattern, error) {
	var rules []Definition
	for i := 0; i < len(parts); i += 2 {
		rules = append(rules, Definition{named(parts[i].(string)), parts[i+1].(*Pattern)})
	}
	return Grammar(rules)
}

var (
	digit = span("09")
	lower = span("az")
	any1  = Any(1)
	space = Text(" ")
)

func sum(args []any) []any {
	var s []string
	for _, a := range args {
		s = append(s, show(a))
	}
	return []any{strings.Join(s, "+")}
}

func TestMatch(t *testing.T) {
	add := function(sum)
	accept := function(func(args []any) []any { return append([]any{true}, args[1:]...) })
	word := c(rep(lower, 1))
	balanced := g("b", seq(Text("("), rep(alt(must(Except(any1, span("()"))), v("b")), 0), Text(")")))
	for _, test := range []struct {
		p       *Pattern
		subject string
		want    string
	}{
		// without captures
		{Text("ab"), "abc", "3"},
		{Text("ab"), "a", "nil"},
		{True(), "", "1"},
		{False(), "a", "nil"},
		{Any(2), "abc", "3"},
		{Any(3), "ab", "nil"},
		{Any(-2), "a", "1"},
		{Any(-1), "a", "nil"},
		{Bytes(Set{}), "a", "nil"},
		{Bytes(fullSet), "\xff", "2"},
		{seq(Text("a"), Text("b"), Text("cd")), "abcde", "5"},
		{alt(Text("ab"), Text("ac"), Text("b")), "ac", "3"},
		{alt(Text("ab"), Text("ac"), True()), "x", "1"},
		{rep(Text("ab"), 0), "ababa", "5"},
		{rep(Text("ab"), 3), "abab", "nil"},
		{rep(digit, 2), "123", "4"},
		{rep(Text("ab"), -2), "ababab", "5"},
		{rep(digit, -2), "1", "2"},
		{rep(seq(lower, rep(digit, 0)), -3), "a1b22c333d", "10"},
		{must(Except(any1, Text("a"))), "a", "nil"},
		{must(Except(any1, Text("ab"))), "ac", "2"},
		{seq(rep(must(Except(any1, Text("--"))), 0), Text("--")), "x - y -- z", "9"},
		{rep(must(Except(any1, Text("--"))), 0), "no end", "7"},
		{Not(Text("a")), "b", "1"},
		{Not(Text("ab")), "ab", "nil"},
		{And(rep(digit, 1)), "12", "1"},
		{And(seq(lower, rep(digit, 0))), "1", "nil"},
		{seq(any1, must(Behind(Text("a")))), "ab", "2"},
		{must(Behind(Text("a"))), "a", "nil"},
		{balanced, "(a(b)c)", "8"},
		{balanced, "(a(b)c", "nil"},
		{g("a", seq(Text("a"), alt(v("b"), True())), "b", seq(Text("b"), alt(v("a"), True()))), "ababx", "5"},
		{seq(g("x", Text("x")), g("x", Text("y"))), "xy", "3"},
		// captures
		{c(rep(lower, 1)), "abc1", `"abc"`},
		{seq(c(seq(c(Any(1)), Any(1))), c(Any(1))), "abc", `"ab" "a" "c"`},
		{seq(Position(), Any(2), Position()), "ab", "1 3"},
		{cc(1, "x", nil), "", `1 "x" <nil>`},
		{seq(Argument(2), Argument(1)), "", "20 10"},
		{ct(seq(word, space, cg(word, "x"), space, word)), "a bc d", `{"a" "d" x="bc"}`},
		{ct(Any(1)), "a", "{}"},
		{ct(cg(Any(1), "k")), "a", `{k="a"}`},
		{must(Group(rep(word, -1), nil)), "ab", `"ab"`},
		{must(Group(Text("ab"), nil)), "ab", `"ab"`},
		{cg(Text("ab"), "x"), "ab", "3"},
		{seq(cg(seq(c(any1), c(any1)), "x"), cb("x"), cb("x")), "ab", `"a" "b" "a" "b"`},
		{seq(cg(any1, "x"), ct(seq(cg(any1, "x"), cb("x"))), cb("x")), "abc", `{"b" x="b"} "a"`},
		{cs(rep(alt(must(Format(digit, "<%0>")), any1), 0)), "a1b2", `"a<1>b<2>"`},
		{cs(rep(alt(must(Query(lower, map[string]any{`"a"`: "A", `"b"`: 7})), any1), 0)), "abc", `"A7c"`},
		{cs(cs(must(Format(any1, "x%0")))), "ab", `"xa"`},
		{must(Format(seq(c(any1), c(c(any1)), Position()), "%0-%1-%2-%3-%4-%%-%z-%")), "ab", "\"ab-a-b-b-3-%-z-\\x00\""},
		{must(Call(seq(c(any1), c(any1)), add)), "ab", `"\"a\"+\"b\""`},
		{must(Call(any1, function(func([]any) []any { return nil }))), "a", "2"},
		{must(Fold(rep(c(digit), 1), add)), "123", `"\"\\\"1\\\"+\\\"2\\\"\"+\"3\""`},
		{g("a", must(Call(c(v("b")), add)), "b", c(any1)), "x", `"\"x\"+\"x\""`},
		{must(Select(seq(c(any1), c(any1)), 2)), "ab", `"b"`},
		{must(Select(seq(c(any1), c(any1)), 0)), "ab", "3"},
		{must(Query(any1, map[string]any{})), "ab", "2"},
		{cmt(rep(lower, 1), accept), "ab1", `"ab"`},
		{seq(cmt(c(any1), accept), Text("x")), "ab", "nil"},
		{ct(rep(cmt(seq(c(lower), c(digit)), accept), 1)), "a1b2c", `{"a" "1" "b" "2"}`},
		{cmt(cmt(c(any1), accept), accept), "ab", `"a"`},
		{seq(cmt(any1, function(func(args []any) []any { return []any{args[0].(int) + 1} })), Position()), "abc", "3"},
		{alt(seq(cmt(any1, accept), Text("z")), cmt(Any(2), accept)), "ab", `"ab"`},
		{seq(And(c(any1)), any1), "a", "2"},
		{seq(Not(c(Text("b"))), any1), "a", "2"},
		// failures
		{must(Format(any1, "%1")), "a", "error: invalid capture index (1)"},
		{must(Format(must(Call(any1, function(func([]any) []any { return nil }))), "%1")), "a", "error: no values in capture index 1"},
		{must(Format(cc(true), "%1")), "", "error: invalid capture value (a bool)"},
		{cs(cc(true)), "", "error: invalid replacement value (a bool)"},
		{must(Fold(any1, add)), "a", "error: no initial value for fold capture"},
		{must(Select(c(any1), 2)), "a", "error: no capture '2'"},
		{Argument(3), "", "error: reference to absent extra argument #3"},
		{cb("x"), "", "error: back reference 'x' not found"},
		{cmt(any1, function(func([]any) []any { return []any{9} })), "abc", "error: invalid position returned by match-time capture"},
		{v("x"), "", "error: rule 'x' used outside a grammar"},
		{g("a", seq(Text("("), v("a"), Text(")"))), strings.Repeat("(", 1000), "error: backtrack stack overflow (current limit is 400)"},
	} {
		if got := run(&Machine{}, test.p, test.subject, 0, 10, 20); got != test.want {
			t.Errorf("%q: got %s, want %s", test.subject, got, test.want)
		}
	}
}

func TestStartAndFind(t *testing.T) {
	if got := run(&Machine{}, seq(must(Behind(Text("a"))), Position()), "ab", 1); got != "2" {
		t.Errorf("looking behind the start: %s", got)
	}
	program, err := Compile(seq(rep(digit, 1), Text("x")))
	if err != nil {
		t.Fatal(err)
	}
	m, h := &Machine{}, &testHost{p: program, budget: testBudget}
	from, end, ok := m.Find(program, "a12b345xyz", 0, DefaultStack, h)
	if m.Release(); !ok || from != 4 || end != 8 {
		t.Errorf("found %d to %d, %v", from, end, ok)
	}
	if _, _, ok = m.Find(program, "a12b345xyz", 7, DefaultStack, h); ok {
		t.Error("found what is not there")
	}
}

func TestGrammarErrors(t *testing.T) {
	opt := func(p *Pattern) *Pattern { return rep(p, -1) }
	for want, parts := range map[string][]any{
		"rule 'b' undefined in given grammar": {"a", v("b")},
		"rule 'a' may be left recursive":      {"a", seq(v("b"), v("c"), v("a")), "b", v("c"), "c", True()},
		"rule 'x' may be left recursive":      {"x", seq(opt(Text("a")), v("x"))},
		"rule 'b' may be left recursive":      {"a", seq(Text("a"), v("b")), "b", alt(Text("x"), v("b"))},
		"empty loop in rule 'a'":              {"a", rep(seq(Text("x"), rep(v("b"), 0)), 0), "b", True()},
		"empty loop in rule 'y'":              {"x", seq(Text("a"), v("y")), "y", rep(v("z"), 1), "z", opt(Text("a"))},
		"":                                    {"a", seq(Text("a"), opt(v("a"))), "unused", v("unused2"), "unused2", v("a")},
	} {
		_, err := tryGrammar(parts...)
		if got := ""; err != nil {
			if got = err.Error(); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		} else if want != "" {
			t.Errorf("no error, want %q", want)
		}
	}
}

func TestConstructionErrors(t *testing.T) {
	loop := func(p *Pattern) error { _, err := Repeat(p, 0); return err }
	behind := func(p *Pattern) error { _, err := Behind(p); return err }
	for _, test := range []struct{ got, want error }{
		{loop(True()), ErrEmptyLoop},
		{loop(rep(digit, 0)), ErrEmptyLoop},
		{loop(rep(digit, -1)), ErrEmptyLoop},
		{loop(Not(digit)), ErrEmptyLoop},
		{loop(alt(digit, True())), ErrEmptyLoop},
		{loop(c(True())), ErrEmptyLoop},
		{loop(g("a", v("b"), "b", Any(-1))), ErrEmptyLoop},
		{loop(seq(digit, rep(digit, 0))), nil},
		{behind(rep(digit, 0)), ErrNotFixed},
		{behind(v("a")), ErrNotFixed},
		{behind(alt(digit, Any(2))), ErrNotFixed},
		{behind(c(digit)), ErrCaptures},
		{behind(Any(256)), ErrBehindTooLong},
		{behind(g("a", seq(digit, v("b")), "b", Any(2))), nil},
	} {
		if !errors.Is(test.got, test.want) {
			t.Errorf("got %v, want %v", test.got, test.want)
		}
	}
}

// A pattern of a million parts is made and matched, or refused, in either association.
func TestLongChains(t *testing.T) {
	left, right := Text("a"), Text("a")
	for range 300000 {
		left, right = seq(left, Position()), seq(Position(), right)
	}
	for _, p := range []*Pattern{left, right} {
		if got := run(&Machine{}, ct(p), "a", 0); !strings.HasPrefix(got, "{") {
			t.Errorf("got %.40s", got)
		}
	}
	p := Text("a")
	for range 100 {
		p = seq(p, p)
	}
	if _, err := Compile(p); err != ErrTooBig {
		t.Errorf("2^100 parts: %v", err)
	}
	var err error
	for deep := Text("a"); err == nil; {
		deep, err = Capture(deep)
	}
	if err != ErrTooBig {
		t.Error(err)
	}
}

// Matching without end, captures without end and a stack without end stop at the host's limits.
func TestLimits(t *testing.T) {
	back := cg(seq(c(any1)), "x")
	for range 60 {
		back = seq(back, cg(seq(cb("x"), cb("x")), "x"))
	}
	many := must(Power(Position(), 12))
	for name, test := range map[string]struct {
		p       *Pattern
		subject int // bytes
		want    string
	}{
		"captures":        {rep(seq(any1, many), 0), 1 << 18, "memory"},
		"back references": {seq(back, cb("x")), 60, "budget"},
		"steps":           {g("a", alt(seq(any1, v("a"), Text("x")), seq(any1, v("a"), Text("y")), Any(-1))), 60, "budget"},
	} {
		if got := run(&Machine{}, test.p, strings.Repeat("a", test.subject), 0); !strings.Contains(got, test.want) {
			t.Errorf("%s: %.60s", name, got)
		}
	}
}
