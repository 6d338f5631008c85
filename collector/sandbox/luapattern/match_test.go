package luapattern

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// search shows the result of a match: its place, its captures, or the error.
func search(pattern, subject string) string {
	body, anchored := strings.CutPrefix(pattern, "^")
	p := Compile(body)
	var m Matcher
	m.Start(noMeter{})
	start, end, err := 0, -1, error(nil)
	if anchored {
		end, err = m.Match(p, subject, 0)
	} else {
		start, end, err = m.Search(p, subject, 0)
	}
	switch {
	case err != nil:
		return err.Error()
	case end < 0:
		return "none"
	}
	out := fmt.Sprint(start, " ", end)
	for _, c := range m.Captures(p) {
		switch c.End {
		case Position:
			out += fmt.Sprint(" @", c.Start)
		case Unfinished:
			out += " ?"
		default:
			out += " " + subject[c.Start:c.End]
		}
	}
	return out
}

func TestMatch(t *testing.T) {
	for _, test := range []struct{ pattern, subject, want string }{
		{"", "", "0 0"},
		{"", "abc", "0 0"},
		{"b", "abc", "1 2"},
		{"^b", "abc", "none"},
		{"c$", "abc", "2 3"},
		{"$", "abc", "3 3"},
		{"a$b", "a$b", "0 3"},
		{"a*", "aaab", "0 3"},
		{"a+b", "aaab", "0 4"},
		{"a-b", "aaab", "0 4"},
		{"a?b", "aaab", "2 4"},
		{".-", "abc", "0 0"},
		{".*c", "abcabc", "0 6"},
		{".-c", "abcabc", "0 3"},
		{"[%w_]+", "  x_1 ", "2 5"},
		{"[^%s]+$", "a bc", "2 4"},
		{"[]]", "]", "0 1"},
		{"[^]]", "]a", "1 2"},
		{"[a-c]+", "xabcx", "1 4"},
		{"[a-]+", "a-a", "0 3"},
		{"[%a-z]+", "a-z", "0 3"},
		{"%%", "a%", "1 2"},
		{"%.", "a.", "1 2"},
		{"\xff+", "a\xff\xff", "1 3"},
		{"[\x80-\xff]+", "a\xc3\xa9", "1 3"},
		{"%z", "a\x00", "1 2"},
		{"a\x00b", "xa", "1 2"},
		{"%Z+", "\x00a", "1 2"},
		{"[%z]", "a\x00", "1 2"},
		{"(a)(b)()", "xab", "1 3 a b @3"},
		{"((a)b)", "ab", "0 2 ab a"},
		{"()a", "ba", "1 2 @1"},
		{"(.)%1", "abccd", "2 4 c"},
		{"(['\"]).-%1", `say "it's"`, `4 10 "`},
		{"%b()", "f(a(b)c)", "1 8"},
		{"%b()", "((", "none"},
		{"%baa", "xaa", "1 3"},
		{"%f[%w]%w+", "  ab", "2 4"},
		{"%f[%z]", "ab", "2 2"},
		{"%f[^%z]", "ab", "0 0"},
		{"%f[%D]", "", "none"},
		{"(a", "xa", "1 2 ?"},
		{"(%w+)=(%w*),", "a=b,c", "0 4 a b"},
		{"^%s*(.-)%s*$", "  a b ", "0 6 a b"},
		{"x*$", "axx", "1 3"},
		{"a?a", "a", "0 1"},
		{"[ab]*b", "abab", "0 4"},
		{"%d-%.", "12.", "0 3"},
		{"%a-$", "a1bc", "2 4"},
		{".-$", "ab", "0 2"},
		{"(.-)$", "ab", "0 2 ab"},
		{"()()%2", "a", "none"},
		{"x%.y%.z", "ax.y.z", "1 6"},
		{strings.Repeat("%.a", 40) + "b", strings.Repeat(".a", 41) + "b", "2 83"},
		{strings.Repeat("a", 100000) + ".", strings.Repeat("a", 100001), "0 100001"},
		{"[a-%%]", "a", "none"},

		{"%", "a", "malformed pattern (ends with '%')"},
		{"[", "a", "malformed pattern (missing ']')"},
		{"[]", "a", "malformed pattern (missing ']')"},
		{"[^]", "a", "malformed pattern (missing ']')"},
		{"[%]", "a", "malformed pattern (missing ']')"},
		{"[%", "a", "malformed pattern (missing ']')"},
		{"%f", "a", "missing '[' after '%f' in pattern"},
		{"%b", "a", "unbalanced pattern"},
		{"%bx", "a", "unbalanced pattern"},
		{")", "a", "invalid pattern capture"},
		{"a)", "a", "invalid pattern capture"},
		{"%1", "a", "invalid capture index"},
		{"(%1)", "a", "invalid capture index"},
		{"%0", "a", "invalid capture index"},
		{strings.Repeat("()", 33), "a", "too many captures"},
		{strings.Repeat("()", 32), "a", "0 0" + strings.Repeat(" @0", 32)},
		// a fault that the match does not reach is none
		{"a[", "b", "none"},
		{"b%", "a", "none"},
		{"%a+)", "1", "none"},
	} {
		if got := search(test.pattern, test.subject); got != test.want {
			t.Errorf("%q in %q: got %s, want %s", test.pattern, test.subject, got, test.want)
		}
	}
}

