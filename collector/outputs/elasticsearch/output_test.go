package elasticsearch

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
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

func env() *plugin.Env { return &plugin.Env{Encoder: noEncoder{}, Metrics: &plugin.Metrics{}} }

// server answers bulk requests as its handler says and notes what it got.
type server struct {
	*httptest.Server
	requests []request
}

type request struct {
	path, query, body string
	header            http.Header
}

// answer is what a server says to its nth request (from 0).
func serve(t *testing.T, answer func(n int, body string) (status int, text string)) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		in := io.Reader(r.Body)
		if r.Header.Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(r.Body)
			if err != nil {
				t.Error(err)
			}
			in = z
		}
		body, err := io.ReadAll(in)
		if err != nil {
			t.Error(err)
		}
		s.requests = append(s.requests, request{r.URL.Path, r.URL.RawQuery, string(body), r.Header})
		status, text := answer(len(s.requests)-1, string(body))
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(s.Close)
	return s
}

func open(t *testing.T, address string, change func(*Config)) *Output {
	t.Helper()
	c := defaultConfig()
	c.Server = address
	if change != nil {
		change(c)
	}
	o, err := c.NewOutput(env())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.(*Output).Close() })
	return o.(*Output)
}

// docs makes items; each is an action and a document.
func docs(texts ...string) []plugin.Item {
	items := make([]plugin.Item, len(texts))
	for i, s := range texts {
		items[i].Data = []byte(`{"create":{"_index":"x","_id":"` + s + `"}}` + "\n" + `{"t":"` + s + `"}` + "\n")
	}
	return items
}

// verdicts is what became of items, given what Deliver returned.
func verdicts(items []plugin.Item, err error) string {
	var out []string
	for i := range items {
		why, refused := items[i].Refused()
		again, retried := items[i].ToRetry()
		switch {
		case refused:
			out = append(out, "refused: "+why.Error())
		case retried:
			out = append(out, "retry: "+again.Error())
		case err == nil || items[i].Accepted():
			out = append(out, "ok")
		default:
			out = append(out, "retry: "+err.Error())
		}
	}
	return strings.Join(out, "\n")
}

const created = `{"create":{"status":201}}`

func results(items ...string) string {
	return `{"errors":true,"items":[` + strings.Join(items, ",") + `]}`
}

func TestRequest(t *testing.T) {
	s := serve(t, func(int, string) (int, string) {
		return 200, `{"errors":false,"items":[` + created + "," + created + `]}`
	})
	f := func(change func(*Config), check func(r request) string) {
		t.Helper()
		s.requests = nil
		items := docs("a", "b")
		if got := verdicts(items, open(t, s.URL+"/es/", change).Deliver(context.Background(), items)); got != "ok\nok" {
			t.Error(got)
		}
		if len(s.requests) != 1 {
			t.Fatalf("%d requests", len(s.requests))
		}
		r := s.requests[0]
		want := `{"create":{"_index":"x","_id":"a"}}` + "\n" + `{"t":"a"}` + "\n" + `{"create":{"_index":"x","_id":"b"}}` + "\n" + `{"t":"b"}` + "\n"
		if r.path != "/es/_bulk" || r.body != want || r.header.Get("Content-Type") != "application/x-ndjson" {
			t.Errorf("got %+v", r)
		}
		if !strings.HasPrefix(r.query, "filter_path=errors%2Citems.") {
			t.Errorf("query %s", r.query)
		}
		if problem := check(r); problem != "" {
			t.Error(problem)
		}
	}
	auth := func(want string) func(request) string {
		return func(r request) string {
			if got := r.header.Get("Authorization"); got != want {
				return "Authorization: " + got
			}
			return ""
		}
	}
	f(nil, auth(""))
	f(func(c *Config) { c.Gzip = true }, func(r request) string {
		if r.header.Get("Content-Encoding") != "gzip" {
			return "not compressed"
		}
		return ""
	})
	f(func(c *Config) { c.Username, c.Password = "u", "p" }, auth("Basic dTpw"))
	f(func(c *Config) { c.APIKey = "a2V5" }, auth("ApiKey a2V5"))
	f(func(c *Config) { c.Server = strings.Replace(c.Server, "//", "//u:p@", 1) }, auth("Basic dTpw"))
}

