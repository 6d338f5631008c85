package matcher

import (
	"errors"
	"math/rand/v2"
	"testing"
)

// FuzzParse: no expression panics, an error has its place in the expression, and what String
// prints means the same, on its own and in a set.
func FuzzParse(f *testing.F) {
	for _, c := range meanings {
		f.Add(c.expr)
	}
	g := generator{rand.New(rand.NewPCG(3, 3))}
	for range 30 {
		f.Add(g.expr(3))
	}
	f.Add("Type == 'x")
	f.Add("Fields[a][1][\n")
	f.Add("!(TRUE) &")
	m := webMessage(f)
	f.Fuzz(func(t *testing.T, expr string) {
		parsed, err := Parse(expr)
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Pos < 0 || syntax.Pos > len(expr) || syntax.Line < 1 || syntax.Column < 1 {
				t.Fatalf("%#v", err)
			}
			_ = syntax.Caret()
			return
		}
		again, err := Parse(parsed.String())
		if err != nil {
			t.Fatalf("%q printed as %q: %v", expr, parsed, err)
		}
		want := parsed.Match(m)
		if again.String() != parsed.String() || again.Match(m) != want {
			t.Fatalf("%q printed as %q means something else", expr, parsed)
		}
		var scratch Scratch
		hits := NewSet([]*Matcher{nil, parsed, again}).Match(m, &scratch, nil)
		if (len(hits) == 2) != want || len(hits)%2 != 0 {
			t.Fatalf("%q: %v, in a set %v", expr, want, hits)
		}
	})
}
