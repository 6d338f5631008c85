package tcp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/plugin"
)

func defaults() Config {
	return Config{Net: "tcp", Address: "127.0.0.1:0", KeepAlive: true, MaxConnections: 8}
}

func dial(t testing.TB, in *Input) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", in.address.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func send(t testing.TB, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

func TestRecordsOfConnections(t *testing.T) {
	h := &host{}
	in, stop := start(t, defaults(), h)
	a, b := dial(t, in), dial(t, in)
	send(t, a, "one\ntw")
	eventually(t, "one", func() bool { return len(h.got()) == 1 })
	send(t, b, "three\n")
	eventually(t, "three", func() bool { return len(h.got()) == 2 })
	send(t, a, "o\n")
	a.Close()
	eventually(t, "two", func() bool { return len(h.got()) == 3 })
	want := []string{"127.0.0.1 tcp_input 127.0.0.1 one", "127.0.0.1 tcp_input 127.0.0.1 three", "127.0.0.1 tcp_input 127.0.0.1 two"}
	if got := h.got(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	eventually(t, "a closed", func() bool { return in.now.Value() == 1 })
	began := time.Now()
	if err := stop(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("stopping took %s", took)
	}
	if h.open != 0 || in.accepted.Value() != 2 {
		t.Errorf("%d sources open, %d accepted", h.open, in.accepted.Value())
	}
}

func TestHeldMessagesComeOutInTime(t *testing.T) {
	h := &host{}
	in, _ := start(t, defaults(), h)
	send(t, dial(t, in), "traceback+\n")
	eventually(t, "the held message", func() bool { return slices.Equal(h.got(), []string{"127.0.0.1 tcp_input 127.0.0.1 traceback"}) })
}

func TestHeldMessagesComeOutAtTheEnd(t *testing.T) {
	h := &host{}
	in, _ := start(t, defaults(), h)
	c := dial(t, in)
	send(t, c, "traceback+\n")
	c.Close()
	eventually(t, "the held message", func() bool { return len(h.got()) == 1 })
}

func TestBackPressureReachesThePeer(t *testing.T) {
	h := &host{block: make(chan struct{})}
	in, _ := start(t, defaults(), h)
	c := dial(t, in)
	chunk := strings.Repeat(strings.Repeat("x", 99)+"\n", 1000)
	for sent := 0; ; sent += len(chunk) {
		if err := c.SetWriteDeadline(time.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, chunk); err != nil {
			break // the peer is held back
		}
		if sent > 1<<30 {
			t.Fatal("never held back")
		}
	}
	close(h.block)
	eventually(t, "reading goes on", func() bool { return len(h.got()) > 1000 })
}

func TestStopsWhileHeldBack(t *testing.T) {
	h := &host{block: make(chan struct{})}
	in, stop := start(t, defaults(), h)
	send(t, dial(t, in), "line\n")
	eventually(t, "connection", func() bool { return in.now.Value() == 1 })
	began := time.Now()
	if err := stop(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("stopping took %s", took)
	}
}

func TestTooManyConnections(t *testing.T) {
	c := defaults()
	c.MaxConnections = 1
	h := &host{}
	in, _ := start(t, c, h)
	first := dial(t, in)
	eventually(t, "the first", func() bool { return in.now.Value() == 1 })
	second := dial(t, in)
	if _, err := second.Read(make([]byte, 1)); err == nil {
		t.Error("the second connection is served")
	}
	want := "all 1 connections are taken, new ones are closed: raise max_connections, or find out who holds them"
	if list := in.env.Health.Conditions(); len(list) != 1 || list[0].Text != want {
		t.Errorf("conditions %v", list)
	}
	first.Close()
	eventually(t, "the condition ends", func() bool { return len(in.env.Health.Conditions()) == 0 })
	send(t, dial(t, in), "x\n")
	eventually(t, "a third is served", func() bool { return len(h.got()) == 1 })
}

func TestIdleTimeout(t *testing.T) {
	c := defaults()
	c.IdleTimeout = 10 * time.Millisecond
	in, _ := start(t, c, &host{})
	if _, err := dial(t, in).Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("a quiet connection gets %v", err)
	}
}

func TestPanicStaysWithItsConnection(t *testing.T) {
	h := &host{panic: "bad"}
	in, _ := start(t, defaults(), h)
	other, c := dial(t, in), dial(t, in)
	send(t, c, "bad\n")
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("the connection goes on")
	}
	send(t, other, "good\n")
	eventually(t, "the other goes on", func() bool { return len(h.got()) == 1 })
}

func TestPortInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c := defaults()
	c.Address = l.Addr().String()
	in, err := c.NewInput(&plugin.Env{Name: "tcp_input", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	err = in.Run(context.Background(), &host{})
	want := fmt.Sprintf("cannot listen on %q: another program has the port; stop it or change address: listen tcp %s: bind: address already in use", c.Address, c.Address)
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestOptions(t *testing.T) {
	c := Config{Net: "udp", Address: "5565", UseTLS: true, IdleTimeout: -1, KeepAlivePeriod: -time.Second}
	_, err := c.NewInput(&plugin.Env{})
	want := []string{
		`net: "udp" is not one of tcp, tcp4, tcp6`,
		`address: "5565" is not host:port, such as "127.0.0.1:5565"`,
		"max_connections: 0: at least 1 is needed",
		"idle_timeout: -1ns is negative",
		"keep_alive_period: -1s is negative",
		"tls.cert_file: a TLS server needs cert_file and key_file",
	}
	if err == nil || err.Error() != strings.Join(want, "\n") {
		t.Errorf("got %v", err)
	}
	c = defaults()
	c.Address = ""
	if _, err := c.NewInput(&plugin.Env{}); err == nil || err.Error() != `address: is missing: give host:port, such as "127.0.0.1:5565"` {
		t.Errorf("got %v", err)
	}
	var o plugin.InputOptions
	c.InputDefaults(&o)
	if o.Splitter != "HekaFramingSplitter" || o.Decoder != "ProtobufDecoder" {
		t.Errorf("defaults %+v", o)
	}
}
