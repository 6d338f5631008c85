package protobuf

import (
	"errors"
	"testing"

	"lma_collector/collector/message"
)

// batchEmitter seals what is emitted.
type batchEmitter struct{ *message.Batch }

func (e batchEmitter) Emit(d *message.Draft) { e.Append(d) }

func encoded() []byte {
	var d message.Draft
	d.SetUUID([16]byte{1, 2, 3})
	d.SetTimestamp(1454500800000000000)
	d.Type, d.Logger, d.Payload = "log", "openstack.nova", "text"
	d.AddInt("http_status", "", 200)
	d.AddStrings("tag_fields", []string{"a", "b"})
	return d.Encode(nil)
}

func TestDecode(t *testing.T) {
	raw := encoded()
	for name, fill := range map[string]func(*message.Draft){
		"raw":     func(d *message.Draft) { d.Raw = raw },
		"payload": func(d *message.Draft) { d.Payload = string(raw) },
	} {
		var d message.Draft
		d.Logger, d.Signer, d.Loops = "tcp_input", "ops", 2
		fill(&d)
		b := message.NewBatch()
		if err := (Decoder{}).Decode(&d, batchEmitter{b}); err != nil {
			t.Fatal(name, err)
		}
		m := b.At(0)
		if m.Logger() != "openstack.nova" || m.Signer() != "ops" || m.Loops() != 2 || string(m.Bytes()) != string(raw) {
			t.Errorf("%s: logger %q, signer %q, loops %d, %x", name, m.Logger(), m.Signer(), m.Loops(), m.Bytes())
		}
		b.Release()
	}
}

func TestMalformed(t *testing.T) {
	var d message.Draft
	b := message.NewBatch()
	defer b.Release()
	if err := (Decoder{}).Decode(&d, batchEmitter{b}); !errors.Is(err, errEmpty) {
		t.Errorf("nothing gives %v", err)
	}
	d.Raw = []byte{0x0a, 0x7f, 1}
	var bad *message.DecodeError
	if err := (Decoder{}).Decode(&d, batchEmitter{b}); !errors.As(err, &bad) {
		t.Errorf("a cut message gives %v", err)
	}
	if err := (Decoder{}).DecodeRaw(b, d.Raw, ""); !errors.As(err, &bad) {
		t.Errorf("a cut message gives %v", err)
	}
	if b.Len() != 0 {
		t.Errorf("%d messages", b.Len())
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(encoded())
	f.Add([]byte{0x52, 0})
	f.Fuzz(func(t *testing.T, raw []byte) {
		b := message.NewBatch()
		defer b.Release()
		var d message.Draft
		d.Raw = raw
		err := Decoder{}.Decode(&d, batchEmitter{b})
		if (err == nil) != (b.Len() == 1) {
			t.Fatalf("%d messages with error %v", b.Len(), err)
		}
	})
}

func BenchmarkDecodeRaw(b *testing.B) {
	raw := encoded()
	b.ReportAllocs()
	batch := message.NewBatch()
	for b.Loop() {
		if batch.Len() == 256 {
			batch.Release()
			batch = message.NewBatch()
		}
		if err := (Decoder{}).DecodeRaw(batch, raw, ""); err != nil {
			b.Fatal(err)
		}
	}
}
