package influxdb

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"lma_collector/collector/lineproto"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server is a stand-in for InfluxDB: it keeps the lines that it takes, and refuses as it is told.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	requests []*http.Request // without their bodies
	lines    map[string]bool // written
	refuse   func(lines []string) (status int, body string, written []string)

	retryAfter string // header of its answers, "" for none
}

func newServer(t testing.TB) *server {
	s := &server{lines: map[string]bool{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		body, _ = gzip.NewReader(r.Body)
	}
	text, _ := io.ReadAll(body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r)
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	status, answer := http.StatusNoContent, ""
	if s.refuse != nil {
		status, answer, lines = s.refuse(lines)
	}
	if status == http.StatusNoContent || status == http.StatusBadRequest || status == http.StatusUnprocessableEntity {
		for _, l := range lines {
			s.lines[l] = true
		}
	}
	w.Header().Set("Content-Type", "application/json")
	if s.retryAfter != "" {
		w.Header().Set("Retry-After", s.retryAfter)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, answer)
}

// jsonError is an answer of the 1.x API.
func jsonError(text string) string {
	b, _ := json.Marshal(map[string]string{"error": text})
	return string(b) + "\n"
}

func newTestOutput(t testing.TB, s *server, change func(*Config)) *Output {
	t.Helper()
	c := defaultConfig()
	c.Server, c.TimePrecision = s.URL, "s"
	if change != nil {
		change(c)
	}
	o, err := c.NewOutput(&plugin.Env{Metrics: new(plugin.Metrics)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.(*Output).Close() })
	return o.(*Output)
}

func item(t testing.TB, name string, value message.Value) plugin.Item {
	t.Helper()
	d := &message.Draft{Type: "metric"}
	d.SetTimestamp(1454500800e9)
	if name != "" {
		d.AddString("name", name)
	}
	d.Add("value", "", value)
	d.AddString("hostname", "node-1")
	d.AddStrings("tag_fields", []string{"hostname"})
	m, err := message.Index(d.Encode(nil))
	if err != nil {
		t.Fatal(err)
	}
	return plugin.Item{Message: &m}
}

// some makes metrics m0, m1, … of value 0, 1, ….
func some(t testing.TB, n int) (items []plugin.Item) {
	for i := range n {
		items = append(items, item(t, "m"+strconv.Itoa(i), message.IntValue(int64(i))))
	}
	return items
}

func line(i int) string { return fmt.Sprintf("m%d,hostname=node-1 value=%d 1454500800", i, i) }

// fate is what became of an item, in words.
func fate(i *plugin.Item) string {
	if err, yes := i.Refused(); yes {
		return "refused: " + err.Error()
	}
	if err, yes := i.ToRetry(); yes {
		return "retry: " + err.Error()
	}
	if i.Accepted() {
		return "accepted"
	}
	return "unmarked"
}

func TestRequestsOfBothAPIs(t *testing.T) {
	f := func(change func(*Config), wantPath, wantQuery, wantAuth string) {
		t.Helper()
		s := newServer(t)
		o := newTestOutput(t, s, change)
		items := some(t, 2)
		if err := o.Deliver(context.Background(), items); err != nil {
			t.Fatal(err)
		}
		r := s.requests[0]
		query, _ := url.QueryUnescape(r.URL.Query().Encode())
		if len(s.requests) != 1 || r.Method != "POST" || r.URL.Path != wantPath || query != wantQuery || r.Header.Get("Authorization") != wantAuth {
			t.Errorf("got %s %s %s %q", r.Method, r.URL.Path, query, r.Header.Get("Authorization"))
		}
		if !s.lines[line(0)] || !s.lines[line(1)] || len(s.lines) != 2 || fate(&items[0]) != "accepted" || fate(&items[1]) != "accepted" {
			t.Errorf("got %v", s.lines)
		}
	}
	f(nil, "/write", "db=lma&precision=s", "")
	f(func(c *Config) { c.Username, c.Password, c.Gzip = "lma", "pass", true }, "/write", "db=lma&precision=s", "Basic bG1hOnBhc3M=")
	f(func(c *Config) { c.Server = strings.Replace(c.Server, "//", "//lma:pass@", 1) + "/influx/" }, "/influx/write", "db=lma&precision=s", "Basic bG1hOnBhc3M=")
	f(func(c *Config) { c.Database, c.RetentionPolicy = "d b", "rp" }, "/write", "db=d b&precision=s&rp=rp", "")
	f(func(c *Config) { c.Org, c.Bucket, c.Token, c.Gzip = "org", "b/rp", "tok", true }, "/api/v2/write", "bucket=b/rp&org=org&precision=s", "Token tok")
}

func TestPrecisions(t *testing.T) {
	f := func(name, wantV1, wantV2 string) {
		t.Helper()
		for want, change := range map[string]func(*Config){
			wantV1: func(c *Config) { c.TimePrecision = name },
			wantV2: func(c *Config) { c.TimePrecision, c.Org, c.Bucket, c.Token = name, "o", "b", "t" },
		} {
			s := newServer(t)
			if err := newTestOutput(t, s, change).Deliver(context.Background(), some(t, 1)); err != nil {
				t.Fatal(err)
			}
			r := s.requests[0]
			if got := r.URL.Path + " " + r.URL.Query().Get("precision"); got != want {
				t.Errorf("%s: got %s, want %s", name, got, want)
			}
		}
	}
	f("ns", "/write n", "/api/v2/write ns")
	f("us", "/write u", "/api/v2/write us")
	f("ms", "/write ms", "/api/v2/write ms")
	f("s", "/write s", "/api/v2/write s")
}

func TestItemsWithoutLines(t *testing.T) {
	s := newServer(t)
	o := newTestOutput(t, s, nil)
	items := []plugin.Item{item(t, "", message.IntValue(1)), item(t, "nan", message.FloatValue(math.NaN())), item(t, "m0", message.IntValue(0))}
	if err := o.Deliver(context.Background(), items); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"refused: a metric without Fields[name]", "accepted", "accepted"} {
		if got := fate(&items[i]); got != want {
			t.Errorf("item %d: got %s", i, got)
		}
	}
	if len(s.lines) != 1 || o.skippedValues.Value() != 1 {
		t.Errorf("got %v, %d", s.lines, o.skippedValues.Value())
	}
	if err := o.Deliver(context.Background(), items[:2]); err != nil || len(s.requests) != 1 {
		t.Errorf("a request without lines: %v", err)
	}
}

