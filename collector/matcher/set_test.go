package matcher

import (
	"fmt"
	"slices"
	"sync"
	"testing"
)

// TestWhereIndexed tells in which index an expression stands, and what is left to run of it.
func TestWhereIndexed(t *testing.T) {
	for _, c := range []struct {
		expr, where string
		steps       int
	}{
		{"Type == 'a'", "type", 0},
		{"Type == 'a' || Type == 'b'", "type", 0},
		{"Type =~ /^a$/", "type", 0},
		{"Type =~ /^a/", "prefix", 0},
		{"Type =~ /^a/ || Type =~ /^b/", "prefix", 0},
		{"Type =~ /^a/ || Type == 'b'", "plain", 2},
		{"Type =~ /a$/", "plain", 1},
		{"Type != 'a'", "plain", 1},
		{"!(Type == 'a')", "plain", 1},
		{"Type > 'a'", "plain", 1},
		{"Logger == 'a'", "header", 0},
		{"Hostname == 'a' && Severity < 4", "header", 1},
		{"EnvVersion == 'a' && Logger == 'b'", "header", 1},
		{"Payload == 'a'", "plain", 1},
		{"Type == 'a' && Logger == 'b'", "type", 1},
		{"Fields[x] == 'a'", "field", 0},
		{"Fields[x] == 'a' || Fields[x] == 'b'", "field", 0},
		{"Fields[x] == 'a' || Fields[y] == 'b'", "field", 0},
		{"Fields[x] == 'a' || Severity == 1", "plain", 2},
		{"Fields[x] == 1", "plain", 1},
		{"Fields[x] == TRUE", "plain", 1},
		{"Fields[x][1] == 'a'", "plain", 1},
		{"Fields[x][0][1] == 'a'", "plain", 1},
		{"Fields[x] == 'a' && Fields[y] == 'b'", "field", 1},
		{"(Type == 'a' || Type == 'b') && (Fields[x] == 'c' || Fields[x] == 'd')", "type and field", 0},
		{"(Type == 'a' || Type == 'b') && Fields[x] == 'c' && Severity < 4", "type and field", 1},
		{"Type =~ /^a/ && Fields[x] == 'c'", "field", 1},
		{"(Type == 'a' && Fields[x] == 'c') || (Type == 'b' && Fields[x] == 'd')", "type and field", 4},
		{"(Type == 'a' && Severity == 1) || Type == 'b'", "type", 3},
		{"(Type == 'a' && Severity == 1) || TRUE", "", 0},
		{"FALSE && Type == 'a'", "", 0},
		{"TRUE", "", 0},
	} {
		s := NewSet([]*Matcher{parse(t, c.expr)})
		if got := whereIndexed(s); got != c.where {
			t.Errorf("%s is in %q, want %q", c.expr, got, c.where)
		}
		if len(s.exprs) > 0 && len(s.exprs[0].program.steps) != c.steps {
			t.Errorf("%s: %d tests are left, want %d", c.expr, len(s.exprs[0].program.steps), c.steps)
		}
	}
}

// What alarms want, a bulk or metrics of some names, stands in the index in parts, and nothing is left to run but what neither says.
func TestAlternatives(t *testing.T) {
	m := parse(t, "Fields[aggregator] == NIL && (Type == 'bulk' || (Type == 'metric' || Type == 'other') && (Fields[name] == 'a' || Fields[name] == 'b'))")
	s := NewSet([]*Matcher{m})
	if len(s.exprs) != 2 || len(s.plain) > 0 {
		t.Fatalf("%d expressions, %d without an index", len(s.exprs), len(s.plain))
	}
	for i, e := range s.exprs {
		if len(e.program.steps) != 1 {
			t.Errorf("expression %d: %d tests are left, want 1", i, len(e.program.steps))
		}
	}
}

func whereIndexed(s *Set) string {
	switch {
	case len(s.plain) > 0:
		return "plain"
	case len(s.prefixes) > 0:
		return "prefix"
	case len(s.headers) > 0:
		return "header"
	case len(s.fields) > 0:
		return "field"
	}
	for _, entry := range s.byType {
		if len(entry.fields) > 0 {
			return "type and field"
		}
		return "type"
	}
	return ""
}

// TestPopularField: of two fields that all alarms demand, the one that tells them apart is not
// known, but the one that more matchers demand is taken.
func TestPopularField(t *testing.T) {
	var ms []*Matcher
	for i := range 10 {
		ms = append(ms, parse(t, fmt.Sprintf("Fields[only%d] == 'x' && Fields[name] == 'm%d'", i, i)))
	}
	s := NewSet(ms)
	if len(s.fields) != 1 || s.names.list[s.fields[0].slot] != "name" {
		t.Errorf("%d field indexes", len(s.fields))
	}
}

// TestEqualExpressions are run once, however they are written.
func TestEqualExpressions(t *testing.T) {
	var ms []*Matcher
	for _, expr := range []string{"Fields[code] == '200' && Pid > 1", `Fields[code][0] == "200" && (Pid > 1.0)`, "FALSE", "TRUE", "Pid > 1 && Fields[code] == '200'"} {
		ms = append(ms, parse(t, expr))
	}
	ms = append(ms, nil, parse(t, "TRUE"), ms[0])
	s := NewSet(ms)
	if len(s.exprs) != 2 {
		t.Errorf("%d different expressions", len(s.exprs))
	}
	var scratch Scratch
	if got := s.Match(webMessage(t), &scratch, []int32{42}); !slices.Equal(got, []int32{42, 0, 1, 3, 4, 6, 7}) {
		t.Errorf("hits %v", got)
	}
	if s.Len() != len(ms) {
		t.Errorf("Len %d", s.Len())
	}
}

// TestScratchChangesSets: one Scratch serves sets of different size in turn, and wraps around.
func TestScratchChangesSets(t *testing.T) {
	m := webMessage(t)
	small, large := NewSet([]*Matcher{parse(t, "Fields[code] == '200'")}), NewSet(manyMatchers(t))
	empty := NewSet(nil)
	var scratch, fresh Scratch
	want := large.Match(m, &fresh, nil)
	for i := range 6 {
		if i == 3 {
			scratch.turn = ^uint32(0) - 3 // the next turns overflow
		}
		for range 3 {
			if got := small.Match(m, &scratch, nil); len(got) != 1 {
				t.Fatalf("small: %v", got)
			}
		}
		if got := large.Match(m, &scratch, nil); !slices.Equal(got, want) {
			t.Fatalf("large: %v, want %v", got, want)
		}
		if i == 4 {
			scratch.turn = ^uint32(0) - 1
			if got := large.Match(m, &scratch, nil); !slices.Equal(got, want) {
				t.Fatalf("after the overflow: %v, want %v", got, want)
			}
		}
		if got := empty.Match(m, &scratch, nil); len(got) != 0 {
			t.Fatalf("empty: %v", got)
		}
	}
}

func manyMatchers(t *testing.T) (ms []*Matcher) {
	for _, c := range meanings {
		ms = append(ms, parse(t, c.expr))
	}
	return append(ms, afdMatchers(t, 144)...)
}

// TestSharedSet uses one set in several goroutines, for the race detector.
func TestSharedSet(t *testing.T) {
	set := NewSet(manyMatchers(t))
	m := webMessage(t)
	var scratch Scratch
	want := set.Match(m, &scratch, nil)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			var own Scratch
			for range 50 {
				if got := set.Match(m, &own, nil); !slices.Equal(got, want) {
					t.Errorf("hits %v, want %v", got, want)
				}
			}
		})
	}
	wg.Wait()
}
