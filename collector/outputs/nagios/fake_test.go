package nagios

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func page(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// fakeCGI behaves as cmd.cgi does; its pages were recorded.
type fakeCGI struct {
	*httptest.Server
	patched  bool // demands a form id
	standIn  bool // a program in place of cmd.cgi, which answers nothing
	known    map[string]bool
	override func(w http.ResponseWriter) bool // answers instead

	mu       sync.Mutex
	id       int
	requests []string
	results  []string
}

func serveCGI(t testing.TB, patched bool, services ...string) *fakeCGI {
	t.Helper()
	f := &fakeCGI{patched: patched, known: map[string]bool{}, id: 1}
	for _, s := range services {
		f.known[s] = true
	}
	pages := map[string]string{}
	for _, name := range []string{"cmd_form", "cmd_success", "cmd_csrf_error", "cmd_unknown_service"} {
		pages[name] = page(t, name+".html")
	}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		user, password, _ := r.BasicAuth()
		if user != "u" || password != "p" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if f.override != nil && f.override(w) {
			return
		}
		f.answer(w, r, pages)
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *fakeCGI) formID() string { return fmt.Sprintf("%016x", f.id) }

func (f *fakeCGI) answer(w http.ResponseWriter, r *http.Request, pages map[string]string) {
	_ = r.ParseForm()
	f.requests = append(f.requests, r.Method)
	if r.Method == http.MethodGet {
		http.SetCookie(w, &http.Cookie{Name: "NagFormId", Value: f.formID()})
		fmt.Fprint(w, strings.Replace(pages["cmd_form"], "3d1b58ba507ed7ab", f.formID(), 1))
		return
	}
	cookie, err := r.Cookie("NagFormId")
	result := fmt.Sprintf("%s/%s %s %s", r.Form.Get("host"), r.Form.Get("service"), r.Form.Get("plugin_state"), r.Form.Get("plugin_output"))
	switch {
	case f.standIn:
		f.results = append(f.results, result)
	case f.patched && (err != nil || cookie.Value != f.formID() || r.Form.Get("nagFormId") != f.formID()):
		fmt.Fprint(w, pages["cmd_csrf_error"])
	case !f.known[r.Form.Get("host")+"/"+r.Form.Get("service")]:
		fmt.Fprint(w, pages["cmd_unknown_service"])
	case len(r.Form.Get("plugin_output")) > cgiTextLimit:
		fmt.Fprint(w, "<html><P><DIV CLASS='errorMessage'>Plugin output cannot be blank</DIV></P></html>")
	default:
		f.results = append(f.results, result)
		fmt.Fprint(w, pages["cmd_success"])
	}
}

// take gives the results and the requests since the last call.
func (f *fakeCGI) take() (results, requests string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	results, requests = strings.Join(f.results, "\n"), strings.Join(f.requests, " ")
	f.results, f.requests = nil, nil
	return results, requests
}

// output is an Output with a clock of its own.
type output struct {
	*Output
	env   *plugin.Env
	clock time.Time
}

func open(t testing.TB, f *fakeCGI, change func(*Config)) *output {
	t.Helper()
	c := defaultConfig()
	c.URL, c.Username, c.Password = f.URL+"/cgi-bin/cmd.cgi", "u", "p"
	if change != nil {
		change(c)
	}
	env := &plugin.Env{Hostname: "node-1", TickerInterval: 10 * time.Second, Health: &plugin.Health{}, Metrics: &plugin.Metrics{}}
	p, err := c.NewOutput(env)
	if err != nil {
		t.Fatal(err)
	}
	o := &output{Output: p.(*Output), env: env, clock: time.Date(2026, 5, 6, 7, 0, 0, 0, time.UTC)}
	o.now = func() time.Time { return o.clock }
	t.Cleanup(func() { o.Close() })
	return o
}

// deliver gives each item's fate: sent or passed over, refused, retry.
func (o *output) deliver(t testing.TB, ms ...*message.Message) string {
	t.Helper()
	items := make([]plugin.Item, len(ms))
	for i, m := range ms {
		items[i].Message = m
	}
	err := o.Deliver(context.Background(), items)
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

func (o *output) count(name string) int64 {
	for _, n := range o.env.Metrics.Numbers() {
		if n.Name == name {
			return n.Value()
		}
	}
	return -1
}

func (o *output) conditions() string {
	var out []string
	for _, c := range o.env.Health.Conditions() {
		out = append(out, c.Key+": "+c.Text)
	}
	return strings.Join(out, "\n")
}

func seal(d *message.Draft) *message.Message {
	m, err := message.Index(d.Encode(nil))
	if err != nil {
		panic(err)
	}
	return &m
}

// status is a node check's message, made at the output's clock.
func (o *output) status(member string, value float64, alarms string) *message.Message {
	return statusAt(o.clock.UnixNano(), member, value, alarms)
}

func statusAt(ns int64, member string, value float64, alarms string) *message.Message {
	d := message.Draft{Type: "heka.sandbox.afd_node_metric", Logger: "afd", Payload: `{"alarms":[` + alarms + `]}`}
	d.SetTimestamp(ns)
	d.AddString("name", "node_status")
	d.AddFloat("value", "", value)
	d.AddString("node_role", "controller")
	d.AddString("source", member)
	d.AddString("hostname", "node-1")
	return seal(&d)
}

func text(s string) *message.Message {
	d := message.Draft{Type: "alert", Logger: "cpu", Hostname: "node-1", Payload: s}
	d.SetTimestamp(1)
	return seal(&d)
}

const lowDisk = `{"severity":"CRITICAL","function":"min","metric":"fs_space_percent_free","fields":{"fs":"/"},"tags":{},"operator":"<","value":4.5,"threshold":5,"window":60,"periods":0,"message":"The filesystem is nearly full"}`

func mustQuery(t testing.TB, s string) url.Values {
	t.Helper()
	v, err := url.ParseQuery(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func withPayload(typ, member, payload string) *message.Message {
	d := message.Draft{Type: typ, Logger: member, Hostname: "node-1", Payload: payload}
	d.AddFloat("value", "", 3)
	d.AddString("node_role", "r")
	d.AddString("source", member)
	d.AddString("hostname", "node-1")
	return seal(&d)
}
