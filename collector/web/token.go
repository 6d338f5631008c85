package web

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"lma_collector/collector/atomicfile"
)

const (
	tokenBytes   = 16 // random ones, written as hexadecimal digits
	tokenMode    = 0o640
	cookiePrefix = "lma_token_"
	cookieAge    = 30 * 24 * time.Hour
)

// token is the secret that the text of logs needs; "" until its file is open, and then nothing matches.
type token struct{ text atomic.Pointer[string] }

func (t *token) get() string {
	if p := t.text.Load(); p != nil {
		return *p
	}
	return ""
}

func (t *token) set(text string) { t.text.Store(&text) }

func (t *token) is(text string) bool {
	want := t.get()
	return want != "" && subtle.ConstantTimeCompare([]byte(want), []byte(text)) == 1
}

// openToken reads the token file or makes it. Failing that, the text of logs stays hidden.
func (s *Server) openToken() {
	if s.o.TokenFile == "" {
		return
	}
	text, err := loadToken(s.o.TokenFile)
	if err != nil {
		s.health.Set("token", fmt.Sprintf("the page shows no text of logs: its token file cannot be used: %v: "+
			"make the folder writable for this user and start again", err))
		return
	}
	s.health.Clear("token")
	s.token.set(text)
}

// loadToken gives the token of a file, which is made, or made anew where it holds none. The group may
// read it, others may not.
func loadToken(path string) (string, error) {
	text, err := readToken(path)
	if err == nil || !errors.Is(err, errNoToken) {
		return text, err
	}
	random := make([]byte, tokenBytes)
	rand.Read(random) // never fails
	text = hex.EncodeToString(random)
	return text, atomicfile.Replace(path, tokenMode, []byte(text+"\n"))
}

var errNoToken = errors.New("no token")

func readToken(path string) (string, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", errNoToken
	case err != nil:
		return "", err
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%s is not a regular file: remove it", path)
	case info.Mode().Perm()&^tokenMode != 0:
		return "", errNoToken // others could read or write it: that one is not secret any more
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	text := strings.TrimSpace(string(data))
	if raw, err := hex.DecodeString(text); err != nil || len(raw) < tokenBytes {
		return "", errNoToken
	}
	return text, nil
}

// knows tells whether a request carries the token: as a cookie of the page, or as
// "Authorization: Bearer TOKEN".
func (s *Server) knows(r *http.Request) bool {
	if scheme, text, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "bearer") && s.token.is(strings.TrimSpace(text)) {
		return true
	}
	c, err := r.Cookie(cookieName(r))
	return err == nil && s.token.is(c.Value)
}

// cookieName has the port in it: browsers keep one set of cookies for all servers of a host, and two
// collectors there have two tokens.
func cookieName(r *http.Request) string {
	if _, port, err := net.SplitHostPort(r.Host); err == nil {
		return cookiePrefix + port
	}
	return cookiePrefix + "80"
}

// takeToken turns /?token=… into a cookie, so that the token stays out of the address and the history.
// It tells whether the request is answered.
func (s *Server) takeToken(w http.ResponseWriter, r *http.Request) bool {
	query := r.URL.Query()
	if !query.Has("token") {
		return false
	}
	if !s.token.is(query.Get("token")) {
		s.refuse(w, r, http.StatusForbidden, "this is not the token of this collector: "+s.tokenHint())
		return true
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookieName(r), Value: s.token.get(), Path: "/", MaxAge: int(cookieAge / time.Second),
		HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
	query.Del("token")
	target := "/"
	if rest := query.Encode(); rest != "" {
		target += "?" + rest
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
	return true
}

// tokenHint says how to get the token.
func (s *Server) tokenHint() string {
	if s.token.get() == "" {
		return "the token file could not be made; see the conditions of the collector"
	}
	return "read it with: cat " + s.o.TokenFile
}
