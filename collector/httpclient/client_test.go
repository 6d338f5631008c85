package httpclient

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestParseURL(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		got := ""
		if _, err := ParseURL("url", text); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
	f("http://127.0.0.1:80/x", "")
	f("https://u:p@h/", "")
	f("", `url: is missing; it is the address of the server, such as "http://127.0.0.1:8080/"`)
	f("http://u:secret@h:x/", "url: is no URL")
	f("udp://h:1", `url: begins with "udp:", but only http:// and https:// are spoken`)
	f("127.0.0.1:80", "url: is no URL")
	f("http:///x", "url: names no host")
}

func TestRedacted(t *testing.T) {
	u, _ := url.Parse("http://user:secret@h:1/p?u=x&p=secret#f")
	if got := Redacted(u); got != "http://h:1/p?…" {
		t.Errorf("got %s", got)
	}
	user, password := Credentials(u)
	if user != "user" || password != "secret" || u.User != nil {
		t.Errorf("got %q, %q, %v", user, password, u)
	}
}

func TestBody(t *testing.T) {
	b := NewBody([]byte("ab"), nil, []byte("cde"))
	req, _ := http.NewRequest("POST", "http://h/", nil)
	b.Attach(req)
	if req.ContentLength != 5 {
		t.Errorf("length %d", req.ContentLength)
	}
	for range 2 { // a body is read anew for another attempt
		r, _ := req.GetBody()
		if got, err := io.ReadAll(r); string(got) != "abcde" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	}
	b.Release()
	if _, err := req.Body.Read(make([]byte, 1)); !errors.Is(err, errReleased) {
		t.Errorf("read after release: %v", err)
	}
}

func serve(t *testing.T, h http.HandlerFunc) (*http.Client, *url.URL) {
	t.Helper()
	s := httptest.NewServer(h)
	c, err := New(Options{ConnectTimeout: time.Second, Timeout: 5 * time.Second, DisableKeepAlives: true})
	if err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(s.URL + "/p?token=secret")
	t.Cleanup(func() { c.CloseIdleConnections(); s.Close() })
	return c, u
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	c, u := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) })
	resp, err := c.Get(u.String())
	if err != nil {
		t.Fatal(err)
	}
	a, err := Take(resp, 100)
	if err != nil || a.Status != http.StatusFound {
		t.Errorf("got %v, %v", a, err)
	}
}

func TestFailure(t *testing.T) {
	c, u := serve(t, func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, "GET", u.String(), nil)
	_, err := c.Do(req)
	got := Failure(u, err).Error()
	if strings.Contains(got, "secret") || !strings.HasSuffix(got, " does not answer in time: context deadline exceeded") {
		t.Error(got)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	_, err = c.Do(req.WithContext(ctx))
	if got := Failure(u, err); !errors.Is(got, context.Canceled) || strings.Contains(got.Error(), "secret") {
		t.Error(got)
	}
	u.Host = "127.0.0.1:1"
	_, err = c.Get(u.String())
	if got := Failure(u, err).Error(); got != "http://127.0.0.1:1/p?…: dial tcp 127.0.0.1:1: connect: connection refused" {
		t.Error(got)
	}
}

func TestTake(t *testing.T) {
	c, u := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/cut" {
			w.Header().Set("Content-Length", "100")
		}
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "line\n\x1b[31m ü\xff")
	})
	f := func(path string, limit int64, want, wantErr string) {
		t.Helper()
		u.Path = path
		resp, err := c.Get(u.String())
		if err != nil {
			t.Fatal(err)
		}
		a, err := Take(resp, limit)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if a.String() != want || !strings.HasPrefix(got, wantErr) || (got == "") != (wantErr == "") {
			t.Errorf("%s: got %q, %q", path, a, got)
		}
	}
	f("/", 100, "418 I'm a teapot: line .[31m ü.", "")
	f("/cut", 1000, "418 I'm a teapot: line .[31m ü.", "the answer (418 I'm a teapot) breaks off: unexpected EOF")
	f("/", 4, "418 I'm a teapot: line", "the answer (418 I'm a teapot) is longer than 4 bytes")
}

func TestSnippet(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if got := Snippet([]byte(text)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f("", "")
	f("  a \r\n\tb\x00", "a b.")
	f(strings.Repeat("x", 201), strings.Repeat("x", 200)+"…")
	f(strings.Repeat("x", 199)+"üy", strings.Repeat("x", 199)+"…")
	f(strings.Repeat("x", 198)+"ü", strings.Repeat("x", 198)+"ü")
}

// TestLargeBodies: bodies larger than what is sent at once arrive whole, without memory for each.
func TestLargeBodies(t *testing.T) {
	var got []byte
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got, _ = io.ReadAll(r.Body)
	}))
	defer server.Close()
	client, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer client.CloseIdleConnections()
	for _, size := range []int{1, bodyBuffer - 1, bodyBuffer, 3*bodyBuffer + 7} {
		sent := strings.Repeat("0123456789", size/10+1)[:size]
		body := NewBody([]byte(sent[:size/2]), []byte(sent[size/2:]))
		req, _ := http.NewRequest(http.MethodPost, server.URL, nil)
		body.Attach(req)
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		body.Release()
		if string(got) != sent {
			t.Errorf("%d of %d bytes arrived", len(got), size)
		}
	}
}
