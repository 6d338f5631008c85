package sax

import (
	"math"
	"math/rand/v2"
	"testing"

	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/modules/moduletest"
)

func TestWords(t *testing.T) {
	moduletest.New(t, Module()).Expect(map[string]string{
		`return string(sax.word.new({16,18,12,24,11,15,16,12,17}, 3, 5))`:                                        "CDC",
		`return string(sax.word.new({10.3, 7, 1, -5, -5, 7.2}, 2, 8))`:                                           "FC",
		`return sax.word.new({10.3, 7, 1, -5, -5, 7.2}, 2, 8) == sax.word.new("FC", 8)`:                          "true",
		`return sax.word.new("FC", 8) == sax.word.new("FC", 7), sax.word.new("FC", 8) == sax.word.new("FCA", 8)`: "false false",
		`return string(sax.word.new({5,6,7,-5,-6,-7,0.25,0.17,0.04,-0.04,-0.17,-0.25}, 4, 8))`:                   "HAED",
		`return string(sax.word.new({1,1,1,1.001}, 2, 4))`:                                                       "CC", // constant
		`return string(sax.word.new({1/0,1/0,1/0, 1/0,1/0,1/0, -1/0,-1/0,-1/0}, 3, 5))`:                          "EEA",
		`return string(sax.word.new({1/0,1/0,5, 0,0,0, -1/0,-1/0,-5}, 3, 5))`:                                    "ECA",
		`return string(sax.word.new({0/0,5,5, 0,0,0, 0/0,-5,-5}, 3, 5))`:                                         "ECA",
		`return string(sax.word.new({1/0,1/0,5, 0/0,0/0,0/0, -1/0,-1/0,-5}, 3, 5))`:                              "E#A",
		`return string(sax.word.new({0/0,0/0,0/0,0/0}, 2, 5))`:                                                   "##",
		`return string(sax.word.new({1/0,-1/0,0,1}, 2, 5))`:                                                      "#C",
		`local w = sax.word.new("E#A", 5) return w:copy() == w, string(w:copy()), text(w)`:                       "true E#A E#A",
		`return sax.version()`: "0.4.0",
	})
}

func TestWindows(t *testing.T) {
	const start = `local w = sax.window.new(4, 2, 4) local word = sax.word.new({1, 2, 3, 10.1}, 2, 4) `
	moduletest.New(t, Module()).Expect(map[string]string{
		start + `return string(w), text(w)`: "## ##",
		start + `for i, v in ipairs{1, 2, 3, 10.1} do w:add(v) end return w == word, word == w, w:get_word() == word, string(w)`: "true true true AD",
		start + `w:add{-10, 1, 2, 3, 10.1} return w == word`:                                                                     "true", // the last ones count
		start + `w:add(23) return string(w)`:                                                                                     "#C",
		start + `w:add(23) w:add{1, 2, 3, 10.1} return string(w)`:                                                                "AD",
		start + `w:add{1, 2, 3, 10.1} w:clear() return string(w), w == sax.word.new("##", 4)`:                                    "## true",
		start + `w:add{1, 2, 3, 10.1} w:add{} return w == word`:                                                                  "true",
		start + `w:add{1, 2, 3, "10.1"} return w == word`:                                                                        "true",
		start + `w:add{1, 2, 3, 10.1} local g = w:get_word() w:clear() return string(g), string(w)`:                              "AD ##",
		`local w = sax.window.new(100, 5, 8) for i = 1, 1e5 do w:add(i - 1) end return text(w)`:                                  "ABEGH",
	})
}

func TestMindist(t *testing.T) {
	const show = `local function show(...) local out = {} for i, v in ipairs{...} do out[i] = v - v % 1e-6 end return unpack(out) end `
	moduletest.New(t, Module()).Expect(map[string]string{
		show + `local b = sax.window.new(6, 2, 8) b:add{-9, -8, -7, -5, -5, 7.2}
return show(sax.mindist(sax.word.new({10.3, 7, 1, -5, -5, 7.2}, 2, 8), b))`: "1.560324 1.103316 1.103316",
		show + `return show(sax.mindist(sax.word.new("ABDD", 4), sax.word.new("DBAA", 4)))`: "2.336536 1.907774 1.349",
		`return sax.mindist(sax.word.new("#E#", 5), sax.word.new("#E#", 5))`:                "0 0 0",
		// a frame without numbers is the farthest away
		`return sax.mindist(sax.word.new("ABCD", 4), sax.word.new("####", 4)) == sax.mindist(sax.word.new("ABCD", 4), sax.word.new("DDAA", 4))`:                                                  "true",
		`return sax.mindist(sax.word.new("####", 4), sax.word.new("ABCD", 4)) == sax.mindist(sax.word.new("DDAA", 4), sax.word.new("ABCD", 4))`:                                                  "true",
		`local d, above, below = sax.mindist(sax.word.new("CCCCC", 5), sax.word.new("#####", 5)) return d == sax.mindist(sax.word.new("CCCCC", 5), sax.word.new("AAAAA", 5)), above == d, below`: "true true 0",
		// what cannot be compared
		`return sax.mindist(sax.word.new("AB", 4), sax.word.new("AB", 5)) == nil`:                     "true",
		`return sax.mindist(sax.word.new("AB", 4), sax.word.new("ABC", 4)) == nil`:                    "true",
		`return sax.mindist(sax.word.new({1,2,3,4}, 2, 4), sax.word.new({1,2,3,4,5,6}, 2, 4)) == nil`: "true",
	})
}

