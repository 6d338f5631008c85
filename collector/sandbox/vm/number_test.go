package lua

import (
	"math"
	"strconv"
	"testing"
)

func TestFormatNumber(t *testing.T) {
	for want, f := range map[string]float64{
		"0": 0, "-0": math.Copysign(0, -1), "1": 1, "-12": -12, "99999999999999": 99999999999999, "1e+14": 1e14, "1e+15": 1e15,
		"0.1": 0.1, "0.3": 0.1 + 0.2, "3.3333333333333e-05": 1.0 / 30000, "0.0001": 0.0001, "1e-05": 0.00001,
		"inf": math.Inf(1), "-inf": math.Inf(-1), "nan": math.NaN(), "-nan": math.Copysign(math.NaN(), -1),
	} {
		if got := FormatNumber(f); got != want {
			t.Errorf("%g: got %s, want %s", f, got, want)
		}
	}
}

func TestAppendOutput(t *testing.T) {
	for want, f := range map[string]float64{
		"1.2": 1.2, "0.12345679": 0.123456789, "0": 1e-9, "-0": -1e-9, "3": 3, "-3.5": -3.5, "2": 1.999999999, "2147483647": math.MaxInt32,
		"2147483648": 1 << 31, "2147483648.5": 1<<31 + 0.5, "1e+20": 1e20, "nan": math.NaN(), "inf": math.Inf(1), "-inf": math.Inf(-1),
		"0.5": 0.5, "0.00000001": 1e-8, "0.1": 0.1, "99.9": 99.9, "-2147483649": -2147483649,
	} {
		if got := string(AppendOutput(nil, f)); got != want {
			t.Errorf("%g: got %s, want %s", f, got, want)
		}
	}
}

// FuzzNumber reads what it writes, and takes nothing that Go takes alone.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"1", "0x1F", "1e3", " -1.5 ", "inf", "nan", "0x", "1_0", "0b1", "+-1", "1e", "0x1p-4", "00000000000000000001", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, ok := ParseNumber(s)
		if !ok {
			if _, err := strconv.ParseUint(s, 10, 53); err == nil {
				t.Fatalf("%q is a number", s)
			}
			return
		}
		back, ok := ParseNumber(string(AppendG(nil, n, 17)))
		if !ok || back != n && n == n {
			t.Fatalf("%q is %v, read back %v", s, n, back)
		}
	})
}
