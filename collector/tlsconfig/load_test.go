package tlsconfig

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// authority signs certificates for a test and writes them as files.
type authority struct {
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string
}

func newAuthority(t *testing.T) *authority {
	a := &authority{dir: t.TempDir()}
	a.cert, a.key, a.file = a.issue(t, "authority", true)
	return a
}

func (a *authority) issue(t *testing.T, name string, ca bool) (*x509.Certificate, *ecdsa.PrivateKey, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: ca, BasicConstraintsValid: true, DNSNames: []string{name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(a.dir, name+".pem")
	a.write(t, file, "CERTIFICATE", der)
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	a.write(t, filepath.Join(a.dir, name+".key"), "EC PRIVATE KEY", keyDER)
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key, file
}

func (a *authority) write(t *testing.T, file, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (a *authority) pair(t *testing.T, name string) (cert, key string) {
	a.issue(t, name, false)
	return filepath.Join(a.dir, name+".pem"), filepath.Join(a.dir, name+".key")
}

// talk connects both sides over loopback and gives the client's and the server's verdict.
func talk(t *testing.T, server, client Config) (clientErr, serverErr error) {
	t.Helper()
	sc, err := server.Server()
	if err != nil {
		t.Fatal(err)
	}
	cc, err := client.Client()
	if err != nil {
		t.Fatal(err)
	}
	_, clientErr, serverErr = connect(t, sc, cc)
	return clientErr, serverErr
}

func connect(t *testing.T, sc, cc *tls.Config) (resumed bool, clientErr, serverErr error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	done := make(chan error, 1)
	go func() { done <- serve(listener, sc) }()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c := tls.Client(conn, cc)
	_, clientErr = io.ReadFull(c, make([]byte, 1))
	c.Close()
	return c.ConnectionState().DidResume, clientErr, <-done
}

// serve shakes hands with one client and sends it a byte.
func serve(listener net.Listener, config *tls.Config) error {
	conn, err := listener.Accept()
	if err != nil {
		return err
	}
	defer conn.Close()
	s := tls.Server(conn, config)
	if err := s.Handshake(); err != nil {
		return err
	}
	_, err = s.Write([]byte("x"))
	return err
}

func TestHandshake(t *testing.T) {
	ca, stranger := newAuthority(t), newAuthority(t)
	cert, key := ca.pair(t, "server.example")
	clientCert, clientKey := ca.pair(t, "client.example")
	badCert, badKey := stranger.pair(t, "client.example")
	server := Config{CertFile: cert, KeyFile: key, SessionTicketKey: aKey}
	f := func(what string, s, c Config, wantClient, wantServer string) {
		t.Helper()
		clientErr, serverErr := talk(t, s, c)
		if !says(clientErr, wantClient) || !says(serverErr, wantServer) {
			t.Errorf("%s: client %v, server %v", what, clientErr, serverErr)
		}
	}
	trusting := Config{ServerName: "server.example", RootCAFile: ca.file}
	f("verified", server, trusting, "", "")
	f("system authorities", server, Config{ServerName: "server.example"}, "certificate signed by unknown authority", "bad certificate")
	f("other name", server, Config{ServerName: "other.example", RootCAFile: ca.file}, "certificate is valid for server.example, not other.example", "bad certificate")
	f("unverified", server, Config{InsecureSkipVerify: true}, "", "")

	mutual := server
	mutual.ClientAuth, mutual.ClientCAFile = "RequireAndVerifyClientCert", ca.file
	known, unknown := trusting, trusting
	known.CertFile, known.KeyFile = clientCert, clientKey
	unknown.CertFile, unknown.KeyFile = badCert, badKey
	f("client certificate", mutual, known, "", "")
	f("no client certificate", mutual, trusting, "certificate required", "client didn't provide a certificate")
	f("foreign client certificate", mutual, unknown, "unknown certificate authority", "signed by unknown authority")
}

// Servers that share a session ticket key, as one before and after a restart, take up each other's sessions.
func TestSessionTicketKey(t *testing.T) {
	ca := newAuthority(t)
	cert, key := ca.pair(t, "server.example")
	client, err := Config{ServerName: "server.example", RootCAFile: ca.file}.Client()
	if err != nil {
		t.Fatal(err)
	}
	client.ClientSessionCache = tls.NewLRUClientSessionCache(1)
	for i, ticketKey := range []string{aKey, aKey, "", aKey} {
		server, err := Config{CertFile: cert, KeyFile: key, SessionTicketKey: ticketKey}.Server()
		if err != nil {
			t.Fatal(err)
		}
		resumed, clientErr, serverErr := connect(t, server, client)
		if clientErr != nil || serverErr != nil || resumed != (i == 1) {
			t.Errorf("server %d: resumed %v, %v, %v", i, resumed, clientErr, serverErr)
		}
	}
}

func says(err error, want string) bool {
	if want == "" {
		return err == nil
	}
	return err != nil && strings.Contains(err.Error(), want)
}

func TestFileErrors(t *testing.T) {
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	f := func(err error, want string) {
		t.Helper()
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s…", err, want)
		}
	}
	_, err := Config{RootCAFile: empty}.Client()
	f(err, `root_cafile "`+empty+`" holds no PEM certificate`)
	_, err = Config{RootCAFile: dir + "/none"}.Client()
	f(err, "cannot read root_cafile: open "+dir+"/none: no such file or directory")
	_, err = Config{CertFile: empty, KeyFile: empty}.Client()
	f(err, `cannot load cert_file "`+empty+`" with key_file "`+empty+`": `)
	_, err = Config{}.Server()
	f(err, "a TLS server needs cert_file and key_file")
}
