package sender

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lma_collector/collector/message"
	"lma_collector/collector/pipeline"
	"lma_collector/collector/plugin"
	"lma_collector/collector/splitters/hekaframing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func unframe(t testing.TB, signers map[string]hekaframing.Signer, record []byte) (*message.Message, string, error) {
	t.Helper()
	s, err := (&hekaframing.Config{Signer: signers}).NewSplitter(&plugin.Env{Name: "framing", MaxMessageSize: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	body, signer, err := s.(plugin.Unframer).Unframe(record)
	if err != nil {
		return nil, "", err
	}
	m, err := message.Index(body)
	if err != nil {
		t.Fatal(err)
	}
	return &m, signer, nil
}

func TestSignedMessages(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ops_1.key")
	public, err := NewKey(file)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]hekaframing.Signer{"ops_1": {PublicKey: public}, "old_0": {HMACKey: "secret"}, "old_1": {HMACKey: "other"}}
	c := Control{Action: "load", Script: "the script", Config: "[x]", Hostname: "ctl1", Host: "cmp7"}
	now := time.Unix(1700000000, 17)
	body, id := c.Message(now)
	for name, x := range map[string]struct {
		signer Signer
		want   string
	}{
		"Ed25519":  {Signer{Name: "ops", Version: 1, PrivateKeyFile: file}, "ops"},
		"md5":      {Signer{Name: "old", HMACKey: "secret"}, "old"},
		"sha1":     {Signer{Name: "old", Version: 1, HMACKey: "other", HMACHash: "sha1"}, "old"},
		"unsigned": {Signer{}, ""},
	} {
		record, err := x.signer.Frame(body)
		if err != nil {
			t.Fatal(err)
		}
		m, signer, err := unframe(t, known, record)
		if err != nil || signer != x.want {
			t.Fatalf("%s: signer %q, %v", name, signer, err)
		}
		if m.Type() != "heka.control.sandbox" || m.Logger() != "hekad" || m.Hostname() != "ctl1" || m.Timestamp() != now.UnixNano() ||
			m.Payload() != "the script" || m.Text("action") != "load" || m.Text("host") != "cmp7" || m.Text("config") != "[x]" || !bytes.Equal(m.UUID(), id[:]) {
			t.Errorf("%s: %s", name, message.AppendJSON(nil, m))
		}
	}
	wrong, err := (&Signer{Name: "old", HMACKey: "guess"}).Frame(body)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := unframe(t, known, wrong); err == nil {
		t.Error("a wrong key is taken")
	}
	c = Control{Action: "unload", Name: "x"}
	body, _ = c.Message(now)
	if m, err := message.Index(body); err != nil || m.Text("name") != "x" || m.Text("action") != "unload" || m.Find("config") >= 0 {
		t.Errorf("unload: %s, %v", message.AppendJSON(nil, &m), err)
	}
}

func TestBadKeys(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, mode os.FileMode, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(ec)
	if err != nil {
		t.Fatal(err)
	}
	block := func(data []byte) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: data})
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "none"):               "no such file or directory",
		dir:                                      "is not a small regular file",
		write("open", 0o640, block(der)):         "others can read",
		write("text", 0o600, []byte("topseret")): "has no PEM block",
		write("junk", 0o600, block([]byte("x"))): "cannot be parsed as PKCS #8",
		write("ec", 0o600, block(der)):           "is not an Ed25519 key",
	} {
		if _, err := ReadKey(path); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "topsecret") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestSend(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got := make(chan []byte)
	go func() {
		c, err := l.Accept()
		if err != nil {
			close(got)
			return
		}
		defer c.Close()
		data, _ := io.ReadAll(c)
		got <- data
	}()
	c := Config{Address: l.Addr().String()}
	if err := c.Send(context.Background(), []byte("record")); err != nil {
		t.Fatal(err)
	}
	if data := <-got; string(data) != "record" {
		t.Errorf("got %q", data)
	}
}

func TestSendTLS(t *testing.T) {
	got := make(chan string, 1)
	s := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got <- r.Host }))
	defer s.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	c := Config{Address: s.Listener.Addr().String(), UseTLS: true}
	request := []byte("GET / HTTP/1.0\r\nHost: through-tls\r\n\r\n")
	if err := c.Send(context.Background(), request); err == nil {
		t.Error("an unknown authority is trusted")
	}
	c.TLS.RootCAFile = ca
	if err := c.Send(context.Background(), request); err != nil {
		t.Fatal(err)
	}
	if host := <-got; host != "through-tls" {
		t.Errorf("got %q", host)
	}
}

// page is a status page whose answers follow each other.
func page(t *testing.T, answers ...[]pipeline.PluginReport) Page {
	var n atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		i := min(int(n.Add(1)), len(answers)) - 1
		_ = json.NewEncoder(w).Encode(map[string]any{"plugins": answers[i]})
	}))
	t.Cleanup(s.Close)
	return Page{Address: s.Listener.Addr().String()}
}

