package tcp

import (
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
	"testing"
	"time"
)

// certificate writes a self-signed certificate for 127.0.0.1 and its key.
func certificate(t *testing.T) (certFile, keyFile string, roots *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots = x509.NewCertPool()
	roots.AddCert(cert)
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", private), roots
}

func TestTLS(t *testing.T) {
	c := defaults()
	var roots *x509.CertPool
	c.UseTLS = true
	c.TLS.CertFile, c.TLS.KeyFile, roots = certificate(t)
	h := &host{}
	in, _ := start(t, c, h)
	plain := dial(t, in)
	send(t, plain, "not a handshake\n")
	if _, err := io.Copy(io.Discard, plain); err != nil {
		t.Log("plain connection:", err)
	}
	conn, err := tls.Dial("tcp", in.address.String(), &tls.Config{RootCAs: roots})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	send(t, conn, "secret\n")
	eventually(t, "the record", func() bool { return len(h.got()) == 1 })
	if got := h.got()[0]; got != "127.0.0.1 tcp_input 127.0.0.1 secret" {
		t.Errorf("got %q", got)
	}
}

func TestMissingCertificate(t *testing.T) {
	c := defaults()
	c.UseTLS, c.TLS.CertFile, c.TLS.KeyFile = true, "/nowhere/cert.pem", "/nowhere/key.pem"
	in, err := c.NewInput(testEnv())
	if err != nil {
		t.Fatal(err)
	}
	err = in.Run(t.Context(), &host{})
	want := `tls: cannot load cert_file "/nowhere/cert.pem" with key_file "/nowhere/key.pem": open /nowhere/cert.pem: no such file or directory`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
