package tcp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime/debug"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

const (
	handshakeTime = 10 * time.Second
	stopTime      = time.Second            // for handing over what a decoder held back
	idleStep      = 500 * time.Millisecond // between looks at what a decoder holds back
)

// connection is one peer.
type connection struct {
	input *Input
	conn  net.Conn
	peer  string // its IP
	src   plugin.Source
	heard time.Time // when data came last
}

// serve reads a connection until it ends. What goes wrong with one peer stays with it.
func (in *Input) serve(ctx context.Context, conn net.Conn, host plugin.InputHost) {
	c := &connection{input: in, conn: conn, peer: peerIP(conn.RemoteAddr())}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	defer func() {
		if p := recover(); p != nil {
			in.env.Log.Error("connection closed after a panic", "peer", c.peer, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	if err := c.run(ctx, host); err != nil && ctx.Err() == nil {
		in.env.Log.Info("connection closed", "peer", c.peer, "reason", err)
	}
}

// peerIP is the address without port and zone.
func peerIP(a net.Addr) string {
	if t, ok := a.(*net.TCPAddr); ok {
		return t.AddrPort().Addr().Unmap().WithZone("").String()
	}
	return a.String()
}

func (c *connection) run(ctx context.Context, host plugin.InputHost) error {
	if err := c.handshake(ctx); err != nil {
		return err
	}
	src, err := host.NewSource(c.peer)
	if err != nil {
		return err
	}
	c.src = src
	defer src.Close()
	src.SetDecorator(c.decorate)
	err = c.read(ctx)
	src.Finish()
	flush, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	if ctx.Err() == nil { // no hurry: the peer ended, not we
		flush = ctx
	}
	return errors.Join(err, src.Flush(flush, nil))
}

func (c *connection) handshake(ctx context.Context) error {
	if c.input.tls == nil {
		return nil
	}
	t := tls.Server(c.conn, c.input.tls)
	c.conn = t
	ctx, cancel := context.WithTimeout(ctx, handshakeTime)
	defer cancel()
	if err := t.HandshakeContext(ctx); err != nil {
		return fmt.Errorf("TLS handshake: %w", err)
	}
	return nil
}

func (c *connection) decorate(d *message.Draft) {
	d.Type, d.Hostname = c.input.env.Name, c.peer
}

// read takes in data and hands over what each read gave; waiting for a full queue holds the peer
// back through TCP itself.
func (c *connection) read(ctx context.Context) error {
	c.heard = time.Now()
	waiting := false // a deadline is set
	for {
		var err error
		if waiting, err = c.setDeadline(waiting); err != nil {
			return err
		}
		n, err := c.src.Fill(c.conn)
		if n > 0 {
			c.heard = time.Now()
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			return nil
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return err
		case c.input.config.IdleTimeout > 0 && time.Since(c.heard) >= c.input.config.IdleTimeout:
			return fmt.Errorf("quiet for idle_timeout = %s", c.input.config.IdleTimeout)
		default:
			c.src.Idle()
		}
		if err := c.src.Flush(ctx, nil); err != nil {
			return err
		}
	}
}

// setDeadline wakes the next read in time for what a decoder holds back and for the idle timeout. A
// quiet connection is woken once, to give its buffer back, and then sleeps.
func (c *connection) setDeadline(waiting bool) (bool, error) {
	quiet := time.Since(c.heard)
	wake := time.Duration(0)
	switch limit := c.input.config.IdleTimeout; {
	case c.src.Pending() || quiet < idleStep:
		wake = idleStep
	case limit > 0:
		wake = max(limit-quiet, time.Millisecond)
	}
	if wake == 0 {
		if !waiting {
			return false, nil
		}
		return false, c.conn.SetReadDeadline(time.Time{})
	}
	return true, c.conn.SetReadDeadline(time.Now().Add(wake))
}