func TestBulkMetricsWithBadPoints(t *testing.T) {
	s := newServer(t)
	o := newTestOutput(t, s, nil)
	d := &message.Draft{Type: "heka.sandbox.bulk_metric", Payload: `[{"name":"good","value":1,"tags":{}},{"name":"bad"}]`}
	d.SetTimestamp(1454500800e9)
	m, err := message.Index(d.Encode(nil))
	if err != nil {
		t.Fatal(err)
	}
	items := []plugin.Item{{Message: &m}}
	if err := o.Deliver(context.Background(), items); err != nil {
		t.Fatal(err)
	}
	if got := fate(&items[0]); got != "accepted" || !s.lines["good value=1 1454500800"] || o.refusedPoints.Value() != 1 {
		t.Errorf("%s, lines %v, %d incomplete", got, s.lines, o.refusedPoints.Value())
	}
}

// bad3and6 tells the lines of m3 and m6 from others.
func bad3and6(lines []string) (good, bad []string) {
	for _, l := range lines {
		if strings.HasPrefix(l, "m3,") || strings.HasPrefix(l, "m6,") {
			bad = append(bad, l)
		} else {
			good = append(good, l)
		}
	}
	return good, bad
}

func TestBadLinesDoNotHoldUpTheRest(t *testing.T) {
	quoted := func(lines []string) string {
		var text []string
		for _, l := range lines {
			text = append(text, "unable to parse '"+l+"': bad timestamp")
		}
		return strings.Join(text, "\n")
	}
	refusing := func(status int, say func(bad []string) string, keepsGood bool) func([]string) (int, string, []string) {
		return func(lines []string) (int, string, []string) {
			good, bad := bad3and6(lines)
			if len(bad) == 0 {
				return http.StatusNoContent, "", good
			}
			if !keepsGood {
				good = nil
			}
			return status, say(bad), good
		}
	}
	f := func(what string, wantRequests int, wantReason string, refuse func([]string) (int, string, []string)) {
		t.Helper()
		s := newServer(t)
		s.refuse = refuse
		items := some(t, 16)
		if err := newTestOutput(t, s, nil).Deliver(context.Background(), items); err != nil {
			t.Fatal(err)
		}
		for i := range items {
			want := "accepted"
			if i == 3 || i == 6 {
				want = "refused: " + wantReason
			}
			if got := fate(&items[i]); got != want || s.lines[line(i)] != (want == "accepted") {
				t.Errorf("%s: item %d: got %s, want %s", what, i, got, want)
			}
		}
		if len(s.requests) != wantRequests {
			t.Errorf("%s: %d requests", what, len(s.requests))
		}
	}
	f("1.x quotes lines and has written the good ones", 2, "InfluxDB cannot read its line: bad timestamp",
		refusing(400, func(bad []string) string { return jsonError("partial write: " + quoted(bad) + " dropped=0") }, true))
	f("2.x quotes lines and has written nothing", 2, "InfluxDB cannot read its line: bad timestamp",
		refusing(400, func(bad []string) string { return `{"code":"invalid","message":` + strconv.Quote(quoted(bad)) + `}` }, false))
	conflict := `partial write: field type conflict: input field "value" on measurement "m3" is type float, already exists as type string dropped=1`
	f("1.x names a measurement", 11, "InfluxDB refuses it: "+conflict, refusing(400, func([]string) string { return jsonError(conflict) }, true))
	late := "partial write: points beyond retention policy dropped=2"
	f("1.x says only how many", 13, "InfluxDB refuses it: "+late, refusing(400, func([]string) string { return jsonError(late) }, true))
	f("2.x unprocessable", 13, "InfluxDB refuses it: failure writing points to database: "+late,
		refusing(422, func([]string) string {
			return `{"code":"unprocessable entity","message":"failure writing points to database: ` + late + `"}`
		}, true))
	f("an unknown reason", 13, "InfluxDB refuses it: 400 Bad Request: odd", refusing(400, func([]string) string { return "odd" }, false))
}