func TestItemsAreJudgedOneByOne(t *testing.T) {
	f := func(answer, want string) {
		t.Helper()
		s := serve(t, func(int, string) (int, string) { return 200, answer })
		o := open(t, s.URL, nil)
		items := docs("a", "b")
		got := verdicts(items, o.Deliver(context.Background(), items))
		if got = strings.ReplaceAll(got, s.URL, "http://es"); got != want {
			t.Errorf("%s\n got %s\nwant %s", answer, got, want)
		}
	}
	bad := func(status int, kind, reason string) string {
		return fmt.Sprintf(`{"create":{"status":%d,"error":{"type":%q,"reason":%q}}}`, status, kind, reason)
	}
	f(results(created, created), "ok\nok")
	f(results(created, bad(409, "version_conflict_engine_exception", "document already exists")), "ok\nok")
	f(results(bad(429, "es_rejected_execution_exception", "queue full"), created),
		"retry: the server's answer is status 429: es_rejected_execution_exception: queue full\nok")
	f(results(bad(503, "unavailable_shards_exception", "not active"), created),
		"retry: the server's answer is status 503: unavailable_shards_exception: not active\nok")
	f(results(bad(403, "security_exception", "unauthorized"), created),
		"retry: the server's answer is status 403: security_exception: unauthorized\nok")
	f(results(created, bad(404, "index_not_found_exception", "no such index")),
		"ok\nrefused: the server's answer is status 404: index_not_found_exception: no such index")
	f(results(`{"create":{"status":400,"error":{"type":"mapper_parsing_exception","reason":"failed","caused_by":{"reason":"For input string: \"x\""}}}}`, created),
		"refused: the server's answer is status 400: mapper_parsing_exception: failed (For input string: \"x\")\nok")
	f(results(`{"index":{"status":200}}`, `{"index":{"status":409}}`), "ok\nrefused: the server's answer is status 409")

	const about = "retry: http://es "
	both := func(text string) string { return about + text + "\n" + about + text }
	f(results(created), both("tells of 1 items, but 2 were sent"))
	f(results(created, `{}`), both(`gives a result that is none for item 1: "{}"`))
	f(results(created, `7`), both(`gives a result that is none for item 1: "7"`))
	const elsewhere = "gives no bulk result; is server the address of Elasticsearch or OpenSearch itself?"
	f(`<html>`, both(elsewhere+` (it begins with "<html>")`))
	f(``, both(elsewhere+` (it begins with "")`))
	f(`{}`, both(elsewhere+` (it begins with "{}")`))
}

func TestRequestsThatFailAsAWhole(t *testing.T) {
	f := func(status int, want string) {
		t.Helper()
		for _, text := range []string{"text", `{"error":{"reason":"r"}}`} {
			if status == 400 && text != "text" {
				continue // which is about what was sent
			}
			s := serve(t, func(int, string) (int, string) { return status, text })
			items := docs("a")
			got := verdicts(items, open(t, s.URL, nil).Deliver(context.Background(), items))
			got = strings.ReplaceAll(strings.ReplaceAll(got, s.URL, "http://es"), text, "text")
			if got != want || len(s.requests) != 1 {
				t.Errorf("status %d with %s, %d requests\n got %s\nwant %s", status, text, len(s.requests), got, want)
			}
		}
	}
	f(500, "retry: http://es answers 500 Internal Server Error: text")
	f(503, "retry: http://es answers 503 Service Unavailable: text")
	f(429, "retry: http://es answers 429 Too Many Requests: text")
	f(401, "retry: http://es answers 401 Unauthorized: text; check username and password or api_key")
	f(403, "retry: http://es answers 403 Forbidden: text; the user needs the right to create documents in these indices")
	f(404, "retry: http://es answers 404 Not Found: text; is server the address of Elasticsearch or OpenSearch itself?")
	f(301, "retry: http://es answers 301 Moved Permanently: text; redirects are not followed, set server to where it points")
	f(413, "refused: its 46 bytes are more than the server takes (413 Request Entity Too Large: text)")
	f(400, "retry: http://es answers 400 Bad Request: text; is server the address of Elasticsearch or OpenSearch itself, with https where it is demanded?")
}

// unreadable is Elasticsearch's answer to a request that it cannot read.
const unreadable = `{"error":{"type":"illegal_argument_exception","reason":"no"},"status":400}`

// What is not Elasticsearch, such as a proxy that is spoken to without TLS, must not have all messages refused.
func TestBadRequestOfAnotherServer(t *testing.T) {
	s := serve(t, func(int, string) (int, string) {
		return 400, "<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>"
	})
	items := docs("a", "b", "c")
	if got := verdicts(items, open(t, s.URL, nil).Deliver(context.Background(), items)); strings.Contains(got, "refused: ") || len(s.requests) != 1 {
		t.Errorf("%d requests: %s", len(s.requests), got)
	}
}

