package re

import (
	"errors"
	"strings"
	"testing"

	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/modules/lpeg"
)

// newScript is an interpreter with the globals lpeg and re.
func newScript(t testing.TB) *lua.Interp {
	t.Helper()
	in := lua.New(lua.Options{})
	t.Cleanup(in.Close)
	lib := lpeg.New()
	in.SetGlobal("lpeg", lib.Module().Open(in).Value())
	in.SetGlobal("re", Module(lib).Open(in).Value())
	return in
}

func evaluate(t testing.TB, in *lua.Interp, body string) string {
	t.Helper()
	fn, err := in.Load("test", []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	result := make([]lua.Value, 2)
	if err := in.Call(fn, result); err != nil {
		return err.Error()
	}
	a, _ := result[0].AsText()
	if b, ok := result[1].AsText(); ok {
		return a + " " + b
	}
	return a
}

func TestModule(t *testing.T) {
	in := newScript(t)
	for body, want := range map[string]string{
		`return re.match("hello world", "{%w+} %s {%w+}")`:                                "hello world",
		`return re.match("the number 423 is odd", "s <- {%d+} / . s")`:                    "423",
		`return re.match("(a(b)c)d", "b <- '(' ([^()] / b)* ')'")`:                        "8",
		`return re.find("the number 423", "[0-9]+")`:                                      "12 14",
		`return re.find("abc", "'x'")`:                                                    "",
		`return re.gsub("hello World", "[aeiou]", ".")`:                                   "h.ll. W.rld",
		`return re.gsub("hello", "{.}", {h = "J"})`:                                       "Jello",
		`return re.gsub("a,b", lpeg.P",", ";")`:                                           "a;b",
		`return re.match("aXbXc", "{~ ('X' -> '-' / .)* ~}")`:                             "a-b-c",
		`local t = re.match("k=v", "{| {:key: %a+ :} '=' {.*} |}") return t.key, t[1]`:    "k v",
		`return re.match("abab", "{:x: .. :} =x {}")`:                                     "5",
		`return re.match("ab", "(. .) -> '%0%0'")`:                                        "abab",
		`return re.compile("{%d+} -> f", {f = function(s) return s + 1 end}):match("41")`: "42",
		`return re.compile("%v+", {v = lpeg.S"ab"}):match("abc")`:                         "3",
		`return re.compile("(%d -> n (',' %d -> n)*) ~> add", {n = function(s) return s + 0 end, add = function(a, b) return a + b end}):match("1,2,3")`: "6",
		`return re.compile("(%d+) => odd", {odd = function(s, i, d) return d % 2 == 1 end}):match("12")`:                                                 "",
		// errors
		`return re.compile("a")`:                         "test:1: rule 'a' used outside a grammar",
		`return re.compile("a <- 'x' a <- 'y'")`:         "test:1: 'a' already defined as a rule",
		`return re.compile("'a' %%")`:                    "pattern error near '%%'",
		`return re.compile("| and then much more text")`: "pattern error near '| and then much more ...'",
		`return re.compile("'a' -> nothing", {})`:        "test:1: undefined name: nothing",
		`return re.compile("%nothing")`:                  "test:1: name 'nothing' undefined",
		`return re.compile("a <- b")`:                    "rule 'b' undefined in given grammar",
		`return re.compile("a <- 'x'? a")`:               "rule 'a' may be left recursive",
		`return re.compile("('a'?)*")`:                   "loop body may accept empty string",
		`return re.compile(s)`:                           "pattern is nested too deep",
	} {
		in.SetGlobal("s", lua.String(strings.Repeat("(", 100000)))
		if got := evaluate(t, in, body); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", body, got, want)
		}
	}
}

// What find and gsub remember has a bound.
func TestKept(t *testing.T) {
	lib := lpeg.New()
	l := &library{lib: lib, kept: map[kept]*lpeg.Pattern{}}
	in := lua.New(lua.Options{})
	defer in.Close()
	in.SetGlobal("gsub", in.NewFunction("gsub", l.gsub))
	evaluate(t, in, `for i = 1, 5000 do gsub("a" .. i, "'a" .. i .. "'", "b" .. i) end`)
	if len(l.kept) == 0 || l.size > maxKept {
		t.Errorf("%d patterns of size %d", len(l.kept), l.size)
	}
}

// FuzzCompile makes a pattern of any text, or an error, and matches the text with it.
func FuzzCompile(f *testing.F) {
	for _, s := range []string{
		"{| {:a: %w+ :} (',' {.})* |}", "a <- 'x' a / b  b <- [^%d]", "{~ (. -> '%0')* ~}", "(=x / {:x: . :})^3", "!. &'a' .^-2 .^+1 -- end", "<a> ~> f", "[]-a]", "((((", "'",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		in := newScript(t)
		in.SetGlobal("s", lua.String(s))
		fn, err := in.Load("test", []byte(`local p = re.compile(s) p:match(s) re.find(s, p) re.gsub(s, s, "%0")`))
		if err != nil {
			t.Fatal(err)
		}
		in.SetBudget(1 << 20)
		in.SetMemoryLimit(8 << 20)
		err = in.Call(fn, nil)
		var failed *lua.Error
		if err != nil && !errors.As(err, &failed) {
			t.Fatal(err)
		}
	})
}