func TestMeasurementIsSearchedFirst(t *testing.T) {
	s := newServer(t)
	s.refuse = func(lines []string) (int, string, []string) {
		good, bad := bad3and6(lines)
		if len(bad) == 0 {
			return http.StatusNoContent, "", good
		}
		name, _, _ := strings.Cut(bad[0], ",")
		return 400, jsonError(`partial write: field type conflict: input field "value" on measurement "` + name + `" is type float, already exists as type string dropped=1`), good
	}
	items := some(t, 1000)
	if err := newTestOutput(t, s, nil).Deliver(context.Background(), items); err != nil {
		t.Fatal(err)
	}
	for i := range items {
		if got := fate(&items[i]); strings.HasPrefix(got, "refused") != (i == 3 || i == 6) || got == "unmarked" {
			t.Errorf("item %d: %s", i, got)
		}
	}
	if n := len(s.requests); n > 5 {
		t.Errorf("%d requests to find two lines", n)
	}
}

func TestAllRefusedForAnUnknownReasonIsRetried(t *testing.T) {
	s := newServer(t)
	s.refuse = func([]string) (int, string, []string) { return 400, jsonError("database is required"), nil }
	items := some(t, 3)
	o := newTestOutput(t, s, nil)
	if err := o.Deliver(context.Background(), items); err != nil {
		t.Fatal(err)
	}
	s.refuse = nil
	if err := o.Deliver(context.Background(), some(t, 1)); err != nil { // which is no reason to think otherwise
		t.Fatal(err)
	}
	for i := range items {
		if got, want := fate(&items[i]), "retry: "+s.URL+" answers 400 Bad Request: database is required"; got != want {
			t.Errorf("got %s", got)
		}
	}
}

