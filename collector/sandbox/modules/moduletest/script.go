// Package moduletest runs Lua for the tests of the native modules.
package moduletest

import (
	"errors"
	"strings"
	"testing"

	"lma_collector/collector/sandbox/lua"
)

// Script is an interpreter with modules as globals and these functions:
//
//	text(object)      what an object gives to a payload
//	preserved(object) its preserved form under the variable x
//	string(object)    what tostring gives, by __tostring
type Script struct {
	t  testing.TB
	In *lua.Interp
}

// New makes a script.
func New(t testing.TB, modules ...lua.Module) *Script {
	t.Helper()
	in := lua.New(lua.Options{})
	t.Cleanup(in.Close)
	for _, m := range modules {
		in.SetGlobal(m.Name, m.Open(in).Value())
	}
	in.SetFunctions(in.Globals(), map[string]lua.Function{
		"text":      func(c *lua.Call) { c.PushText(string(c.Object(1).(lua.Outputter).AppendOutput(nil))) },
		"preserved": func(c *lua.Call) { c.PushText(string(c.Object(1).(lua.Preserver).AppendPreserved(nil, "x"))) },
		"string": func(c *lua.Call) {
			result := make([]lua.Value, 1)
			c.Invoke(c.Arg(1).Ref().(lua.Metatabled).Metafield("__tostring"), result, c.Arg(1))
			c.Push(result[0])
		},
	})
	return &Script{t: t, In: in}
}

// mostResults is how many results Run shows.
const mostResults = 8

// Run runs a chunk and gives its results in one line, without nils at the end, or the text of its
// error without the name of the chunk.
func (s *Script) Run(body string) string {
	s.t.Helper()
	results := make([]lua.Value, mostResults)
	if err := s.Call(body, results); err != nil {
		return strings.TrimPrefix(err.Error(), "test:")
	}
	var out []string
	shown := 0
	for _, v := range results {
		word := v.Kind().String()
		if text, ok := v.AsText(); ok {
			word = text
		} else if v.Kind() == lua.KindBool {
			word = map[bool]string{true: "true", false: "false"}[v.Truth()]
		}
		if out = append(out, word); !v.IsNil() {
			shown = len(out)
		}
	}
	return strings.Join(out[:shown], " ")
}

// Call runs a chunk.
func (s *Script) Call(body string, results []lua.Value) error {
	s.t.Helper()
	fn, err := s.In.Load("test", []byte(body))
	if err != nil {
		s.t.Fatalf("%s: %v", body, err)
	}
	return s.In.Call(fn, results)
}

// Expect runs chunks and compares what Run gives.
func (s *Script) Expect(want map[string]string) {
	s.t.Helper()
	for body, want := range want {
		if got := s.Run(body); got != want {
			s.t.Errorf("%s\ngot  %q\nwant %q", body, got, want)
		}
	}
}

// ExpectExhausted runs chunks that a budget of a million instructions must end.
func ExpectExhausted(t testing.TB, module lua.Module, bodies ...string) {
	t.Helper()
	for _, body := range bodies {
		s := New(t, module)
		s.In.SetBudget(1e6)
		var failed *lua.Error
		if err := s.Call(body, nil); !errors.As(err, &failed) || !failed.Exhausted {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// Restore makes an object of a module as the reader of preserved data does.
func (s *Script) Restore(m lua.Module, args []lua.Value, method string, with ...lua.Value) (lua.Value, error) {
	s.t.Helper()
	v, err := m.Restore(s.In, args)
	if err != nil {
		return v, err
	}
	return v, v.AsObject().(lua.Restorer).RestoreCall(method, with)
}
