package message

import (
	"strings"
	"testing"
)

// logDraft is what a log decoder makes of a line of 262 bytes: twelve fields.
func logDraft(d *Draft) {
	d.Reset()
	d.SetUUID([16]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
	d.SetTimestamp(1700000000123456789)
	d.Type, d.Logger, d.Hostname = "log", "openstack.nova", "node-1"
	d.Payload = strings.Repeat("0123456789abcdef", 16) + "012345"
	d.SetSeverity(6)
	d.SetPid(25746)
	d.AddString("severity_label", "INFO")
	d.AddString("programname", "nova-api")
	d.AddString("python_module", "nova.osapi_compute.wsgi.server")
	d.AddString("request_id", "req-3a8d6e4c-0b2f-4d1c-9f6e-2f1d0c9b8a76")
	d.AddString("user_id", "9a3f0c1d2e4b5a69788796a5b4c3d2e1")
	d.AddString("tenant_id", "0123456789abcdef0123456789abcdef")
	d.AddString("http_method", "GET")
	d.AddString("http_url", "/v2.1/servers/detail?all_tenants=1")
	d.AddString("http_version", "1.1")
	d.AddInt("http_status", "", 200)
	d.AddInt("http_response_size", "B", 1583)
	d.AddFloat("http_response_time", "s", 0.191606)
}

// relayed is an encoded message of about 700 bytes with 10 fields.
func relayed(t testing.TB) []byte {
	var d Draft
	logDraft(&d)
	d.RemoveField(0)
	d.RemoveField(0)
	raw := d.Encode(nil)
	if len(raw) < 650 || len(raw) > 750 {
		t.Fatalf("%d bytes", len(raw))
	}
	return raw
}

func BenchmarkSeal(b *testing.B) {
	var d Draft
	logDraft(&d)
	batch := NewBatch()
	b.ReportAllocs()
	for b.Loop() {
		if batch.Len() == 256 {
			batch.Release()
			batch = NewBatch()
		}
		batch.Append(&d)
	}
	batch.Release()
}

// BenchmarkFillAndSeal includes what a decoder does to fill the draft.
func BenchmarkFillAndSeal(b *testing.B) {
	var d Draft
	payload := strings.Repeat("0123456789abcdef", 16)
	batch := NewBatch()
	b.ReportAllocs()
	for b.Loop() {
		if batch.Len() == 256 {
			batch.Release()
			batch = NewBatch()
		}
		d.Reset()
		d.SetTimestamp(1700000000123456789)
		d.Type, d.Payload = "log", payload
		for range 4 {
			d.AddString("request_id", "req-3a8d6e4c")
			d.AddInt("http_status", "", 200)
			d.AddFloat("http_response_time", "s", 0.191606)
		}
		batch.Append(&d)
	}
	batch.Release()
}

func BenchmarkIndex(b *testing.B) {
	raw := relayed(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Index(raw); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendRaw(b *testing.B) {
	raw := relayed(b)
	batch := NewBatch()
	b.ReportAllocs()
	for b.Loop() {
		if batch.Len() == 256 {
			batch.Release()
			batch = NewBatch()
		}
		if err := batch.AppendRaw(raw, ""); err != nil {
			b.Fatal(err)
		}
	}
	batch.Release()
}

func BenchmarkFindFrame(b *testing.B) {
	var stream []byte
	for range 64 {
		stream = AppendFrame(stream, relayed(b))
	}
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for rest := stream; len(rest) > 0; n++ {
			advance, _, _ := FindFrame(rest, DefaultMaxSize)
			rest = rest[advance:]
		}
		if n != 64 {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/64, "ns/frame")
}

func BenchmarkField(b *testing.B) {
	m, err := Index(relayed(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("names", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			n := 0
			for range m.FieldNames {
				n++
			}
			if n != 10 {
				b.Fatal(n)
			}
		}
	})
	b.Run("value of the last", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if v, _ := m.Value("http_response_time"); v.Float() != 0.191606 {
				b.Fatal(v)
			}
		}
	})
	b.Run("all values", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			n := 0
			for f := range m.Fields {
				for v := range f.Values {
					n += len(v.Text())
				}
			}
			if n == 0 {
				b.Fatal()
			}
		}
	})
}

func BenchmarkLoadAndEncode(b *testing.B) {
	m, err := Index(relayed(b))
	if err != nil {
		b.Fatal(err)
	}
	var d Draft
	buf := make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		d.Load(&m)
		buf = d.Encode(buf[:0])
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	m, err := Index(relayed(b))
	if err != nil {
		b.Fatal(err)
	}
	buf := make([]byte, 0, 2048)
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendJSON(buf[:0], &m)
	}
}
