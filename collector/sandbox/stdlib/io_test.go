package stdlib

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lma_collector/collector/sandbox/lua"
)

// machine is an interpreter with libraries.
type machine struct {
	*lua.Interp
	libraries *Libraries
}

func newMachine(t testing.TB, o Options) *machine {
	t.Helper()
	m := &machine{lua.New(lua.Options{}), New(o)}
	t.Cleanup(func() {
		m.libraries.Close()
		m.Close()
	})
	for _, library := range m.libraries.Modules() {
		m.SetGlobal(library.Name, library.Open(m.Interp).Value())
	}
	m.SetGlobal("DIR", lua.String(t.TempDir()))
	return m
}

// results runs a chunk and shows what it returns, or its error.
func (m *machine) results(t testing.TB, source string) string {
	t.Helper()
	var out []byte
	m.SetGlobal("result", m.NewFunction("result", func(c *lua.Call) {
		for i := 1; i <= c.Len(); i++ {
			if i > 1 {
				out = append(out, '|')
			}
			out = appendShown(out, c.Arg(i), 14)
		}
	}))
	fn, err := m.Load("chunk", []byte("result((function() "+source+" end)())"))
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Call(fn, nil); err != nil {
		return "error: " + err.Error()
	}
	return string(out)
}

// TestFiles has scripts with what C Lua gives. They run one after the other in one folder.
func TestFiles(t *testing.T) {
	var stdout bytes.Buffer
	m := newMachine(t, Options{Reach: ReachAll, Stdin: strings.NewReader("first\nsecond\n 42 rest"), Stdout: &stdout})
	for _, test := range []struct{ source, want string }{
		{`f = io.open(DIR .. "/a", "w") return io.type(f), io.type(5), tostring(f):match("^file %(0x%x+%)$") ~= nil`, "'file'|nil|true"},
		{`return f:write("one\n", 2, "\n", 3.5, " 0x10 1e2 -7. x\n", "last")`, "true"},
		{`return f:seek(), f:seek("set", 2), f:seek("cur", 1), f:seek("end")`, "29|2|3|29"},
		{`return f:flush(), f:setvbuf("full", 100), f:setvbuf("no"), f:setvbuf("line")`, "true|true|true|true"},
		{`return f:read()`, "nil|'Bad file descriptor'|9"},
		{`return f:close(), io.type(f), tostring(f)`, "true|'closed file'|'file (closed)'"},
		{`return f:read()`, "error: chunk:1: attempt to use a closed file"},
		{`f = io.open(DIR .. "/a") return f:read(), f:read("*n"), f:read("*n", "*n", "*n"), f:read("*n")`, "'one'|2|3.5|-7"},
		{`f:seek("set", 6) return f:read("*n", "*n", "*n", "*n", "*n")`, "3.5|16|100|-7|nil"},
		{`return f:read("*l"), f:read(2), f:read(0), f:read("*a"), f:read("*a"), f:read("*l"), f:read(0), f:read(1)`, `'x'|'la'|''|'st'|''|nil|nil|nil`},
		{`f:seek("set") local t = {} for l in f:lines() do t[#t + 1] = l end return table.concat(t, ","), io.type(f)`, "'one,2,3.5 0x10 1e2 -7. x,last'|'file'"},
		{`return f:write("x")`, "nil|'Bad file descriptor'|9"},
		{`return f.read(f, "x")`, "error: chunk:1: bad argument #2 to 'read' (invalid option)"},
		{`return f.read(f, "*x")`, "error: chunk:1: bad argument #2 to 'read' (invalid format)"},
		{`return f.seek(f, "far")`, "error: chunk:1: bad argument #2 to 'seek' (invalid option 'far')"},
		{`return f:seek("set", -1)`, "nil|'Invalid argument'|22"},
		{`f:close() f = nil local n = 0 for l in io.lines(DIR .. "/a") do n = n + 1 end return n`, "4"},
		{`local next = io.lines(DIR .. "/a") for i = 1, 4 do next() end return next(), pcall(next)`, "nil|false|'file is already closed'"},
		{`for l in io.lines(DIR .. "/none") do end`, "error: chunk:1: bad argument #1 to 'lines' (" + "DIR/none: No such file or directory)"},
		{`return io.open(DIR .. "/none")`, "nil|'DIR/none: No such file or directory'|2"},
		{`return io.open(DIR .. "/a", "z")`, "nil|'DIR/a: Invalid argument'|22"},
		{`return io.open(DIR):read()`, "nil|'Is a directory'|21"},
		{`return io.open(DIR, "w")`, "nil|'DIR: Is a directory'|21"},
		// reading and writing alternate
		{`f = io.open(DIR .. "/b", "w+") f:write("hello world") f:seek("set") return f:read(5)`, "'hello'"},
		{`f:write("-") f:seek("set") return f:read("*a"), f:close()`, "'hello-world'|true"},
		{`f = io.open(DIR .. "/b", "a") f:write("!") f:close() f = io.open(DIR .. "/b", "r+") f:write("J") f:seek("set") return f:read("*a")`, "'Jello-world!'"},
		{`f:close() return pcall(io.close, f)`, "false|'attempt to use a closed file'"},
		{`local s = ("x"):rep(100000) f = io.open(DIR .. "/c", "w") f:write(s, "\n", s) f:close() f = io.open(DIR .. "/c") return #f:read(), f:read("*a") == s, f:close()`, "100000|true|true"},
		// the default files
		{`return io.read(), io.read("*l", "*n", "*a")`, "'first'|'second'|42|' rest'"},
		{`return io.write("a", 1, "\n"), io.stdout:write("b\n"), io.stdout == io.output(), io.close(), io.stdout:close()`, "true|true|true|nil|nil|'cannot close standard file'"},
		{`io.output(DIR .. "/d") io.write("default") return io.flush(), io.close()`, "true|true"},
		{`return io.write("x")`, "error: chunk:1: standard output file is closed"},
		{`return io.close()`, "error: chunk:1: attempt to use a closed file"},
		{`io.output(io.stdout) io.input(DIR .. "/d") return io.read("*a"), io.close(io.input())`, "'default'|true"},
		{`return io.read()`, "error: chunk:1: standard input file is closed"},
		{`return io.input(DIR .. "/none")`, "error: chunk:1: bad argument #1 to 'input' (DIR/none: No such file or directory)"},
		{`return io.input(5, 6)`, "error: chunk:1: bad argument #1 to 'input' (5: No such file or directory)"},
		{`return io.input({})`, "error: chunk:1: bad argument #1 to 'input' (FILE* expected, got table)"},
		{`io.input(io.stdin) for l in io.lines() do return l end return "none"`, "'none'"},
		{`f = io.tmpfile() f:write("t") f:seek("set") return f:read("*a"), f:close()`, "'t'|true"},
		{`return io.type()`, "error: chunk:1: bad argument #1 to 'type' (value expected)"},
		{`return io.stdout.read`, "function"},
		{`return io.stdout.write({})`, "error: chunk:1: bad argument #1 to 'write' (FILE* expected, got table)"},
		{`return io.stdout.write(io.stdout, {})`, "error: chunk:1: bad argument #2 to 'write' (string expected, got table)"},
		{`return io.stdout:seek()`, "nil|'Illegal seek'|29"},
		// processes
		{`f = io.popen("echo out; exit 3") return f:read("*a"), f:close()`, "'out\\010'|true"},
		{`f = io.popen("cat > '" .. DIR .. "/e'", "w") f:write("piped") f:close() return io.open(DIR .. "/e"):read("*a")`, "'piped'"},
		{`return io.popen("true", "x")`, "nil|'true: Invalid argument'|22"},
		{`return os.execute("exit 3"), os.execute("true"), os.execute()`, "768|0|1"},
		{`return os.remove(DIR .. "/e"), os.remove(DIR .. "/e")`, "true|nil|'DIR/e: No such file or directory'|2"},
		{`return os.rename(DIR .. "/d", DIR .. "/f"), os.rename(DIR .. "/d", DIR .. "/f")`, "true|nil|'DIR/d: No such file or directory'|2"},
		{`return os.getenv("LMA_TEST_NAME"), os.getenv("LMA_TEST_NONE")`, "'value'|nil"},
		{`local n = os.tmpname() return io.open(n) ~= nil, os.remove(n)`, "true|true"},
		{`return os.setlocale(), os.setlocale("C"), os.setlocale("de_DE"), os.setlocale(nil, "numeric")`, "'C'|'C'|nil|'C'"},
		{`return os.setlocale("C", "no")`, "error: chunk:1: bad argument #2 to 'setlocale' (invalid option 'no')"},
		{`local a = os.clock() for i = 1, 1e6 do end return os.clock() >= a, a > 0`, "true|true"},
	} {
		t.Setenv("LMA_TEST_NAME", "value")
		got := strings.ReplaceAll(m.results(t, test.source), m.Global("DIR").Text(), "DIR")
		if plain(got) != plain(test.want) {
			t.Errorf("%s\ngot  %s\nwant %s", test.source, got, test.want)
		}
	}
	if stdout.String() != "a1\nb\n" {
		t.Errorf("standard output %q", stdout.String())
	}
}

