package servers

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// received collects the plugins and types of the value lists posted to it.
type received struct {
	mu    sync.Mutex
	types map[string]string
	host  string
	bad   error
}

func (r *received) ServeHTTP(_ http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	var lists []struct {
		Values             []*float64
		Host, Plugin, Type string
	}
	if err == nil {
		err = json.Unmarshal(body, &lists)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.bad = fmt.Errorf("%w: %.200s", err, body)
	}
	for _, l := range lists {
		r.host, r.types[l.Plugin] = l.Host, l.Type
	}
}

func (r *received) has(plugins ...string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range plugins {
		if r.types[p] == "" {
			return fmt.Errorf("nothing of plugin %q; got %v", p, r.types)
		}
	}
	return nil
}

func TestCollectdPostsJSON(t *testing.T) {
	got := &received{types: map[string]string{}}
	sink := httptest.NewServer(got)
	defer sink.Close()
	c := StartCollectd(t, sink.URL, "load", "memory",
		"LoadPlugin df\n<Plugin df>\n  MountPoint \"/\"\n  ValuesPercentage true\n</Plugin>")
	WaitFor(t, 60*time.Second, "values posted by collectd", func() error {
		return got.has("load", "memory", "df")
	})
	listensOnLoopbackOnly(t, c.Daemon)
	stopsWithoutTrace(t, c.Daemon)
	if got.bad != nil {
		t.Error(got.bad)
	}
	if got.host != c.Hostname {
		t.Errorf("host is %q, want %q", got.host, c.Hostname)
	}
}
