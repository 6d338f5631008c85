package tcp

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
)

// scriptedListener gives connections and failures in their order.
type scriptedListener struct {
	net.Listener
	answers []func() (net.Conn, error)
}

func (l *scriptedListener) Accept() (net.Conn, error) {
	next := l.answers[0]
	l.answers = l.answers[1:]
	return next()
}

// What passes, such as too many open files, does not end the input, and is told for as long as it lasts.
func TestFailuresToAccept(t *testing.T) {
	c := defaults()
	p, err := c.NewInput(testEnv())
	if err != nil {
		t.Fatal(err)
	}
	in := p.(*Input)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	fail := func(err error) func() (net.Conn, error) {
		return func() (net.Conn, error) { return nil, &net.OpError{Op: "accept", Net: "tcp", Err: err} }
	}
	conditions := func() (text string) {
		for _, c := range in.env.Health.Conditions() {
			text += c.Text
		}
		return text
	}
	peer, served := net.Pipe()
	l := &scriptedListener{answers: []func() (net.Conn, error){
		fail(syscall.EMFILE), fail(syscall.ECONNABORTED),
		func() (net.Conn, error) {
			if got := conditions(); !strings.HasPrefix(got, "connections cannot be accepted: ") {
				t.Errorf("while it lasts: %q", got)
			}
			return served, nil
		},
		func() (net.Conn, error) {
			if got := conditions(); got != "" {
				t.Errorf("afterwards: %q", got)
			}
			return nil, syscall.EBADF
		},
	}}
	err = in.accept(ctx, l, &host{})
	if !errors.Is(err, syscall.EBADF) || !strings.HasPrefix(err.Error(), `cannot accept connections on "127.0.0.1:0": `) {
		t.Errorf("got %v", err)
	}
	peer.Close()
	in.peers.Wait()

	l.answers = []func() (net.Conn, error){func() (net.Conn, error) { cancel(); return nil, io.EOF }}
	if err := in.accept(ctx, l, &host{}); err != nil {
		t.Errorf("at the end: %v", err)
	}
}
