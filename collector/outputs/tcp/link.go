package tcp

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"time"
)

// link is a connection with a goroutine that waits for its end: a peer that was stopped would
// otherwise be noticed only after the system had taken, and lost, the next batch.
type link struct {
	conn net.Conn
	done chan struct{}
}

func (o *Output) connect(ctx context.Context) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, o.config.ConnectTimeout)
	defer cancel()
	d := &net.Dialer{KeepAlive: -1}
	if o.config.KeepAlive {
		d.KeepAlive = o.config.KeepAlivePeriod
	}
	if o.config.LocalAddress != "" {
		local, err := net.ResolveTCPAddr("tcp", o.config.LocalAddress)
		if err != nil {
			return nil, err
		}
		d.LocalAddr = local
	}
	conn, err := d.DialContext(ctx, "tcp", o.config.Address)
	if err != nil {
		return nil, bare(err)
	}
	if o.config.UseTLS {
		if conn, err = o.secure(ctx, conn); err != nil {
			return nil, err
		}
	}
	l := &link{conn: conn, done: make(chan struct{})}
	go l.watch()
	return l, nil
}

// bare is an error of net without the address that the caller names.
func bare(err error) error {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		return op.Err
	}
	return err
}

func (o *Output) secure(ctx context.Context, conn net.Conn) (net.Conn, error) {
	conf, err := o.config.TLS.Client()
	if err != nil {
		conn.Close()
		return nil, err
	}
	if conf.ServerName == "" {
		conf.ServerName, _, _ = net.SplitHostPort(o.config.Address)
	}
	secured := tls.Client(conn, conf)
	if err := secured.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return secured, nil
}

// watch reads until the connection ends. Peers send nothing; what comes nevertheless is dropped.
func (l *link) watch() {
	defer close(l.done)
	_, _ = io.Copy(io.Discard, l.conn)
}

func (l *link) ended() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// closeTimeout is how long the end of a TLS connection may take to be said.
const closeTimeout = time.Second

func (l *link) close() {
	_ = l.conn.SetWriteDeadline(time.Now().Add(closeTimeout))
	l.conn.Close()
	<-l.done
}
