package golden_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"lma_collector/collector/health"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox"
	"lma_collector/tests/golden"
)

// luaCall runs a function of Lua, which gets and gives JSON, in a filter sandbox.
func luaCall(t *testing.T, body string) func(argument any) string {
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
	conf := &sandbox.FilterConfig{Options: sandbox.Options{ScriptType: "lua", Filename: script, ModuleDirectory: filepath.Join(golden.Root(), "lua_modules")}}
	f, err := conf.NewFilter(&plugin.Env{
		Name: "call", BaseDir: dir, Health: &plugin.Health{}, Metrics: &plugin.Metrics{},
		Inject: func(d *message.Draft) error { result = strings.Clone(d.Payload); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return func(argument any) string {
		t.Helper()
		data, err := json.Marshal(argument)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Process(golden.Seal(&message.Draft{Payload: string(data)})); err != nil {
			t.Fatalf("%s: %v", data, err)
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

// valueMatching compares the Lua matcher of alarms' fields, and what the check of definitions says of
// the same expressions.
func valueMatching(t *testing.T) golden.Runner {
	call := luaCall(t, `
		local expression, value = argument.expression, argument.value
		if expression == cjson.null then expression = nil end
		if value == cjson.null then value = nil end
		local ok, result = pcall(require("value_matching").new, expression)
		if not ok then return { error = string.gsub(result, "^.-:%d+: ", "") .. "" } end
		return { match = result:matches(value) }`)
	return func(v *golden.Verdict) {
		var c struct{ Expected []valuePair }
		if err := v.Case.Read(&c); err != nil {
			v.Problem(-1, "result", "the case cannot be read: %v", err)
		}
		v.Case.Expected = make([]golden.Outcome, len(c.Expected))
		for i, want := range c.Expected {
			v.Case.Expected[i] = golden.Outcome{Event: i, Fault: want.Fault}
			v.Compared()
			got := call(map[string]any{"expression": want.Expression, "value": want.Value})
			var pair valuePair
			if err := json.Unmarshal([]byte(got), &pair); err != nil {
				v.Problem(i, "result", "%v: %s", err, got)
			}
			if text, ok := want.Expression.(string); ok && (health.CheckExpression(text) != nil) != (pair.Error != nil) {
				v.Problem(i, "result", "expression %q: the check of definitions says %v, Lua %s", text, health.CheckExpression(text), shown(pair))
			}
			if shown(pair) != shown(want) {
				v.Problem(i, "result", "%v with %v: %s, want %s", want.Expression, want.Value, shown(pair), shown(want))
			}
		}
	}
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

// lmaUtils compares the functions of the module lma_utils.
func lmaUtils(t *testing.T) golden.Runner {
	call := luaCall(t, `
		local f = require("lma_utils")[argument.name]
		local ok, result = pcall(f, unpack(argument.args))
		if not ok then return { error = tostring(result) } end
		if result == nil then result = cjson.null end
		return { result = result }`)
	return func(v *golden.Verdict) {
		var c struct {
			Function string
			Expected []struct {
				Args   []any
				Result any
				Error  *string
			}
		}
		if err := v.Case.Read(&c); err != nil {
			v.Problem(-1, "result", "the case cannot be read: %v", err)
		}
		for i, want := range c.Expected {
			v.Compared()
			var got struct {
				Result any
				Error  *string
			}
			text := call(map[string]any{"name": c.Function, "args": want.Args})
			if err := json.Unmarshal([]byte(text), &got); err != nil {
				v.Problem(i, "result", "%v: %s", err, text)
			}
			if !reflect.DeepEqual(got.Result, want.Result) || (got.Error != nil) != (want.Error != nil) {
				v.Problem(i, "result", "%s(%v): %s, want %v %v", c.Function, want.Args, text, want.Result, want.Error)
			}
		}
	}
}

// lmaPatterns compares the LPeg patterns of the module patterns: whether they match the begin of a text, and what
// they capture or consume.
func lmaPatterns(t *testing.T) golden.Runner {
	call := luaCall(t, `
		local lpeg = require "lpeg"
		local pattern = require("patterns")[argument.name]
		if argument.name == "http_request" then pattern = lpeg.Ct(pattern) end
		local result = pattern:match(argument.subject)
		if result == nil then return { match = false } end
		if argument.consumed then return { match = true, matched = string.sub(argument.subject, 1, result - 1) } end
		return { match = true, capture = result }`)
	type outcome struct {
		Match   bool    `json:"match"`
		Matched *string `json:"matched"`
		Capture any     `json:"capture"`
	}
	return func(v *golden.Verdict) {
		var c struct {
			Pattern  string
			Expected []struct {
				Subject string
				outcome
			}
		}
		if err := v.Case.Read(&c); err != nil {
			v.Problem(-1, "result", "the case cannot be read: %v", err)
		}
		for i, want := range c.Expected {
			v.Compared()
			text := call(map[string]any{"name": c.Pattern, "subject": want.Subject, "consumed": want.Matched != nil})
			var got outcome
			if err := json.Unmarshal([]byte(text), &got); err != nil {
				v.Problem(i, "result", "%v: %s", err, text)
			}
			if got.Match != want.Match || (want.Matched != nil && (got.Matched == nil || *got.Matched != *want.Matched)) ||
				golden.SameJSON(want.Capture, got.Capture) != "" {
				v.Problem(i, "result", "%q: %s, want %+v", want.Subject, text, want.outcome)
			}
		}
	}
}
