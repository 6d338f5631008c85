package lua

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// reference runs a file with C's Lua 5.1.
func reference(t testing.TB, path string) string {
	t.Helper()
	program, err := exec.LookPath("lua5.1")
	if err != nil {
		if os.Getenv("LMA_REQUIRE_SERVERS") == "1" {
			t.Fatal("lua5.1 is not installed")
		}
		t.Skip("lua5.1 is not installed")
	}
	cmd := exec.Command(program, filepath.Base(path))
	cmd.Dir = filepath.Dir(path)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("lua5.1 %s: %v\n%s", path, err, out)
	}
	return string(out)
}

// ours runs a file with the whole base library.
func ours(t testing.TB, path string) string {
	t.Helper()
	var out bytes.Buffer
	in := New(Options{Base: BaseAll, Stdout: &out})
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	fn, err := in.Load(filepath.Base(path), source)
	if err == nil {
		err = in.Call(fn, nil)
	}
	if err != nil {
		t.Fatalf("%s: %v\n%s", path, err, out.String())
	}
	return out.String()
}

var addresses = regexp.MustCompile(`0x[0-9a-f]+`)

func compareLines(t *testing.T, got, want string) {
	t.Helper()
	got, want = addresses.ReplaceAllString(got, "ADDRESS"), addresses.ReplaceAllString(want, "ADDRESS")
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	bad := 0
	for i := 0; i < max(len(g), len(w)); i++ {
		a, b := "(nothing)", "(nothing)"
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if a != b {
			if bad++; bad <= 20 {
				t.Errorf("line %d\ngot  %s\nwant %s", i+1, a, b)
			}
		}
	}
}

// TestCorpus compares what programs print.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("testdata/corpus/*.lua")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %d files", err, len(files))
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) { compareLines(t, ours(t, path), reference(t, path)) })
	}
}

// TestErrorTexts compares the errors of one-line programs.
func TestErrorTexts(t *testing.T) {
	source, err := os.ReadFile("testdata/errors.txt")
	if err != nil {
		t.Fatal(err)
	}
	var program strings.Builder
	program.WriteString("local function show(s) local f, e = loadstring(s, '=line') if not f then print('syntax', e) return end print(pcall(f)) end\n")
	for line := range strings.Lines(string(source)) {
		fmt.Fprintf(&program, "show(%s)\n", AppendQuoted(nil, strings.TrimSuffix(line, "\n")))
	}
	compareProgram(t, program.String())
}

func compareProgram(t *testing.T, program string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program.lua")
	if err := os.WriteFile(path, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	theirs := reference(t, path)
	compareLines(t, ours(t, path), theirs)
	t.Logf("golden C Lua, %s: %d random cases", t.Name(), strings.Count(string(theirs), "\n"))
}

// generator makes random expressions.
type generator struct{ *rand.Rand }

func (g generator) pick(s ...string) string { return s[g.IntN(len(s))] }

func (g generator) atom() string {
	switch g.IntN(10) {
	case 0:
		return g.pick("nil", "true", "false", "a", "b", "c", "t", "u.x", "t[1]", "t.k", "#t", "f")
	case 1:
		return g.pick(`"10"`, `"0x1F"`, `" 7 "`, `"x"`, `""`, `"1e2"`, `"-3.5"`, `"abc"`, `"nan"`, `"inf"`)
	case 2:
		return g.pick("1e15", "1e300", "0.1", "1e-5", "2^53", "-0.5", "3.14159", "1e14", "123456.789", "0xff")
	case 3:
		return g.pick("n", "s", "m", "o", "p", "huge", "z")
	}
	return fmt.Sprint(g.IntN(20) - 5)
}

func (g generator) expr(depth int) string {
	if depth == 0 || g.IntN(5) == 0 {
		return g.atom()
	}
	switch g.IntN(14) {
	case 0:
		return "not " + g.expr(depth-1)
	case 1:
		return "-(" + g.expr(depth-1) + ")"
	case 2:
		return "(" + g.expr(depth-1) + ")"
	case 3:
		return "id(" + g.expr(depth-1) + ")"
	case 4:
		return "#(" + g.expr(depth-1) + ")"
	}
	op := g.pick("+", "-", "*", "/", "%", "^", "..", "==", "~=", "<", "<=", ">", ">=", "and", "or", "..", "+", "and", "or")
	return g.expr(depth-1) + " " + op + " " + g.expr(depth-1)
}

// TestRandomExpressions compares results and errors of expressions.
func TestRandomExpressions(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(1, 2))}
	var program strings.Builder
	program.WriteString(`a, b, c, n, s, z, huge = 1, 2.5, nil, 12, "str", 0, 1e999
t, u, f = {1, 2, 3, k = "v"}, {x = 7}, function() end
local mt = {}
for _, e in pairs{"__add", "__sub", "__mul", "__div", "__mod", "__pow", "__concat"} do mt[e] = function(x, y) return e .. type(x) .. type(y) end end
mt.__unm = function(x, y) return "unm" .. tostring(rawequal(x, y)) end
mt.__len = function() return 77 end
mt.__eq = function() return true end
mt.__lt = function() return true end
m = setmetatable({}, mt)
o = setmetatable({}, mt)
p = setmetatable({}, {__le = function() return 1 end, __call = function(self, x) return x end, __index = function(t, k) return k end})
function id(...) return ... end
local function show(s)
  local f, e = loadstring("local n, l = n, 5 return " .. s, "=e")
  if not f then print(s, e) return end
  print(pcall(f))
end
`)
	for range 20000 {
		fmt.Fprintf(&program, "show(%s)\n", AppendQuoted(nil, g.expr(3)))
	}
	compareProgram(t, program.String())
}

// TestRandomTables compares tables after random operations: what they hold, whether # is a border, and
// where there is one border alone, # itself.
func TestRandomTables(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(3, 4))}
	var program strings.Builder
	program.WriteString(`
local function dump(t)
  local keys = {}
  for k, v in pairs(t) do keys[#keys + 1] = tostring(k) .. "=" .. tostring(v) end
  local done = false
  while not done do -- a sort
    done = true
    for i = 1, #keys - 1 do
      if keys[i] > keys[i + 1] then keys[i], keys[i + 1], done = keys[i + 1], keys[i], false end
    end
  end
  local line = ""
  for i = 1, #keys do line = line .. keys[i] .. " " end
  local n, borders = #t, 0
  for i = 0, 70 do
    if (i == 0 or t[i] ~= nil) and t[i + 1] == nil then borders = borders + 1 end
  end
  local border = (n == 0 or t[n] ~= nil) and t[n + 1] == nil
  print(line, border, borders == 1 and n)
end
`)
	for range 400 {
		fmt.Fprintf(&program, "do local t = %s\n", g.pick("{}", "{1,2,3}", "{1,nil,3}", "{x=1,y=2}", "{nil,nil,5}", "{1,2,3,4,5,6,7,8,9,10;z=1}"))
		for range g.IntN(60) {
			key := fmt.Sprint(g.IntN(40) - 3)
			switch g.IntN(8) {
			case 0:
				key = g.pick("'a'", "'b'", "'x'", "true", "1.5", "2^40", "-1")
			}
			fmt.Fprintf(&program, "t[%s] = %s\n", key, g.pick("nil", "1", "2", "'v'", "nil", "3"))
		}
		program.WriteString("dump(t) end\n")
	}
	compareProgram(t, program.String())
}
