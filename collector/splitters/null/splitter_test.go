package null

import (
	"bytes"
	"testing"

	"lma_collector/collector/plugin"
)

func TestWhole(t *testing.T) {
	s, err := (&Config{}).NewSplitter(nil)
	if err != nil {
		t.Fatal(err)
	}
	if w, ok := s.(interface{ Whole() bool }); !ok || !w.Whole() {
		t.Error("not recognisable as one that takes bodies whole")
	}
	if n, r := s.Split([]byte("a\nb"), false); n != 3 || string(r) != "a\nb" {
		t.Errorf("got %d, %q", n, r)
	}
	if n, r := s.Split(nil, true); n != 0 || r != nil {
		t.Errorf("nothing gives %d, %q", n, r)
	}
	var o plugin.SplitterOptions
	(&Config{}).SplitterDefaults(&o)
	if o.MinBufferSize != 65536 {
		t.Errorf("buffer of %d", o.MinBufferSize)
	}
}

func FuzzSplit(f *testing.F) {
	f.Add([]byte("x"))
	f.Fuzz(func(t *testing.T, data []byte) {
		n, r := Splitter{}.Split(data, true)
		if n != len(data) || !bytes.Equal(r, data) {
			t.Fatal("not whole")
		}
	})
}
