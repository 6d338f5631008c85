package http

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
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

func open(t *testing.T, address string, change func(*Config)) *Output {
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

func bodies(texts ...string) []plugin.Item {
	items := make([]plugin.Item, len(texts))
	for i, s := range texts {
		items[i].Data = []byte(s)
	}
	return items
}

// echo answers with the status that a body names and notes the requests.
func echo(t *testing.T) (*httptest.Server, *[]string) {
	t.Helper()
	var seen []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		user, password, _ := r.BasicAuth()
		seen = append(seen, fmt.Sprintf("%s %s %q auth=%s:%s x=%v host=%v", r.Method, r.URL, body, user, password, r.Header["X-Y"], r.Host == "other"))
		status, err := strconv.Atoi(string(body))
		if err != nil {
			status = http.StatusNoContent
		}
		w.WriteHeader(status)
		if status != http.StatusNoContent {
			_, _ = io.WriteString(w, "why")
		}
	}))
	t.Cleanup(s.Close)
	return s, &seen
}

func TestRequests(t *testing.T) {
	s, seen := echo(t)
	f := func(want string, change func(*Config)) {
		t.Helper()
		*seen = nil
		o := open(t, s.URL+"/write?db=lma", change)
		if err := o.Deliver(context.Background(), bodies("a", "b\x00")); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(*seen, "\n"); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
	f("POST /write?db=lma \"a\" auth=: x=[] host=false\nPOST /write?db=lma \"b\\x00\" auth=: x=[] host=false", nil)
	f("PUT /write?db=lma \"a\" auth=u:p x=[1 2] host=true\nPUT /write?db=lma \"b\\x00\" auth=u:p x=[1 2] host=true", func(c *Config) {
		c.Method, c.Username, c.Password = "put", "u", "p"
		c.Headers = map[string][]string{"x-y": {"1", "2"}, "host": {"other"}}
	})
	f("GET /write?db=lma \"\" auth=u: x=[] host=false\nGET /write?db=lma \"\" auth=u: x=[] host=false", func(c *Config) {
		c.Method, c.Address = "GET", strings.Replace(c.Address, "//", "//u@", 1)
	})
}

func TestAnswers(t *testing.T) {
	s, _ := echo(t)
	f := func(status int, want string) {
		t.Helper()
		o := open(t, s.URL+"/?p=secret", nil)
		items := bodies("1", strconv.Itoa(status), "3")
		items[0].Data, items[2].Data = []byte("a"), []byte("b")
		err := o.Deliver(context.Background(), items)
		got := "delivered"
		if why, refused := items[1].Refused(); refused {
			got = "refused: " + why.Error()
		} else if err != nil {
			got = "again: " + err.Error()
		}
		if got = strings.ReplaceAll(got, s.URL, "http://h"); got != want {
			t.Errorf("status %d: got %s, want %s", status, got, want)
		}
		if !items[0].Accepted() || items[2].Accepted() == (err != nil) {
			t.Errorf("status %d: items around it: %v, %v", status, items[0].Accepted(), items[2].Accepted())
		}
	}
	f(200, "delivered")
	f(204, "delivered")
	f(400, "refused: http://h/?… answers 400 Bad Request: why")
	f(413, "refused: http://h/?… answers 413 Request Entity Too Large: why")
	f(422, "refused: http://h/?… answers 422 Unprocessable Entity: why")
	f(401, "again: http://h/?… answers 401 Unauthorized: why; check username and password")
	f(403, "again: http://h/?… answers 403 Forbidden: why; check username and password")
	f(404, "again: http://h/?… answers 404 Not Found: why; check address and method")
	f(408, "again: http://h/?… answers 408 Request Timeout: why")
	f(429, "again: http://h/?… answers 429 Too Many Requests: why")
	f(500, "again: http://h/?… answers 500 Internal Server Error: why")
	f(302, "again: http://h/?… answers 302 Found: why; redirects are not followed, set address to where it points")
}

func TestServerThatDoesNotAnswer(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	defer s.Close()
	o := open(t, s.URL, func(c *Config) { c.HTTPTimeout = 10 * time.Millisecond })
	err := o.Deliver(context.Background(), bodies("a"))
	if err == nil || !strings.HasPrefix(err.Error(), s.URL+" does not answer in time: ") {
		t.Error(err)
	}
	o = open(t, "http://127.0.0.1:1/x?p=secret", nil)
	err = o.Deliver(context.Background(), bodies("a"))
	if err == nil || err.Error() != "http://127.0.0.1:1/x?…: dial tcp 127.0.0.1:1: connect: connection refused" {
		t.Error(err)
	}
}

func TestOptionErrors(t *testing.T) {
	f := func(want string, change func(*Config)) {
		t.Helper()
		c := defaultConfig()
		c.Address = "http://h/"
		change(c)
		if _, err := c.NewOutput(&plugin.Env{Encoder: noEncoder{}}); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	f(`address: is missing; it is the address of the server, such as "http://127.0.0.1:8080/"`, func(c *Config) { c.Address = "" })
	f(`method: "PATCH" is not one of POST, PUT, GET`, func(c *Config) { c.Method = "PATCH" })
	f("http_timeout: must not be negative", func(c *Config) { c.HTTPTimeout = -1 })
	f(`headers: "a b" cannot be the name of a header`, func(c *Config) { c.Headers = map[string][]string{"a b": nil} })
	f("headers.Token: has a value with characters that a header cannot have", func(c *Config) { c.Headers = map[string][]string{"Token": {"secret\n"}} })
	c := defaultConfig()
	c.Address = "http://h/"
	_, err := c.NewOutput(&plugin.Env{})
	if want := "encoder: is missing; it makes the bodies of requests, as PayloadEncoder does"; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}
