package web

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ask sends a request to the server's handler after changing it.
func ask(s *Server, method, path string, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://localhost:4352"+path, nil)
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w
}

func TestHostHeader(t *testing.T) {
	c := newHostCheck("status.example.org:4352", "CTL1")
	local := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 4352}
	for host, want := range map[string]bool{
		"localhost": true, "localhost:4352": true, "LOCALHOST.:9000": true, "127.0.0.1:4352": true, "127.8.8.8": true,
		"[::1]:4352": true, "ctl1:4352": true, "status.example.org": true, "192.0.2.7:4352": true,
		"192.0.2.8:4352": false, "evil.example": false, "evil.example:4352": false, "localhost.evil.example": false,
		"ctl1.evil.example": false, "127.0.0.1.evil.example": false, "": false, "[::ffff:127.0.0.1]": true, "2130706433": false,
	} {
		if got := c.allows(host, local); got != want {
			t.Errorf("host %q: %t, want %t", host, got, want)
		}
	}
	s := fixed(t)
	w := ask(s, "GET", "/api/status", func(r *http.Request) { r.Host = "evil.example" })
	want := `{"error":"the host \"evil.example\" is not this collector's: use localhost, an address of this machine or its name"}` + "\n"
	if w.Code != http.StatusMisdirectedRequest || w.Body.String() != want {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestLoopback(t *testing.T) {
	for address, want := range map[string]bool{
		"127.0.0.1:4352": true, "localhost:1": true, "[::1]:4352": true, ":4352": false, "0.0.0.0:4352": false, "192.0.2.7:4352": false,
		"[::]:4352": false, "ctl1:4352": false,
	} {
		if got := loopback(address); got != want {
			t.Errorf("%s: %t, want %t", address, got, want)
		}
	}
}

func TestReadOnlyWithHeaders(t *testing.T) {
	s := fixed(t)
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"} {
		if w := ask(s, method, "/", nil); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d, allow %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
	for _, path := range []string{"/", "/plugins/afd", "/api/status", "/api/logs", "/health", "/metrics", "/assets/page.js", "/nothing"} {
		for name, want := range map[string]string{
			"Content-Security-Policy": contentPolicy, "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
			"Referrer-Policy": "no-referrer", "Access-Control-Allow-Origin": "",
		} {
			if got := ask(s, "GET", path, nil).Header().Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		if w := ask(s, "HEAD", path, nil); w.Code == http.StatusMethodNotAllowed {
			t.Errorf("HEAD %s is refused", path)
		}
	}
	if strings.Contains(contentPolicy, "unsafe") || strings.Contains(contentPolicy, "*") {
		t.Errorf("the policy %q lets too much in", contentPolicy)
	}
}

func TestTokenFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "status_token")
	first, err := loadToken(path)
	if err != nil || len(first) != 32 {
		t.Fatalf("token %q, %v", first, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if again, err := loadToken(path); err != nil || again != first {
		t.Errorf("a second start gives %q, %v, want %q", again, err, first)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	second, err := loadToken(path)
	if err != nil || second == first {
		t.Errorf("a token that others could read stays in use: %v", err)
	}
	if err := os.WriteFile(path, []byte("short\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	if third, err := loadToken(path); err != nil || len(third) != 32 {
		t.Errorf("a damaged file gives %q, %v", third, err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".status_token-*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestTokenFileTrouble(t *testing.T) {
	s := fixed(t)
	s.o.TokenFile = filepath.Join(t.TempDir(), "missing", "status_token")
	s.openToken()
	found := s.health.Conditions()
	if len(found) != 1 || found[0].Key != "token" || !strings.Contains(found[0].Text, "the page shows no text of logs") {
		t.Fatalf("conditions %+v", found)
	}
	if w := get(s, "/api/logs", ""); w.Code != http.StatusUnauthorized {
		t.Errorf("without a token file logs are answered with %d", w.Code)
	}
	wantContains(t, get(s, "/", "").Body.String(), "status_page", "the page shows no text of logs")
}

func TestLogsNeedTheToken(t *testing.T) {
	s := fixed(t)
	s.openToken()
	token := s.token.get()
	for _, bad := range []string{"", "x", token[:31], token + "0", strings.ToUpper(token) + " "} {
		if w := get(s, "/api/logs", bad); w.Code != http.StatusUnauthorized || strings.Contains(w.Body.String(), "Traceback") {
			t.Errorf("token %q: %d %s", bad, w.Code, w.Body)
		}
	}
	if body := get(s, "/", "").Body.String(); strings.Contains(body, "Traceback") || strings.Contains(body, "nova-scheduler") || strings.Contains(body, token) {
		t.Errorf("the page without the token shows logs or the token:\n%s", body)
	}
	if w := get(s, "/api/logs", token); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Traceback") {
		t.Errorf("with the token: %d %s", w.Code, w.Body)
	}
	if w := get(s, "/?token=wrong", ""); w.Code != http.StatusForbidden || len(w.Result().Cookies()) != 0 {
		t.Errorf("a wrong token: %d", w.Code)
	}
}

func TestTokenBecomesCookie(t *testing.T) {
	s := fixed(t)
	s.openToken()
	w := get(s, "/?token="+s.token.get()+"&q=nova", "")
	cookies := w.Result().Cookies()
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/?q=nova" || len(cookies) != 1 {
		t.Fatalf("%d %q %v", w.Code, w.Header().Get("Location"), cookies)
	}
	c := cookies[0]
	if c.Name != "lma_token_4352" || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" {
		t.Errorf("cookie %v", c)
	}
	w = ask(s, "GET", "/", func(r *http.Request) { r.AddCookie(c) })
	wantContains(t, w.Body.String(), "Traceback")
}

func TestOpenToTheNetwork(t *testing.T) {
	s := fixed(t)
	s.open = true
	s.openToken()
	for _, path := range []string{"/", "/plugins/afd", "/api/status", "/api/plugins", "/api/events", "/metrics"} {
		if w := get(s, path, ""); w.Code != http.StatusUnauthorized {
			t.Errorf("%s without the token: %d", path, w.Code)
		}
		if path != "/api/events" && get(s, path, s.token.get()).Code != http.StatusOK {
			t.Errorf("%s with the token is refused", path)
		}
	}
	w := get(s, "/health", "")
	var body map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != http.StatusOK || len(body) != 1 || body["status"] != "degraded" {
		t.Errorf("/health: %d %s", w.Code, w.Body)
	}
}