func TestTooLarge(t *testing.T) {
	s := newServer(t)
	s.refuse = func(lines []string) (int, string, []string) {
		if len(lines) > 3 || strings.HasPrefix(lines[0], "m5,") {
			return http.StatusRequestEntityTooLarge, jsonError("Request Entity Too Large"), nil
		}
		return http.StatusNoContent, "", lines
	}
	items := some(t, 10)
	if err := newTestOutput(t, s, nil).Deliver(context.Background(), items); err != nil {
		t.Fatal(err)
	}
	for i := range items {
		want := "accepted"
		if i == 5 {
			want = "refused: InfluxDB refuses it: more than the server takes at once"
		}
		if got := fate(&items[i]); got != want {
			t.Errorf("item %d: %s", i, got)
		}
	}
}

func TestAnswersThatMeanLater(t *testing.T) {
	f := func(v2 bool, status int, body, want string) {
		t.Helper()
		s := newServer(t)
		s.refuse = func([]string) (int, string, []string) { return status, body, nil }
		if status == http.StatusTooManyRequests {
			s.retryAfter = "7"
		}
		o := newTestOutput(t, s, func(c *Config) {
			c.Username, c.Password = "lma", "s3cret"
			if v2 {
				c.Username, c.Password, c.Org, c.Bucket, c.Token = "", "", "o", "b", "s3cret"
			}
		})
		items := some(t, 4)
		err := o.Deliver(context.Background(), items)
		if err == nil || err.Error() != s.URL+" answers "+want {
			t.Errorf("got %v, want %s", err, want)
		}
		if fate(&items[0]) != "unmarked" || len(s.requests) != 1 {
			t.Errorf("%s after %d requests", fate(&items[0]), len(s.requests))
		}
	}
	f(false, 401, jsonError("authorization failed"), `401 Unauthorized: {"error":"authorization failed"}; check username and password`)
	f(true, 401, `{"code":"unauthorized","message":"unauthorized access"}`, `401 Unauthorized: {"code":"unauthorized","message":"unauthorized access"}; check token`)
	f(false, 403, "", "403 Forbidden; the user or token needs the right to write there")
	f(false, 404, jsonError(`database not found: "lma"`), `404 Not Found: {"error":"database not found: \"lma\""}; create the database, or correct database and server`)
	f(true, 404, "", "404 Not Found; create the bucket, or correct org and bucket")
	f(false, 429, "", "429 Too Many Requests; it asks to wait 7 s")
	f(false, 500, jsonError("timeout"), `500 Internal Server Error: {"error":"timeout"}`)
	f(true, 503, "<html>\n", "503 Service Unavailable: <html>")
	f(false, 302, "", "302 Found; redirects are not followed, set server to where it points")
}

