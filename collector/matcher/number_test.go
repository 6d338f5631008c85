package matcher

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"
)

// TestNumberOrder compares with exact arithmetic.
func TestNumberOrder(t *testing.T) {
	literals := []string{
		"0", "-0", "-0.0", "0.5", "-0.5", ".5", "5.", "42", "42.0", "4.2e1", "420e-1", "421e-1", "-421e-1", "4e0", "0e5",
		"1e-400", "-1e-400", "1e300", "-1e300", "1.5e18", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
		"-9223372036854775809", "9223372036854775807.5", "-9223372036854775808.5", "1700000000123456789", "1700000000123456789.5",
		"0.1700000000123456789e19", "17000000001234567890000e-4", "000000000000000000000000000001", "00.00010e4",
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		literals = append(literals, strconv.FormatFloat(rnd.NormFloat64()*1e3, "efg"[rnd.IntN(3)], rnd.IntN(20), 64))
	}
	for _, lit := range literals {
		l := lexer{src: lit}
		if _, err := l.number(); err != nil {
			if lit[0] != '+' {
				t.Errorf("%q: %v", lit, err)
			}
			continue
		}
		n, exact := makeNumber(lit), rational(lit)
		values := []int64{0, 1, -1, 4, 5, 42, 1700000000123456789, math.MaxInt64, math.MinInt64, n.floor, n.floor + 1, n.floor - 1}
		for _, v := range values {
			if got, want := n.order(v), new(big.Rat).SetInt64(v).Cmp(exact); got != want {
				t.Errorf("%d against %s: %d, want %d", v, lit, got, want)
			}
		}
	}
}

func rational(lit string) *big.Rat {
	r, ok := new(big.Rat).SetString(lit)
	if !ok {
		panic(lit)
	}
	return r
}

func TestHugeExponentIsCheap(t *testing.T) {
	for _, lit := range []string{"1e-999999999", "1e-99999999999999999999", "0e999999999", "0.0e999999999"} {
		if n := makeNumber(lit); n.float != 0 {
			t.Errorf("%s: %+v", lit, n)
		}
	}
	if _, err := Parse("Pid == 1e999999999"); err == nil || err.Error() != `1:8: number "1e999999999" is out of range` {
		t.Errorf("error %v", err)
	}
}
