package http

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"lma_collector/collector/plugin"
)

func TestFields(t *testing.T) {
	h := &host{}
	c := defaultConfig()
	c.RequestHeaders = []string{"x-token", "X-Absent"}
	c.Headers = map[string][]string{"X-Served-By": {"lma"}}
	_, url, _ := start(t, c, h)
	r := post(t, url+"/a/b?Path=fake&q=1&q=2", "body")
	r.Header.Set("X-Token", "tok")
	r.Header.Set("User-Agent", "agent")
	r.Header.Set("Content-Type", "text/plain")
	status, _, header := do(t, r)
	if status != 200 || header.Get("X-Served-By") != "lma" {
		t.Errorf("status %d, headers %v", status, header)
	}
	want := "heka.httpdata.request node-1 6 1 body Protocol=HTTP/1.1 UserAgent=agent ContentType=text/plain Path=/a/b Host=127.0.0.1 RemoteAddr=127.0.0.1 X-Token=tok Path=fake q=1 q=2"
	if got := h.got(); len(got) != 1 || got[0] != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestAnsweredOnlyWhenDelivered(t *testing.T) {
	h := &host{keep: true}
	c := defaultConfig()
	c.DeliverTimeout = time.Minute
	_, url, _ := start(t, c, h)
	answered := make(chan int, 1)
	go func() {
		status, _, _ := do(t, post(t, url, "body"))
		answered <- status
	}()
	eventually(t, "the message", func() bool { return len(h.got()) == 1 })
	select {
	case status := <-answered:
		t.Fatalf("answered %d before delivery", status)
	default:
	}
	h.acks[0]()
	if status := <-answered; status != 200 {
		t.Errorf("status %d", status)
	}
}

func TestNotDelivered(t *testing.T) {
	const text = "messages are not delivered yet, since an output is slow or down: try again later"
	for name, h := range map[string]*host{"queue full": {block: make(chan struct{})}, "no acknowledgement": {keep: true}} {
		c := defaultConfig()
		c.DeliverTimeout = 10 * time.Millisecond
		in, url, _ := start(t, c, h)
		status, got, header := do(t, post(t, url, "body"))
		if status != 503 || got != text || header.Get("Retry-After") == "" {
			t.Errorf("%s: %d %q", name, status, got)
		}
		if h.closed != h.opened || in.numbers.notDelivered.Value() != 1 {
			t.Errorf("%s: %d of %d sources closed", name, h.closed, h.opened)
		}
	}
}

// While an output is down a client gets its answers soon, and with the first delivery as usual again.
func TestWaitsInVainOnlyOnce(t *testing.T) {
	h := &host{keep: true}
	c := defaultConfig()
	c.DeliverTimeout = 50 * time.Millisecond
	in, url, _ := start(t, c, h)
	if status, _, _ := do(t, post(t, url, "body")); status != 503 || in.hurryUntil.Load() == 0 {
		t.Errorf("status %d, others wait as long", status)
	}

	c = defaultConfig()
	c.DeliverTimeout = time.Hour
	in, url, _ = start(t, c, h)
	in.hurryUntil.Store(time.Now().Add(time.Hour).UnixNano())
	for range 3 {
		if status, _, _ := do(t, post(t, url, "body")); status != 503 {
			t.Errorf("status %d", status)
		}
	}
	h.mu.Lock()
	h.keep = false
	h.mu.Unlock()
	if status, _, _ := do(t, post(t, url, "body")); status != 200 || in.hurryUntil.Load() != 0 {
		t.Errorf("status %d, others hurry still", status)
	}
}

func TestAuthentication(t *testing.T) {
	basic, api := defaultConfig(), defaultConfig()
	basic.AuthType, basic.Username, basic.Password = "Basic", "u", "p"
	api.AuthType, api.APIKey = "API", "k"
	for _, c := range []struct {
		config *Config
		set    func(*http.Request)
		want   int
	}{
		{basic, func(r *http.Request) { r.SetBasicAuth("u", "p") }, 200},
		{basic, func(r *http.Request) { r.SetBasicAuth("u", "wrong") }, 401},
		{basic, func(r *http.Request) { r.SetBasicAuth("", "p") }, 401},
		{basic, func(*http.Request) {}, 401},
		{api, func(r *http.Request) { r.Header.Set("X-API-Key", "k") }, 200},
		{api, func(r *http.Request) { r.Header.Set("X-API-Key", "kk") }, 401},
		{api, func(*http.Request) {}, 401},
	} {
		h := &host{}
		in, url, _ := start(t, c.config, h)
		r := post(t, url, "body")
		c.set(r)
		status, _, header := do(t, r)
		if status != c.want || len(h.got()) != map[int]int{200: 1, 401: 0}[c.want] {
			t.Errorf("%s: status %d, %d messages", c.config.AuthType, status, len(h.got()))
		}
		if challenge := header.Get("WWW-Authenticate") != ""; challenge != (status == 401 && c.config.AuthType == "Basic") {
			t.Errorf("challenge %t with status %d", challenge, status)
		}
		if status == 401 && in.numbers.unauthorized.Value() != 1 {
			t.Error("not counted")
		}
	}
}

func zipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestBodies(t *testing.T) {
	h := &host{}
	c := defaultConfig()
	c.MaxBodySize = 2 << 20
	in, url, _ := start(t, c, h)
	big := strings.Repeat("x", 1<<20)
	for _, c := range []struct {
		name, body, encoding string
		unknownLength        bool
		status               int
		text, message        string
	}{
		{"empty", "", "", false, 200, "", ""},
		{"1 MiB", big, "", false, 200, "", "1048576 bytes"},
		{"the largest", big + big, "", true, 200, "", "2097152 bytes"},
		{"too large", big + big + "x", "", false, 413, "body is larger than max_body_size", ""},
		{"too large, chunked", big + big + "x", "", true, 413, "body is larger than max_body_size", ""},
		{"gzip", zipped(t, big), "gzip", false, 200, "", "1048576 bytes"},
		{"a bomb", zipped(t, strings.Repeat(big, 20)), "gzip", false, 413, "body is larger than max_body_size", ""},
		{"not gzip", "plain", "gzip", false, 400, "unexpected EOF", ""},
		{"cut gzip", zipped(t, big)[:100], "gzip", false, 400, "unexpected EOF", ""},
		{"deflate", "x", "deflate", false, 415, "content encoding is neither gzip nor identity", ""},
		{"no whole record", "tail:abc", "", false, 400, "body was taken in but for its end: the last 3 bytes are no whole record", ""},
		{"panic", "panic", "", false, 500, "internal error", ""},
		{"after all that", "fine", "", false, 200, "", "heka.httpdata.request node-1 6 1 fine"},
	} {
		before := len(h.got())
		r := post(t, url, c.body)
		if c.encoding != "" {
			r.Header.Set("Content-Encoding", c.encoding)
		}
		if c.unknownLength {
			r.ContentLength = -1
		}
		status, text, _ := do(t, r)
		if status != c.status || text != c.text {
			t.Errorf("%s: %d %q, want %d %q", c.name, status, text, c.status, c.text)
		}
		got := h.got()[before:]
		if (c.message != "") != (len(got) == 1) || c.message != "" && !strings.HasPrefix(got[0], c.message) {
			t.Errorf("%s: messages %.100q, want %q", c.name, got, c.message)
		}
	}
	if used := in.budget.used.Load(); used != 0 {
		t.Errorf("%d bytes of bodies are still counted", used)
	}
}

func TestManyAtOnce(t *testing.T) {
	h := &host{}
	c := defaultConfig()
	c.MaxRequests = 4
	_, url, stop := start(t, c, h)
	var all sync.WaitGroup
	for i := range 50 {
		all.Add(1)
		go func() {
			defer all.Done()
			if status, text, _ := do(t, post(t, url, fmt.Sprint("body ", i))); status != 200 {
				t.Errorf("%d %s", status, text)
			}
		}()
	}
	all.Wait()
	if len(h.got()) != 50 || h.opened > 4 {
		t.Errorf("%d messages through %d sources", len(h.got()), h.opened)
	}
	if err := stop(); err != nil || h.closed != h.opened {
		t.Errorf("%d of %d sources closed, %v", h.closed, h.opened, err)
	}
}

func TestBudgetOfAllBodies(t *testing.T) {
	b := budget{limit: 100}
	if !b.take(60) || b.take(60) || !b.take(40) || b.used.Load() != 100 {
		t.Errorf("%d taken", b.used.Load())
	}
}

func TestStopsWhileRequestsWait(t *testing.T) {
	h := &host{keep: true}
	c := defaultConfig()
	c.DeliverTimeout = time.Minute
	in, url, stop := start(t, c, h)
	half, err := net.Dial("tcp", in.address.String())
	if err != nil {
		t.Fatal(err)
	}
	defer half.Close()
	if _, err := io.WriteString(half, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf"); err != nil {
		t.Fatal(err)
	}
	answered := make(chan int, 1)
	go func() {
		status, _, _ := do(t, post(t, url, "body"))
		answered <- status
	}()
	eventually(t, "the message", func() bool { return len(h.got()) == 1 })
	began := time.Now()
	if err := stop(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("stopping took %s", took)
	}
	if status := <-answered; status != 503 {
		t.Errorf("status %d", status)
	}
}

func TestSlowHeadersAreCutOff(t *testing.T) {
	c := defaultConfig()
	c.ReadTimeout = 20 * time.Millisecond
	in, _, _ := start(t, c, &host{})
	conn, err := net.Dial("tcp", in.address.String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf"); err != nil {
		t.Fatal(err)
	}
	answer, _ := io.ReadAll(conn)
	if !strings.HasPrefix(string(answer), "HTTP/1.1 408 ") && len(answer) > 0 {
		t.Errorf("a slow request gets %q", answer)
	}
}

func TestPortInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c := defaultConfig()
	c.Address = l.Addr().String()
	in, err := c.NewInput(testEnv())
	if err != nil {
		t.Fatal(err)
	}
	err = in.Run(t.Context(), &host{})
	want := fmt.Sprintf("cannot listen on %q: another program has the port; stop it or change address: listen tcp %s: bind: address already in use", c.Address, c.Address)
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestOptions(t *testing.T) {
	c := &Config{Address: "8325", AuthType: "Digest", UseTLS: true}
	_, err := c.NewInput(testEnv())
	want := `address: "8325" is not host:port, such as "127.0.0.1:8325"
max_body_size: must be more than 0
max_requests: must be more than 0
deliver_timeout: must be more than 0
read_timeout: must be more than 0
auth_type: "Digest" is not one of "Basic", "API"
tls.cert_file: a TLS server needs cert_file and key_file`
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	for want, change := range map[string]func(*Config){
		`auth_type: "Basic" needs username and password`:                                               func(c *Config) { c.AuthType, c.Username = "Basic", "u" },
		`auth_type: "API" needs api_key`:                                                               func(c *Config) { c.AuthType = "API" },
		`auth_type: is missing, so that the credentials would not be asked for: give "Basic" or "API"`: func(c *Config) { c.Password = "p" },
	} {
		c := defaultConfig()
		change(c)
		if _, err := c.NewInput(testEnv()); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	var o plugin.InputOptions
	c.InputDefaults(&o)
	if o.Splitter != "NullSplitter" {
		t.Errorf("splitter %q", o.Splitter)
	}
}

func BenchmarkPost(b *testing.B) {
	h := &host{}
	_, url, _ := start(b, defaultConfig(), h)
	body := strings.Repeat("x", 60<<10)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if status, text, _ := do(b, post(b, url, body)); status != 200 {
			b.Fatal(status, text)
		}
	}
}