func TestAwait(t *testing.T) {
	manager := pipeline.PluginReport{Name: "Mgr", Type: "SandboxManagerFilter"}
	static := pipeline.PluginReport{Name: "x-counter", Type: "SandboxFilter"}
	counter := pipeline.PluginReport{Name: "Mgr-counter", Type: "SandboxFilter", Manager: "Mgr"}
	failed := manager
	failed.Conditions = []plugin.Condition{{Key: "control", Text: "loadSandbox failed: because (control message the-uuid)"}}
	with, without := []pipeline.PluginReport{manager, static, counter}, []pipeline.PluginReport{manager, static}
	ctx := context.Background()
	for name, c := range map[string]struct {
		action        string
		before        []pipeline.PluginReport
		answers       [][]pipeline.PluginReport
		filter, wrong string
	}{
		"loaded":       {"load", without, [][]pipeline.PluginReport{without, with}, "Mgr-counter", ""},
		"unloaded":     {"unload", with, [][]pipeline.PluginReport{with, without}, "Mgr-counter", ""},
		"failed":       {"load", without, [][]pipeline.PluginReport{without, {failed}}, "", "loadSandbox failed: because (control message the-uuid)"},
		"ran already":  {"load", with, [][]pipeline.PluginReport{with, {failed, counter}}, "", "loadSandbox failed: because (control message the-uuid)"},
		"no such one":  {"unload", without, [][]pipeline.PluginReport{{failed}}, "", "loadSandbox failed: because (control message the-uuid)"},
		"another host": {"load", nil, [][]pipeline.PluginReport{with}, "Mgr-counter", ""},
	} {
		got, err := page(t, c.answers...).Await(ctx, &Control{Action: c.action}, "-counter", "the-uuid", Loaded(c.before))
		if got != c.filter || (err != nil) != (c.wrong != "") || err != nil && err.Error() != c.wrong {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := page(t, with).Await(ended, &Control{Action: "load"}, "-other", "u", nil); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("no answer: %v", err)
	}
}

func TestPageWithToken(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer t0ken" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte(`{"plugins":[{"name":"M-x","manager":"M"}]}`))
	}))
	defer s.Close()
	p := Page{Address: s.Listener.Addr().String()}
	if _, err := p.Plugins(context.Background()); err == nil || !strings.Contains(err.Error(), "asks for its token") {
		t.Error(err)
	}
	p.TokenFile = filepath.Join(t.TempDir(), "token")
	if _, err := p.Plugins(context.Background()); err == nil {
		t.Error("a token that is not there is used")
	}
	if err := os.WriteFile(p.TokenFile, []byte("t0ken\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if all, err := p.Plugins(context.Background()); err != nil || len(Loaded(all)) != 1 {
		t.Error(all, err)
	}
}

func TestPageIsNone(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	for _, address := range []string{s.Listener.Addr().String(), "no address", "127.0.0.1:1"} {
		if _, err := (Page{Address: address}).Plugins(context.Background()); err == nil {
			t.Errorf("%s: no error", address)
		}
	}
	junk := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }))
	defer junk.Close()
	if _, err := (Page{Address: junk.Listener.Addr().String()}).Plugins(context.Background()); err == nil || !strings.Contains(err.Error(), "gives no JSON") {
		t.Error(err)
	}
}

func TestConfig(t *testing.T) {
	dir := t.TempDir()
	key := filepath.Join(dir, "hmac")
	file := filepath.Join(dir, "sbmgr.toml")
	if err := os.WriteFile(key, []byte("from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := "ip_address = \"h:5565\"\nuse_tls = true\npage = \"h:4352\"\n[tls]\nserver_name = \"x\"\n[signer]\nname = \"ops\"\nversion = 7\nhmac_hash = \"sha1\"\nhmac_key = \"%FILE[" + key + "]\"\n"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	c, warnings, err := ReadConfig(file)
	if err != nil || len(warnings) != 0 || c.Address != "h:5565" || !c.UseTLS || c.TLS.ServerName != "x" || c.Page != "h:4352" ||
		c.Signer != (Signer{Name: "ops", Version: 7, HMACHash: "sha1", HMACKey: "from a file"}) {
		t.Errorf("%v %q %v", err, warnings, c.Address)
	}
	if err := c.Check(); err != nil {
		t.Error(err)
	}
	for want, change := range map[string]func(*Config){
		"is not host:port":          func(c *Config) { c.Address = "h" },
		"contradict each other":     func(c *Config) { c.Signer.PrivateKeyFile = "x" },
		"no name to sign by":        func(c *Config) { c.Signer.Name = "" },
		"has no key":                func(c *Config) { c.Signer.HMACKey = "" },
		"is not one of md5, sha1":   func(c *Config) { c.Signer.HMACHash = "sha256" },
		"cert_file and key_file be": func(c *Config) { c.TLS.CertFile = "x" },
	} {
		bad := c
		change(&bad)
		if err := bad.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, _, err := ReadConfig(dir); err == nil {
		t.Error("a folder is a configuration")
	}
}
