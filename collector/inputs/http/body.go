package http

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
)

var (
	errTooLarge = errors.New("body is larger than max_body_size")
	errBusy     = errors.New("too many bytes of bodies are being taken in")
	errEncoding = errors.New("content encoding is neither gzip nor identity")
)

// budget bounds the bytes of all bodies in memory.
type budget struct {
	limit int64
	used  atomic.Int64
}

func (b *budget) take(n int64) bool {
	if b.used.Add(n) <= b.limit {
		return true
	}
	b.used.Add(-n)
	return false
}

var (
	bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	zips   sync.Pool // of *gzip.Reader
)

const (
	keptBody   = 1 << 20 // larger buffers are left to the garbage collector
	chunkBytes = 64 << 10
)

// readBody takes a body in, decompressed, within the limits. release gives its memory back.
func (in *Input) readBody(r *http.Request) (body []byte, release func(), err error) {
	if r.ContentLength > in.config.MaxBodySize {
		return nil, func() {}, errTooLarge
	}
	var from io.Reader = r.Body
	switch r.Header.Get("Content-Encoding") {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := unzip(r.Body)
		if err != nil {
			return nil, func() {}, err
		}
		defer zips.Put(z)
		from = z
	default:
		return nil, func() {}, errEncoding
	}
	buf := bodies.Get().(*bytes.Buffer)
	taken := int64(0)
	release = func() {
		in.budget.used.Add(-taken)
		if buf.Cap() <= keptBody {
			buf.Reset()
			bodies.Put(buf)
		}
	}
	for {
		if !in.budget.take(chunkBytes) {
			return nil, release, errBusy
		}
		taken += chunkBytes
		n, err := io.CopyN(buf, from, chunkBytes)
		switch {
		case int64(buf.Len()) > in.config.MaxBodySize:
			return nil, release, errTooLarge
		case errors.Is(err, io.EOF) && n < chunkBytes:
			return buf.Bytes(), release, nil
		case err != nil:
			return nil, release, err
		}
	}
}

func unzip(r io.Reader) (*gzip.Reader, error) {
	if z, ok := zips.Get().(*gzip.Reader); ok {
		if err := z.Reset(r); err != nil {
			return nil, err
		}
		return z, nil
	}
	return gzip.NewReader(r)
}