func TestDeadServer(t *testing.T) {
	s := newServer(t)
	o := newTestOutput(t, s, func(c *Config) { c.Server = strings.Replace(c.Server, "//", "//u:s3cret@", 1) })
	address := strings.TrimPrefix(s.URL, "http://")
	s.Close()
	err := o.Deliver(context.Background(), some(t, 1))
	if want := s.URL + ": dial tcp " + address + ": connect: connection refused"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestLargeBatchesAreSentInParts(t *testing.T) {
	s := newServer(t)
	var items []plugin.Item
	for i := range 9 {
		items = append(items, item(t, "m"+strconv.Itoa(i), message.StringValue(strings.Repeat("x", 1<<20))))
	}
	if err := newTestOutput(t, s, nil).Deliver(context.Background(), items); err != nil || len(s.requests) != 3 || len(s.lines) != 9 {
		t.Errorf("%d requests, %d lines, %v", len(s.requests), len(s.lines), err)
	}
}

func TestConfig(t *testing.T) {
	f := func(change func(*Config), want string) {
		t.Helper()
		c := defaultConfig()
		change(c)
		got := ""
		if _, err := c.NewOutput(&plugin.Env{}); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f(func(*Config) {}, "")
	f(func(c *Config) { c.Server = "http://h:8086/write?db=x&p=s3cret" }, "server: has a query; give the database, user and precision in options of their own")
	f(func(c *Config) { c.Server = "h:8086" }, `server: begins with "h:", but only http:// and https:// are spoken`)
	f(func(c *Config) { c.TimePrecision = "d" }, `time_precision: "d" is no precision; it is ns, us, ms, s, m or h`)
	f(func(c *Config) { c.FlushCount, c.Timeout = 0, -1 }, "flush_count: must be at least 1\ntimeout: must not be negative")
	f(func(c *Config) { c.Username = "u" }, "username: username and password belong together: give both or none")
	f(func(c *Config) { c.Token = "t" }, "bucket: is missing; the 2.x API needs org, bucket and token")
	f(func(c *Config) { c.Bucket = "b" }, "token: is missing; the 2.x API needs org, bucket and token")
	f(func(c *Config) { c.Bucket, c.Token, c.Database, c.TimePrecision = "b", "t", "d", "m" },
		"database: belongs to the 1.x API, but bucket, org or token choose the 2.x API: give one or the other\n"+
			`time_precision: "m" is not known to the 2.x API; it is ns, us, ms or s`)
	f(func(c *Config) { c.TLS.MinVersion = "x" }, `tls.min_version: "x" is unknown; it is TLS12 or TLS13`)
}

func TestDefaults(t *testing.T) {
	var o plugin.ConsumerOptions
	c := defaultConfig()
	c.ConsumerDefaults(&o)
	if o.WhenFull != "drop_oldest" || o.MessageMatcher != "Fields[aggregator] == NIL && Type =~ /metric$/" {
		t.Errorf("got %+v", o)
	}
	p := newTestOutput(t, newServer(t), nil).BatchPolicy()
	if p.Count != 5000 || p.Interval != c.FlushInterval || p.Bytes != 0 {
		t.Errorf("got %+v", p)
	}
}

func FuzzQuotedLines(f *testing.F) {
	f.Add("partial write: unable to parse 'm value=1 x': bad timestamp\nunable to parse 'a b': missing fields dropped=0")
	f.Add("unable to parse 'unable to parse '': ")
	f.Fuzz(func(t *testing.T, text string) {
		for line, reason := range quotedLines(errorText([]byte(text))) {
			if strings.Contains(line, "': ") || strings.Contains(reason, "\n") {
				t.Fatalf("%q: %q", line, reason)
			}
		}
	})
}

// BenchmarkDeliver gives the cost of one metric in batches of 5000, the server's included.
func BenchmarkDeliver(b *testing.B) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusNoContent)
	}))
	defer s.Close()
	o := &Output{config: *defaultConfig(), encoder: lineproto.NewEncoder(1e6, nil), skippedValues: new(plugin.Number), refusedPoints: new(plugin.Number)}
	o.server, _ = url.Parse(s.URL)
	defer o.Close()
	items := some(b, 5000)
	b.ReportAllocs()
	b.ResetTimer()
	for n := 0; n < b.N; n += len(items) {
		if err := o.Deliver(context.Background(), items); err != nil {
			b.Fatal(err)
		}
	}
}
