package lua

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// decimalCases are numbers that are hard to round, or that strconv takes long for.
var decimalCases = []string{
	"5e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "4.9e-310", "1e-400", "0e999999999999", "1e999999999999",
	"2.2250738585072011e-308", "2.2250738585072014e-308", "1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308",
	"9007199254740993", "9007199254740992.9999999999999999999999", "9007199254740993." + strings.Repeat("0", 900), "9007199254740993." + strings.Repeat("0", 900) + "1",
	"0." + strings.Repeat("0", 400) + "1e400", "1" + strings.Repeat("0", 320), "." + strings.Repeat("0", 323) + "5",
	"2.47032822920623272088284396434110686182e-324", "2.4703282292062327208828439643411068618252990130716238221279284125033775363510437593264991818081799618989828234772285886546332835517796989819938739800539093906315035659515570226392290858392449105184435931802849936536152500319370457678249219365623669863658480757001585769269903706311928279558551332927834338409351978015531246597263579574622766465272827220056374006485499977096599470454020828166226237857393450736339007967761930577506740176324673600968951340535537458516661134223766678604837434570163624949371594080000000000000000001e-324",
	"1.e5", ".5", ".", "1e", "1e+", "1e5x", "1..2", "12.5e-3", "000000000000000000000001", "123456789012345678901234567890e10",
}

func sameParsed(t *testing.T, s string) {
	t.Helper()
	want, err := strconv.ParseFloat(s, 64)
	fine := err == nil || math.IsInf(want, 0)
	if got, _, ok := parseDecimal(s); ok != fine || ok && math.Float64bits(got) != math.Float64bits(want) {
		t.Errorf("%.60s: %v %v, want %v %v", s, got, ok, want, fine)
	}
}

// TestDecimal compares with strconv, the slower one.
func TestDecimal(t *testing.T) {
	for _, s := range decimalCases {
		sameParsed(t, s)
	}
	if f, _, ok := parseDecimal(strings.Repeat("9", 1000) + "e-1000"); f != 1 || !ok { // strconv gives 1e-200
		t.Errorf("%v %v", f, ok)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		f := math.Float64frombits(random.Uint64() &^ (1 << 63))
		if random.IntN(2) == 0 {
			f = math.Float64frombits(random.Uint64() >> (12 + random.IntN(50))) // denormal
		}
		if f-f != 0 {
			continue
		}
		s := strconv.FormatFloat(f, 'e', random.IntN(40), 64)
		sameParsed(t, s)
		// halfway between two numbers, and just beside it
		next := math.Nextafter(f, math.Inf(1))
		if exact := strconv.FormatFloat((f+next)/2, 'e', 30, 64); next-next == 0 {
			sameParsed(t, exact)
			sameParsed(t, strings.Replace(exact, "e", "1e", 1))
		}
	}
}

func FuzzDecimal(f *testing.F) {
	for _, s := range decimalCases {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) < mostDigits && strings.Trim(s, "0123456789.eE+-") == "" && s != "" && (s[0] == '.' || s[0]-'0' <= 9) {
			sameParsed(t, s)
		}
	})
}

func BenchmarkParseNumber(b *testing.B) {
	for _, s := range []string{"1234.5", "-1234.5", "0.30000000000000004", "5e-324", decimalCases[20], strings.Repeat("9", 800) + "e-1100"} {
		b.Run(s[:min(len(s), 20)], func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				ParseNumber(s)
			}
		})
	}
}
