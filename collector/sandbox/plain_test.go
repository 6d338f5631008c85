package sandbox

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lma_collector/collector/sandbox/lua"
)

// plain runs a program; it gives what was printed, and the error's text.
func plain(t *testing.T, directories, program string, args ...string) (printed, failed string) {
	t.Helper()
	var out bytes.Buffer
	p := NewPlain(PlainOptions{ModuleDirectory: directories, Stdin: strings.NewReader("a line\n"), Stdout: &out, Stderr: &out})
	err := p.Run("program", []byte(program), args...)
	if e := p.Close(); e != nil {
		t.Error(e)
	}
	var e *lua.Error
	if err != nil && !errors.As(err, &e) {
		t.Fatalf("%T: %v", err, err)
	}
	return out.String(), errText(err)
}

func TestPlainPrograms(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"one/a.lua": "return 'a of one'", "two/a.lua": "return 'a of two'", "two/b/c.lua": "return {name = ...}",
		"two/empty.lua": "", "two/stored.lua": "module(..., package.seeall) x = type(print)", "two/no.lua": "return false",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	directories := dir + "/one;" + dir + "/two/"
	for program, want := range map[string]string{
		`print()`:                     "\n",
		`print(nil, 1.5, "x", false)`: "nil\t1.5\tx\tfalse\n",
		`print(arg[0], arg[1], arg[2], select("#", ...), ...)`:                   "program\tx\tnil\t1\tx\n",
		`print(require "a", require "b.c".name, require "empty")`:                "a of one\tb.c\ttrue\n",
		`print(require "stored".x, package.loaded.stored == stored)`:             "function\ttrue\n",
		`print(require "no", require "no")`:                                      "false\tfalse\n",
		`package.loaded.x = 5 print(require "x")`:                                "5\n",
		`package.preload.x = function(n) return n .. "!" end print(require "x")`: "x!\n",
		`package.path = "` + dir + `/two/?.lua" print(require "a")`:              "a of two\n",
		`print(require "cjson" == cjson, package.loaded.cjson == cjson)`:         "true\ttrue\n",
		`print(require "string" == string, require "package" == package)`:        "true\ttrue\n",
		`print(type(io.open), type(os.getenv), ("x"):rep(2))`:                    "function\tfunction\txx\n",
		`io.write("1 ") print(2) io.stdout:write(io.read())`:                     "1 2\na line",
		`print(setmetatable({}, {__tostring = function() return "t" end}))`:      "t\n",
		`for i = 1, 3000000 do end print("no limit")`:                            "no limit\n",
	} {
		if got, failed := plain(t, directories, program, "x"); got != want || failed != "" {
			t.Errorf("%s\nprints %q, %s\nwant   %q", program, got, failed, want)
		}
	}
	for program, want := range map[string]string{
		`error("x")`:                     "program:1: x",
		`error("x", 0)`:                  "x",
		`package.path = nil require "x"`: "program:1: 'package.path' must be a string",
		`require "x.y"`: "program:1: module 'x.y' not found:\n\tno field package.preload['x.y']\n\tno file './x/y.lua'" +
			"\n\tno file '" + dir + "/one/x/y.lua'\n\tno file '" + dir + "/two/x/y.lua'",
		"\n\nlocal x = = 1": "program:3: ",
	} {
		if _, got := plain(t, directories, program); !strings.HasPrefix(got, want) || strings.HasSuffix(want, "'") && got != want {
			t.Errorf("%s\nfails with %q\nwant       %q", program, got, want)
		}
	}
}

// What a script of a plugin may require is there for a plain program, too.
func TestPlainHasTheModulesOfScripts(t *testing.T) {
	for _, m := range (&script{}).nativeModules() {
		if got, failed := plain(t, "", "print(type(require '"+m.Name+"'))"); got != "table\n" {
			t.Errorf("%s: %q %s", m.Name, got, failed)
		}
	}
}
