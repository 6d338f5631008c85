package golden

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lma_collector/collector/health"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox"
)

// luaCall runs a function of Lua, which gets and gives JSON, in a filter sandbox.
func luaCall(t *testing.T, body string) func(argument string) string {
	t.Helper()
	dir := t.TempDir()
	script := filepath.Join(dir, "call.lua")
	source := `local cjson = require "cjson"
local function run(argument) ` + body + ` end
function process_message()
    inject_message({ Type = "result", Payload = cjson.encode(run(cjson.decode(read_message("Payload")))) })
    return 0
end
function timer_event() end
`
	if err := os.WriteFile(script, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	var result string
	conf := &sandbox.FilterConfig{Options: sandbox.Options{ScriptType: "lua", Filename: script, ModuleDirectory: filepath.Join(root(), "lua_modules")}}
	f, err := conf.NewFilter(&plugin.Env{Name: "call", BaseDir: dir, Health: &plugin.Health{}, Metrics: &plugin.Metrics{},
		Inject: func(d *message.Draft) error { result = strings.Clone(d.Payload); return nil }})
	if err != nil {
		t.Fatal(err)
	}
	return func(argument string) string {
		t.Helper()
		if err := f.Process(Seal(&message.Draft{Payload: argument})); err != nil {
			t.Fatalf("%s: %v", argument, err)
		}
		return result
	}
}

type valuePair struct {
	Expression any     `json:"expression"`
	Value      any     `json:"value"`
	Match      *bool   `json:"match,omitempty"`
	Error      *string `json:"error,omitempty"`
	Fault      string  `json:"fault,omitempty"`
}

// TestValueMatching compares the Lua matcher of alarms' fields, and what the check of definitions says of expressions.
func TestValueMatching(t *testing.T) {
	call := luaCall(t, `
		local expression, value = argument.expression, argument.value
		if expression == cjson.null then expression = nil end
		if value == cjson.null then value = nil end
		local ok, result = pcall(require("value_matching").new, expression)
		if not ok then return { error = string.gsub(result, "^.-:%d+: ", "") .. "" } end
		return { match = result:matches(value) }`)
	files, _ := filepath.Glob(filepath.Join(Folder(), "value_matching", "*.json"))
	if len(files) == 0 {
		t.Skipf("no golden cases of value_matching in %s; set GOLDEN_DIR to the folder that holds them", Folder())
	}
	differences := loadDifferences(t, "value_matching")
	passed, differ := 0, 0
	for _, file := range files {
		var c struct {
			Case
			Expected []valuePair `json:"expected"`
		}
		data, err := os.ReadFile(file)
		if err != nil || json.Unmarshal(data, &c) != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for i, want := range c.Expected {
			argument, _ := json.Marshal(map[string]any{"expression": want.Expression, "value": want.Value})
			var got valuePair
			if err := json.Unmarshal([]byte(call(string(argument))), &got); err != nil {
				t.Fatal(err)
			}
			if text, ok := want.Expression.(string); ok && (health.CheckExpression(text) != nil) != (got.Error != nil) {
				t.Errorf("%s: expression %q: the check of definitions says %v, Lua %s", c.Name, text, health.CheckExpression(text), shown(got))
			}
			if shown(got) == shown(want) {
				passed++
				continue
			}
			v := verdict{c: &c.Case, differences: differences}
			if want.Fault != "" {
				v.problem(i, "fault")
			}
			if !v.purpose {
				t.Errorf("%s: %v with %v: %s, want %s", c.Name, want.Expression, want.Value, shown(got), shown(want))
			}
			differ++
		}
	}
	t.Logf("golden value_matching: %d pass, %d differ on purpose", passed, differ)
}

func shown(p valuePair) string {
	switch {
	case p.Error != nil:
		return "error " + *p.Error
	case p.Match != nil:
		return fmt.Sprintf("match %v", *p.Match)
	}
	return "nothing"
}

// TestLMAUtils compares the functions of the module lma_utils.
func TestLMAUtils(t *testing.T) {
	call := luaCall(t, `
		local result = (require("lma_utils")[argument.name](argument.arg))
		if result == nil then result = cjson.null end
		return { result = result }`)
	files, _ := filepath.Glob(filepath.Join(Folder(), "lma_utils", "*.json"))
	if len(files) == 0 {
		t.Skipf("no golden cases of lma_utils in %s; set GOLDEN_DIR to the folder that holds them", Folder())
	}
	passed := 0
	for _, file := range files {
		var c struct {
			Function string `json:"function"`
			Expected []struct {
				Args   []any `json:"args"`
				Result any   `json:"result"`
			} `json:"expected"`
		}
		data, err := os.ReadFile(file)
		if err != nil || json.Unmarshal(data, &c) != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, want := range c.Expected {
			argument, _ := json.Marshal(map[string]any{"name": c.Function, "arg": want.Args[0]})
			var got struct {
				Result any `json:"result"`
			}
			if err := json.Unmarshal([]byte(call(string(argument))), &got); err != nil {
				t.Fatal(err)
			}
			if got.Result != want.Result {
				t.Errorf("%s(%v) = %v, want %v", c.Function, want.Args, got.Result, want.Result)
				continue
			}
			passed++
		}
	}
	t.Logf("golden lma_utils: %d pass", passed)
}
