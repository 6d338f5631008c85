package lua

import (
	"bytes"
	"strings"
	"testing"
)

// finalized runs a program with a limit of memory and gives what it printed, its finalizers at the end included.
func finalized(t *testing.T, budget int, source string) (printed string, err error) {
	t.Helper()
	var out bytes.Buffer
	in := New(Options{Base: BaseAll, Stdout: &out})
	t.Cleanup(in.Close)
	in.SetMemoryLimit(1 << 20)
	in.SetBudget(budget)
	fn, err := in.Load("test", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	err = in.Call(fn, nil)
	in.Finalize()
	return strings.ReplaceAll(strings.TrimSpace(out.String()), "\n", " "), err
}

func TestFinalizers(t *testing.T) {
	const proxy = `
local function proxy(name)
  local p = newproxy(true)
  getmetatable(p).name = name
  getmetatable(p).__gc = function(o) print(getmetatable(o).name) end
  return p
end
`
	for source, want := range map[string]string{
		`local p = proxy "a" p = nil collectgarbage() print "end"`:                                                                                               "a end",
		`a, b, c = proxy "a", proxy "b", proxy "c" print "end"`:                                                                                                  "end c b a",
		`for i = 1, 3 do proxy(i) end collectgarbage() collectgarbage() print "end"`:                                                                             "3 2 1 end",
		`local a = proxy "a" local b = newproxy(a) a, b = nil collectgarbage() print "end"`:                                                                      "a a end",
		`a = newproxy() b = newproxy(true) getmetatable(b).__gc = 1 print "end"`:                                                                                 "end",
		`proxy "a" for i = 1, 1e5 do local t = {tostring(i)} end print "end"`:                                                                                    "a end",
		`local p = proxy "a" getmetatable(p).__gc = function(o) kept = o end p = nil collectgarbage() print(type(kept)) kept = nil collectgarbage() print "end"`: "userdata end",
		`local w = setmetatable({}, {__mode = "v"}) w[1] = proxy "a" collectgarbage() print(w[1])`:                                                               "a nil",
		`local p = proxy "a" getmetatable(p).__gc = function() error("no", 0) end p = nil print(pcall(collectgarbage))`:                                          "false\tno",
		`for i = 1, 3 do local p = proxy(i) getmetatable(p).__gc = function() print(i) error "unseen" end _G[i] = p end`:                                         "3 2 1",
		`local co = coroutine.wrap(function() proxy "a" collectgarbage() coroutine.yield() end) co() print "end"`:                                                "a end",
		`local p = proxy "a" getmetatable(p).__gc = function() local q = proxy "b" q = nil collectgarbage() print "a" end p = nil collectgarbage() print "end"`:  "b a end",
	} {
		if got, err := finalized(t, 0, proxy+source); got != want || err != nil {
			t.Errorf("%s\ngot  %s, %v\nwant %s", source, got, err, want)
		}
	}
}

// TestFinalizersEnd proves that no finalizer takes more than its script may.
func TestFinalizersEnd(t *testing.T) {
	for source, want := range map[string]string{
		`local p = newproxy(true) getmetatable(p).__gc = function() while true do end end p = nil pcall(collectgarbage)`:                     "instruction_limit exceeded",
		`local p = newproxy(true) getmetatable(p).__gc = function() while true do end end p = nil while true do local t = {} end`:            "instruction_limit exceeded",
		`local p = newproxy(true) getmetatable(p).__gc = function() local s = "x" while true do s = s .. s end end p = nil collectgarbage()`: "not enough memory",
		`local function again() local p = newproxy(true) getmetatable(p).__gc = again end again() while true do collectgarbage() end`:        "instruction_limit exceeded",
		`local t = {} while true do local p = newproxy(true) getmetatable(p).__gc = function(o) t[#t + 1] = o end end`:                       "not enough memory",
		`while true do local p = newproxy(true) getmetatable(p).__gc = function() end end`:                                                   "instruction_limit exceeded",
	} {
		if _, err := finalized(t, 1_000_000, source); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", source, err, want)
		}
	}
	// at the end of a program
	for _, source := range []string{
		`p = newproxy(true) getmetatable(p).__gc = function() while true do end end`,
		`p = newproxy(true) getmetatable(p).__gc = function() local t = {} while true do t[#t + 1] = {} end end`,
		`local function again() p = newproxy(true) getmetatable(p).__gc = again end again()`,
	} {
		if _, err := finalized(t, 0, source); err != nil {
			t.Errorf("%s: %v", source, err)
		}
	}
}

// TestProxiesAreLetGo proves that proxies without a limit of memory do not add up.
func TestProxiesAreLetGo(t *testing.T) {
	in := New(Options{Base: BaseInput})
	fn, err := in.Load("test", []byte("for i = 1, 1e5 do newproxy(true) end"))
	if err != nil {
		t.Fatal(err)
	}
	if err := in.Call(fn, nil); err != nil || len(in.proxies) > 5000 {
		t.Errorf("%d proxies, %v", len(in.proxies), err)
	}
}
