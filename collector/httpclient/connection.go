package httpclient

import (
	"context"
	"errors"
	"io"
	"net"
)

// connection sends the bodies of requests through memory of its own; net/http would take 32 KiB anew
// for each of them.
type connection struct {
	net.Conn
	buffer []byte
}

// bodyBuffer is what a connection sends of a body at once, in bytes.
const bodyBuffer = 64 << 10

// dialing gives connections of their own buffer. One goroutine at a time writes to each.
func dialing(d *net.Dialer) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := d.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &connection{Conn: conn}, nil
	}
}

var _ io.ReaderFrom = (*connection)(nil)

// ReadFrom sends all of r.
func (c *connection) ReadFrom(r io.Reader) (sent int64, err error) {
	if c.buffer == nil {
		c.buffer = make([]byte, bodyBuffer)
	}
	for {
		n, err := r.Read(c.buffer)
		if n > 0 {
			written, failed := c.Write(c.buffer[:n])
			sent += int64(written)
			if failed != nil {
				return sent, failed
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return sent, nil
		case err != nil:
			return sent, err
		}
	}
}
