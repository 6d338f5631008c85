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

// change is a part of an official test file that is replaced, and so left out.
type change struct{ old, new, reason string }

const (
	finalizers = "__gc is not run"
	bits64     = "C Lua fails it, too, where a long has 64 bits"
	noProgram  = "it tests the options of the program lua, of which `lma_collector lua` has none"
)

// officialFiles are Lua's own test files as the module of gopher-lua brings them, with what is left out.
// api.lua and checktable.lua are nothing without a test library in C, which is not among them.
var officialFiles = map[string][]change{
	"attrib.lua": nil, "calls.lua": nil, "closure.lua": nil, "code.lua": nil, "constructs.lua": nil, "db.lua": nil,
	"errors.lua": {
		{`checkmessage("getmetatable(io.stdin).__gc()", "no value")`, "", finalizers},
	},
	"events.lua": nil, "files.lua": nil,
	"gc.lua": {
		{"assert(dosteps(0) > 10)\nassert(dosteps(6) < dosteps(2))\n", "", "a step of collectgarbage is a whole collection"},
		{"assert(s==11)\n", "", finalizers},
		{"assert(next(a) == nil)  -- finalized keys are removed in two cycles", "", finalizers},
		{"assert(m==10)\n", "", finalizers},
		{"assert(not pcall(collectgarbage))\n", "", finalizers},
	},
	"literals.lua": nil, "locals.lua": nil,
	"math.lua": {
		{`assert(tonumber('\n  -10  \n', 36) == -36)`, "", bits64},
		{"assert(tonumber('-fFfa', 16) == -(10+(16*(15+(16*(15+(16*15)))))))", "", bits64},
		{"assert(tonumber('-fffffFFFFF', 16)-1 == -2^40)", "", bits64},
	},
	"nextvar.lua": nil,
	"pm.lua":      {{"for k=i, j do; table", "for k=i, j do table", ""}}, // an empty statement is no Lua 5.1
	"sort.lua":    nil, "strings.lua": nil, "vararg.lua": nil, "verybig.lua": nil,
}

// skippedFiles are left out as a whole.
var skippedFiles = map[string]string{
	"main.lua": noProgram,
	"big.lua":  "C Lua fails it, too, on a machine with much memory: it wants texts of 4 GiB",
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
	total, out := 0, 0
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
			for _, c := range changes {
				if !strings.Contains(source, c.old) {
					t.Errorf("%q is not in the file any more", c.old)
				}
				source = strings.Replace(source, c.old, c.new+strings.Repeat("\n", strings.Count(c.old, "\n")-strings.Count(c.new, "\n")), 1)
				if n := cases(c.old) - cases(c.new); n > 0 {
					leave(name, c.reason, n)
				}
			}
			runLua(t, copyOf(t, dir, name, source), name)
		})
	}
	slices.Sort(reasons)
	t.Logf("golden Lua's own tests: %d assertions, %d of them left out (%.1f %%)\n%s", total, out, 100*float64(out)/float64(total), strings.Join(reasons, "\n"))
	if out*20 > total {
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
