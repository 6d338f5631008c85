package message

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
)

// Numbers of any size are read as the standard library reads them, wherever the bytes end.
func TestVarint(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	f := func(raw []byte) {
		t.Helper()
		want, size := binary.Uvarint(raw)
		if size < 0 {
			want, size = 0, 0
		}
		if v, n := varint(raw, 0); n != size || n > 0 && v != want {
			t.Fatalf("%x: %d in %d bytes, want %d in %d", raw, v, n, want, size)
		}
	}
	for range 20_000 {
		raw := binary.AppendUvarint(nil, random.Uint64()>>random.IntN(64))
		f(raw)
		f(raw[:len(raw)-1])
		for range random.IntN(12) {
			raw = append(raw, byte(random.Uint32()))
			f(raw)
		}
		for i := range raw {
			raw[i] |= 0x80
		}
		f(raw)
	}
	if _, n := varint([]byte{1}, 2); n != 0 {
		t.Error("a number behind the end")
	}
}
