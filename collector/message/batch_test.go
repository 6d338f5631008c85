package message

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"testing"
)

func TestBatchHoldsMessages(t *testing.T) {
	b := NewBatch()
	var d Draft
	var want [][]byte
	for i := range 2000 { // several slabs
		d.Reset()
		d.Payload = strings.Repeat("p", i)
		d.AddInt("n", "", int64(i))
		d.Signer, d.Loops = "signer", i
		want = append(want, d.Encode(nil))
		b.Append(&d)
	}
	if err := b.AppendRaw(want[7], "another"); err != nil {
		t.Fatal(err)
	}
	want = append(want, want[7])
	size := 0
	for i, raw := range want {
		m := b.At(i)
		size += len(raw)
		if !bytes.Equal(m.Bytes(), raw) || contentOf(m) != contentOf(indexed(t, raw)) {
			t.Fatalf("message %d changed", i)
		}
	}
	if b.Len() != len(want) || b.Bytes() != size {
		t.Errorf("%d messages of %d bytes, want %d of %d", b.Len(), b.Bytes(), len(want), size)
	}
	if m := b.At(1000); m.Signer() != "signer" || m.Loops() != 255 {
		t.Errorf("signer %q, loops %d", m.Signer(), m.Loops())
	}
	if m := b.At(2000); m.Signer() != "another" || m.Loops() != 0 {
		t.Errorf("signer %q, loops %d", m.Signer(), m.Loops())
	}
	b.Truncate(10)
	if b.Len() != 10 || b.Bytes() != sum(want[:10]) {
		t.Errorf("truncated: %d messages of %d bytes", b.Len(), b.Bytes())
	}
	b.Release()
}

func TestEmptyEncodingsInABatch(t *testing.T) {
	b := NewBatch()
	for range 3 {
		if err := b.AppendRaw(nil, ""); err != nil {
			t.Fatal(err)
		}
	}
	b.Append(&Draft{Type: "log"})
	if b.Len() != 4 || b.At(3).Type() != "log" {
		t.Errorf("%d messages", b.Len())
	}
	b.Release()
}

func TestCompact(t *testing.T) {
	PoisonReleased(true)
	defer PoisonReleased(false)
	fill := func(n int) *Batch {
		b := NewBatch()
		var d Draft
		for i := range n {
			d.Reset()
			d.Type, d.Signer, d.Loops = "log", "signer", 3
			d.AddInt("n", "", int64(i))
			d.AddString("text", strings.Repeat("x", 200))
			b.Append(&d)
		}
		return b
	}
	big := fill(3000)
	if big.Compact() != big {
		t.Error("a full batch was copied")
	}
	two := CopyOf([]*Message{big.At(7), big.At(9)})
	size := len(big.At(7).Bytes()) + len(big.At(9).Bytes())
	big.Release()
	few := fill(3)
	one := few.Compact()
	if one == few {
		t.Error("a sparse batch was not copied")
	}
	for _, c := range []struct {
		b    *Batch
		want []int64
	}{{two, []int64{7, 9}}, {one, []int64{0, 1, 2}}} {
		if c.b.Len() != len(c.want) || c.b.Sparse(c.b.Bytes()) {
			t.Errorf("%d messages, sparse %v", c.b.Len(), c.b.Sparse(c.b.Bytes()))
		}
		for i, want := range c.want {
			m := c.b.At(i)
			if v, _ := m.Value("n"); v.Int() != want || m.Type() != "log" || m.Signer() != "signer" || m.Loops() != 3 || m.Text("text") != strings.Repeat("x", 200) {
				t.Errorf("message %d is %s", i, AppendJSON(nil, m))
			}
		}
	}
	if two.Bytes() != size {
		t.Errorf("%d bytes, want %d", two.Bytes(), size)
	}
	two.Release()
	one.Release()
}

func indexed(t testing.TB, raw []byte) *Message {
	t.Helper()
	m, err := Index(raw)
	if err != nil {
		t.Fatal(err)
	}
	return &m
}

func sum(parts [][]byte) (n int) {
	for _, part := range parts {
		n += len(part)
	}
	return n
}

