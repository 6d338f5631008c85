package lpeg

import (
	"testing"

	"lma_collector/collector/sandbox/gopher"
	"lma_collector/collector/sandbox/lua"
)

// newScript is an interpreter with lpeg as the global m.
func newScript(t testing.TB) *gopher.Interp {
	t.Helper()
	in := gopher.New()
	t.Cleanup(in.Close)
	in.SetGlobal("m", New().Module().Open(in).Value())
	return in
}

func evaluate(t testing.TB, in *gopher.Interp, body string) string {
	t.Helper()
	fn, err := in.Load("test", []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	result := make([]lua.Value, 1)
	if err := in.Call(fn, result); err != nil {
		return err.Error()
	}
	s, _ := result[0].AsText()
	return s
}

func TestX(t *testing.T) {
	in := newScript(t)
	t.Log(evaluate(t, in, `return m.match(m.P"a"^0 * m.Cp(), "aaab")`))
	t.Log(evaluate(t, in, `local t = m.match(m.Ct((m.C(m.R"az"^1) * m.P" "^-1)^0), "foo bar baz") return t[1] .. "," .. t[2] .. "," .. t[3] .. #t`))
	t.Log(evaluate(t, in, `return m.match(m.Cs((m.P"a"/"x" + 1)^0), "banana")`))
	t.Log(evaluate(t, in, `return m.match(m.P{"S", S = "(" * m.V"S"^0 * ")"}, "(()(()))")`))
	t.Log(evaluate(t, in, `return m.match(m.P{"S", S = m.V"S" * ")"}, "(()(()))")`))
	t.Log(evaluate(t, in, `return m.match(m.V"x", "(()(()))")`))
	t.Log(evaluate(t, in, `return m.match(m.P(true)/{}, "(()(()))")`))
}
