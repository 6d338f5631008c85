package tcp

import (
	"bytes"
	"context"
	"io"
	"net"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// framed is a source that only splits, so that the benchmark measures reading and framing.
type framed struct {
	source
	records int
	enough  chan struct{}
	want    int
	n       int
}

func (f *framed) Fill(r io.Reader) (int, error) {
	n, err := r.Read(f.buf[f.n:cap(f.buf)])
	f.n += n
	data := f.buf[:f.n]
	for {
		advance, _, record := message.FindFrame(data, 64<<10)
		data = data[advance:]
		if record == nil {
			break
		}
		if f.records++; f.records == f.want {
			close(f.enough)
		}
	}
	f.n = copy(f.buf[:cap(f.buf)], data)
	return n, err
}

func (f *framed) Flush(context.Context, func()) error { return nil }
func (f *framed) Pending() bool                       { return false }

type framedHost struct{ src *framed }

func (h framedHost) NewSource(string) (plugin.Source, error) { return h.src, nil }

// BenchmarkFraming is the time per message of 700 bytes, the sender's share included.
func BenchmarkFraming(b *testing.B) {
	src := &framed{enough: make(chan struct{}), want: b.N}
	src.host, src.buf = &host{}, make([]byte, 64<<10)
	record := message.AppendFrame(nil, bytes.Repeat([]byte("x"), 700))
	c := defaults()
	p, err := c.NewInput(testEnv())
	if err != nil {
		b.Fatal(err)
	}
	in := p.(*Input)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- in.Run(ctx, framedHost{src}) }()
	<-in.listened
	conn, err := net.Dial("tcp", in.address.String())
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(record)))
	b.ReportAllocs()
	b.ResetTimer()
	chunk := bytes.Repeat(record, 100)
	for sent := 0; sent < b.N; sent += 100 {
		if _, err := conn.Write(chunk[:min(100, b.N-sent)*len(record)]); err != nil {
			b.Fatal(err)
		}
	}
	<-src.enough
	b.StopTimer()
	conn.Close()
	cancel()
	<-ended
}
