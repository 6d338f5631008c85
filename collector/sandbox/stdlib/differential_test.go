package stdlib

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/sandbox/lua"
)

// reference finds C Lua, whose results are right.
func reference(t testing.TB) string {
	path, err := exec.LookPath("lua5.1")
	if err == nil {
		return path
	}
	if os.Getenv("LMA_REQUIRE_SERVERS") == "1" {
		t.Fatal("lua5.1 is missing: install it, these tests compare with it")
	}
	t.Skip("lua5.1 is not installed")
	return ""
}

// prelude is what C Lua runs before the cases: emit prints a line for each, close numbers with 14
// digits, as tostring shows them, and rough with 11.
const prelude = `
local function text(digits, ...)
  local out = {}
  for i = 1, select("#", ...) do
    local v = select(i, ...)
    if type(v) == "string" then v = "'" .. v:gsub("[%c\128-\255\\|]", function(c) return ("\\%03d"):format(c:byte()) end) .. "'"
    elseif type(v) == "number" then v = (digits):format(v)
    elseif type(v) == "table" or type(v) == "function" then v = type(v)
    else v = tostring(v) end
    out[i] = v
  end
  print(table.concat(out, "|"))
end
function emit(...) text("%.17g", ...) end
function close(...) text("%.14g", ...) end
function rough(...) text("%.11g", ...) end
NEGATIVE_NAN, NAN, HUGE = 0/0, -(0/0), 1/0
`

// shared is what both run: functions whose results are the cases'.
const shared = `
function collect(s, p) local out = {} local n = 0
  for a, b, c in string.gmatch(s, p) do n = n + 1 out[#out + 1] = tostring(a) .. "," .. tostring(b) .. "," .. tostring(c) if n > 50 then break end end
  return table.concat(out, ";") end
function joined(...) local out = {} for i = 1, select('#', ...) do out[i] = tostring((select(i, ...))) end return table.concat(out, ' ') end
function shown(t, n) local out = {} for i = 0, n do out[#out + 1] = tostring(t[i]) end return table.concat(out, ",") end
`

