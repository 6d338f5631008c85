package lua

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox"
)

// A file of testdata/modules begins with Lua that its cases have in common. A case is a line `> ` with
// an expression, and a line with what it gives, as the function show below writes values. A first line
// `-- no C Lua` says that C Lua lacks a module that the cases need.

type moduleCase struct {
	line             int
	expression, want string
}

type moduleFile struct {
	path, prelude string
	onlyHere      bool
	cases         []moduleCase
}

func readModuleFile(t *testing.T, path string) *moduleFile {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f := &moduleFile{path: path}
	lines := strings.Split(string(data), "\n")
	f.onlyHere = lines[0] == "-- no C Lua"
	for i := 0; i < len(lines); i++ {
		switch expression, isCase := strings.CutPrefix(lines[i], "> "); {
		case isCase && i+1 < len(lines):
			f.cases = append(f.cases, moduleCase{i + 1, expression, lines[i+1]})
			i++
		case len(f.cases) == 0:
			f.prelude += lines[i] + "\n"
		case lines[i] != "" && !strings.HasPrefix(lines[i], "--"):
			t.Fatalf("%s:%d: neither a case nor a remark: %s", path, i+1, lines[i])
		}
	}
	return f
}

// show makes a line of the payload for a case: the values, tables with their keys sorted, or the error without its position.
const show = `
local string, table = require "string", require "table"
local function text(v)
    if type(v) == "string" then
        return '"' .. string.gsub(v, '[%c"\\\127-\255]', function(c)
            if c == "\n" then return "\\n" elseif c == '"' or c == "\\" then return "\\" .. c end
            return string.format("\\%03d", string.byte(c))
        end) .. '"'
    elseif type(v) == "number" then
        if v ~= v then return "nan" end
        if v % 1 == 0 and v > -1e15 and v < 1e15 then return string.format("%d", v) end
        if tonumber(string.format("%.15g", v)) == v then return string.format("%.15g", v) end
        return string.format("%.17g", v)
    elseif type(v) ~= "table" then
        return type(v) == "userdata" and "userdata" or tostring(v)
    end
    local parts, keys = {}, {}
    for i, item in ipairs(v) do parts[i] = text(item) end
    for key in pairs(v) do
        if not (type(key) == "number" and key >= 1 and key <= #parts and key % 1 == 0) then keys[#keys + 1] = key end
    end
    table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
    for _, key in ipairs(keys) do
        local name = type(key) == "string" and string.find(key, "^[%a_][%w_]*$") and key or "[" .. text(key) .. "]"
        parts[#parts + 1] = name .. " = " .. text(v[key])
    end
    return "{" .. table.concat(parts, ", ") .. "}"
end
local function show(ok, ...)
    if not ok then return add_to_payload("error: ", (string.gsub(tostring((...)), "^[^\n]-:%d+: ", "")), "\n") end
    local parts = {}
    for i = 1, select("#", ...) do parts[i] = text((select(i, ...))) end
    add_to_payload(#parts > 0 and table.concat(parts, ", ") or "nothing", "\n")
end
`

func (f *moduleFile) program() string {
	var b strings.Builder
	b.WriteString(show)
	b.WriteString(f.prelude)
	b.WriteString("function process_message()\n")
	for _, c := range f.cases {
		fmt.Fprintf(&b, "show(pcall(function() return %s end))\n", c.expression)
	}
	b.WriteString("inject_payload()\nreturn 0\nend\n")
	return b.String()
}

func (f *moduleFile) judge(t *testing.T, output string) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(output, "\n"), "\n")
	if len(lines) != len(f.cases) {
		t.Fatalf("%d results of %d cases:\n%s", len(lines), len(f.cases), output)
	}
	for i, c := range f.cases {
		if lines[i] != c.want {
			t.Errorf("%s:%d: %s\n got  %s\n want %s", f.path, c.line, c.expression, lines[i], c.want)
		}
	}
}

func moduleFiles(t *testing.T) (list []*moduleFile) {
	t.Helper()
	paths, err := filepath.Glob("testdata/modules/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		list = append(list, readModuleFile(t, path))
	}
	return list
}

func TestModules(t *testing.T) {
	for _, f := range moduleFiles(t) {
		t.Run(filepath.Base(f.path), func(t *testing.T) {
			script := filepath.Join(t.TempDir(), "cases.lua")
			if err := os.WriteFile(script, []byte(f.program()), 0o600); err != nil {
				t.Fatal(err)
			}
			o, err := sandbox.OpenOffline(sandbox.OfflineOptions{
				Kind: plugin.KindFilter, Name: "modules", Filename: script, ModuleDirectory: "../../lua_modules",
				InstructionLimit: 50_000_000, OutputLimit: 1 << 20, Start: time.Now(),
			})
			if err != nil {
				t.Fatal(err)
			}
			defer o.Close()
			out := o.Process(line(""), time.Now())
			if out.Status != 0 || len(out.Injected) != 1 {
				t.Fatalf("%+v", out)
			}
			f.judge(t, out.Injected[0].Payload())
		})
	}
}

// TestModulesInCLua holds the same cases against C Lua with LPeg and cjson: the modules are plain Lua.
func TestModulesInCLua(t *testing.T) {
	lua, err := exec.LookPath("lua5.1")
	if err == nil {
		err = exec.Command(lua, "-e", `require "lpeg" require "cjson"`).Run()
	}
	if err != nil && os.Getenv("LMA_REQUIRE_SERVERS") == "1" {
		t.Fatalf("lua5.1 with lpeg and cjson is needed: %v", err)
	} else if err != nil {
		t.Skipf("lua5.1 with lpeg and cjson is not here: %v", err)
	}
	for _, f := range moduleFiles(t) {
		if f.onlyHere {
			continue
		}
		t.Run(filepath.Base(f.path), func(t *testing.T) {
			cmd := exec.Command(lua, "-")
			cmd.Env = append(os.Environ(), "TZ=UTC", "LUA_PATH=../../lua_modules/?.lua;;")
			cmd.Stdin = strings.NewReader(f.program() + "add_to_payload, inject_payload = io.write, function() end\nprocess_message()\n")
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			f.judge(t, string(out))
		})
	}
}
