package jsonscan

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// build reads any value with the scanner, as encoding/json would with map, slice and float64.
func build(s *Scanner) any {
	switch s.Kind() {
	case Null:
		s.Null()
		return nil
	case Bool:
		v, _ := s.Bool()
		return v
	case Number:
		v, _ := s.Number()
		return v
	case String:
		v, _ := s.String()
		return v
	case Array:
		list := []any{}
		s.Open('[')
		for first := true; s.Next(']', &first); {
			list = append(list, build(s))
		}
		return list
	case Object:
		m := map[string]any{}
		s.Open('{')
		first := true
		for name, ok := s.Key(&first); ok; name, ok = s.Key(&first) {
			m[name] = build(s)
		}
		return m
	}
	s.fail("expected a value")
	return nil
}

func TestSameAsEncodingJSON(t *testing.T) {
	var s Scanner
	f := func(text string) {
		t.Helper()
		var want any
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		s.Reset(text)
		if got := build(&s); !s.End() || !reflect.DeepEqual(got, want) {
			t.Errorf("%s\n got %v (%v)\nwant %v", text, got, s.Err(), want)
		}
		s.Reset(text)
		if skipped, ok := s.Skip(); !ok || !s.End() || skipped != strings.TrimSpace(text) {
			t.Errorf("Skip(%s): %q, %v", text, skipped, s.Err())
		}
	}
	f(` {"a": [1, -2.5, 3e2, 0, -0.0, 1E-3], "b" :{}, "c":[ ], "d":null,"e":true,"f":false} `)
	f(`"plain"`)
	f(`"\"\\\/\b\f\n\r\t é \u00e9 \ud83d\ude00 \ud83d \ude00 x\ud83dA"`)
	f(`[0.30000000000000004, 5e-324, 1.7976931348623157e308, 9007199254740993, 123456789012345678, 1e22, 1e23, 1e-22, 1e-23, 0.000000000000000000000000000001]`)
}

func TestErrors(t *testing.T) {
	var s Scanner
	f := func(text, want string) {
		t.Helper()
		s.Reset(text)
		build(&s)
		s.End()
		got := ""
		if err := s.Err(); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
		var any any
		if json.Unmarshal([]byte(text), &any) == nil && want != "bad JSON at byte 64: nested too deeply" {
			t.Errorf("%q is JSON", text)
		}
	}
	f(``, "bad JSON at byte 0: expected a value")
	f(`{`, "bad JSON at byte 1: the text ends too early")
	f(`{"a"}`, "bad JSON at byte 4: expected a colon")
	f(`{a:1}`, "bad JSON at byte 1: expected a string")
	f(`[1 2]`, "bad JSON at byte 3: expected a comma or the end")
	f(`[1,]`, "bad JSON at byte 3: nothing after a comma")
	f(`[,1]`, "bad JSON at byte 1: expected a value")
	f(`[1]]`, "bad JSON at byte 3: text after the end of the value")
	f(`[1.]`, "bad JSON at byte 1: bad number: no digit after the point")
	f(`[01]`, "bad JSON at byte 1: bad number")
	f(`-`, "bad JSON at byte 0: bad number")
	f(`1e+`, "bad JSON at byte 0: bad number: no digit in the exponent")
	f(`nul`, "bad JSON at byte 0: expected null")
	f(`truth`, "bad JSON at byte 0: expected true")
	f(`NaN`, "bad JSON at byte 0: expected a value")
	f("\"a\nb\"", "bad JSON at byte 2: control character in a string")
	f(`"a\x"`, "bad JSON at byte 2: unknown escape in a string")
	f(`"a\u12g4"`, "bad JSON at byte 2: unknown escape in a string")
	f(`"\n`, "bad JSON at byte 3: a string does not end")
	f(`"abc`, "bad JSON at byte 4: a string does not end")
	f(strings.Repeat("[", 65)+strings.Repeat("]", 65), "bad JSON at byte 64: nested too deeply")
}

func TestNumbersAreExact(t *testing.T) {
	var s Scanner
	for _, text := range []string{
		"151.715820927753", "0.1", "1e-7", "123456789.123456", "4.35", "0.000001", "1795161743.770", "99999999999999.9",
		"8.98846567431158e307", "2.2250738585072011e-308", "1e400", "-1e400", "18446744073709551616", "0.12345678901234567890123",
	} {
		want, _ := strconv.ParseFloat(text, 64)
		s.Reset(text)
		if got, ok := s.Number(); !ok || got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

func TestNanoseconds(t *testing.T) {
	var s Scanner
	f := func(text string, want int64, reason string) {
		t.Helper()
		s.Reset(text)
		got, ok := s.Nanoseconds()
		if err := s.Err(); got != want || ok != (reason == "") || !ok && !strings.HasSuffix(err.Error(), reason) {
			t.Errorf("%s: got %d, %v", text, got, err)
		}
	}
	f("1795161743.770", 1795161743770000000, "")
	f("1454490672", 1454490672000000000, "")
	f("1454490672.123456789012", 1454490672123456789, "")
	f("1.4544906725e9", 1454490672500000000, "")
	f("14544906725e-1", 1454490672500000000, "")
	f("-1.5", -1500000000, "")
	f("0", 0, "")
	f("0e999999999", 0, "")
	f("1e-999999999", 0, "")
	f("9223372036.854775807", math.MaxInt64, "")
	f("9223372036.854775808", 0, "a time out of range")
	f("1e12", 0, "a time out of range")
	f("99999999999999999999", 0, "a time out of range")
	f("x", 0, "bad number")
}

func TestNoAllocation(t *testing.T) {
	var s Scanner
	text := `[{"values":[151.7],"host":"node-1","text":"a\"b"},{"values":[0],"host":"node-2","text":"c\n"}]`
	if n := testing.AllocsPerRun(100, func() { s.Reset(text); s.Skip() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzScanner(f *testing.F) {
	for _, seed := range []string{
		`[{"values":[1.5,null],"meta":{"0":true}}]`, `"\ud83d\ude00"`, `[1e400,-0,0.1e-5]`, `{"a":{"b":[[]]}}`, `[1.,2]`, "\"\xff\"",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var s Scanner
		s.Reset(text)
		got := build(&s)
		s.End()
		var want any
		err := json.Unmarshal([]byte(text), &want)
		if s.Err() != nil {
			// encoding/json takes deeper nesting and refuses numbers that no float64 can hold
			if err == nil && !strings.HasSuffix(s.Err().Error(), "nested too deeply") {
				t.Fatalf("refused %q: %v", text, s.Err())
			}
			return
		}
		if err != nil {
			if _, large := err.(*json.UnmarshalTypeError); large {
				return
			}
			t.Fatalf("accepted %q: %v", text, err)
		}
		if strings.ToValidUTF8(text, "") == text && !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: got %v, want %v", text, got, want)
		}
	})
}