// A document that spoils a whole request must not keep the others back.
func TestRequestsAreDivided(t *testing.T) {
	for _, status := range []int{400, 413} {
		s := serve(t, func(_ int, body string) (int, string) {
			n := strings.Count(body, "create")
			switch {
			case strings.Contains(body, `"spoilt"`):
				return status, map[int]string{400: unreadable, 413: "no"}[status]
			case strings.Contains(body, `"late"`):
				return 429, "busy"
			}
			return 200, `{"errors":false,"items":[` + strings.TrimSuffix(strings.Repeat(created+",", n), ",") + `]}`
		})
		items := docs("a", "b", "spoilt", "c", "late", "d", "e", "f", "spoilt")
		got := verdicts(items, open(t, s.URL, nil).Deliver(context.Background(), items))
		refused := "refused: the server cannot read it: 400 Bad Request: " + unreadable
		if status == 413 {
			refused = "refused: its 56 bytes are more than the server takes (413 Request Entity Too Large: no)"
		}
		busy := "retry: " + s.URL + " answers 429 Too Many Requests: busy"
		want := strings.Join([]string{"ok", "ok", refused, "ok", busy, busy, "ok", "ok", refused}, "\n")
		if got != want {
			t.Errorf("status %d\n got %s\nwant %s", status, got, want)
		}
	}
}

func TestServerThatDoesNotAnswer(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	defer s.Close()
	o := open(t, s.URL, func(c *Config) { c.HTTPTimeout = 10 * time.Millisecond })
	err := o.Deliver(context.Background(), docs("a"))
	if err == nil || !strings.HasPrefix(err.Error(), s.URL+" does not answer in time: ") {
		t.Error(err)
	}
	o = open(t, "http://127.0.0.1:1", nil)
	err = o.Deliver(context.Background(), docs("a"))
	if err == nil || err.Error() != "http://127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused" {
		t.Error(err)
	}
}

func TestExistingDocumentsAreCounted(t *testing.T) {
	s := serve(t, func(int, string) (int, string) {
		return 200, results(`{"create":{"status":409}}`, created)
	})
	e := env()
	c := defaultConfig()
	c.Server = s.URL
	o, err := c.NewOutput(e)
	if err != nil {
		t.Fatal(err)
	}
	defer o.(*Output).Close()
	if err := o.Deliver(context.Background(), docs("a", "b")); err != nil {
		t.Fatal(err)
	}
	if n := e.Metrics.Numbers()[0]; n.Name != "documents_existing_total" || n.Value() != 1 {
		t.Errorf("%s is %d", n.Name, n.Value())
	}
}

func TestOptionErrors(t *testing.T) {
	f := func(want string, change func(*Config)) {
		t.Helper()
		c := defaultConfig()
		change(c)
		if _, err := c.NewOutput(env()); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	f(`server: begins with "udp:", but only http:// and https:// are spoken`, func(c *Config) { c.Server = "udp://h:1" })
	f("flush_count: must be at least 1", func(c *Config) { c.FlushCount = 0 })
	f("flush_bytes: must be at least 1", func(c *Config) { c.FlushBytes = 0 })
	f("flush_interval: must not be negative", func(c *Config) { c.FlushInterval = -1 })
	f("username: username and password belong together: give both or none", func(c *Config) { c.Username = "u" })
	f("api_key: is another way to log in than username and password: give one of them", func(c *Config) { c.Username, c.Password, c.APIKey = "u", "p", "k" })
	f("tls.cert_file: cert_file and key_file belong together: give both or none", func(c *Config) { c.TLS.CertFile = "x" })

	_, err := defaultConfig().NewOutput(&plugin.Env{Metrics: &plugin.Metrics{}})
	if want := "encoder: is missing; it makes the lines of a bulk request, as ESJsonEncoder does"; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func FuzzParseResult(f *testing.F) {
	for _, s := range []string{results(created), results(created, created), `{"errors":false,"items":[` + created + `]}`, `{"items":[{}]}`, "[", `{"errors":true,"items":[{"create":{"status":"x"}}]}`} {
		f.Add([]byte(s), 1)
	}
	f.Fuzz(func(t *testing.T, body []byte, count int) {
		if count < 0 || count > 100 {
			return
		}
		list, err := parseResult(body, count)
		if err == nil && len(list) != count {
			t.Fatalf("%d results of %d", len(list), count)
		}
		if !allCreated(body, count) {
			return
		}
		if err != nil {
			t.Fatalf("taken for success: %q", body)
		}
		for i := range list {
			if list[i].verdict() != stored {
				t.Fatalf("item %d is not stored", i)
			}
		}
	})
}

func BenchmarkDeliver(b *testing.B) {
	const count = 1000
	answer := []byte(`{"errors":false,"items":[` + strings.TrimSuffix(strings.Repeat(created+",", count), ",") + `]}`)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = w.Write(answer)
	}))
	defer s.Close()
	c := defaultConfig()
	c.Server = s.URL
	out, err := c.NewOutput(env())
	if err != nil {
		b.Fatal(err)
	}
	defer out.(*Output).Close()
	items := make([]plugin.Item, count)
	line := bytes.Repeat([]byte("x"), 800)
	for i := range items {
		items[i].Data = line
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := out.Deliver(context.Background(), items); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*count), "ns/message")
}