// TestBatchRefusesMalformed: a refused message leaves no trace.
func TestBatchRefusesMalformed(t *testing.T) {
	b := NewBatch()
	defer b.Release()
	good := relayed(t)
	for range 3 {
		if err := b.AppendRaw(good, ""); err != nil {
			t.Fatal(err)
		}
		var decode *DecodeError
		if err := b.AppendRaw(good[:len(good)-1], ""); !errors.As(err, &decode) {
			t.Fatalf("error %v", err)
		}
	}
	if b.Len() != 3 || b.Bytes() != 3*len(good) {
		t.Errorf("%d messages of %d bytes", b.Len(), b.Bytes())
	}
	for i := range 3 {
		if !bytes.Equal(b.At(i).Bytes(), good) {
			t.Errorf("message %d changed", i)
		}
	}
}

func TestRawIsCopied(t *testing.T) {
	b := NewBatch()
	defer b.Release()
	raw := relayed(t)
	if err := b.AppendRaw(raw, ""); err != nil {
		t.Fatal(err)
	}
	want := bytes.Clone(raw)
	clear(raw)
	if !bytes.Equal(b.At(0).Bytes(), want) {
		t.Error("the message changed with what it was made of")
	}
}

// TestPoison: after the last Release the memory is overwritten, not before; a clone stays.
func TestPoison(t *testing.T) {
	PoisonReleased(true)
	defer PoisonReleased(false)
	b := NewBatch()
	var d Draft
	d.Type, d.Signer = "log", "signer"
	d.Payload = strings.Repeat("x", firstSlab) // fills a slab, so that two are overwritten
	b.Append(&d)
	b.Append(&d)
	first, second := b.At(0).Type(), b.At(1).Type()
	clone := b.At(1).Clone()
	b.Retain(2)
	b.Release()
	b.Release()
	if first != "log" || second != "log" {
		t.Fatal("overwritten while in use")
	}
	b.Release()
	if want := strings.Repeat("\xdb", 3); first != want || second != want {
		t.Errorf("not overwritten: %q %q", first, second)
	}
	if clone.Type() != "log" || clone.Signer() != "signer" {
		t.Errorf("clone %q, signer %q", clone.Type(), clone.Signer())
	}
}

func TestReleaseTooOften(t *testing.T) {
	b := &Batch{}
	b.refs.Store(1)
	b.Release()
	defer func() {
		if recover() == nil {
			t.Error("a second Release of the last use went unnoticed")
		}
	}()
	b.Release()
}

// TestRecycledBatchIsEmpty: nothing of an earlier use shows.
func TestRecycledBatchIsEmpty(t *testing.T) {
	var d Draft
	for i := range 100 {
		b := NewBatch()
		if b.Len() != 0 || b.Bytes() != 0 {
			t.Fatalf("round %d: %d messages, %d bytes", i, b.Len(), b.Bytes())
		}
		for range i {
			logDraft(&d)
			b.Append(&d)
		}
		b.Release()
	}
}

// TestSharedBatch reads one batch in several goroutines, for the race detector.
func TestSharedBatch(t *testing.T) {
	b := NewBatch()
	var d Draft
	logDraft(&d)
	for range 50 {
		b.Append(&d)
	}
	want := contentOf(b.At(0))
	var wg sync.WaitGroup
	b.Retain(4)
	for range 4 {
		wg.Go(func() {
			defer b.Release()
			for i := range b.Len() {
				if contentOf(b.At(i)) != want {
					t.Error("a message changed")
				}
			}
		})
	}
	b.Release()
	wg.Wait()
}

func TestNoAllocation(t *testing.T) {
	var d Draft
	batch := NewBatch()
	raw := relayed(t)
	for range 300 {
		batch.Append(&d)
	}
	batch.Truncate(0)
	for name, f := range map[string]func(){
		"fill and seal": func() { logDraftKept(&d); batch.Append(&d); batch.Truncate(0); batch.slab = batch.slab[:0] },
		"index":         func() { _, _ = Index(raw) },
		"append raw":    func() { _ = batch.AppendRaw(raw, ""); batch.Truncate(0); batch.slab = batch.slab[:0] },
		"find frame":    func() { FindFrame(raw, DefaultMaxSize) },
		"load":          func() { d.Load(batch.At(0)) },
	} {
		if name == "load" {
			_ = batch.AppendRaw(raw, "")
		}
		f()
		if n := testing.AllocsPerRun(20, f); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}

func logDraftKept(d *Draft) {
	d.Reset()
	d.Type, d.Payload = "log", "line"
	d.AddString("programname", "nova-api")
	d.AddInt("http_status", "", 200)
	d.AddFloat("http_response_time", "s", 0.191606)
	d.AddBool("b", true)
}
