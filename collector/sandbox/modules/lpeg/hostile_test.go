package lpeg_test

import (
	"errors"
	"strings"
	"testing"

	"lma_collector/collector/sandbox/lua"
)

// What takes all the memory or time that it gets ends by the script's limits, or by the library's own.
func TestHostile(t *testing.T) {
	const memory, instructions = "not enough memory", "instruction_limit exceeded"
	for body, want := range map[string]string{
		// patterns
		`local p = m.P"a" for i = 1, 1e9 do p = p * "a" end`:                                 memory,
		`local p = m.P"a" for i = 1, 1e9 do p = p + "ab" end`:                                memory,
		`local p = m.P"a" for i = 1, 1e9 do p = m.C(p) end`:                                  "pattern too big",
		`local p = m.P"a" for i = 1, 1e9 do p = p * p end`:                                   memory,
		`local p = m.P"a" for i = 1, 14 do p = p * m.Cp() * p end p:match(s)`:                memory,
		`local p = m.P"a" for i = 1, 12 do p = p * p end while true do (p * 1):match(s) end`: instructions,
		`local t = {} for i = 1, 1e9 do t[i] = m.P(b) end`:                                   memory,
		`local t = {} for i = 1, 1e9 do t[i] = m.R"az" end`:                                  memory,
		`local t = {} for i = 1, 1e9 do t[i] = m.P{m.P"a"} end`:                              memory,
		`local t = {} for i = 1, 1e9 do t[i] = m.Cc(1, 2, 3) end`:                            memory,
		`m.match(m.P"a"^1e9, "a")`:                                                           "pattern too big",
		`m.match(m.C(m.P"ab")^-1e9, "a")`:                                                    "pattern too big",
		// matching
		`m.match(m.P{"a", a = 1 * m.V"a" * "x" + 1 * m.V"a" * "y" + -1}, s)`:          instructions,
		`while true do m.match(m.P{m.P"xy" + 1 * m.V(1)}, b) end`:                     instructions,
		`local p = m.P{m.P"xy" + 1 * m.V(1)} while true do pcall(p.match, p, s) end`:  instructions,
		`m.match((m.P(1) - m.P{m.P"a" * m.V(1) + "b"})^0, b)`:                         instructions,
		`m.setmaxstack(1e9) m.match(m.P{"x" * m.V(1) * "y" + "a" * m.V(1) * "z"}, b)`: memory,
		// captures
		`m.match((m.Cp() * 1)^0, b)`:                                                memory,
		`m.match(m.Ct((m.C(1) * m.Cp())^0), b)`:                                     memory,
		`m.match(m.Cs((m.P(1) / "%0%0%0%0%0%0%0%0%0%0%0%0%0%0%0%0%0%0%0%0")^0), b)`: memory,
		`local p = m.Cg(m.C(1), "x") for i = 1, 60 do p = p * m.Cg(m.Cb"x" * m.Cb"x", "x") end m.match(p * m.Cb"x", s)`:                                            memory,
		`local p = m.Cc(b) for i = 1, 60 do p = p / "%1%1%1%1" end p:match(s)`:                                                                                     memory,
		`local t = {} for i = 1, 1e9 do t[i] = m.match(m.C(m.P(1)^0), b) end`:                                                                                      memory,
		`local t = {} for i = 1, 1e9 do t[i] = m.match(m.P(1)^0 / "%0x", b) end`:                                                                                   memory,
		`m.match(m.Cmt(1, function() return true, 1, 2, 3, 4, 5, 6, 7, 8, 9 end)^0, b)`:                                                                            "too many results in match-time capture",
		`m.match(m.Cmt(1, function() return true, {` + strings.Repeat("nil, ", 100) + `} end)^0, b)`:                                                               memory,
		`local n, t, p = 0, m.match(m.C(m.P(20000)), b) p = (m.Cp() * 1)^0 / 0 * (m.P(true) / function() n = n + 1 if n < 100 then p:match(t) end end) p:match(t)`: memory,
		`local function f() return m.match(m.P(f), "a") end f()`:                                                                                                   "stack overflow",
		`local function f() return m.match(m.P(1) / f, "a") end f()`:                                                                                               "stack overflow",
	} {
		in := newScript(t)
		in.SetGlobal("s", lua.String(strings.Repeat("a", 60)))
		in.SetGlobal("b", lua.String(strings.Repeat("a", 1<<20)))
		fn := load(t, in, body)
		in.SetMemoryLimit(8 << 20)
		in.SetBudget(1000000)
		var failed *lua.Error
		if err := in.Call(fn, nil); !errors.As(err, &failed) || !strings.Contains(failed.Text, want) {
			t.Errorf("%s\ngot  %v\nwant %s", body, err, want)
		}
	}
}