func TestErrors(t *testing.T) {
	const window = `local w = sax.window.new(9, 3, 5) `
	moduletest.New(t, Module()).Expect(map[string]string{
		`sax.window.new()`:                "1: bad argument #0 to 'new' (incorrect number of args)",
		`sax.window.new(9, 3, 5, nil)`:    "1: bad argument #0 to 'new' (incorrect number of args)",
		`sax.window.new(nil, 2, 2)`:       "1: bad argument #1 to 'new' (number expected, got nil)",
		`sax.window.new(2, nil, 2)`:       "1: bad argument #2 to 'new' (number expected, got nil)",
		`sax.window.new(2, 2, nil)`:       "1: bad argument #3 to 'new' (number expected, got nil)",
		`sax.window.new(1, 3, 3)`:         "1: bad argument #1 to 'new' (n is out of range)",
		`sax.window.new(4097, 17, 3)`:     "1: bad argument #1 to 'new' (n is out of range)",
		`sax.window.new(9, 1, 3)`:         "1: bad argument #1 to 'new' (w is out of range)",
		`sax.window.new(4096, 4096, 3)`:   "1: bad argument #1 to 'new' (w is out of range)",
		`sax.window.new(9, 3, 1)`:         "1: bad argument #1 to 'new' (cardinality is out of range)",
		`sax.window.new(9, 3, 17)`:        "1: bad argument #1 to 'new' (cardinality is out of range)",
		`sax.window.new(10, 3, 3)`:        "1: bad argument #1 to 'new' (n must be evenly divisible by w)",
		`sax.word.new()`:                  "1: bad argument #0 to 'new' (incorrect number of arguments)",
		`sax.word.new({})`:                "1: bad argument #0 to 'new' (incorrect number of arguments)",
		`sax.word.new(nil, 5)`:            "1: bad argument #1 to 'new' (string expected, got nil)",
		`sax.word.new("", 5)`:             "1: bad argument #1 to 'new' (illegal symbols for given cardinality or bad cardinality itself)",
		`sax.word.new("AAABF", 5)`:        "1: bad argument #1 to 'new' (illegal symbols for given cardinality or bad cardinality itself)",
		`sax.word.new("aaabc", 5)`:        "1: bad argument #1 to 'new' (illegal symbols for given cardinality or bad cardinality itself)",
		`sax.word.new("AABBC", 1)`:        "1: bad argument #1 to 'new' (illegal symbols for given cardinality or bad cardinality itself)",
		`sax.word.new("AABBC", 17)`:       "1: bad argument #1 to 'new' (illegal symbols for given cardinality or bad cardinality itself)",
		`sax.word.new("x", 3, 5)`:         "1: bad argument #1 to 'new' (array-like table expected)",
		`sax.word.new({}, 2, 5)`:          "1: bad argument #2 to 'new' (n is out of range)",
		`sax.word.new({1, 2, 3}, 2, 5)`:   "1: bad argument #2 to 'new' (n must be evenly divisible by w)",
		`sax.word.new({1, "a"}, 2, 5)`:    "1: bad argument #1 to 'new' (expected array of numbers as input)",
		`sax.mindist()`:                   "1: bad argument #0 to 'mindist' (incorrect number of args)",
		`sax.mindist(1, 1)`:               "1: bad argument #1 to 'mindist' (sax.window or sax.word expected, got number)",
		window + `sax.mindist(w, {})`:     "1: bad argument #2 to 'mindist' (sax.window or sax.word expected, got table)",
		window + `w:add()`:                "1: bad argument #-1 to 'add' (incorrect number of args)",
		window + `w:add("a")`:             "1: bad argument #1 to 'add' (number or array-like table expected)",
		window + `w:add({1, "a"})`:        "1: bad argument #1 to 'add' (expected array of numbers as input)",
		window + `w:clear(1)`:             "1: bad argument #-1 to 'clear' (incorrect number of args)",
		`sax.word.new("A", 5):add(1)`:     "1: calling 'add' on bad self (mozsvc.sax.window expected, got userdata)",
		`sax.word.new("A", 5):get_word()`: "1: calling 'get_word' on bad self (mozsvc.sax.window expected, got userdata)",
		window + `w:copy()`:               "1: calling 'copy' on bad self (mozsvc.sax.word expected, got userdata)",
	})
}

func TestCharged(t *testing.T) {
	moduletest.ExpectExhausted(t, Module(),
		`local w = sax.window.new(4096, 2, 4) for i = 1, 1e5 do w:add(i) local x = w == w:get_word() end`,
		`local w, t = sax.window.new(4, 2, 4), {} for i = 1, 1000 do t[i] = i end for i = 1, 1e5 do w:add(t) end`,
	)
}

