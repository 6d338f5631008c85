package sandbox

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// modulesIn writes files of modules into a new directory.
func modulesIn(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Modules are looked for in hekad's order: Lua's libraries, files of the directories in turn, libraries that
// are not Lua; and last among what ships.
func TestWhereModulesAreFound(t *testing.T) {
	first := modulesIn(t, map[string]string{"both.lua": `return "first"`, "string.lua": `return "no library"`, "cjson.lua": `return "a file"`})
	second := modulesIn(t, map[string]string{"both.lua": `return "second"`, "second.lua": `return "second"`, "deep/er.lua": `return ...`})
	for name, want := range map[string]string{
		"both": "first", "second": "second", "deep.er": "deep.er", "cjson": "a file", "string": "table", "sax": "table", "shipped": "shipped",
	} {
		r := newRun(t, `local m = require "`+name+`"
function process_message() inject_payload("txt", "", type(m) == "table" and "table" or m) return 0 end`, nil)
		ships := filepath.Join(r.env.ShareDir, "lua_modules")
		if err := os.MkdirAll(ships, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(ships, "shipped.lua"), []byte(`return "shipped"`), 0o600); err != nil {
			t.Fatal(err)
		}
		r.options.ModuleDirectory = first + ";" + second
		if err := r.filter().Process(variedMessage(t)); err != nil {
			t.Fatal(err)
		}
		if got := r.injected[0].Payload(); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

// What is said of a module that is not there, cannot be read, or has a name that no module has.
func TestModulesThatAreNotFound(t *testing.T) {
	r := newRun(t, `
function process_message()
  local _, e = pcall(require, read_message("Payload"))
  inject_payload("txt", "", e)
  return 0
end`, nil)
	dir := modulesIn(t, map[string]string{"folder.lua/x": "", "file": ""})
	r.options.ModuleDirectory = "a;;" + dir + "/"
	f := r.filter()
	for name, want := range map[string]string{
		"none": "module 'none' not found:\n\tno file 'a/none.lua'\n\tno file 'none.lua'\n\tno file 'DIR/none.lua'" +
			"\n\tno file 'a/none.so'\n\tno file 'none.so'\n\tno file 'DIR/none.so'",
		"p.q": "module 'p.q' not found:\n\tno file 'a/p/q.lua'\n\tno file 'p/q.lua'\n\tno file 'DIR/p/q.lua'" +
			"\n\tno file 'a/p/q.so'\n\tno file 'p/q.so'\n\tno file 'DIR/p/q.so'\n\tno file 'a/p.so'\n\tno file 'p.so'\n\tno file 'DIR/p.so'",
		"file.x":                     "module 'file.x' not found:\n\tno file 'a/file/x.lua'",
		"folder":                     "error loading module 'folder' from file 'DIR/folder.lua':\n\tcannot open DIR/folder.lua: Is a directory",
		"../x":                       "invalid module name '../x'",
		"":                           "invalid module name ''",
		".etc.x":                     "invalid module name '.etc.x'",
		"a b":                        "invalid module name 'a b'",
		"io":                         "module 'io' disabled",
		strings.Repeat("long", 1000): "module 'longlong",
	} {
		if err := f.Process(items(t, name)[0].Message); err != nil {
			t.Fatal(err)
		}
		got := strings.ReplaceAll(r.injected[len(r.injected)-1].Payload(), dir, "DIR")
		if !strings.HasPrefix(got, want) {
			t.Errorf("%.20q\ngot  %q\nwant %q", name, got, want)
		}
	}
}
