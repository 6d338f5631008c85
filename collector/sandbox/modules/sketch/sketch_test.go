package sketch

import "testing"

// TestXXH32 has values of the algorithm's own specification and of its command line tool.
func TestXXH32(t *testing.T) {
	for key, want := range map[string]uint32{
		"": 0x02cc5d05, "a": 0x550d7456, "abc": 0x32d153ff, "Nobody inspects the spammish repetition": 0xe2293b2f,
	} {
		if got := XXH32([]byte(key), 0); want != got {
			t.Errorf("%.20q: %08x, want %08x", key, got, want)
		}
	}
	if got := XXH32(nil, 0x9e3779b1); got != 0x36b78ae7 {
		t.Errorf("empty with a seed: %08x", got)
	}
}

func TestAppendBinary(t *testing.T) {
	if got := string(AppendBinary([]byte("x"), []byte("a\n\r\"\\\x00\xff"))); got != `xa\n\r\"\\`+"\x00\xff" {
		t.Errorf("%q", got)
	}
}

func TestCount(t *testing.T) {
	nan := 0.0
	nan /= nan
	for f, want := range map[float64]float64{3: 3, 2.9: 2, -1: 0, 1e300: 0, 0: 0} {
		if got := Count(f); got != want {
			t.Errorf("%v: %v", f, got)
		}
	}
	if got := Count(nan); got != 0 {
		t.Errorf("nan: %v", got)
	}
}