// differ runs cases, one Lua statement each, in both interpreters and compares what they emit.
func differ(t *testing.T, cases []string) {
	t.Helper()
	path := reference(t)
	source := chunks(cases)
	cmd := exec.Command(path, "-")
	cmd.Env = append(os.Environ(), "TZ=UTC", "LC_ALL=C")
	cmd.Stdin = strings.NewReader(prelude + shared + source)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	theirs, err := cmd.Output()
	if err != nil {
		t.Fatalf("lua5.1: %v\n%s", err, stderr.Bytes())
	}
	ours := run(t, shared+source)
	want, got := strings.Split(string(theirs), "\n"), strings.Split(ours, "\n")
	if len(want) != len(got) {
		t.Fatalf("%d results, lua5.1 has %d", len(got), len(want))
	}
	wrong := 0
	for i := range want {
		if plain(got[i]) == plain(want[i]) {
			continue
		}
		if wrong++; wrong <= 20 {
			t.Errorf("%s\ngot  %s\nwant %s", cases[i], got[i], want[i])
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d cases differ", wrong, len(cases))
	}
	t.Logf("golden C Lua, %s: %d random cases", t.Name(), len(cases))
}

// chunks makes functions of so many statements as one may have.
func chunks(cases []string) string {
	var b strings.Builder
	for i, c := range cases {
		if i%500 == 0 {
			if i > 0 {
				b.WriteString("end)();\n")
			}
			b.WriteString("(function()\n")
		}
		b.WriteString(c)
		b.WriteString("\n")
	}
	return b.String() + "end)();\n"
}

// functionName is what the error of a wrong argument calls the function; its caller decides that.
var functionName = regexp.MustCompile(`(bad argument #\d+) to '[^']*'`)

// place is where in the cases an error was raised.
var place = regexp.MustCompile(`'(stdin|cases):\d+: `)

func plain(s string) string {
	return place.ReplaceAllString(functionName.ReplaceAllString(s, "$1"), "'")
}

func run(t *testing.T, source string) string {
	t.Helper()
	in := lua.New(lua.Options{})
	defer in.Close()
	l := New(Options{Reach: ReachAll, Clock: func() time.Time { return time.Unix(1454500800, 0) }})
	for _, m := range l.Modules() {
		in.SetGlobal(m.Name, m.Open(in).Value())
	}
	var out []byte
	emit := func(digits int) lua.Function {
		return func(c *lua.Call) {
			for i := 1; i <= c.Len(); i++ {
				if i > 1 {
					out = append(out, '|')
				}
				out = appendShown(out, c.Arg(i), digits)
			}
			out = append(out, '\n')
		}
	}
	in.SetGlobal("emit", in.NewFunction("emit", emit(17)))
	in.SetGlobal("close", in.NewFunction("close", emit(14)))
	in.SetGlobal("rough", in.NewFunction("rough", emit(11)))
	in.SetGlobal("NEGATIVE_NAN", lua.Number(math.Copysign(math.NaN(), -1)))
	in.SetGlobal("NAN", lua.Number(math.NaN()))
	in.SetGlobal("HUGE", lua.Number(math.Inf(1)))
	fn, err := in.Load("cases", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	if err := in.Call(fn, nil); err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func appendShown(dst []byte, v lua.Value, digits int) []byte {
	switch v.Kind() {
	case lua.KindString:
		dst = append(dst, '\'')
		for _, b := range []byte(v.Text()) {
			if b < 32 || b > 126 || b == '\\' || b == '|' {
				dst = fmt.Appendf(dst, "\\%03d", b)
			} else {
				dst = append(dst, b)
			}
		}
		return append(dst, '\'')
	case lua.KindNumber:
		return lua.AppendG(dst, v.Float(), digits)
	case lua.KindBool:
		return fmt.Append(dst, v.Truth())
	case lua.KindNone:
		return append(dst, "nil"...)
	}
	return append(dst, v.Kind().String()...)
}

// source makes random pieces of Lua.
type source struct{ *rand.Rand }

func (r source) pick(list ...string) string { return list[r.IntN(len(list))] }

// quoted is a Lua string.
func quoted(s string) string {
	b := []byte{'"'}
	for i := range len(s) {
		b = fmt.Appendf(b, "\\%03d", s[i])
	}
	return string(append(b, '"'))
}

func (r source) repeat(most int, f func() string) string {
	var b strings.Builder
	for range r.IntN(most + 1) {
		b.WriteString(f())
	}
	return b.String()
}

func (r source) subject() string {
	return r.repeat(14, func() string {
		return r.pick("a", "a", "b", "b", "c", "ab", "1", "2", "_", " ", "(", ")", "[", "]", "=", "%", "-", ".", "\n", "A", "B", "\x00", "\x7f", "\x80", "\xff", "\xc3\xa9", "^", "$", ",")
	})
}

func (r source) single() string {
	switch r.IntN(12) {
	case 0:
		return "."
	case 1, 2:
		return "%" + r.pick("a", "c", "d", "l", "p", "s", "u", "w", "x", "z", "A", "C", "D", "L", "P", "S", "U", "W", "X", "Z", "%", ".", "(", "]", "g", "\x80")
	case 3, 4:
		return "[" + r.pick("", "", "^") + r.repeat(3, func() string {
			return r.pick("a", "b", "a-c", "0-9", "%w", "%s", "%%", "]", "^", "-", "%]", "\x80-\xff", "c-a", "%a-z", ".", "a-%", "\x7f")
		}) + r.pick("]", "]", "]", "]", "]", "]", "")
	}
	return r.pick("a", "b", "c", "1", "_", " ", "=", "A", "\xff", "\n", "-", "^", "$", ")")
}

func (r source) pattern() string {
	p := r.pick("", "", "", "", "^") + r.repeat(6, func() string {
		switch r.IntN(16) {
		case 0, 1:
			return "("
		case 2, 3:
			return ")"
		case 4:
			return "()"
		case 5:
			return "(" + r.single() + r.pick("", "*", "+", "-", "?") + ")"
		case 6:
			return r.pick("%b()", "%b[]", "%bab", "%baa", "%b", "%bx")
		case 7:
			return r.pick("%f[%w]", "%f[^a]", "%f[%z]", "%f[a-c]", "%f", "%fa", "%f[")
		case 8:
			return r.pick("%1", "%2", "%1", "%9", "%0")
		}
		return r.single() + r.pick("", "", "", "*", "+", "-", "?", "*", "-")
	})
	return p + r.pick("", "", "", "", "$", "", "%", "\x00x", "[", "$$")
}

func (r source) integer() string {
	return r.pick("0", "1", "2", "3", "5", "-1", "-2", "-3", "-7", "9", "20", "1.5", "-1.9", "'2'", "2^31", "2^32+1", "-2^31-1", "1e20", "-1e20", "HUGE", "-HUGE", "NAN", "nil", "2^53")
}

func (r source) number() string {
	switch r.IntN(5) {
	case 0:
		return fmt.Sprint(r.IntN(2001) - 1000)
	case 1:
		return fmt.Sprintf("%.17g", (r.Float64()-0.5)*math.Pow(10, float64(r.IntN(40)-20)))
	case 2:
		return fmt.Sprintf("%.*f", r.IntN(4), (r.Float64()-0.5)*1000)
	case 3:
		return fmt.Sprintf("%.17g", math.Ldexp(float64(r.IntN(1<<20)), r.IntN(120)-60))
	}
	return r.pick("0", "-0.0", "1", "-1", "0.5", "1.5", "2.5", "-2.5", "99999.5", "999999.5", "9.9999999", "HUGE", "-HUGE", "NAN", "NEGATIVE_NAN", "1e15", "1e16", "123456789012", "2^53", "2^63", "-2^63", "2^64", "1e300", "5e-324", "1e-5", "0.0001", "100000", "1e6", "'12'", "'0x10'", "' 1e3 '", "2^31", "-2^31", "255", "4294967295", "1e100", "0.1", "0.3", "1/3")
}

// TestRandomPatterns compares find, match, gmatch and gsub.
func TestRandomPatterns(t *testing.T) {
	r := source{rand.New(rand.NewPCG(1, 2))}
	var cases []string
	for range caseCount(40000) {
		s, p := quoted(r.subject()), quoted(r.pattern())
		switch r.IntN(8) {
		case 0, 1:
			cases = append(cases, fmt.Sprintf("emit(pcall(string.find, %s, %s, %s))", s, p, r.pick("1", r.integer())))
		case 2:
			cases = append(cases, fmt.Sprintf("emit(pcall(string.find, %s, %s, %s, true))", s, quoted(r.subject()), r.integer()))
		case 3, 4:
			cases = append(cases, fmt.Sprintf("emit(pcall(string.match, %s, %s, %s))", s, p, r.pick("1", r.integer())))
		case 5:
			cases = append(cases, fmt.Sprintf("emit(pcall(collect, %s, %s))", s, p))
		default:
			replacement := r.pick(quoted("<%0>"), quoted("%1"), quoted("%2-%1"), quoted("x"), quoted("%%"), quoted("a%"), quoted("%x%9"), "5", "1.5",
				`{a="A", b=false, ["1"]=7, ab={}, [1]="one"}`, "function(a, b) return b end", "function(a) return a end", "function(...) return select('#', ...) end",
				"function() return {} end", "function() return false end", "setmetatable({}, {__index = function(_, k) return tostring(k) .. '!' end})",
				"function() error('inner', 0) end", "nil", "true")
			cases = append(cases, fmt.Sprintf("emit(pcall(string.gsub, %s, %s, %s, %s))", s, p, replacement, r.pick("nil", "nil", "nil", r.integer())))
		}
	}
	differ(t, cases)
}

// caseCount is the number of cases of a kind: all of 124,000 where nothing may be skipped, else a
// fifth.
func caseCount(n int) int {
	if os.Getenv("LMA_REQUIRE_SERVERS") == "1" {
		return n
	}
	return n / 5
}

// TestRandomFormats compares string.format.
func TestRandomFormats(t *testing.T) {
	r := source{rand.New(rand.NewPCG(3, 4))}
	item := func() string {
		verb := r.pick("d", "i", "o", "u", "x", "X", "e", "E", "f", "g", "G", "c", "s", "q", "d", "x", "f", "g", "s", "y", "%", "a", "")
		flags := r.repeat(2, func() string { return r.pick("-", "+", " ", "#", "0") })
		if verb == "g" || verb == "G" { // the GNU library drops the zeros that # keeps when rounding adds a digit
			flags = strings.ReplaceAll(flags, "#", "")
		}
		return "%" + flags + r.pick("", "", "", "5", "1", "12", "25", "99", "100") + r.pick("", "", "", ".0", ".", ".1", ".3", ".10", ".20", ".99", ".100") +
			verb
	}
	var cases []string
	for range caseCount(40000) {
		value := r.number()
		if r.IntN(4) == 0 {
			value = r.pick(quoted("x"+r.subject()), quoted(strings.Repeat("x"+r.subject(), 10)), "nil", "true", "{}", quoted("a\"b\\c\nd\re\x00f"))
		}
		format := r.pick("", "x", "%%") + item() + r.pick("", "|", "\x00", "%%") + r.pick("", "", item())
		cases = append(cases, fmt.Sprintf("emit(pcall(string.format, %s, %s, %s))", quoted(format), value, r.number()))
	}
	differ(t, cases)
}

// TestRandomStrings compares the other functions of string.
func TestRandomStrings(t *testing.T) {
	r := source{rand.New(rand.NewPCG(5, 6))}
	var cases []string
	for range caseCount(8000) {
		s := quoted(r.subject())
		cases = append(cases, "emit(pcall("+r.pick(
			fmt.Sprintf("string.sub, %s, %s, %s", s, r.integer(), r.integer()),
			fmt.Sprintf("string.byte, %s, %s, %s", s, r.integer(), r.integer()),
			fmt.Sprintf("string.rep, %s, %s", s, r.pick("0", "1", "3", "-1", "2^32+2", "-2^31", "1.9", "HUGE", "'2'", "nil")),
			"string.reverse, "+s, "string.upper, "+s, "string.lower, "+s, "string.len, "+s,
			fmt.Sprintf("string.char, %s, %s", r.integer(), r.pick("0", "65", "255", "256", "97")),
			"string.len", "string.sub, 'x'", "string.upper, {}", "string.dump, 1", "string.byte, 12.5, 1, -1",
		)+"))")
	}
	differ(t, cases)
}

// TestRandomTables compares the functions of table.
func TestRandomTables(t *testing.T) {
	r := source{rand.New(rand.NewPCG(7, 8))}
	element := func() string {
		return r.pick("1", "2", "3", "4.5", "-1", "10", "'a'", "'b'", "'10'", "7", "8", "9")
	}
	list := func(f func() string) string {
		n := r.IntN(12)
		out := make([]string, n)
		for i := range out {
			out[i] = f()
		}
		return "{" + strings.Join(out, ",") + "}"
	}
	number := func() string { return fmt.Sprint(r.IntN(20)) }
	small := func() string { return r.pick("0", "1", "2", "3", "5", "8", "12", "-1", "1.5", "'2'", "nil", "{}") }
	var cases []string
	for range caseCount(12000) {
		t := list(element)
		cases = append(cases, r.pick(
			fmt.Sprintf("emit(pcall(table.concat, %s, %s, %s, %s))", t, r.pick("nil", "', '", "''", "5", "{}"), small(), small()),
			fmt.Sprintf("do local t = %s emit(joined(pcall(table.insert, t, %s, 'new')), shown(t, 15)) end", t, small()),
			fmt.Sprintf("do local t = %s emit(joined(pcall(table.insert, t, 'new')), shown(t, 15)) end", t),
			fmt.Sprintf("do local t = %s emit(joined(pcall(table.remove, t, %s)), shown(t, 15)) end", t, small()),
			fmt.Sprintf("do local t = %s emit(joined(pcall(table.sort, t)), #t) end", list(number)),
			fmt.Sprintf("do local t = %s emit(joined(pcall(table.sort, t)), shown(t, 15)) end", list(number)),
			fmt.Sprintf("do local t = %s emit(joined(pcall(table.sort, t, function(a, b) return a > b end)), shown(t, 15)) end", list(number)),
			fmt.Sprintf("do local t = %s local n = 0 emit(joined(pcall(table.sort, t, function(a, b) n = n + 1 return a %% 5 < b %% 5 end)), n, shown(t, 15)) end", list(number)),
			fmt.Sprintf("emit((pcall(table.sort, %s)))", t),
			fmt.Sprintf("emit(pcall(table.sort, %s, function() return true end))", list(number)),
			fmt.Sprintf("do local n = 0 emit(joined(pcall(table.sort, %s, function(a, b) n = n + 1 return n %% 3 == 0 end)), n) end", list(number)),
			fmt.Sprintf("emit(pcall(table.sort, %s, function(a, b) return a <= b end))", list(number)),
			fmt.Sprintf("emit(table.getn(%s), table.maxn(%s))", t, t),
			fmt.Sprintf("do local s = '' emit(table.foreachi(%s, function(i, v) s = s .. i .. tostring(v) if v == 7 then return 'seven' end end), s) end", t),
			"emit(pcall(table.insert, {}))", "emit(pcall(table.insert, {}, 1, 2, 3))", "emit(pcall(table.setn, {}, 1))", "emit(pcall(table.concat))",
			"emit(table.maxn({[1.5]=1, [-3]=2, [10]=3, x=4}))", "emit(select('#', table.remove({})))", "emit(table.foreach({a=1}, function(k, v) return k .. v end))",
			"emit(select('#', table.foreach({1}, function() end)))", "emit(pcall(table.sort, {3, 1, 2}, 5))", "emit(pcall(table.foreach, {}, 1))",
		))
	}
	differ(t, cases)
}

// TestRandomMath compares math. The C library does not promise the last digit of all functions.
func TestRandomMath(t *testing.T) {
	r := source{rand.New(rand.NewPCG(9, 10))}
	var cases []string
	for range caseCount(16000) {
		a, b := r.number(), r.number()
		cases = append(cases, r.pick(
			fmt.Sprintf("emit(pcall(math.%s, %s))", r.pick("abs", "ceil", "floor", "sqrt", "frexp", "modf", "deg", "rad"), a),
			fmt.Sprintf("emit(pcall(math.%s, %s, %s))", r.pick("fmod", "mod", "max", "min"), a, b),
			fmt.Sprintf("emit(pcall(math.ldexp, %s, %s))", a, r.integer()),
			fmt.Sprintf("emit(math.max(%s, %s, %s), math.min(%s, %s, %s))", a, b, r.number(), a, b, r.number()),
			fmt.Sprintf("close(pcall(math.%s, %s))", r.pick("acos", "asin", "atan", "cos", "exp", "log", "log10", "sin", "tan"), a),
			fmt.Sprintf("rough(pcall(math.%s, %s))", r.pick("cosh", "sinh", "tanh"), a),
			fmt.Sprintf("close(pcall(math.%s, %s, %s))", r.pick("atan2", "pow"), a, b),
			fmt.Sprintf("math.randomseed(%d) emit(math.random(), math.random(%d), math.random(-5, 1000))", r.IntN(1<<31)-1<<30, 1+r.IntN(1000)),
			fmt.Sprintf("emit(pcall(math.random, %s))", r.pick("0", "-1", "nil", "2, 1", "1, 2, 3", "'x'")),
		))
	}
	for i := range 309 {
		cases = append(cases, fmt.Sprintf("emit(math.log10(1e%d), math.log10(1e-%d))", i, min(i, 22)))
	}
	differ(t, cases)
}

// TestRandomTimes compares os.date and os.time in UTC.
func TestRandomTimes(t *testing.T) {
	r := source{rand.New(rand.NewPCG(11, 12))}
	when := func() string {
		return r.pick(fmt.Sprint(r.Int64N(1<<32)), fmt.Sprint(r.Int64N(1<<36)-1<<35), "0", "-1", "951782400", "1e10", "1e15", "1e17", "1e300", "-1e12")
	}
	field := func(list ...string) string { return r.pick(append(list, fmt.Sprint(r.IntN(100)), "nil")...) }
	var cases []string
	for c := range 256 {
		if c != 0 && strings.IndexByte("+-_^#0123456789", byte(c)) < 0 { // the GNU library's own flags
			cases = append(cases, fmt.Sprintf("emit(os.date(%s, 1454500800))", quoted("%"+string([]byte{byte(c)}))))
		}
	}
	for range caseCount(8000) {
		cases = append(cases, r.pick(
			fmt.Sprintf("emit(pcall(os.date, %s, %s))", quoted(r.pick("", "!")+r.repeat(5, func() string {
				return "%" + string("aAbBcCdDeFgGhHIjklmMnpPrRsStTuUVwWxXyYzZ%QEO"[r.IntN(44)]) + r.pick("", " ", "y")
			})), when()),
			fmt.Sprintf("do local d = os.date('*t', %s) emit(d and d.sec, d and d.min, d and d.hour, d and d.day, d and d.month, d and d.year, d and d.wday, d and d.yday, d and d.isdst) end", when()),
			fmt.Sprintf("emit(pcall(os.time, {year=%s, month=%s, day=%s, hour=%s, min=%s, sec=%s, isdst=%s}))", field("2016", "1970", "1969", "2100", "'2001'", "-100", "3000"),
				field("1", "2", "12", "13", "-3"), field("1", "31", "400", "-5"), field("0", "'x'"), field("0", "-70"), field("59", "1e6", "1.5"), r.pick("nil", "true", "false")),
			fmt.Sprintf("emit(os.difftime(%s, %s))", r.number(), r.number()),
		))
	}
	differ(t, cases)
}
