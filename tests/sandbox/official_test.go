package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lma_collector/tests/servers"
)

// change is a part of an official test file that is replaced, and so left out: a text, or all from a text
// up to, not with, another.
type change struct{ old, new, reason, upTo string }

// apply makes the change in a source. The lines keep their numbers.
func (c change) apply(t *testing.T, source string) (changed, gone string) {
	t.Helper()
	from := strings.Index(source, c.old)
	to := from + len(c.old)
	if from >= 0 && c.upTo != "" {
		to = strings.Index(source, c.upTo)
	}
	if from < 0 || to < from {
		t.Errorf("%q is not in the file any more", c.old)
		return source, ""
	}
	gone = source[from:to]
	return source[:from] + c.new + strings.Repeat("\n", strings.Count(gone, "\n")-strings.Count(c.new, "\n")) + source[to:], gone
}

const (
	finalizers = "files have no __gc that a script sees"
	bits64     = "C Lua fails it, too, where a long has 64 bits"
	noProgram  = "`lma_collector lua` has none of the options of the program lua, and no dialogue"
	noBinary   = "string.dump is refused: no compiled code is loaded"
)

// officialFiles are Lua's own test files as the module of gopher-lua brings them, with what is left out.
// api.lua and checktable.lua are nothing without a test library in C, which is not among them.
var officialFiles = map[string][]change{
	"attrib.lua": nil, "calls.lua": nil, "closure.lua": nil, "code.lua": nil, "constructs.lua": nil, "db.lua": nil,
	"errors.lua": {
		{old: `checkmessage("getmetatable(io.stdin).__gc()", "no value")`, reason: finalizers},
	},
	"events.lua": nil, "files.lua": nil,
	"gc.lua": {
		{old: "assert(dosteps(0) > 10)\nassert(dosteps(6) < dosteps(2))\n", reason: "a step of collectgarbage is a whole collection"},
	},
	"literals.lua": nil, "locals.lua": nil,
	"math.lua": {
		{old: `assert(tonumber('\n  -10  \n', 36) == -36)`, reason: bits64},
		{old: "assert(tonumber('-fFfa', 16) == -(10+(16*(15+(16*(15+(16*15)))))))", reason: bits64},
		{old: "assert(tonumber('-fffffFFFFF', 16)-1 == -2^40)", reason: bits64},
	},
	"main.lua": {
		{old: `progname = '"'..arg[i+1]..'"'`, new: `progname = os.getenv("LUA_PROGRAM")`},
		{old: "prepfile(\"print(1); a=2\")", reason: noProgram, upTo: "prepfile\"\""},
		{old: `RUN([[lua "-eprint(1)" -ea=3`, reason: noProgram, upTo: "prepfile[[\n  print(\n1, a"},
		{old: "prepfile[[\n= (6*2-6)", reason: noProgram, upTo: "prepfile[[#comment in 1st line"},
		{old: `prepfile("#comment with a binary file\n"`, reason: noBinary, upTo: "-- close Lua with an open file"},
		{old: `RUN("lua -v")`, reason: noProgram},
		{old: `NoRun("lua -h")`, reason: noProgram}, // it is one for `lma_collector`
	},
	"nextvar.lua": nil,
	"pm.lua":      {{old: "for k=i, j do; table", new: "for k=i, j do table"}}, // an empty statement is no Lua 5.1
	"sort.lua":    nil, "strings.lua": nil, "vararg.lua": nil, "verybig.lua": nil,
}

// skippedFiles are left out as a whole.
var skippedFiles = map[string]string{
	"big.lua": "C Lua fails it, too, on a machine with much memory: it wants texts of 4 GiB",
}

// assertion is one case: an assertion, or a call of a file's own function that asserts.
var assertion = regexp.MustCompile(`\b(?:assert|check[a-z]*|testrep|lineerror|test|RUN|NoRun)\s*[("'\[]`)

func cases(source string) int {
	n := len(assertion.FindAllString(source, -1))
	for _, definition := range regexp.MustCompile(`function (\w+)\s*\(`).FindAllString(source, -1) {
		n -= len(assertion.FindAllString(strings.TrimPrefix(definition, "function "), -1))
	}
	return n
}

// TestLuasTests runs Lua's own tests under the binary, `lma_collector lua`.
func TestLuasTests(t *testing.T) {
	dir := officialDir(t)
	total, out, ran := 0, 0, 0
	var reasons []string
	leave := func(name, reason string, n int) {
		out += n
		reasons = append(reasons, fmt.Sprintf("%-12s %3d  %s", name, n, reason))
	}
	for name, reason := range skippedFiles {
		n := cases(read(t, filepath.Join(dir, name)))
		total += n
		leave(name, reason, n)
	}
	for name, changes := range officialFiles {
		t.Run(name, func(t *testing.T) {
			source := read(t, filepath.Join(dir, name))
			total += cases(source)
			ran++
			for _, c := range changes {
				var gone string
				source, gone = c.apply(t, source)
				if n := cases(gone) - cases(c.new); n > 0 {
					leave(name, c.reason, n)
				}
			}
			runLua(t, copyOf(t, dir, name, source), name)
		})
	}
	slices.Sort(reasons)
	t.Logf("golden Lua's own tests: %d assertions, %d of them left out (%.1f %%)\n%s", total, out, 100*float64(out)/float64(total), strings.Join(reasons, "\n"))
	if ran == len(officialFiles) && out*20 > total {
		t.Errorf("%d of %d are left out, more than 5 %%", out, total)
	}
}

// officialDir is where Lua's tests are.
func officialDir(t *testing.T) string {
	t.Helper()
	cmd := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/yuin/gopher-lua")
	cmd.Dir = repo
	out, err := cmd.Output()
	dir := filepath.Join(strings.TrimSpace(string(out)), "_lua5.1-tests")
	if _, statErr := os.Stat(dir); err != nil || statErr != nil {
		if os.Getenv(servers.RequireEnv) == "1" {
			t.Fatal(err, statErr)
		}
		t.Skip("the module of gopher-lua is not in the module cache")
	}
	return dir
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// copyOf is a folder of the tests, in which they may write, with one file changed.
func copyOf(t *testing.T, dir, name, source string) string {
	t.Helper()
	work := t.TempDir()
	if err := os.CopyFS(work, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(work, name)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	return work
}

// runLua runs a program under the collector's binary.
func runLua(t *testing.T, dir, name string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), stuck)
	defer cancel()
	cmd := exec.CommandContext(ctx, programs(t).collector, "lua", name)
	cmd.Dir = dir
	program := filepath.Join(dir, "lua")
	if err := os.WriteFile(program, []byte("#!/bin/sh\nexec "+programs(t).collector+" lua \"$@\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(os.Environ(), "LUA_PROGRAM="+program)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		text := out.String()
		t.Errorf("%v\n%s", err, text[max(0, len(text)-2000):])
	}
}

// TestLPegsTests runs LPeg's own tests. They end with OK, or with the first assertion that fails.
func TestLPegsTests(t *testing.T) {
	path := servers.LPegTests(t)
	source := read(t, path)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "test.lua"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	runLua(t, dir, "test.lua")
	t.Logf("golden LPeg's own tests: %d assertions, none left out", cases(source))
}
