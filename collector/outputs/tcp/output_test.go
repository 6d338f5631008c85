package tcp

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type noEncoder struct{}

func (noEncoder) Encode(dst []byte, _ *message.Message) ([]byte, error) { return dst, nil }

func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func open(t testing.TB, address string, change func(*Config)) *Output {
	t.Helper()
	c := defaultConfig()
	c.Address = address
	if change != nil {
		change(c)
	}
	o, err := c.NewOutput(&plugin.Env{Encoder: noEncoder{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.(*Output).Close() })
	return o.(*Output)
}

func records(texts ...string) []plugin.Item {
	items := make([]plugin.Item, len(texts))
	for i, s := range texts {
		items[i].Data = []byte(s)
	}
	return items
}

// receive takes one connection and gives what came until its end.
func receive(l net.Listener) chan string {
	got := make(chan string, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			got <- err.Error()
			return
		}
		defer conn.Close()
		b, _ := io.ReadAll(conn)
		got <- string(b)
	}()
	return got
}

func TestDeliver(t *testing.T) {
	l := listen(t)
	got := receive(l)
	o := open(t, l.Addr().String(), func(c *Config) { c.LocalAddress = "127.0.0.1:0" })
	for range 2 {
		if err := o.Deliver(context.Background(), records("ab", "", "c\x00d")); err != nil {
			t.Fatal(err)
		}
	}
	o.Close()
	if s := <-got; s != "abc\x00dabc\x00d" {
		t.Errorf("got %q", s)
	}
}

// More items than the system takes in one call, and more bytes than its buffers hold.
func TestLargeBatch(t *testing.T) {
	l := listen(t)
	got := receive(l)
	o := open(t, l.Addr().String(), nil)
	items := make([]plugin.Item, 3000)
	for i := range items {
		items[i].Data = bytes.Repeat([]byte{byte(i)}, 5000)
	}
	if err := o.Deliver(context.Background(), items); err != nil {
		t.Fatal(err)
	}
	o.Close()
	s := <-got
	if len(s) != 3000*5000 {
		t.Fatalf("%d bytes", len(s))
	}
	for i := range items {
		if s[i*5000:(i+1)*5000] != string(items[i].Data) {
			t.Fatalf("item %d differs", i)
		}
	}
}

func TestReconnectAfter(t *testing.T) {
	l := listen(t)
	o := open(t, l.Addr().String(), func(c *Config) { c.ReconnectAfter = 2 })
	for range 2 {
		got := receive(l)
		if err := o.Deliver(context.Background(), records("a", "b")); err != nil {
			t.Fatal(err)
		}
		if s := <-got; s != "ab" {
			t.Errorf("got %q", s)
		}
	}
}

// A peer that was stopped and started again gets the next batch, though nothing was written that
// could have failed.
func TestPeerThatWasRestarted(t *testing.T) {
	l := listen(t)
	address := l.Addr().String()
	o := open(t, address, nil)
	accepted := make(chan net.Conn, 1)
	go func() { c, _ := l.Accept(); accepted <- c }()
	if err := o.Deliver(context.Background(), records("a")); err != nil {
		t.Fatal(err)
	}
	(<-accepted).Close()
	<-o.link.done // the end has reached us
	got := receive(l)
	if err := o.Deliver(context.Background(), records("b")); err != nil {
		t.Fatal(err)
	}
	o.Close()
	if s := <-got; s != "b" {
		t.Errorf("got %q", s)
	}
}

func TestErrors(t *testing.T) {
	o := open(t, "127.0.0.1:1", nil)
	err := o.Deliver(context.Background(), records("a"))
	if err == nil || err.Error() != "cannot connect to 127.0.0.1:1: connect: connection refused" {
		t.Error(err)
	}

	l := listen(t) // nobody reads
	o = open(t, l.Addr().String(), func(c *Config) { c.WriteTimeout = 50 * time.Millisecond })
	err = o.Deliver(context.Background(), []plugin.Item{{Data: make([]byte, 64<<20)}})
	if err == nil || !strings.HasPrefix(err.Error(), "connection to "+l.Addr().String()+": ") || !strings.HasSuffix(err.Error(), "i/o timeout") {
		t.Error(err)
	}
	if o.link != nil {
		t.Error("a connection with half a message is still used")
	}
}

func TestEndOfContextInterruptsWriting(t *testing.T) {
	l := listen(t)
	o := open(t, l.Addr().String(), func(c *Config) { c.WriteTimeout = time.Hour })
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- o.Deliver(ctx, []plugin.Item{{Data: make([]byte, 64<<20)}}) }()
	peer, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	if _, err := io.ReadFull(peer, make([]byte, 1)); err != nil { // it is being written
		t.Fatal(err)
	}
	cancel()
	if err := <-done; err == nil || !strings.HasSuffix(err.Error(), "i/o timeout") {
		t.Error(err)
	}
}

func TestTLS(t *testing.T) {
	dir := t.TempDir()
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"peer.example"}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	ca := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	l := tls.NewListener(listen(t), &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}})
	got := receive(l)
	o := open(t, l.Addr().String(), func(c *Config) { c.UseTLS, c.TLS.RootCAFile, c.TLS.ServerName = true, ca, "peer.example" })
	if err := o.Deliver(context.Background(), records("a", "b")); err != nil {
		t.Fatal(err)
	}
	o.Close()
	if s := <-got; s != "ab" {
		t.Errorf("got %q", s)
	}
	receive(l)
	o = open(t, l.Addr().String(), func(c *Config) { c.UseTLS, c.TLS.RootCAFile = true, ca })
	err = o.Deliver(context.Background(), records("a"))
	if err == nil || !strings.Contains(err.Error(), "cannot validate certificate for 127.0.0.1") {
		t.Error(err)
	}
}

func TestOptionErrors(t *testing.T) {
	f := func(want string, change func(*Config)) {
		t.Helper()
		c := defaultConfig()
		change(c)
		if _, err := c.NewOutput(&plugin.Env{Encoder: noEncoder{}}); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	f(`address: "localhost" is not of the form host:port`, func(c *Config) { c.Address = "localhost" })
	f(`local_address: "h:0" is not of the form address:port with a numeric address; port 0 stands for any`, func(c *Config) { c.LocalAddress = "h:0" })
	f("keep_alive_period: must not be negative", func(c *Config) { c.KeepAlivePeriod = -1 })
	f("reconnect_after: must not be negative", func(c *Config) { c.ReconnectAfter = -1 })
	f("connect_timeout: must be more than 0", func(c *Config) { c.ConnectTimeout = 0 })
	f("write_timeout: must be more than 0", func(c *Config) { c.WriteTimeout = 0 })
	_, err := defaultConfig().NewOutput(&plugin.Env{})
	if want := "encoder: is missing; ProtobufEncoder sends messages as they are"; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func BenchmarkDeliver(b *testing.B) {
	l := listen(b)
	go func() {
		conn, err := l.Accept()
		if err == nil {
			_, _ = io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{conn}, make([]byte, 1<<20))
			conn.Close()
		}
	}()
	o := open(b, l.Addr().String(), nil)
	const count = 512
	all := make([]byte, 700*count)
	items := make([]plugin.Item, count)
	for i := range items {
		items[i].Data = all[i*700 : (i+1)*700]
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := o.Deliver(context.Background(), items); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*count), "ns/message")
	o.Close()
}