// TestLeftOpen closes the files that a script has left: those it has dropped when it opens many, all
// at the end.
func TestLeftOpen(t *testing.T) {
	m := newMachine(t, Options{Reach: ReachFiles})
	got := m.results(t, `
for i = 1, 5 * 256 do
  local f, text = io.open(DIR .. "/left", "a")
  if not f then return i, text end
  f:write("x")
end
kept = io.open(DIR .. "/kept", "w") kept:write("kept")
pipe = io.popen("cat > '" .. DIR .. "/pipe'", "w") pipe:write("piped")
return "done"`)
	if got != "'done'" {
		t.Errorf("got %s", got)
	}
	if err := m.libraries.Close(); err != nil {
		t.Error(err)
	}
	for name, want := range map[string]string{"left": strings.Repeat("x", 5*256), "kept": "kept", "pipe": "piped"} {
		text, err := os.ReadFile(filepath.Join(m.Global("DIR").Text(), name))
		if err != nil || string(text) != want {
			t.Errorf("%s has %d bytes, want %d: %v", name, len(text), len(want), err)
		}
	}
	if got := m.results(t, `return kept:write("more")`); !strings.Contains(got, "closed file") {
		t.Errorf("after the end: %s", got)
	}
}

// TestTooManyOpen proves that a script cannot use up the process's files.
func TestTooManyOpen(t *testing.T) {
	m := newMachine(t, Options{Reach: ReachFiles})
	got := m.results(t, `
local all = {}
for i = 1, 1000 do
  local f, text, code = io.open("/dev/null")
  if not f then return i, text, code, #all end
  all[i] = f
end`)
	if want := fmt.Sprintf("%d|'/dev/null: Too many open files'|24|%d", maxOpen+1, maxOpen); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestExit(t *testing.T) {
	var codes []int
	var out flushed
	m := newMachine(t, Options{Reach: ReachAll, Stdout: &out, Exit: func(code int) { codes = append(codes, code) }})
	if got := m.results(t, `os.exit() os.exit(3) return io.stdout:flush()`); got != "true" {
		t.Error(got)
	}
	if fmt.Sprint(codes) != "[0 3]" || out.flushes != 3 {
		t.Errorf("codes %v, %d flushes", codes, out.flushes)
	}
}

// flushed is a writer that is flushed.
type flushed struct {
	bytes.Buffer
	flushes int
}

func (f *flushed) Flush() error {
	f.flushes++
	return nil
}
