package sandbox

import (
	"strings"
	"testing"
)

func TestAdviceOnWhatIsMissing(t *testing.T) {
	r := newRun(t, "local function process_message() return 0 end", nil)
	want := "process_message() function was not found (the script defines no such global function: " + r.env.SharePath("script.lua") + ")"
	if got := errText(r.filter().Process(variedMessage(t))); !strings.HasSuffix(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestAdvice has what stands behind the texts of hekad where the host tells of a script's end. P is the script.
func TestAdvice(t *testing.T) {
	for body, want := range map[string]string{
		`while true do end`:                                 "instruction_limit exceeded (at P:2; instruction_limit is 20000)",
		`local t = {} for i = 1, 1e6 do t[i] = i end`:       "not enough memory (at P:2; memory_limit is 65536)",
		`add_to_payload(("x"):rep(2000))`:                   "output_limit exceeded (output_limit is 1024)",
		`for i = 1, 99 do inject_payload("txt", "", i) end`: "exceeded InjectMessage count (max_process_inject and max_timer_inject of [collector] say how many messages one call may inject)",
		`return table.concat({})`:                           "attempt to index global 'table' (a nil value) (the script lacks: local table = require \"table\")",
		`print("x")`:                                        "attempt to call global 'print' (a nil value) (scripts of filters have no print)",
		`io.open("x")`:                                      "attempt to index global 'io' (a nil value) (scripts of filters have no io)",
		`write_message("Type", "x")`:                        "attempt to call global 'write_message' (a nil value) (scripts of filters have no write_message)",
		`frobnicate()`:                                      "attempt to call global 'frobnicate' (a nil value)",
		`return`:                                            "must return a numeric status code (it returned nothing; 0 says that all went well)",
		`return true`:                                       "must return a numeric status code (it returned a boolean; 0 says that all went well)",
		`error({})`:                                         "(null) (error was given a table, not a text)",
		`error("oops", 0)`:                                  "oops",
		`require "socket"`:                                  "no file 'mine/socket.so' (nor is it in DIR/lua_modules)",
		`require "io"`:                                      "module 'io' disabled (at P:2)",
		`inject_message({Fields={a=1, codes={1, "x"}}})`:            "array has mixed types (field \"codes\")",
		`inject_message({Fields={[("n"):rep(300)]={}}})`:            "unsupported type: nil (field \"" + strings.Repeat("n", 255) + "\")",
		`inject_message({Fields={b={}}})`:                           "unsupported type: nil (field \"b\")",
		`pcall(inject_message, {Fields={b={}}}) error("something")`: "something",
	} {
		r := newRun(t, "require 'string' function process_message()\n"+body+"\nend", nil)
		r.options.OutputLimit, r.options.InstructionLimit, r.options.MemoryLimit = 1024, 20000, 64<<10
		r.options.ModuleDirectory = "mine"
		err := r.filter().Process(variedMessage(t))
		want = strings.NewReplacer("P:2", r.env.SharePath("script.lua")+":2", "DIR", r.env.ShareDir).Replace(want)
		if got := errText(err); !strings.HasSuffix(got, want) {
			t.Errorf("%s\ngot  %q\nwant %q", body, got, want)
		}
	}
}
