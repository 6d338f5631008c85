package httpclient

import (
	"errors"
	"io"
	"net/http"
	"sync"
)

// Body is the body of requests, in pieces that belong to somebody else: after Release nothing of it
// is read any more, though a connection that failed may still try to.
type Body struct {
	mu     sync.Mutex
	pieces [][]byte
	size   int64
	gone   bool
}

// NewBody makes a Body of the pieces, in order.
func NewBody(pieces ...[]byte) *Body {
	b := &Body{pieces: pieces}
	for _, p := range pieces {
		b.size += int64(len(p))
	}
	return b
}

// Attach makes it the body of a request.
func (b *Body) Attach(req *http.Request) {
	req.ContentLength = b.size
	req.Body = &bodyReader{body: b}
	req.GetBody = func() (io.ReadCloser, error) { return &bodyReader{body: b}, nil }
}

// Release ends all reading.
func (b *Body) Release() {
	b.mu.Lock()
	b.pieces, b.gone = nil, true
	b.mu.Unlock()
}

type bodyReader struct {
	body *Body
	at   int // piece
	off  int // in it
}

var errReleased = errors.New("the request is over")

// Read fills p from as many pieces as it takes.
func (r *bodyReader) Read(p []byte) (n int, err error) {
	b := r.body
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.gone {
		return 0, errReleased
	}
	for n < len(p) && r.at < len(b.pieces) {
		k := copy(p[n:], b.pieces[r.at][r.off:])
		n += k
		if r.off += k; r.off == len(b.pieces[r.at]) {
			r.at, r.off = r.at+1, 0
		}
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (r *bodyReader) Close() error { return nil }
