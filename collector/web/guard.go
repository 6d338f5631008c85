package web

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
)

// contentPolicy lets the page load from this server only, run no inline script and be framed nowhere.
const contentPolicy = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// hostCheck knows the names under which the page may be asked for. A name that somebody else's DNS
// points at this machine is none of them (DNS rebinding).
type hostCheck struct{ names map[string]bool }

func newHostCheck(address, hostname string) hostCheck {
	c := hostCheck{names: map[string]bool{"localhost": true}}
	system, _ := os.Hostname()
	configured, _, _ := net.SplitHostPort(address)
	for _, name := range []string{hostname, system, configured} {
		if name != "" {
			c.names[strings.ToLower(name)] = true
		}
	}
	return c
}

// allows tells whether a Host header names this server; local is where the connection came in. A literal
// address is fine when it is that one: no name was resolved then.
func (c hostCheck) allows(host string, local net.Addr) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.Trim(strings.TrimSuffix(strings.ToLower(name), "."), "[]")
	if c.names[name] {
		return true
	}
	ip, err := netip.ParseAddr(name)
	if err != nil {
		return false
	}
	if ip.Unmap().IsLoopback() {
		return true
	}
	tcp, ok := local.(*net.TCPAddr)
	return ok && tcp.AddrPort().Addr().Unmap() == ip.Unmap()
}

// loopback tells whether an address to listen on can be reached from this machine only.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// withoutToken are the paths that need no token even when other machines can reach the page.
func withoutToken(path string) bool {
	return path == "/health" || strings.HasPrefix(path, "/assets/")
}

// guard checks what every request must be, and sets the headers that every answer has.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
		switch {
		case !s.hosts.allows(r.Host, local):
			s.refuse(w, r, http.StatusMisdirectedRequest, fmt.Sprintf(
				"the host %q is not this collector's: use localhost, an address of this machine or its name", r.Host))
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			s.refuse(w, r, http.StatusMethodNotAllowed, "the page is read-only: only GET and HEAD are answered")
		case r.URL.Path == "/" && s.takeToken(w, r):
		case s.open && !withoutToken(r.URL.Path) && !s.knows(r):
			h.Set("WWW-Authenticate", `Bearer realm="lma_collector"`)
			s.refuse(w, r, http.StatusUnauthorized, "this page needs the collector's token: open /?token=TOKEN, or send "+
				`"Authorization: Bearer TOKEN"; `+s.tokenHint())
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// refuse answers with an error, as JSON where programs ask.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, code int, text string) {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		writeJSON(w, code, map[string]string{"error": text})
		return
	}
	http.Error(w, text, code)
}