// TestGaps has some rows of the tables in the literature.
func TestGaps(t *testing.T) {
	for bands, want := range map[int][]float64{
		2:  {0, 0, 0},
		3:  {0, 0, 0.861, 0.861},
		8:  {0, 0, 0.476, 0.832, 1.150, 1.469, 1.825, 2.301, 2.301},
		13: {0, 0, 0.406, 0.690, 0.924, 1.133, 1.330, 1.523, 1.719, 1.928, 2.162, 2.446, 2.852, 2.852},
		16: {0, 0, 0.384, 0.647, 0.860, 1.045, 1.215, 1.377, 1.534, 1.691, 1.853, 2.023, 2.209, 2.421, 2.684, 3.068, 3.068},
	} {
		for b, want := range want {
			if got := math.Abs(gap(0, b, bands)); math.Abs(got-want) > 1e-9 {
				t.Errorf("%d bands, 0 to %d: %v, want %v", bands, b, got, want)
			}
		}
	}
}

// TestWindowIsWord compares a window over random series with the word of its last values.
func TestWindowIsWord(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	odd := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, 1e300}
	for range 300 {
		frames, bands := 2+random.IntN(5), 2+random.IntN(15)
		n := frames * (1 + random.IntN(5))
		w, series := newWindow(n, frames, bands), []float64(nil)
		for range n + random.IntN(3*n) {
			v := random.NormFloat64() * 5
			if random.IntN(10) == 0 {
				v = odd[random.IntN(len(odd))]
			}
			series = append(series, v)
			w.add(v)
		}
		want := word{values: n, bands: bands, frames: make([]byte, frames)}
		encode(want.frames, series[len(series)-n:], bands)
		if !w.current().equal(&want) {
			t.Fatalf("%v: %s, want %s", series, w.AppendOutput(nil), want.AppendOutput(nil))
		}
		if d, _, _, ok := distance(w.current(), &want); !ok || d != 0 {
			t.Fatalf("the distance of a word to itself is %v", d)
		}
		parsed, ok := parse(string(want.AppendOutput(nil)), bands)
		if !ok || !parsed.equal(&want) {
			t.Fatalf("%s is not parsed", want.AppendOutput(nil))
		}
	}
}

func TestPreserved(t *testing.T) {
	s := moduletest.New(t, Module())
	s.Expect(map[string]string{
		`local w = sax.window.new(4, 2, 4) w:add{5, 1, 0/0, -2.5, 1/0} return preserved(w)`: "if x == nil then x = sax.window.new(4, 2, 4) end\nx:clear()\nx:add({1,0/0,-2.5,1/0})\n",
		`local w = sax.window.new(4, 2, 4) w:add(1/3) return preserved(w)`:                  "if x == nil then x = sax.window.new(4, 2, 4) end\nx:clear()\nx:add({0.3333333333333333})\n",
		`return preserved(sax.window.new(4, 2, 4))`:                                         "if x == nil then x = sax.window.new(4, 2, 4) end\nx:clear()\nx:add({})\n",
		`return preserved(sax.word.new("A#D", 4))`:                                          "x = sax.word.new(\"A#D\", 4)\n",
	})
	values := s.In.NewTable(0, 0)
	for i, v := range []float64{9, 1, 2, 3, 10.1} {
		values.SetIndex(i+1, lua.Number(v))
	}
	v, err := s.Restore(Module(), []lua.Value{lua.Number(4), lua.Number(2), lua.Number(4)}, "add", values.Value())
	if err != nil || string(v.AsObject().(*window).AppendOutput(nil)) != "AD" {
		t.Errorf("a window is restored as %v, %v", v, err)
	}
	v, err = Module().Restore(s.In, []lua.Value{lua.String("A#D"), lua.Number(4)})
	if err != nil || string(v.AsObject().(*word).AppendOutput(nil)) != "A#D" {
		t.Errorf("a word is restored as %v, %v", v, err)
	}
	for _, args := range [][]lua.Value{nil, {lua.String("E"), lua.Number(4)}, {lua.Number(4), lua.Number(3), lua.Number(4)}} {
		if _, err := Module().Restore(s.In, args); err == nil {
			t.Errorf("new%v is restored", args)
		}
	}
	w := newWindow(4, 2, 4)
	if w.RestoreCall("get_word", nil) == nil || w.RestoreCall("add", nil) == nil || w.RestoreCall("clear", nil) != nil {
		t.Error("other methods are called")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("AB#", 4)
	f.Add("", 99)
	f.Fuzz(func(t *testing.T, text string, bands int) {
		w, ok := parse(text, bands)
		if !ok {
			return
		}
		if string(w.AppendOutput(nil)) != text {
			t.Fatalf("%q is parsed as %s", text, w.AppendOutput(nil))
		}
		if d, above, below, ok := distance(w, w); !ok || d+above+below != 0 {
			t.Fatalf("the distance to itself is %v", d)
		}
	})
}

func BenchmarkWindow(b *testing.B) {
	w := newWindow(100, 5, 8)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		w.add(float64(i % 97))
		w.current()
	}
}
