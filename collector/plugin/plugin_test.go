package plugin

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// A condition is logged when it comes, changes and goes, however often it is reported.
func TestHealthLogsChanges(t *testing.T) {
	var log bytes.Buffer
	h := NewHealth(slog.New(slog.NewTextHandler(&log, nil)))
	for range 3 {
		h.Set("b", "server is down")
	}
	h.Set("b", "server refuses the password")
	h.Note("a", "no file matches")
	since := h.Conditions()[1].Since
	h.Set("b", "server is down")
	c := h.Conditions()
	if len(c) != 2 || !c[0].Note || c[1].Text != "server is down" || c[1].Since != since {
		t.Errorf("conditions %+v", c)
	}
	h.Clear("b")
	h.Clear("b")
	h.Clear("never set")
	if n := strings.Count(log.String(), "\n"); n != 5 {
		t.Errorf("%d lines:\n%s", n, log.String())
	}
	if !strings.Contains(log.String(), "resolved: server is down") || !strings.Contains(log.String(), "level=INFO msg=\"no file matches\"") {
		t.Errorf("log:\n%s", log.String())
	}
}

func TestMetrics(t *testing.T) {
	var m Metrics
	m.Counter("lines", "b", "lines read").Add(2)
	m.Counter("lines", "b", "lines read").Add(3)
	m.Gauge("files", "", "open files").Set(7)
	m.Counter("lines", "a", "lines read").Add(1)
	var got []string
	for _, n := range m.Numbers() {
		got = append(got, fmt.Sprintf("%s %s %d %v %s", n.Name, n.Label, n.Value(), n.IsGauge(), n.Help()))
	}
	want := "files  7 true open files|lines a 1 false lines read|lines b 5 false lines read"
	if strings.Join(got, "|") != want {
		t.Errorf("got %s", strings.Join(got, "|"))
	}
	m.Remove("lines", "a")
	if len(m.Numbers()) != 2 {
		t.Error("not removed")
	}
}

func TestErrors(t *testing.T) {
	err := BadOption("tls.cert_file", "%q does not exist", "x.pem")
	if err.Error() != `tls.cert_file: "x.pem" does not exist` {
		t.Error(err)
	}
	cause := errors.New("script ended")
	if fatal := Fatal(cause); !IsFatal(fmt.Errorf("filter: %w", fatal)) || !errors.Is(fatal, cause) || IsFatal(cause) {
		t.Error("a fatal error is not told from others")
	}
}

func TestItemVerdicts(t *testing.T) {
	var i Item
	i.Refuse(errors.New("bad"))
	if why, ok := i.Refused(); !ok || why.Error() != "bad" {
		t.Error("not refused")
	}
	i.Retry(errors.New("busy"))
	if _, ok := i.Refused(); ok {
		t.Error("still refused")
	}
	if why, ok := i.ToRetry(); !ok || why.Error() != "busy" {
		t.Error("not to be retried")
	}
	i.Accept()
	if _, ok := i.ToRetry(); ok || !i.Accepted() {
		t.Error("not accepted")
	}
	i.Unmark()
	if i.Accepted() {
		t.Error("still marked")
	}
}
