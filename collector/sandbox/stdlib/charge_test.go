package stdlib

import (
	"errors"
	"testing"

	"lma_collector/collector/sandbox/lua"
)

// TestCharged holds calls that do more than a little to what they do.
func TestCharged(t *testing.T) {
	for source, least := range map[string]int{
		`local p = ("1"):rep(1e6) function work() return ("x"):find(p) end`:                                                        60_000,
		`local p, s = "[x]" .. ("x"):rep(1e4) .. "y", ("x"):rep(2e4) function work() return s:find(p) end`:                         40_000 + 1e4*1e4/32/8,
		`local f, x = ("%.99f"):rep(100), {} for i = 1, 100 do x[i] = 1e308 end function work() return f:format(unpack(x)) end`:    100 * 200,
		`local f, x = ("%d"):rep(4000), {} for i = 1, 4000 do x[i] = i end function work() return f:format(unpack(x)) end`:         4000,
		`local d = {year = 2016, month = 1, day = 1, isdst = true} function work() return os.time(d) end`:                          100,
		`local s, r = ("x"):rep(1000), ("%0"):rep(2000) function work() return s:gsub(".*", r, 1) end`:                             2000 * 1000 / 16 / 8,
		`local s, p = ("x"):rep(1e5), ("("):rep(32) .. ".*" .. (")"):rep(32) function work() return s:gsub(p, function() end) end`: 32 * 1e5 / 16,
		`function work() return math.fmod(1e308, 3) end`:                                                                           60,
		`function work() return math.randomseed(1) end`:                                                                            10,
		`local s = "2." .. ("47032822920623272088284396434110686182"):rep(4) .. "e-324" function work() return s + 1 end`:          24 + 150/4,
		`function work() return os.date("%c%c%c%c%c") end`:                                                                         20,
		`function work() return os.clock() end`:                                                                                    20,
		`local s = ("("):rep(1000) function work() return s:match("^%b()") end`:                                                    1000 / 2 / 8,
		`local x = 1.5 function work() return x ^ 1.5 end`:                                                                         6,
	} {
		m := newMachine(t, Options{})
		m.results(t, source)
		m.SetBudget(0)
		if err := m.Call(m.Global("work"), nil); err != nil || m.Used() < least {
			t.Errorf("%s: %d instructions, want at least %d; %v", source, m.Used(), least, err)
		}
	}
}

// TestCounted ends scripts whose memory is kept by what functions of the libraries made or hold.
func TestCounted(t *testing.T) {
	for _, source := range []string{
		`local s, t = ("x"):rep(1e6), {} for i = 1, 100 do s:gsub(".*", function(x) t[#t + 1] = x end) end`,
		`local s, t = ("x"):rep(1e6), {} for i = 1, 100 do s:gsub(("("):rep(32) .. ".*" .. (")"):rep(32), function(...) t[i] = {...} end) end`,
		`local t = {} for i = 1, 100 do t[i] = (("x"):rep(1e6) .. i):gmatch(".") end`,
		`local t, p = {}, ("[a-z]"):rep(2000) for i = 1, 1000 do t[i] = ("x"):gmatch(p .. i) end`,
		`local t, p = {}, ("[a-z]*"):rep(20) for i = 1, 1e5 do t[i] = ("x"):gmatch(p .. i) end`,
		`local function nest(n)
			if n == 0 then return end
			local t, once = {}
			for i = 1, 100 do t[i] = {("x"):rep(1e4) .. i} end
			table.sort(t, function(a, b)
				if not once then once = true for i = 1, 100 do t[i] = nil end nest(n - 1) error("end") end
			end)
		end
		pcall(nest, 150)`,
	} {
		m := newMachine(t, Options{})
		fn, err := m.Load("chunk", []byte(source))
		if err != nil {
			t.Fatal(err)
		}
		m.SetMemoryLimit(8 << 20)
		var e *lua.Error
		if err := m.Call(fn, nil); !errors.As(err, &e) || !e.OutOfMemory {
			t.Errorf("%.80s: %v", source, err)
		}
	}
}