func TestClasses(t *testing.T) {
	for letter := range byte(128) {
		for b := range 256 {
			if got, want := class(letter)[b], inClass(byte(b), letter); got != want {
				t.Fatalf("%%%c takes %d: %v", letter, b, got)
			}
		}
	}
}

// ledger counts the charges and ends the match at a limit.
type ledger struct{ spent, limit int }

var errSpent = errors.New("spent")

func (l *ledger) Spend(n int) {
	if l.spent += n; l.spent > l.limit {
		panic(errSpent)
	}
}

// TestCharges proves that work is charged while it is done, and that little work is free.
func TestCharges(t *testing.T) {
	long := strings.Repeat("a", 100000)
	for _, test := range []struct{ pattern, subject string }{
		{strings.Repeat("a*", 6) + "b", strings.Repeat("a", 200)},
		{".-.-.-.-.-b", strings.Repeat("a", 200)},
		{"(.*)(.*)(.*)(.*)%1x", strings.Repeat("a", 500)},
		{"a.-b", long},
		{"%b()", strings.Repeat("(", 100000)},
		{"a?" + strings.Repeat("a?", 24) + strings.Repeat("a", 26), strings.Repeat("a", 25)},
		{"a+b", long},
		{"[ab]-[bc]-x", long},
		{"(a*)%1b", long},
		{"%f[b]", long + long + long},
	} {
		l := &ledger{limit: 2000}
		p := Compile(test.pattern)
		var m Matcher
		ended := func() (ended bool) {
			defer func() { ended = recover() != nil }()
			m.Start(l)
			m.Search(p, test.subject, 0)
			m.Settle()
			return
		}()
		if !ended {
			t.Errorf("%.30q cost %d", test.pattern, l.spent)
		}
		if l.spent > 2*l.limit+len(test.subject) {
			t.Errorf("%.30q was charged %d at the end", test.pattern, l.spent)
		}
	}
	l := &ledger{}
	var m Matcher
	m.Start(l)
	m.Search(Compile("(%w+)=(%w+)"), "key=value", 0)
	m.Settle()
	if l.spent != 0 {
		t.Errorf("an ordinary match was charged %d", l.spent)
	}
}

// TestAllocations proves that a match needs no memory.
func TestAllocations(t *testing.T) {
	p := Compile("(%w+)%s*=%s*(.-);.*x")
	var m Matcher
	m.Start(noMeter{})
	if n := testing.AllocsPerRun(100, func() { m.Search(p, "; key = value; x y", 0) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func compare(t *testing.T, subject, pattern string) {
	t.Helper()
	if len(subject) > 200 || len(pattern) > 100 {
		return // the naive matcher would take minutes
	}
	p := Compile(pattern)
	body, _, _ := strings.Cut(pattern, "\x00")
	wantStart, wantEnd, wantCaptures, wantErr := naiveSearch(subject, body, 0)
	if wantErr == errTired {
		return
	}
	var m Matcher
	m.Start(noMeter{})
	start, end, err := m.Search(p, subject, 0)
	if err != wantErr && (err == nil || wantErr == nil || err.Error() != wantErr.Error()) {
		t.Fatalf("%q in %q: %v, want %v", pattern, subject, err, wantErr)
	}
	if start != wantStart || start >= 0 && (end != wantEnd || !slices.Equal(m.Captures(p), wantCaptures)) {
		t.Fatalf("%q in %q: %d-%d %v, want %d-%d %v", pattern, subject, start, end, m.Captures(p), wantStart, wantEnd, wantCaptures)
	}
}

// TestRandom compares with the naive matcher.
func TestRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	pieces := strings.Split(`a|b|c|.|%a|%d|%s|[ab]|[^a]|[a-c]|[^%w]|(|)|()|(a|(.-)|(.*)|)|%1|%2|%b()|%bab|%f[a]|%f[%z]|*|+|-|?|*|-|$|%|[|x|%.|[]]|%x`, "|")
	for range 200000 {
		var p, s strings.Builder
		for range r.IntN(9) {
			p.WriteString(pieces[r.IntN(len(pieces))])
		}
		for range r.IntN(14) {
			s.WriteByte("aaabbbc()1 \x00\xffx"[r.IntN(14)])
		}
		compare(t, s.String(), p.String())
	}
}

// FuzzMatch compares with the naive matcher.
func FuzzMatch(f *testing.F) {
	for _, seed := range [][2]string{
		{"abc", "(%w+)"}, {"a(b)c", "%b()"}, {"x=1", "(.-)=(.*)$"}, {"aa", "(a)%1"}, {"", "%f[%z]"}, {"]", "[]]"}, {"a", "[^%"}, {"\xff\x00", "[\x80-\xff]%z"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(compare)
}
