package docs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/config"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox"
)

// luaAnswer runs a script of a kind and gives the payload of the message, or the output, that it makes.
func luaAnswer(t *testing.T, kind plugin.Kind, script string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "script.lua")
	write(t, file, script)
	modules, err := filepath.Abs(filepath.Join(repository, "lua_modules"))
	if err != nil {
		t.Fatal(err)
	}
	o, err := sandbox.OpenOffline(sandbox.OfflineOptions{Kind: kind, Name: "s", Filename: file, ModuleDirectory: modules, MaxProcessInject: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	d := message.Draft{Type: "any"}
	m, err := message.Index(d.Encode(nil))
	if err != nil {
		t.Fatal(err)
	}
	got := o.Process(&m, time.Unix(0, 0))
	if got.Status != 0 {
		t.Fatalf("status %d: %s", got.Status, got.Error)
	}
	if kind == plugin.KindEncoder {
		return string(got.Output)
	}
	return got.Injected[0].Payload()
}

// The table of functions has the functions, and says who has them.
func TestFunctionsOfScripts(t *testing.T) {
	list := rows(read(t, "lua.md"), "function")
	if len(list) == 0 {
		t.Fatal("lua.md has no table of functions")
	}
	var names []string
	for _, r := range list {
		name, _, _ := strings.Cut(strings.Trim(r[0], "`"), "(")
		names = append(names, name)
	}
	for column, kind := range map[int]plugin.Kind{2: plugin.KindDecoder, 3: plugin.KindFilter, 4: plugin.KindEncoder} {
		script := "function process_message()\n"
		for _, name := range names {
			script += fmt.Sprintf("add_to_payload('%s=', type(%s), ' ')\n", name, name)
		}
		answer := luaAnswer(t, kind, script+"inject_payload() return 0 end")
		for i, r := range list {
			want := names[i] + "=nil "
			if r[column] == "yes" {
				want = names[i] + "=function "
			}
			if !strings.Contains(answer, want) {
				t.Errorf("%s: lua.md says %s of %s, the script %s", kind, r[column], names[i], answer)
			}
		}
	}
}

// Every module that lua.md names can be required.
func TestModulesOfScripts(t *testing.T) {
	for _, name := range firstCells(read(t, "lua.md"), "`require`") {
		if name == "io" || name == "extra_fields" { // not for decoders; only where there are tags
			continue
		}
		t.Run(name, func(t *testing.T) {
			answer := luaAnswer(t, plugin.KindDecoder, fmt.Sprintf("local m = require %q\nfunction process_message() inject_payload('', '', type(m)) return 0 end", name))
			if answer != "table" {
				t.Errorf("require %q gives a %s", name, answer)
			}
		})
	}
}

// The limits are those of the options.
func TestLimitsOfScripts(t *testing.T) {
	known := map[string]string{}
	for _, o := range append(optionsOfType("SandboxFilter"), optionsOf("", reflect.ValueOf(config.DefaultGlobals()))...) {
		known[o.name] = o.value
	}
	found := 0
	for _, r := range rows(read(t, "lua.md"), "option") {
		values := strings.Split(r[1], ", ")
		for i, m := range quoted.FindAllStringSubmatch(r[0], -1) {
			found++
			if _, err := strconv.Atoi(values[i]); err != nil || strings.Trim(known[m[1]], "`") != values[i] {
				t.Errorf("lua.md says %s is %s by default, the code %s", m[1], values[i], known[m[1]])
			}
		}
	}
	if found < 6 {
		t.Errorf("%d limits", found)
	}
	if _, err := os.Stat("sandbox.md"); err == nil && !strings.Contains(read(t, "lua.md"), "(sandbox.md)") {
		t.Error("lua.md does not link to sandbox.md, which tells what the limits guarantee")
	}
}
