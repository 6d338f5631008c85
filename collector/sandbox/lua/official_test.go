package lua_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lma_collector/collector/sandbox"
)

// official are Lua's own test files, as the module of gopher-lua brings them, with what is changed in
// them. What is left out needs C Lua's internal test library (api, checktable, code in part, main), hooks
// (db), finalizers and steps of the collector (gc in part), or fails in C Lua on 64 bits, too (big, a line
// of math).
var official = map[string][]string{
	"strings.lua": nil, "literals.lua": nil, "locals.lua": nil, "constructs.lua": nil, "calls.lua": nil, "closure.lua": nil,
	"events.lua": nil, "nextvar.lua": nil, "sort.lua": nil, "vararg.lua": nil, "attrib.lua": nil, "code.lua": nil,
	"files.lua": nil, "verybig.lua": nil,
	"errors.lua": {`checkmessage("getmetatable(io.stdin).__gc()", "no value")`, ""}, // files have no __gc
	// 64 bits: strtoul does not wrap at 32
	"math.lua": {
		`assert(tonumber('\n  -10  \n', 36) == -36)`, "",
		"assert(tonumber('-fFfa', 16) == -(10+(16*(15+(16*(15+(16*15)))))))", "",
		"assert(tonumber('-fffffFFFFF', 16)-1 == -2^40)", "",
	},
	// an empty statement is no Lua 5.1
	"pm.lua": {"for k=i, j do; table", "for k=i, j do table"},
	"gc.lua": {
		"assert(dosteps(0) > 10)\nassert(dosteps(6) < dosteps(2))\n", "",
		"assert(s==11)", "do return print'OK' end", // finalizers from here on
	},
}

// TestOfficial runs Lua's own tests.
func TestOfficial(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/yuin/gopher-lua").Output()
	from := filepath.Join(strings.TrimSpace(string(dir)), "_lua5.1-tests")
	if _, statErr := os.Stat(from); err != nil || statErr != nil {
		if os.Getenv("LMA_REQUIRE_SERVERS") == "1" {
			t.Fatal(err, statErr)
		}
		t.Skip("the module of gopher-lua is not in the module cache")
	}
	work := t.TempDir()
	if err := os.CopyFS(work, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	t.Chdir(work)
	for name, changes := range official {
		t.Run(name, func(t *testing.T) {
			source, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			text := string(source)
			for i := 0; i < len(changes); i += 2 {
				if !strings.Contains(text, changes[i]) {
					t.Errorf("%q is not in the file any more", changes[i])
				}
				text = strings.Replace(text, changes[i], changes[i+1], 1)
			}
			var out bytes.Buffer
			p := sandbox.NewPlain(sandbox.PlainOptions{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Exit: func(int) {}})
			defer p.Close()
			if err := p.Run(name, []byte(text)); err != nil {
				t.Errorf("%v\n%s", err, out.String())
			}
		})
	}
}
